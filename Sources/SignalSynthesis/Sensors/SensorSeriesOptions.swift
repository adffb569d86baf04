public import SignalCore

/// What ``SensorSeriesGenerator`` makes.
public struct SensorSeriesOptions: AlgorithmOptions {
    /// The machine and its sensors.
    public var preset = SensorPreset.machine
    /// Rows of every machine in each of the two tables, 100 to 5,000,000; default two weeks of minutes. Where machines
    /// run to failure, the longest life.
    public var rows = 20_160
    /// Seconds from one row to the next, 0.001 to 86,400; 0, the default, is what the preset usually has.
    public var spacing = 0.0
    /// When the first row is, in seconds since 1970-01-01 UTC; default 2024-01-01, a Monday.
    public var start = 1_704_067_200.0
    /// The largest share of the rows of the test table that are anomalous, 0 to 0.3; as many rounds of all kinds are made
    /// as it holds.
    public var anomalyRate = 0.1
    /// Machines, 1 to 1,000. Each differs a little in friction, cooling, vibration.
    public var units = 1
    /// Whether machines run to failure by wear, in place of all other anomalies.
    public var wear = false

    /// Seconds from one row to the next.
    public var spacingSeconds: Double { spacing > 0 ? spacing : preset.usualSpacing }

    /// The defaults.
    public init() {}

    /// Checks every member's range.
    public func validate() throws {
        try OptionRange.check("rows", rows, in: 100...5_000_000)
        if spacing != 0 { try OptionRange.check("spacing", spacing, in: 0.001...86_400) }
        try OptionRange.check("start", start, in: 0...7_258_118_400)
        try OptionRange.check("anomalyRate", anomalyRate, in: 0...0.3)
        try OptionRange.check("units", units, in: 1...1_000)
        guard rows * units <= 20_000_000 else {
            throw SignalError(
                .invalidOption, "rows times units is at most 20000000, not \(rows * units); ask for less of one")
        }
    }
}
