/// What is listened to, for the page.
public struct LiveFacts: Sendable, Equatable {
    /// The recordings, tables or the link, as they were named, without passwords.
    public var inputs: [String]
    /// The models, as they were named.
    public var models: [String]
    /// The forecaster, as it was named.
    public var forecaster: String?
    /// Whether readings are stored; the number of the run.
    public var run: Int?

    /// Names what is listened to.
    public init(inputs: [String], models: [String], forecaster: String? = nil, run: Int? = nil) {
        (self.inputs, self.models, self.forecaster, self.run) = (inputs, models, forecaster, run)
    }
}

/// How a stream stands.
public enum LivePhase: String, Sendable {
    /// There is none.
    case none
    /// It runs.
    case running
    /// It came to its end.
    case ended
    /// Somebody stopped it.
    case stopped
}

/// How a link to a board stands.
public struct LiveLink: Sendable, Equatable {
    /// A link's condition.
    public enum Condition: String, Sendable {
        /// Lines arrive.
        case up
        /// The link is open, but nothing valid arrives.
        case stale
        /// The link is broken.
        case down
    }

    /// The condition.
    public var condition: Condition
    /// The condition in words.
    public var words: String

    /// Says how a link stands.
    public init(_ condition: Condition, words: String) {
        (self.condition, self.words) = (condition, words)
    }
}

/// How far a stream is.
public struct LiveNumbers: Sendable, Equatable {
    /// Seconds of signal.
    public var signalSeconds: Double
    /// Readings so far.
    public var readings: Int
    /// Readings with the alarm on.
    public var alarms: Int
    /// The lag in seconds that half of all readings do not exceed; nil when nothing waits.
    public var medianLag: Double?
    /// The lag in seconds that 99 % of all readings do not exceed.
    public var highLag: Double?
    /// The longest lag in seconds.
    public var longestLag: Double?
    /// Readings that the page, or another target that may lose some, was too slow for.
    public var dropped: Int

    /// Says how far a stream is.
    public init(
        signalSeconds: Double, readings: Int, alarms: Int, medianLag: Double? = nil, highLag: Double? = nil,
        longestLag: Double? = nil, dropped: Int = 0
    ) {
        (self.signalSeconds, self.readings, self.alarms) = (signalSeconds, readings, alarms)
        (self.medianLag, self.highLag, self.longestLag) = (medianLag, highLag, longestLag)
        self.dropped = dropped
    }
}
