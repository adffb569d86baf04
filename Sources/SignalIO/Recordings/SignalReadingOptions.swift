public import SignalCore

/// How a recording or a table is read.
public struct SignalReadingOptions: Sendable, Equatable {
    /// The channels that are delivered; `nil` takes channel 0 of a recording and all columns of a table.
    public var channels: ChannelSelection?
    /// Rows per second of a table without a time column, in Hz, or in place of the time column. Recordings state their
    /// own rate.
    public var rate: Double?
    /// The unit of the samples, in place of what the column names say.
    public var unit: SignalUnit?
    /// The rate to resample to, in Hz; `nil` leaves samples as they are.
    public var resampleRate: Double?

    /// Makes a set of options.
    public init(
        channels: ChannelSelection? = nil, rate: Double? = nil, unit: SignalUnit? = nil, resampleRate: Double? = nil
    ) {
        self.channels = channels
        self.rate = rate
        self.unit = unit
        self.resampleRate = resampleRate
    }

    /// Refuses rates that no signal can have.
    ///
    /// - Throws: `SignalError` with code `invalidOption`.
    public func validate() throws {
        for (name, value) in [("rate", rate), ("resample", resampleRate)] {
            guard let value else { continue }
            guard value > 0, value <= Double(RecordingReader.highestRate) else {
                throw SignalError(.invalidOption, "\(name) takes a number of Hz above 0, up to 10000000, not \(value)")
            }
        }
    }
}
