/// The rows of one machine in one table.
public struct SensorSeries: Sendable, Equatable {
    /// The name of the machine, such as `unit_1`.
    public var unit: String
    /// When the first row is, in seconds since 1970-01-01 UTC.
    public var start: Double
    /// Seconds from one row to the next.
    public var spacing: Double
    /// What the sensors show, NaN where they show nothing. Shape: columns x rows.
    public var values: [[Double]]
    /// Whether a row lies in an anomaly.
    public var labels: [Bool]
    /// What is wrong when, in the order of time; the paths are empty.
    public var events: [GroundTruthEvent]
    /// Seconds from every row to the failure, for a machine that runs to failure; else empty.
    public var remainingSeconds: [Double]

    /// The number of rows.
    public var count: Int { labels.count }
    /// When a row is, in seconds since 1970-01-01 UTC.
    public func time(ofRow row: Int) -> Double { start + Double(row) * spacing }
}
