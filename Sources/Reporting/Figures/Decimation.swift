import SignalCore

/// Fewer points that draw the same line.
enum Decimation {
    /// More columns than this nobody sees in a picture eight inches wide.
    static let columns = 1200

    /// The rows to keep of a long series: in each of at most ``columns`` equal runs the smallest and the largest value, in
    /// their order, so that no spike is lost. A run without a number keeps one row, so that a gap stays a gap.
    ///
    /// - Parameter limit: at most twice as many rows are kept; a series not longer than that is kept whole.
    static func rows(_ values: [Double], limit: Int = columns) -> [Int] {
        guard values.count > 2 * limit else { return Array(values.indices) }
        var kept: [Int] = []
        kept.reserveCapacity(2 * limit)
        for column in 0..<limit {
            let start = column * values.count / limit
            let end = (column + 1) * values.count / limit
            var lowest: Int?
            var highest: Int?
            for row in start..<end where values[row].isFinite {
                if lowest.map({ values[row] < values[$0] }) ?? true { lowest = row }
                if highest.map({ values[row] > values[$0] }) ?? true { highest = row }
            }
            guard let lowest, let highest else {
                kept.append(start)
                continue
            }
            kept.append(min(lowest, highest))
            if lowest != highest { kept.append(max(lowest, highest)) }
        }
        return kept
    }

    /// What a caption says of a series of which rows were left out.
    static func note(from count: Int, to kept: Int) -> String {
        kept < count ? " Of \(count) rows the smallest and largest of every \(count / columns) or so are drawn." : ""
    }
}

extension Array where Element == Double {
    /// The smallest and the largest finite number.
    var finiteRange: ClosedRange<Double>? {
        var range: ClosedRange<Double>?
        for value in self where value.isFinite {
            range = range.map { Swift.min($0.lowerBound, value)...Swift.max($0.upperBound, value) } ?? value...value
        }
        return range
    }

    /// The numbers in these rows.
    func rows(_ rows: [Int]) -> [Double] { rows.map { self[$0] } }
}

extension ClosedRange<Double> {
    /// The range itself, or where it is a single number some room around it.
    var visible: ClosedRange<Double> {
        upperBound - lowerBound > Swift.max(abs(lowerBound), abs(upperBound)) * 1e-12 ? self : padded()
    }

    /// The range with some room at both ends; never empty, never beyond what gnuplot can draw.
    func padded(_ share: Double = 0.05) -> ClosedRange<Double> {
        let low = Swift.max(lowerBound, -1e300)
        let high = Swift.min(upperBound, 1e300)
        let room = high > low ? (high - low) * share : Swift.max(abs(low) * 0.1, 1e-9)
        let least = Swift.max(abs(low), abs(high)) * 1e-9
        return (low - Swift.max(room, least))...(high + Swift.max(room, least))
    }
}

extension Figure {
    /// Refuses numbers that belong together but are not as many.
    func requireEqual(_ counts: Int...) throws { try requireEqual(counts) }

    /// Refuses numbers that belong together but are not as many.
    func requireEqual(_ counts: [Int]) throws {
        guard Set(counts).count <= 1 else {
            throw SignalError(
                .mismatch,
                "the figure '\(name.escapingControlCharacters)' has columns of different length "
                    + "(\(counts.prefix(8).map(String.init).joined(separator: ", ")))")
        }
    }

    /// The range of numbers to draw, with some room.
    ///
    /// - Throws: `SignalError` with code `insufficientData` when there is not one number.
    func drawnRange(_ values: [Double]..., what: String) throws -> ClosedRange<Double> {
        let ranges = values.compactMap(\.finiteRange)
        guard let low = ranges.map(\.lowerBound).min(), let high = ranges.map(\.upperBound).max() else {
            throw SignalError(
                .insufficientData, "the figure '\(name.escapingControlCharacters)' has no \(what) that could be drawn")
        }
        return low...high
    }
}
