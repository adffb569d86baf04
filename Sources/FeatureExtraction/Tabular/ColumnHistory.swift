import SignalCore

/// The last rows of one column, and all features that come from them.
struct ColumnHistory: Sendable {
    private struct Window: Sendable {
        let length: Int
        let statistics: [RollingStatistic]
        var moments: RollingMoments?
        var minimum: RollingExtreme?
        var maximum: RollingExtreme?
        var median: RollingMedian?
    }

    private struct ExponentialMean: Sendable {
        let span: Int
        var numerator = 0.0
        var weight = 0.0
    }

    private let lags: [Int]
    private let differences: [Int]
    private let changes: [Int]
    private var windows: [Window]
    private var means: [ExponentialMean]
    /// The last rows; row number r stands at `r & (count - 1)`.
    private var ring: [Float]

    init(_ recipe: TabularRecipe) {
        lags = recipe.lags
        differences = recipe.differences
        changes = recipe.changes
        means = recipe.spans.map { ExponentialMean(span: $0) }
        windows = recipe.windows.map { window in
            let wanted = Set(window.statistics)
            let length = window.length
            let higher: Set<RollingStatistic> = [.skewness, .kurtosis]
            let hasMoments = !wanted.isDisjoint(with: higher.union([.mean, .std, .sum, .slope]))
            return Window(
                length: length, statistics: window.statistics,
                moments: hasMoments
                    ? RollingMoments(length: length, hasHigherPowers: !wanted.isDisjoint(with: higher)) : nil,
                minimum: wanted.isDisjoint(with: [.min, .range])
                    ? nil : RollingExtreme(length: length, isMaximum: false),
                maximum: wanted.isDisjoint(with: [.max, .range])
                    ? nil : RollingExtreme(length: length, isMaximum: true),
                median: wanted.contains(.median) ? RollingMedian(length: length) : nil)
        }
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
                let isNumber = statistic == .skewness || statistic == .kurtosis
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
            update(&windows[index], value, row: row)
            for statistic in windows[index].statistics {
                result[next] = Self.value(of: statistic, windows[index], row: row)
                next += 1
            }
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
        for index in windows.indices {
            windows[index].moments?.reset()
            windows[index].minimum?.reset()
            windows[index].maximum?.reset()
            windows[index].median?.reset()
        }
        for index in means.indices { (means[index].numerator, means[index].weight) = (0, 0) }
    }

    private func update(_ window: inout Window, _ value: Float, row: Int) {
        window.moments?.take(row: row, from: ring.span)
        window.minimum?.take(value, row: row)
        window.maximum?.take(value, row: row)
        window.median?.take(value, leaving: ring[max(0, row - window.length) & (ring.count - 1)])
    }

    private static func value(of statistic: RollingStatistic, _ window: borrowing Window, row: Int) -> Float {
        switch statistic {
        case .mean: Float.nearest(window.moments?.mean ?? 0)
        case .std: Float.nearest(window.moments?.standardDeviation ?? 0)
        case .sum: Float.nearest(window.moments?.sum ?? 0)
        case .slope: Float.nearest(window.moments?.slope(row: row) ?? 0)
        case .skewness: Float.nearest(window.moments?.skewness ?? 0)
        case .kurtosis: Float.nearest(window.moments?.kurtosis ?? 0)
        case .min: window.minimum?.value ?? 0
        case .max: window.maximum?.value ?? 0
        case .range: Float.nearest(Double(window.maximum?.value ?? 0) - Double(window.minimum?.value ?? 0))
        case .median: Float.nearest(window.median?.value ?? 0)
        }
    }
}
