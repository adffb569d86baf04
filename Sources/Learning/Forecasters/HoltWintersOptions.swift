public import SignalCore

/// How a season adds to a level.
public enum SeasonKind: String, OptionChoice {
    /// It is added to the level.
    case additive
    /// The level is multiplied by it: values must be above 0.
    case multiplicative
}

/// How a level goes on.
public enum TrendKind: String, OptionChoice {
    /// It stays.
    case none
    /// It goes on along a line.
    case linear
    /// It goes on along a line that flattens out (Gardner and McKenzie, "Forecasting Trends in Time Series", 1985).
    case damped
}

/// Options of ``HoltWintersForecaster``.
public struct HoltWintersForecasterOptions: AlgorithmOptions {
    /// The number of frames that are forecast, 1 to 1000; default 1.
    public var horizon = 1
    /// The number of first columns that are forecast, 0 (all) to 65536; default 0.
    public var targets = 0
    /// The frames of a season, 1 (no season) to 10000; default 0, which finds it in every column.
    public var period = 0
    /// How the season adds to the level; default `additive`.
    public var season = SeasonKind.additive
    /// How the level goes on; default `damped`, since straight lines run away over long horizons.
    public var trend = TrendKind.damped
    /// The seasons that a forecast looks at, 2 to 100; default 4. As many are taken as half of the longest run of frames
    /// holds, but at least two; and at least 100 frames where there are.
    public var contextSeasons = 4

    /// The kinds of trend and season.
    public static let searchSpace = [
        OptionSearch("trend", .choices(TrendKind.allCases.map { .text($0.rawValue) })),
        OptionSearch("season", .choices(SeasonKind.allCases.map { .text($0.rawValue) })),
    ]

    /// The defaults.
    public init() {}

    /// Checks every option's range.
    public func validate() throws {
        try ForecastHorizon.check(horizon)
        try OptionRange.check("targets", targets, in: 0...65_536)
        try OptionRange.check("period", period, in: 0...SeasonLength.longest)
        try OptionRange.check("contextSeasons", contextSeasons, in: 2...100)
    }
}
