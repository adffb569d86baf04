public import SignalCore

/// What comes in next.
public enum Arrival: Sendable {
    /// A new input begins: what came before has nothing to do with it.
    case start(StreamOrigin)
    /// Samples of a signal.
    case samples(SignalBlock)
    /// Rows of a table, whose times count from the origin's.
    case rows(FeatureFrames)
    /// The input ends; what waits for more is due.
    case end
}

/// Where and when an input begins.
public struct StreamOrigin: Sendable, Equatable {
    /// The recording, table or link.
    public var source: String
    /// When its time 0 was: seconds from 1970-01-01 UTC.
    public var time: Double
    /// What its samples are; `nil` for a table.
    public var format: SignalFormat?

    /// Makes an origin.
    public init(source: String, time: Double, format: SignalFormat? = nil) {
        (self.source, self.time, self.format) = (source, time, format)
    }
}

/// An arrival with its moment and its place.
public struct Delivery: Sendable {
    /// What arrives.
    public var arrival: Arrival
    /// The second of the stream's signal at which all of it was there; does not fall.
    public var due: Double
    /// Where the stream is after it.
    public var mark: StreamMark
    /// Whether its readings were delivered before the stream was interrupted: it only brings the stages to where they were.
    public var isRepeated: Bool

    /// Makes a delivery.
    public init(_ arrival: Arrival, due: Double, mark: StreamMark, isRepeated: Bool = false) {
        (self.arrival, self.due, self.mark, self.isRepeated) = (arrival, due, mark, isRepeated)
    }
}

/// Yields what arrives.
public protocol ArrivalSource {
    /// The next arrival; `nil` at the end.
    ///
    /// - Throws: `SignalError` when an input is damaged; the next call goes on with the input after it.
    mutating func next() async throws -> Delivery?
}

/// Makes readings of what arrives: features, a model, an alarm. One stage serves one stream.
public protocol MonitorStage {
    /// Takes an arrival and appends the readings that are complete with it.
    ///
    /// - Throws: `SignalError` when the input is not what the stage was made for.
    mutating func take(_ arrival: Arrival, into readings: inout [Reading]) throws
}
