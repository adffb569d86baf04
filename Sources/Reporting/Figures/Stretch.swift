/// A stretch of time, in seconds.
public struct Stretch: Codable, Sendable, Equatable {
    /// Its begin.
    public var start: Double
    /// Its end; not before the begin.
    public var end: Double

    /// Makes a stretch.
    public init(start: Double, end: Double) {
        self.start = start
        self.end = max(start, end)
    }

    /// The runs of marked rows as stretches, each from its first row to the row behind it. Runs nearer to each other than
    /// a picture can show are joined.
    public static func marked(_ flags: [Bool], times: [Double]) -> [Stretch] {
        var stretches: [Stretch] = []
        var row = 0
        let count = min(flags.count, times.count)
        while row < count {
            guard flags[row] else {
                row += 1
                continue
            }
            var end = row
            while end < count, flags[end] { end += 1 }
            stretches.append(Stretch(start: times[row], end: times[min(end, count - 1)]))
            row = end
        }
        return joined(stretches)
    }

    /// Joins stretches with gaps of less than a thousandth of the whole, until there are few enough to draw.
    static func joined(_ stretches: [Stretch]) -> [Stretch] {
        guard stretches.count > 400, let first = stretches.first, let last = stretches.last else { return stretches }
        let gap = (last.end - first.start) / 1000
        var result: [Stretch] = []
        for stretch in stretches {
            if let before = result.last, stretch.start - before.end < gap {
                result[result.count - 1].end = max(before.end, stretch.end)
            } else {
                result.append(stretch)
            }
        }
        return result
    }
}

extension Stretch {
    /// A little wider, where it could not be seen otherwise.
    func visible(in range: ClosedRange<Double>) -> Stretch {
        let least = (range.upperBound - range.lowerBound) / 600
        guard end - start < least else { return self }
        let middle = start + (end - start) / 2
        return Stretch(start: middle - least / 2, end: middle + least / 2)
    }
}
