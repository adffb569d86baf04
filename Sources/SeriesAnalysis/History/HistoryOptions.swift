import SignalCore

/// What ``SeriesHistory`` looks at.
public struct HistoryOptions: Sendable, Equatable {
    /// The rows of one season; 0, the default, looks for it in every column and does without where none stands out.
    public var period = 0
    /// The rows that rolling statistics look at; 0, the default, for a season, or a fiftieth of the rows without one.
    public var window = 0
    /// Rolling statistics are given at so many rows.
    public var points = 200
    /// The longest lag between columns in rows; 0, the default, for half a season, or a hundred rows without one.
    public var longestLag = 0

    /// The defaults.
    public init() {}

    /// Checks every member's range.
    ///
    /// - Throws: `SignalError` with code `invalidOption`.
    public func validate() throws {
        guard period == 0 || (2...10_000_000).contains(period) else {
            throw SignalError(.invalidOption, "period is 0 (look for it) or 2 to 10000000 rows, not \(period)")
        }
        try OptionRange.check("window", window, in: 0...10_000_000)
        try OptionRange.check("points", points, in: 2...100_000)
        try OptionRange.check("longestLag", longestLag, in: 0...1_000_000)
    }
}
