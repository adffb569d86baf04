internal import SignalCore

/// The columns of a table as small whole numbers, ordered as the values are: what trees are grown from.
///
/// A column with no more distinct values than there may be bins has a bin a value, and splits on it are exact. Others are
/// cut at quantiles, each bin with about as many rows, as LightGBM's and scikit-learn's histograms are (Ke et al.,
/// "LightGBM: A Highly Efficient Gradient Boosting Decision Tree", NeurIPS, 2017). Missing values have a bin of their own,
/// the last one of each column.
struct QuantisedColumns<Code: FixedWidthInteger & UnsignedInteger & Sendable>: Sendable {
    /// The number of rows.
    let rowCount: Int
    /// The codes, column after column.
    let codes: [Code]
    /// The smallest and the largest value of every bin but that of missing values, by column.
    let ranges: [[(low: Float, high: Float)]]

    /// The number of columns.
    var columnCount: Int { ranges.count }

    /// Whether a column has more than one value, missing ones being one.
    let varies: [Bool]

    /// The bins of a column, that of missing values included.
    func binCount(_ column: Int) -> Int { ranges[column].count + 1 }

    /// The threshold between two bins of a column, halfway between the values on either side as in scikit-learn; values up
    /// to it go left.
    func threshold(_ column: Int, left: Int, right: Int) -> Float {
        let (low, high) = (ranges[column][left].high, ranges[column][right].low)
        let middle = Float((Double(low) + Double(high)) / 2)
        return middle < high && middle >= low ? middle : low
    }

    /// Quantises frames.
    ///
    /// - Precondition: the bins and one more fit the code, there are fewer than 2^32 rows, and no value is infinite.
    init(_ frames: FeatureFrames, bins: Int, jobs: Int) throws {
        precondition(bins <= Int(Code.max), "the bins fit the code")
        let (rowCount, columnCount) = (frames.count, frames.columnCount)
        let columns = try ConcurrentLoop.map(count: columnCount, jobs: jobs) { column in
            Self.column(frames.values, column, of: columnCount, rows: rowCount, bins: bins)
        }
        self.rowCount = rowCount
        codes = columns.flatMap(\.codes)
        ranges = columns.map(\.ranges)
        varies = columns.map { $0.ranges.count + ($0.hasMissing ? 1 : 0) > 1 }
    }

    private static func column(
        _ values: [Float], _ column: Int, of columnCount: Int, rows: Int, bins: Int
    ) -> (codes: [Code], ranges: [(low: Float, high: Float)], hasMissing: Bool) {
        var present: [(value: Float, place: Int)] = []
        present.reserveCapacity(rows)
        for row in 0..<rows {
            let value = values[row * columnCount + column]
            if !value.isNaN { present.append((value, row)) }
        }
        let sorted = RadixSort.sorted(present)
        var distinct = 0
        for index in sorted.indices where index == 0 || sorted[index] >> 32 != sorted[index - 1] >> 32 { distinct += 1 }
        // A bin ends where the value changes, when it holds its share of what the bins before it have left over.
        let isExact = distinct <= bins
        var ranges: [(low: Float, high: Float)] = []
        var codes = Array(repeating: Code(0), count: rows)
        var (start, distinctLeft) = (0, distinct)
        while start < sorted.count {
            let binsLeft = bins - ranges.count
            let share = isExact ? 1 : (sorted.count - start + binsLeft - 1) / binsLeft
            var end = start
            repeat {
                let bits = sorted[end] >> 32
                while end < sorted.count, sorted[end] >> 32 == bits { end += 1 }
                distinctLeft -= 1
            } while end - start < share && end < sorted.count && distinctLeft >= binsLeft
            let code = Code(truncatingIfNeeded: ranges.count)
            for index in start..<end { codes[RadixSort.place(of: sorted[index])] = code }
            ranges.append((RadixSort.value(of: sorted[start]), RadixSort.value(of: sorted[end - 1])))
            start = end
        }
        let hasMissing = present.count < rows
        if hasMissing {
            let missing = Code(truncatingIfNeeded: ranges.count)
            for row in 0..<rows where values[row * columnCount + column].isNaN { codes[row] = missing }
        }
        return (codes, ranges, hasMissing)
    }
}
