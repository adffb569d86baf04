public import SignalCore

/// A ready-made choice of columns of a ``TabularPipeline``.
public enum TabularPreset: String, OptionChoice {
    /// The columns as they are.
    case raw
    /// The columns; mean, std, min, max and range over the last 5, 10 and 30 rows; and the difference from the row before.
    case statistics
    /// The columns; mean, std, min, max and range over the last 5, 10 and 30 rows; median, skewness and kurtosis over
    /// the last 24; an exponentially weighted mean of span 10; lags of 1, 2, 3 and 5 rows; difference and change from
    /// the row before; quotient and difference of every pair of columns; mean, std, min and max across columns; hour,
    /// weekday, month and minute of the day on their circles. From 4 columns and an absolute time that makes
    /// 4 * 26 + 6 * 2 + 4 + 4 * 2 = 128.
    case full
    /// In place of every column, two: where its level and its noise of the last 20 rows stand against baselines that
    /// follow drift, in units of what was usual in training (``DriftTracker``). For sensors that warm up or wander: what
    /// moves as it did in training stays near 0, a step does not. Nothing else is added to them; they need to be learnt
    /// from at least 120 rows.
    case tracked
}

/// A statistic of the last rows of a column.
public enum RollingStatistic: String, OptionChoice {
    /// The arithmetic mean.
    case mean
    /// The standard deviation with divisor n - 1, as pandas; 0 for a single row.
    case std
    /// The smallest value.
    case min
    /// The largest value.
    case max
    /// The largest minus the smallest value.
    case range
    /// The middle value, or the mean of the two middle ones.
    case median
    /// The adjusted Fisher-Pearson skewness, as pandas; 0 for fewer than three rows or equal values.
    case skewness
    /// The unbiased excess kurtosis, as pandas; 0 for fewer than four rows or equal values.
    case kurtosis
    /// The sum.
    case sum
    /// The slope of the least-squares line, a row; 0 for a single row.
    case slope
    /// For how many rows the value has not changed, at most the window less one: the flat line test of oceanography
    /// (IOOS, "Manual for Real-Time Quality Control of In-situ Temperature and Salinity Data", test 8). It finds a sensor that is
    /// stuck, or silent where its last value is held.
    case flatline
}

/// A reading of the calendar, as sine and cosine on its circle.
public enum CalendarFeature: String, OptionChoice {
    /// The hour of the day, 0 to 23.
    case hour
    /// The day of the week, Monday first.
    case weekday
    /// The month of the year.
    case month
    /// The minute of the day, 0 to 1439.
    case minute
}

/// What is computed across the columns of one row.
public enum CrossFeature: String, OptionChoice {
    /// The quotient of every pair of columns.
    case ratio
    /// The difference of every pair of columns.
    case difference
    /// The mean of all columns.
    case mean
    /// The standard deviation of all columns, divisor n - 1.
    case std
    /// The smallest value of all columns.
    case min
    /// The largest value of all columns.
    case max
}

/// What happens to a value that is missing.
public enum MissingValueHandling: String, OptionChoice {
    /// The last value of the column is held.
    case hold
    /// A straight line to the next value of the column. Rows wait for it, at most ``TabularOptions/longestGap`` of them,
    /// beyond which the last value is held. Not causal, so it cannot run live.
    case interpolate
    /// The row is left out.
    case drop
}

/// The options of the feature `table`, what a ``TabularPipeline`` makes of the columns of a sensor table.
///
/// Lists that are empty are those of the preset; others replace them. Windows without statistics, and statistics
/// without windows, take theirs from the preset `statistics`.
public struct TabularOptions: AlgorithmOptions {
    /// The choice of columns to start from.
    public var preset = TabularPreset.raw
    /// The lengths of the windows of rolling statistics in rows, 2 to 10,000 each.
    public var windows: [Int] = []
    /// The statistics of every window.
    public var statistics: [RollingStatistic] = []
    /// The spans of exponentially weighted means in rows, 1 to 1,000,000 each; a row's weight falls by the factor
    /// 1 - 2 / (span + 1) with every further row (pandas `ewm(span:)`, adjusted).
    public var spans: [Int] = []
    /// How many rows back the columns of earlier values lie, 1 to 10,000 each.
    public var lags: [Int] = []
    /// How many rows apart differences are taken, 1 to 10,000 each.
    public var differences: [Int] = []
    /// How many rows apart changes in percent are taken, 1 to 10,000 each.
    public var changes: [Int] = []
    /// The readings of the calendar. They need a table with absolute times; those of a preset are left out without.
    public var calendar: [CalendarFeature] = []
    /// What is computed across columns.
    public var across: [CrossFeature] = []
    /// What happens to missing values.
    public var missing = MissingValueHandling.hold
    /// The most rows that wait for the next value when missing ones are interpolated, 1 to 100,000.
    public var longestGap = 100
    /// The share of training values at each end of a column beyond which values count as outliers and are clipped,
    /// below 0.5; 0, the default, clips nothing. Takes effect through ``learning(from:)``.
    public var clipShare = 0.0
    /// The lowest value of every column; lower ones are clipped. Empty for no limits; learnt or given.
    public var lowerLimits: [Double] = []
    /// The highest value of every column; higher ones are clipped. Empty for no limits; learnt or given.
    public var upperLimits: [Double] = []
    /// What stands in for the values of a column before its first one; learnt or given. When it is empty, rows are left
    /// out until every column has had a value.
    public var initialValues: [Double] = []

    /// How fast the baselines of the preset `tracked` may move in an excursion, a row: the levels of all columns, then the
    /// noises. Learnt.
    public var driftSpeeds: [Double] = []
    /// The units of the preset `tracked`, in the same order. Learnt.
    public var driftScales: [Double] = []

    /// The defaults: the columns as they are, missing values held.
    public init() {}

    /// Checks every member's range.
    ///
    /// - Throws: `SignalError` with code `invalidOption`.
    public func validate() throws {
        for (name, values, range) in [
            ("windows", windows, 2...10_000), ("spans", spans, 1...1_000_000), ("lags", lags, 1...10_000),
            ("differences", differences, 1...10_000), ("changes", changes, 1...10_000),
        ] {
            for value in values { try OptionRange.check("every one of \(name)", value, in: range) }
            try Self.requireDistinct(name, values)
        }
        try Self.requireDistinct("statistics", statistics.map(\.rawValue))
        try Self.requireDistinct("calendar", calendar.map(\.rawValue))
        try Self.requireDistinct("across", across.map(\.rawValue))
        try OptionRange.check("longestGap", longestGap, in: 1...100_000)
        guard clipShare >= 0, clipShare < 0.5 else {
            throw SignalError(.invalidOption, "clipShare is a share from 0 to below 0.5, not \(clipShare)")
        }
        for (name, values) in [
            ("lowerLimits", lowerLimits), ("upperLimits", upperLimits), ("initialValues", initialValues),
        ] {
            let largest = Double(Float.greatestFiniteMagnitude)
            for value in values { try OptionRange.check("every one of \(name)", value, in: -largest...largest) }
        }
        for speed in driftSpeeds { try OptionRange.check("every one of driftSpeeds", speed, in: 0...1e30) }
        for scale in driftScales { try OptionRange.check("every one of driftScales", scale, in: DriftTracker.range) }
        if preset == .tracked, self != trackedAlone {
            throw SignalError(
                .invalidOption, "the preset tracked makes its own columns; leave out windows, lags and the like")
        }
        for (column, (lower, upper)) in zip(lowerLimits, upperLimits).enumerated() where lower > upper {
            throw SignalError(
                .invalidOption, "lowerLimits must not lie above upperLimits, as \(lower) above \(upper) does"
            ).at(column: String(column))
        }
    }

    /// The same options without anything that adds columns.
    private var trackedAlone: TabularOptions {
        var alone = self
        (alone.windows, alone.statistics, alone.spans, alone.lags) = ([], [], [], [])
        (alone.differences, alone.changes, alone.calendar, alone.across) = ([], [], [], [])
        return alone
    }

    private static func requireDistinct<Value: Hashable>(_ name: String, _ values: [Value]) throws {
        var seen: Set<Value> = []
        for value in values where !seen.insert(value).inserted {
            throw SignalError(.invalidOption, "\(name) lists \(value) twice")
        }
    }
}
