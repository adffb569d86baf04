internal import RealModule

/// One time scale of an ``OnlineDiscordDetector``: windows of moving means, their distances to the nearest earlier
/// window, and how usual such distances are.
struct DiscordScale: Sendable {
    /// The distances that say what is usual: as many as NAB's probation has rows, so that a full set is there early.
    private static let referenceLength = 750
    /// The fewest distances from which a tail is fitted.
    private static let fewestReferences = 100
    /// The share of the distances that is the tail: 30 of 750, enough for a shape within a fifth.
    private static let tailShare = 0.04
    /// The least shape of the tail: distances that are nearly all equal must not make the next larger one impossible.
    private static let leastShape = 0.05
    /// The newest distances that do not count as usual yet: an excursion must not hide its own continuation.
    private static let guardLength = OnlineDiscordDetector.windowLength

    /// The rows of a mean.
    private let blockLength: Int
    private var rowCount = 0
    /// The newest values, oldest first, as many as a mean has.
    private var block: [Double] = []
    /// The moving means of the newest rows, and the row of the first of them.
    private var means: [Double] = []
    private var firstMean = 0
    /// The squared distances of a row, kept for their memory alone.
    private var squares = Array(repeating: 0.0, count: OnlineDiscordDetector.historyLength)
    /// The newest distances, which wait to be counted as usual.
    private var waiting: [Double] = []
    /// The usual distances in the order they came, from `oldest` on round, and sorted.
    private var references: [Double] = []
    private var oldest = 0
    private var sorted: [Double] = []

    init(blockLength: Int) { self.blockLength = blockLength }

    /// Takes the next row: -log10 of the probability that a usual row lies so far from its nearest neighbour, 0 while it
    /// is not known and within the bulk of distances.
    ///
    /// - Parameter floor: what is added to distances.
    mutating func surprise(_ value: Double, floor: Double) -> Double {
        append(value)
        guard let distance = distanceToNearest() else { return 0 }
        if waiting.count > Self.guardLength { remember(waiting.removeFirst()) }
        waiting.append(distance)
        let count = sorted.count
        guard count >= Self.fewestReferences else { return 0 }
        let tailCount = max(3, Int(Self.tailShare * Double(count)))
        let start = sorted[count - tailCount - 1] + floor
        guard distance + floor > start else { return 0 }
        let logarithms = sorted.suffix(tailCount).reversed().reduce(0) { $0 + Double.log(($1 + floor) / start) }
        let shape = max(logarithms / Double(tailCount), Self.leastShape)
        return -Double.log10(Double(tailCount) / Double(count)) + Double.log10((distance + floor) / start) / shape
    }

    private mutating func append(_ value: Double) {
        rowCount += 1
        if block.count == blockLength { block.removeFirst() }
        block.append(value)
        let kept = OnlineDiscordDetector.historyLength + OnlineDiscordDetector.windowLength * blockLength
        // Cut rarely and by half, so that the means lie in one piece and a row costs little.
        if means.count == 2 * kept {
            means.removeFirst(kept)
            firstMean += kept
        }
        means.append(block.reduce(0, +) / Double(blockLength))
    }

    /// The root mean squared difference to the nearest earlier window that does not overlap the newest one; `nil` when
    /// there is none.
    private mutating func distanceToNearest() -> Double? {
        let length = OnlineDiscordDetector.windowLength
        let row = rowCount - 1
        let first = max(length * blockLength - 1, row - OnlineDiscordDetector.historyLength)
        let count = row - length * blockLength - first + 1
        guard count > 0 else { return nil }
        let (blockLength, firstMean) = (blockLength, firstMean)
        // Step by step of the window over all earlier ones, which vectors of the processor can do; pointers, since checks
        // of bounds would keep it from that.
        let smallest = unsafe means.withUnsafeBufferPointer { means in
            unsafe squares.withUnsafeMutableBufferPointer { squares in
                for index in 0..<count { unsafe squares[index] = 0 }
                for step in 0..<length {
                    let newest = unsafe means[row - step * blockLength - firstMean]
                    let offset = first - step * blockLength - firstMean
                    for index in 0..<count {
                        let difference = unsafe means[offset &+ index] - newest
                        unsafe squares[index] += difference * difference
                    }
                }
                var smallest = Double.infinity
                for index in 0..<count { smallest = unsafe min(smallest, squares[index]) }
                return smallest
            }
        }
        return (smallest / Double(length)).squareRoot()
    }

    /// Counts a distance as usual, and forgets the oldest when there are enough.
    private mutating func remember(_ distance: Double) {
        if references.count < Self.referenceLength {
            references.append(distance)
        } else {
            sorted.remove(at: place(of: references[oldest]))
            references[oldest] = distance
            oldest = (oldest + 1) % Self.referenceLength
        }
        sorted.insert(distance, at: place(of: distance))
    }

    /// The place of the first sorted distance that is not smaller.
    private func place(of distance: Double) -> Int {
        var (low, high) = (0, sorted.count)
        while low < high {
            let middle = (low + high) / 2
            if sorted[middle] < distance { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
