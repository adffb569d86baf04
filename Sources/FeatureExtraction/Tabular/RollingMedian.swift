/// The median of the last rows of a column, kept in ascending order: the row that enters is put in the place of the one
/// that leaves, and those between move by one. The search takes the logarithm of the window; the move is one of
/// neighbouring numbers, which for windows of thousands of rows is still faster than a tree.
struct RollingMedian: Sendable {
    private let length: Int
    private var sorted: [Float] = []

    init(length: Int) {
        self.length = length
        sorted.reserveCapacity(length)
    }

    /// The middle value, or the mean of the two middle ones.
    var value: Double {
        let middle = sorted.count / 2
        if sorted.count.isMultiple(of: 2) { return (Double(sorted[middle - 1]) + Double(sorted[middle])) / 2 }
        return Double(sorted[middle])
    }

    /// Takes a value in; once the window is full, `leaving` goes.
    mutating func take(_ value: Float, leaving: Float) {
        guard sorted.count == length else {
            sorted.insert(value, at: position(of: value))
            return
        }
        var index = position(of: leaving)
        while index + 1 < length, sorted[index + 1] < value {
            sorted[index] = sorted[index + 1]
            index += 1
        }
        while index > 0, sorted[index - 1] > value {
            sorted[index] = sorted[index - 1]
            index -= 1
        }
        sorted[index] = value
    }

    mutating func reset() { sorted.removeAll(keepingCapacity: true) }

    /// Where the first value that is not below `value` stands.
    private func position(of value: Float) -> Int {
        var (low, high) = (0, sorted.count)
        while low < high {
            let middle = (low + high) / 2
            if sorted[middle] < value { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
