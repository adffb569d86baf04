import SignalCore

/// What a value of a column must fulfil; one that does not is missing, and counted by reason.
public struct ChannelCheck: Sendable, Equatable {
    /// The range of values that can be.
    public var range: ClosedRange<Double>?
    /// Values by which a sensor says that something is wrong, such as -127 and 85 of a DS18B20, or -999.
    public var errorValues: [Double] = []
    /// The fastest change that can be, in units a second. Three readings in a row beyond it are believed: the first one was
    /// then the wrong one.
    public var maximumRate: Double?
    /// The number of equal readings in a row from which on a sensor counts as stuck.
    public var stuckAfter: Int?

    /// A check that every value passes.
    public init() {}

    /// - Throws: `SignalError` with code `invalidOption` for limits that no value or every value passes.
    public func validate() throws {
        if let maximumRate, !(maximumRate > 0) {
            throw SignalError(.invalidOption, "maximumRate is more than 0 units a second, not \(maximumRate)")
        }
        if let stuckAfter, stuckAfter < 2 {
            throw SignalError(.invalidOption, "stuckAfter is 2 readings or more, not \(stuckAfter)")
        }
    }
}

/// Why a value counts as missing.
public enum ValueRejection: String, Sendable, CaseIterable {
    /// It is no number.
    case syntax = "no number"
    /// It is too large for a reading.
    case overflow = "too large"
    /// It lies outside the range of its column.
    case range = "out of range"
    /// It is one by which the sensor reports a fault.
    case errorValue = "error value of the sensor"
    /// It changed faster than can be.
    case rate = "changed too fast"
    /// It has not changed for too long.
    case stuck = "stuck"
}

/// A check with what it has to remember of its column.
struct ChannelState: Sendable {
    private var last: (value: Double, time: Double)?
    private var beyondRate = 0
    private var equalReadings = 0
    private var previous = Double.nan

    /// Why a value must not be believed; nil for a good one.
    mutating func rejection(of value: Double, at time: Double, check: ChannelCheck) -> ValueRejection? {
        if check.errorValues.contains(value) { return .errorValue }
        if let range = check.range, !range.contains(value) { return .range }
        if let maximumRate = check.maximumRate {
            // Lines that waited in a buffer arrive at one time, which says nothing of how fast a value changed.
            if let last, time > last.time, abs(value - last.value) > maximumRate * (time - last.time), beyondRate < 2 {
                beyondRate += 1
                return .rate
            }
            beyondRate = 0
            last = (value, time)
        }
        if let stuckAfter = check.stuckAfter {
            equalReadings = value == previous ? equalReadings + 1 : 1
            previous = value
            if equalReadings >= stuckAfter { return .stuck }
        }
        return nil
    }
}
