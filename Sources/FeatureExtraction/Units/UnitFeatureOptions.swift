public import SignalCore

/// The options of ``UnitFeatures``: what is made of the readings of one machine as it ages.
public struct UnitFeatureOptions: AlgorithmOptions {
    /// Whether the readings themselves are among the features.
    public var keepsReadings = true
    /// The lengths of the trailing windows in rows, 2 to 10,000 each; none for features of single rows.
    public var windows: [Int] = []
    /// The statistics of every window.
    public var statistics: [RollingStatistic] = [.mean, .std, .slope]
    /// How many of a unit's first rows are its own baseline, 1 to 10,000; 0 for none. With it, the mean over every window
    /// (the reading itself where there is no window) is also told as its difference to the baseline.
    public var baselineRows = 0
    /// Whether the rows since the unit's start are a feature.
    public var age = false
    /// Products of columns, as `torque*speed`.
    public var products: [String] = []
    /// Quotients of columns, as `pressure/flow`.
    public var ratios: [String] = []
    /// Differences of columns, as `process_temperature-air_temperature`.
    public var differences: [String] = []
    /// Columns that are settings of the unit rather than readings: they are taken as they stand and get no windows.
    public var fixed: [String] = []

    /// The defaults: the readings as they stand.
    public init() {}

    /// Checks every member's range.
    ///
    /// - Throws: `SignalError` with code `invalidOption`.
    public func validate() throws {
        for window in windows { try OptionRange.check("every one of windows", window, in: 2...10_000) }
        try OptionRange.check("baselineRows", baselineRows, in: 0...10_000)
        try Self.requireDistinct("windows", windows)
        try Self.requireDistinct("statistics", statistics.map(\.rawValue))
        try Self.requireDistinct("fixed", fixed)
        for (name, list) in [("products", products), ("ratios", ratios), ("differences", differences)] {
            try Self.requireDistinct(name, list)
        }
        guard keepsReadings || !windows.isEmpty || baselineRows > 0 else {
            throw SignalError(
                .invalidOption,
                "keepsReadings=false without windows and baselineRows leaves no features; set one of them")
        }
    }

    private static func requireDistinct<Value: Hashable>(_ name: String, _ values: [Value]) throws {
        var seen: Set<Value> = []
        for value in values where !seen.insert(value).inserted {
            throw SignalError(.invalidOption, "\(name) lists \(value) twice")
        }
    }
}
