public import SignalCore

/// Options of ``SeasonalResidualDetector``.
public struct SeasonalResidualOptions: AlgorithmOptions {
    /// The period of the seasonality in seconds; 0, the default, looks for one in the training data and does without
    /// where none stands out.
    public var period = 0.0
    /// The sine and cosine pairs that make up the season, 0 (none) to 8; default 2.
    public var harmonics = 2
    /// Whether columns may rise or fall steadily; default true. The trend goes on beyond the training data.
    public var trend = true
    /// Consecutive frames that are looked at together, 1 to 512; default 8. Sums over up to so many are judged. No
    /// window reaches from one recording into the next.
    public var contextFrames = 8
    /// The quantile of the training values of every statistic that counts as its limit, 0.5 to 1; default 0.99.
    public var limitQuantile = 0.99

    /// What is worth searching.
    public static let searchSpace = [
        OptionSearch("contextFrames", .integers(1...64, isLogarithmic: true)),
        OptionSearch("harmonics", .integers(0...4, isLogarithmic: false)),
        OptionSearch("trend", .choices([.flag(true), .flag(false)])),
    ]

    /// The defaults.
    public init() {}

    /// Checks every option's range.
    public func validate() throws {
        guard period == 0 || (1e-6...1e12).contains(period) else {
            throw SignalError(.invalidOption, "period takes 0 (find it) or 1e-06 to 1e12 seconds, not \(period)")
        }
        try OptionRange.check("harmonics", harmonics, in: 0...8)
        try OptionRange.check("contextFrames", contextFrames, in: 1...512)
        try OptionRange.check("limitQuantile", limitQuantile, in: 0.5...1)
    }
}
