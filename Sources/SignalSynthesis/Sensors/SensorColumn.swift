/// One sensor: what it measures, in which unit, and how noisy it is.
public struct SensorColumn: Codable, Sendable, Equatable {
    /// The name, such as `temperature`.
    public let name: String
    /// The unit, such as `degC`.
    public let unit: String
    /// What is measured, in words.
    public let quantity: String
    /// The standard deviation of the sensor's noise in the column's unit. Sizes of anomalies are multiples of it.
    public let noise: Double

    /// The title of the column in a table, `temperature [degC]`.
    public var title: String { "\(name) [\(unit)]" }
}
