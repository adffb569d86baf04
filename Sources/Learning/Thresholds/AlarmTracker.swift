internal import SignalCore

/// An alarm that ``AlarmTracker`` raised.
public struct AlarmEvent: Sendable, Equatable, Codable {
    /// The time of the first of the consecutive scores that raised the alarm, in seconds.
    public var startTime: Double
    /// The time at which the alarm was raised, in seconds.
    public var raiseTime: Double
    /// The time at which it was cleared, in seconds; `nil` while it lasts.
    public var clearTime: Double?
    /// The highest score so far.
    public var peakScore: Float
    /// The time of ``peakScore``, in seconds.
    public var peakTime: Double
}

/// Applies an ``AlarmPolicy`` to scores as they come.
public struct AlarmTracker: Sendable {
    /// What a score did to the alarm.
    public enum Change: Sendable, Equatable {
        /// The alarm was raised.
        case raised(AlarmEvent)
        /// The alarm was cleared; the event is complete.
        case cleared(AlarmEvent)
    }

    /// The alarm that is on, if one is.
    public private(set) var event: AlarmEvent?

    /// Whether the alarm is on.
    public var isOn: Bool { event != nil }

    private let policy: AlarmPolicy
    private let raiseLevel: Float
    private let clearLevel: Float
    private var lastTime: Double?
    private var lastTimeAbove = 0.0
    private var hits = 0
    private var pending: AlarmEvent?

    /// Starts without an alarm.
    ///
    /// - Throws: `SignalError` with code `invalidOption` for a policy out of range.
    public init(_ policy: AlarmPolicy, threshold: Threshold) throws {
        try policy.validate()
        self.policy = policy
        raiseLevel = threshold.value
        let usual = Double(threshold.usualScore)
        let level = usual + policy.clearShare * (Double(threshold.value) - usual)
        // The usual score lies above the threshold only where the rule is extreme; never clear above what raises.
        clearLevel = min(Float(level), threshold.value)
    }

    /// Takes the next score.
    ///
    /// - Parameters:
    ///   - time: its time in seconds, not before the last one.
    ///   - score: the score.
    /// - Returns: what it changed; `nil` when the alarm stays as it is.
    /// - Throws: `SignalError` with code `malformed` for a time or score that is not finite or a time before the last;
    ///   the tracker is then as before.
    public mutating func consume(time: Double, score: Float) throws -> Change? {
        guard time.isFinite, score.isFinite else {
            throw SignalError(.malformed, "an alarm needs finite times and scores, not score \(score) at \(time) s")
        }
        guard time >= lastTime ?? time else {
            throw SignalError(
                .malformed,
                "the time \(time) s lies before the last one, \(lastTime ?? 0) s; give scores in their order")
        }
        lastTime = time
        if score > clearLevel { lastTimeAbove = time }
        if var current = event {
            if score > current.peakScore { (current.peakScore, current.peakTime) = (score, time) }
            guard score <= clearLevel, time - lastTimeAbove >= policy.holdSeconds else {
                event = current
                return nil
            }
            current.clearTime = time
            event = nil
            return .cleared(current)
        }
        guard score > raiseLevel else {
            hits = 0
            pending = nil
            return nil
        }
        hits += 1
        var raised =
            pending
            ?? AlarmEvent(startTime: time, raiseTime: time, clearTime: nil, peakScore: score, peakTime: time)
        if score > raised.peakScore { (raised.peakScore, raised.peakTime) = (score, time) }
        guard hits >= policy.minimumHits else {
            pending = raised
            return nil
        }
        raised.raiseTime = time
        hits = 0
        pending = nil
        event = raised
        return .raised(raised)
    }
}

extension AlarmPolicy {
    /// Whether the alarm is on at every row of a series.
    ///
    /// - Throws: as ``AlarmTracker``, and `SignalError` with code `mismatch` when times and scores differ in number.
    public func alarms(times: [Double], scores: [Float], threshold: Threshold) throws -> [Bool] {
        guard times.count == scores.count else {
            throw SignalError(.mismatch, "there are \(times.count) times but \(scores.count) scores")
        }
        var tracker = try AlarmTracker(self, threshold: threshold)
        return try zip(times, scores).map { time, score in
            _ = try tracker.consume(time: time, score: score)
            return tracker.isOn
        }
    }
}
