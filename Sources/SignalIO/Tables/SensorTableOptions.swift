/// Which columns of a sensor table are what, where their names do not tell.
///
/// Columns are named as in the table or as in the schema (``SensorTable``); letter case counts in neither.
public struct SensorTableOptions: Sendable, Equatable {
    /// The columns to read, in this order; empty for all columns of numbers.
    public var columns: [String] = []
    /// Further label columns, beside those named `anomaly`, `label`, `failure` and `changepoint`.
    public var labels: [String] = []
    /// Columns to read as text, whatever they hold: classes, kinds. They are neither values nor labels.
    public var texts: [String] = []
    /// The column that tells which machine a row belongs to.
    public var unit: String?
    /// The time column; without it, it is found by its name or by its dates.
    public var time: String?

    /// The defaults: what the names tell.
    public init() {}
}
