/// One line of what a stream says: the values of a frame, and what a model makes of them.
public struct Reading: Sendable, Equatable {
    /// When it was on the clock of the signal: seconds from 1970-01-01 UTC.
    public var time: Double
    /// The recording, table or link that it comes from.
    public var source: String
    /// The model that judged, where there are several; empty otherwise.
    public var model: String
    /// What the values mean.
    public var columns: [FeatureColumn]
    /// The values of the frame, one a column; NaN for what is missing.
    public var values: [Float]
    /// What the model says; `nil` before there are as many frames as it looks at, and without a model.
    public var verdict: Verdict?
    /// Whether the alarm is on.
    public var isAlarm: Bool
    /// What a forecaster expects of the columns at its horizon; `nil` without one.
    public var forecast: [(column: String, value: Double)]?

    /// Makes a reading.
    public init(
        time: Double, source: String, model: String = "", columns: [FeatureColumn], values: [Float],
        verdict: Verdict? = nil, isAlarm: Bool = false, forecast: [(column: String, value: Double)]? = nil
    ) {
        (self.time, self.source, self.model) = (time, source, model)
        (self.columns, self.values) = (columns, values)
        (self.verdict, self.isAlarm, self.forecast) = (verdict, isAlarm, forecast)
    }

    /// Whether two readings say the same, to the bit.
    public static func == (left: Reading, right: Reading) -> Bool {
        left.time == right.time && left.source == right.source && left.model == right.model
            && left.columns == right.columns && left.verdict == right.verdict && left.isAlarm == right.isAlarm
            && left.values.map(\.bitPattern) == right.values.map(\.bitPattern)
            && (left.forecast == nil) == (right.forecast == nil)
            && (left.forecast ?? []).elementsEqual(right.forecast ?? []) {
                $0.column == $1.column && $0.value == $1.value
            }
    }
}

/// What happens to readings when a sink is slower than the signal.
public enum FullQueuePolicy: Sendable, Equatable {
    /// The signal waits: nothing is lost, and the delay shows as lag.
    case block
    /// The oldest are dropped and counted: the sink stays near the present.
    case dropOldest
}

/// Takes readings: a file, a channel, a page.
public protocol Sink: Sendable {
    /// What it is called, for people.
    var name: String { get }
    /// What happens when it falls behind.
    var policy: FullQueuePolicy { get }
    /// Whether it is to get everything, once, so that a stream that was interrupted goes on where it has settled.
    var isResumable: Bool { get }

    /// Takes readings in their order.
    ///
    /// - Parameter mark: where the stream is after them.
    /// - Throws: ``SinkRefusal`` when it cannot take them now: it gets the same readings with the same mark again, later.
    ///   ``SignalError`` when it can take no more at all; the stream goes on without it, and says so.
    func receive(_ readings: [Reading], upTo mark: StreamMark) async throws
    /// Up to where nothing needs to be said again after an interruption; `nil` before anything is settled.
    var settled: StreamMark? { get async }
    /// Ends the sink. No reading comes after it. It may be called again after a ``SinkRefusal``.
    ///
    /// - Parameter isComplete: whether the stream has come to its end, rather than being interrupted to go on later.
    func finish(isComplete: Bool) async throws
}

extension Sink {
    /// What may drop readings is not owed them.
    public var isResumable: Bool { policy == .block }
}

/// A sink cannot take readings now, such as when a disk is full, and wants the very same again later.
public struct SinkRefusal: Error {
    /// What is in the way.
    public let reason: SignalError

    /// Makes a refusal.
    public init(_ reason: SignalError) { self.reason = reason }
}
