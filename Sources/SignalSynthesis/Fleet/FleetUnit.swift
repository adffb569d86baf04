/// The readings of one pump of a fleet, a row a shift, from its start until it fails or until now.
public struct FleetUnit: Sendable {
    /// The names of the readings, with their units in brackets.
    public static let columns = ["load [%]", "vibration [mm/s]", "temperature [C]", "current [A]", "pressure [bar]"]

    /// The number of the unit, from 1.
    public let number: Int
    /// Rows from the start to the failure; the last row of a whole life is that of the failure.
    public let life: Int
    /// The readings, row after row. Shape: rows x ``columns``.
    public let values: [[Double]]
    /// The wear at every row, 0 when new and 1 at the failure.
    public let wear: [Double]

    /// Rows until the failure after the last row.
    public var remainingLife: Int { life - values.count }
}
