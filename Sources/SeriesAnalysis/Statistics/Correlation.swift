import SignalCore

/// How two columns go together. Only rows in which both have a value count.
public struct Correlation: Sendable, Equatable, Codable {
    /// The columns.
    public let first: String
    /// The second column.
    public let second: String
    /// Rows with both values.
    public let count: Int
    /// Pearson's coefficient, of the values; `nil` when a column does not vary.
    public let pearson: Double?
    /// Spearman's coefficient, of their ranks; equal values share the mean of their ranks.
    public let spearman: Double?
    /// The lag in rows with the largest magnitude of the cross-correlation: above 0 when the second column follows the
    /// first. Of long series in steps of ``lagStep``.
    public let lag: Int?
    /// The cross-correlation there.
    public let lagCorrelation: Double?
    /// The rows that a lag is a multiple of.
    public let lagStep: Int
}

/// The correlations of all pairs of columns.
public struct CorrelationMap: Sendable, Equatable, Codable {
    /// The names of the columns.
    public let columns: [String]
    /// All pairs, the first column before the second.
    public let pairs: [Correlation]

    /// Rows that lags are looked for in; of more, means of blocks are taken.
    static let mostLagRows = 20_000

    /// Measures all pairs.
    ///
    /// - Parameters:
    ///   - values: NaN for a missing one. Shape: columns x rows.
    ///   - longestLag: in rows.
    ///   - jobs: threads; the result does not depend on them.
    public init(columns: [String], values: [[Double]], longestLag: Int, jobs: Int) throws {
        self.columns = columns
        let rows = values.first?.count ?? 0
        let step = max(1, (rows + Self.mostLagRows - 1) / Self.mostLagRows)
        let prepared = try ConcurrentLoop.map(count: columns.count, jobs: jobs) { index in
            let column = values[index]
            let coarse = step > 1 ? Blocks.means(column, size: step).map(\.value) : column
            return (
                ranks: column.allSatisfy(\.isFinite) ? Self.ranks(column) : nil, coarse: Self.standardised(coarse)
            )
        }
        let indices = columns.indices.flatMap { first in (first + 1..<columns.count).map { (first, $0) } }
        pairs = try ConcurrentLoop.map(count: indices.count, jobs: jobs) { number in
            let (first, second) = indices[number]
            let isWhole = prepared[first].ranks != nil && prepared[second].ranks != nil
            var pair = (values[first], values[second])
            if !isWhole {
                let both = pair.0.indices.filter { pair.0[$0].isFinite && pair.1[$0].isFinite }
                pair = (both.map { pair.0[$0] }, both.map { pair.1[$0] })
            }
            let ranks = (
                isWhole ? prepared[first].ranks ?? [] : Self.ranks(pair.0),
                isWhole ? prepared[second].ranks ?? [] : Self.ranks(pair.1)
            )
            let best = Self.lag(prepared[first].coarse, prepared[second].coarse, longest: longestLag / step)
            return Correlation(
                first: columns[first], second: columns[second], count: pair.0.count,
                pearson: Self.pearson(pair.0, pair.1), spearman: Self.pearson(ranks.0, ranks.1),
                lag: best.map { $0.lag * step }, lagCorrelation: best?.value, lagStep: step)
        }
    }

    static func pearson(_ first: [Double], _ second: [Double]) -> Double? {
        guard first.count > 1 else { return nil }
        let count = Double(first.count)
        let (firstMean, secondMean) = (first.reduce(0, +) / count, second.reduce(0, +) / count)
        var (both, firstSquares, secondSquares) = (0.0, 0.0, 0.0)
        for index in first.indices {
            let (a, b) = (first[index] - firstMean, second[index] - secondMean)
            both += a * b
            firstSquares += a * a
            secondSquares += b * b
        }
        let scale = (firstSquares * secondSquares).squareRoot()
        return scale > 0 ? min(1, max(-1, both / scale)) : nil
    }

    /// Ranks from 1, equal values with the mean of theirs.
    static func ranks(_ values: [Double]) -> [Double] {
        let order = values.indices.sorted { values[$0] < values[$1] }
        var ranks = Array(repeating: 0.0, count: values.count)
        var start = 0
        while start < order.count {
            var end = start
            while end + 1 < order.count, values[order[end + 1]] == values[order[start]] { end += 1 }
            for index in start...end { ranks[order[index]] = Double(start + end) / 2 + 1 }
            start = end + 1
        }
        return ranks
    }

    /// In units of the deviation; 0 for a missing value. Empty when the column does not vary.
    private static func standardised(_ values: [Double]) -> [Double] {
        let known = values.filter(\.isFinite)
        let mean = known.reduce(0, +) / Double(max(1, known.count))
        let squares = known.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        let deviation = (squares / Double(max(1, known.count))).squareRoot()
        return deviation > 0 ? values.map { $0.isFinite ? ($0 - mean) / deviation : 0 } : []
    }

    private static func lag(_ first: [Double], _ second: [Double], longest: Int) -> (lag: Int, value: Double)? {
        guard !first.isEmpty, !second.isEmpty else { return nil }
        let longest = min(longest, first.count / 4)
        var best = (lag: 0, value: 0.0)
        let (a, b) = (first.span, second.span)
        // From 0 outwards, so that of equal ones the nearest wins.
        for distance in 0...longest {
            for lag in distance == 0 ? [0] : [distance, -distance] {
                var sum = 0.0
                for row in max(0, -lag)..<min(a.count, a.count - lag) { sum += a[row] * b[row + lag] }
                let value = sum / Double(a.count)
                if abs(value) > abs(best.value) { best = (lag, value) }
            }
        }
        return best
    }
}
