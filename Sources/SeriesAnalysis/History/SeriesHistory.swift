public import SignalCore

/// What became of the columns of a table: trend, season, distribution, rolling statistics, how they go together.
///
/// Rows are taken as equally spaced for seasons, lags and windows; trends go by the times.
public struct SeriesHistory: Sendable, Encodable {
    /// One column.
    public struct Column: Sendable, Encodable {
        /// Its name and unit.
        public let name: String
        /// Its unit, empty for a pure number.
        public let unit: String
        /// `nil` for a column without values.
        public let distribution: Distribution?
        /// A day, of the values less their season; `nil` for fewer than three values.
        public let trend: RobustTrend?
        /// The rows of one season; `nil` where none stands out.
        public let period: Int?
        /// How much season and trend explain, 0 to 1; `nil` without a season.
        public let seasonStrength: Double?
        /// How much the trend explains, 0 to 1; `nil` without a season.
        public let trendStrength: Double?
        /// From the lowest to the highest mean of the places within the season; `nil` without.
        public let seasonRange: Double?
        /// Where the season is highest and lowest, in seconds from the season's first row; `nil` without.
        public let seasonPeakSeconds: Double?
        /// Where the season is lowest, likewise.
        public let seasonTroughSeconds: Double?
        /// The standard deviation of what is left; `nil` without a season.
        public let remainderDeviation: Double?
        /// Mean, deviation and extremes over time.
        public let rolling: RollingStatistics
        /// Trend, season and remainder of every row; `nil` without a season. Not part of the encoded form.
        public let decomposition: SeasonalDecomposition?

        private enum CodingKeys: String, CodingKey {
            case name, unit, distribution, trend, period, seasonStrength, trendStrength, seasonRange
            case seasonPeakSeconds, seasonTroughSeconds, remainderDeviation, rolling
        }
    }

    /// The rows, and seconds from one to the next.
    public let rowCount: Int
    /// Seconds from one row to the next.
    public let rowSeconds: Double
    /// The first and the last time, in seconds on the clock of the table.
    public let start: Double
    /// The last time, likewise.
    public let end: Double
    /// The columns.
    public let columns: [Column]
    /// How the columns go together.
    public let correlations: CorrelationMap

    /// Looks at a table.
    ///
    /// - Parameters:
    ///   - values: NaN for a missing one. Shape: columns x rows.
    ///   - times: of every row in seconds.
    ///   - rowSeconds: the usual step.
    ///   - jobs: threads; the result does not depend on them.
    /// - Throws: `SignalError` with code `invalidOption` for options, `insufficientData` for fewer than three rows.
    public init(
        columns: [FeatureColumn], values: [[Double]], times: [Double], rowSeconds: Double,
        options: HistoryOptions = HistoryOptions(), jobs: Int = 1
    ) throws {
        try options.validate()
        guard times.count >= 3, let start = times.first, let end = times.last else {
            throw SignalError(
                .insufficientData,
                "has \(times.count) \(times.count == 1 ? "row" : "rows"); a history needs at least 3")
        }
        if options.period > 0, times.count < 2 * options.period {
            throw SignalError(
                .insufficientData, "its \(times.count) rows are less than two seasons of \(options.period) rows")
        }
        rowCount = times.count
        self.rowSeconds = rowSeconds
        self.start = start
        self.end = end
        let days = times.map { ($0 - start) / 86_400 }
        let found = try ConcurrentLoop.map(count: columns.count, jobs: jobs) { index in
            try Self.column(columns[index], values[index], days: days, rowSeconds: rowSeconds, options)
        }
        self.columns = found
        let periods = found.compactMap(\.period)
        let longestLag = options.longestLag > 0 ? options.longestLag : periods.max().map { $0 / 2 } ?? 100
        correlations = try CorrelationMap(
            columns: columns.map(\.name), values: values, longestLag: longestLag, jobs: jobs)
    }

    private static func column(
        _ column: FeatureColumn, _ values: [Double], days: [Double], rowSeconds: Double, _ options: HistoryOptions
    ) throws -> Column {
        let known = values.count(where: \.isFinite)
        let period: Int? =
            known < values.count / 2 + 1 ? nil : options.period > 0 ? options.period : season(values, rowSeconds)
        var parts: SeasonalDecomposition?
        if let period, values.count >= 2 * period {
            var settings = SeasonalDecompositionOptions()
            settings.period = period
            parts = try SeasonalDecomposition(values, options: settings)
        }
        var deseasoned = values
        if let parts { for row in values.indices { deseasoned[row] -= parts.season[row] } }
        let means: [Double] = parts.map(Self.profile) ?? []
        let (highest, lowest) = (means.max(), means.min())
        let peak = highest.flatMap { means.firstIndex(of: $0) }
        let trough = lowest.flatMap { means.firstIndex(of: $0) }
        let window =
            options.window > 0 ? options.window : parts == nil ? max(5, values.count / 50) : parts?.period ?? 5
        return Column(
            name: column.name, unit: column.unit, distribution: Distribution(values),
            trend: RobustTrend(deseasoned, times: days), period: parts?.period, seasonStrength: parts?.seasonStrength,
            trendStrength: parts?.trendStrength,
            seasonRange: highest.flatMap { highest in lowest.map { highest - $0 } },
            seasonPeakSeconds: peak.map { Double($0) * rowSeconds },
            seasonTroughSeconds: trough.map { Double($0) * rowSeconds },
            remainderDeviation: parts.flatMap { Distribution($0.remainder)?.standardDeviation },
            rolling: RollingStatistics(values, window: window, points: options.points), decomposition: parts)
    }

    /// The season that stands out; one of nearly a day or a week is a day or a week, because machines go by clocks.
    private static func season(_ values: [Double], _ rowSeconds: Double) -> Int? {
        guard let found = SeasonalPeriod.find(values) else { return nil }
        for calendar in [86_400.0, 604_800] where abs(Double(found) * rowSeconds / calendar - 1) <= 0.1 {
            let rows = Int((calendar / rowSeconds).rounded())
            if 2 * rows <= values.count { return rows }
        }
        return found
    }

    /// The mean of every place within the season.
    private static func profile(_ parts: SeasonalDecomposition) -> [Double] {
        (0..<parts.period).map { place in
            let rows = stride(from: place, to: parts.season.count, by: parts.period)
            let values = rows.map { parts.season[$0] }
            return values.reduce(0, +) / Double(values.count)
        }
    }
}
