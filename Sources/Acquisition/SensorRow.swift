/// When something arrived, on both clocks of the host.
public struct ArrivalTime: Sendable, Equatable {
    /// Seconds since 1970, as the host's calendar clock has it; steps when that clock is set.
    public var unixSeconds: Double
    /// Seconds of a clock that only goes forward, of no meaning but for differences.
    public var monotonicSeconds: Double

    /// Makes a time of both clocks.
    public init(unixSeconds: Double, monotonicSeconds: Double) {
        self.unixSeconds = unixSeconds
        self.monotonicSeconds = monotonicSeconds
    }
}

/// The readings of one line or message.
public struct SensorRow: Sendable, Equatable {
    /// When the last byte of the line arrived.
    public var arrival: ArrivalTime
    /// When the readings were made, in seconds since 1970: the device's clock laid over that of the host, which leaves the
    /// jitter of the link out; the time of arrival where the device sends no time.
    public var unixSeconds: Double
    /// Seconds of the device's clock since it started, unwrapped; nil where it sends none or an implausible one.
    public var deviceSeconds: Double?
    /// The names of the values. New ones may join at the end while a stream goes on; none ever moves.
    public var columns: [String]
    /// A value a column; NaN where it is missing or was rejected.
    public var values: [Float]
    /// Whether a broker had kept the message: it is older than its arrival, and nobody knows how much.
    public var isRetained = false
    /// The place of the row among all that its parser made, from 0: a jump tells of rows that were thrown away.
    public var number = 0
    /// The number that the device gave the line; nil where it gives none.
    public var sequence: Double?
    /// Lines since the row before that gave none: damaged ones, and headers, which boards send when they begin anew.
    public var lostLines = 0
    /// The place of the row in its line, from 0; more than 0 in lines that hold several samples only.
    public var indexInLine = 0

    /// Makes a row of readings that were made when they arrived.
    ///
    /// - Precondition: as many values as columns.
    public init(arrival: ArrivalTime, columns: [String], values: [Float]) {
        precondition(columns.count == values.count, "a row has a value for every column")
        self.arrival = arrival
        self.unixSeconds = arrival.unixSeconds
        self.columns = columns
        self.values = values
    }
}
