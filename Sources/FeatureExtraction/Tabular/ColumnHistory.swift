import SignalCore

/// The last rows of one column, and all features that come from them.
struct ColumnHistory: Sendable {
    private struct ExponentialMean: Sendable {
        let span: Int
        var numerator = 0.0
        var weight = 0.0
    }

    private let lags: [Int]
    private let differences: [Int]
    private let changes: [Int]
    private var windows: [RollingWindow]
    private var means: [ExponentialMean]
    /// The last rows; row number r stands at `r & (count - 1)`.
    private var ring: [Float]

    init(_ recipe: TabularRecipe) {
        lags = recipe.lags
        differences = recipe.differences
        changes = recipe.changes
        means = recipe.spans.map { ExponentialMean(span: $0) }
        windows = recipe.windows.map { RollingWindow(length: $0.length, statistics: $0.statistics) }
        var capacity = 2
        // The row that leaves a window is still there when the next one comes.
        while capacity < recipe.reach + 2 { capacity *= 2 }
        ring = Array(repeating: 0, count: capacity)
    }

    /// The number of features of one column.
    var count: Int {
        windows.reduce(0) { $0 + $1.statistics.count } + means.count + lags.count + differences.count + changes.count
    }

    var isEmpty: Bool { count == 0 }

    /// What the features of one column are called.
    func columns(of column: FeatureColumn) -> [FeatureColumn] {
        var columns: [FeatureColumn] = []
        func add(_ suffix: String, unit: String? = nil) {
            columns.append(FeatureColumn("\(column.name).\(suffix)", unit: unit ?? column.unit))
        }
        for window in windows {
            for statistic in window.statistics {
                let isNumber = [.skewness, .kurtosis, .flatline].contains(statistic)
                add("\(statistic.rawValue)\(window.length)", unit: isNumber ? "" : nil)
            }
        }
        for mean in means { add("ewm\(mean.span)") }
        for lag in lags { add("lag\(lag)") }
        for step in differences { add("difference\(step)") }
        for step in changes { add("change\(step)", unit: "%") }
        return columns
    }

    /// Takes the value of the next row and writes the features.
    mutating func take(_ value: Float, row: Int, into result: inout [Float], at next: inout Int) {
        let mask = ring.count - 1
        ring[row & mask] = value
        for index in windows.indices {
            windows[index].take(row: row, from: ring, into: &result, at: &next)
        }
        for index in means.indices {
            let rest = 1 - 2 / (Double(means[index].span) + 1)
            means[index].numerator = Double(value) + rest * means[index].numerator
            means[index].weight = 1 + rest * means[index].weight
            result[next] = Float.nearest(means[index].numerator / means[index].weight)
            next += 1
        }
        for lag in lags {
            result[next] = ring[max(0, row - lag) & mask]
            next += 1
        }
        for step in differences {
            result[next] = Float.nearest(Double(value) - Double(ring[max(0, row - step) & mask]))
            next += 1
        }
        for step in changes {
            let earlier = Double(ring[max(0, row - step) & mask])
            result[next] = .boundedQuotient(100 * (Double(value) - earlier), earlier)
            next += 1
        }
    }

    mutating func reset() {
        for index in windows.indices { windows[index].reset() }
        for index in means.indices { (means[index].numerator, means[index].weight) = (0, 0) }
    }
}
