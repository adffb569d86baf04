import SignalCore

/// What a pipeline computes, once preset and lists are put together.
struct TabularRecipe: Sendable, Equatable {
    /// The rolling statistics of one window.
    struct Window: Sendable, Equatable {
        var length: Int
        var statistics: [RollingStatistic]
    }

    var windows: [Window] = []
    var spans: [Int] = []
    var lags: [Int] = []
    var differences: [Int] = []
    var changes: [Int] = []
    var calendar: [CalendarFeature] = []
    var across: [CrossFeature] = []

    private static let usualLengths = [5, 10, 30]
    private static let usualStatistics: [RollingStatistic] = [.mean, .std, .min, .max, .range]

    /// Lays the lists of the options over their preset.
    init(_ options: TabularOptions, hasAbsoluteTime: Bool) {
        if options.preset == .statistics || options.preset == .full {
            windows = Self.usualLengths.map { Window(length: $0, statistics: Self.usualStatistics) }
            differences = [1]
        }
        if options.preset == .full {
            windows.append(Window(length: 24, statistics: [.median, .skewness, .kurtosis]))
            spans = [10]
            lags = [1, 2, 3, 5]
            changes = [1]
            across = [.ratio, .difference, .mean, .std, .min, .max]
            if hasAbsoluteTime { calendar = [.hour, .weekday, .month, .minute] }
        }
        if !options.windows.isEmpty || !options.statistics.isEmpty {
            let lengths = options.windows.isEmpty ? Self.usualLengths : options.windows
            let statistics = options.statistics.isEmpty ? Self.usualStatistics : options.statistics
            windows = lengths.map { Window(length: $0, statistics: statistics) }
        }
        if !options.spans.isEmpty { spans = options.spans }
        if !options.lags.isEmpty { lags = options.lags }
        if !options.differences.isEmpty { differences = options.differences }
        if !options.changes.isEmpty { changes = options.changes }
        if !options.calendar.isEmpty { calendar = options.calendar }
        if !options.across.isEmpty { across = options.across }
    }

    /// The longest look back, in rows before the current one.
    var reach: Int { max(1, ([1] + lags + differences + changes).max() ?? 1, (windows.map(\.length).max() ?? 1) - 1) }
}
