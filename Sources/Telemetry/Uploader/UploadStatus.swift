/// How an uploader is doing, for people and for the status file.
public struct UploadStatus: Codable, Equatable, Sendable {
    /// What the uploader is doing.
    public enum State: String, Codable, Sendable {
        /// It sends what comes.
        case running
        /// It waits for a person (``UploadStatus/pausedReason``); points are still taken.
        case paused
        /// It was ended; what waits is sent by the next start.
        case stopped
    }

    /// The server.
    public var url: String
    /// The channel's number.
    public var channel: Int
    /// What the uploader is doing.
    public var state: State
    /// Why it waits for a person.
    public var pausedReason: String?
    /// Points that wait.
    public var queued = 0
    /// Bytes of the points that wait.
    public var queuedBytes = 0
    /// Milliseconds since 1970 at which the oldest waiting point was taken.
    public var oldestTakenAt: Int64?
    /// Seconds that the oldest waiting point has waited.
    public var oldestAge: Double?
    /// Counts that last.
    public var counters: UploadCounters
    /// Messages of the day and the year.
    public var budget: MessageBudget
    /// The last thing that went wrong, and when (UTC).
    public var lastError: String?
    /// When the last thing went wrong, UTC.
    public var lastErrorTime: String?
    /// Whether the disk refuses to take points.
    public var diskRefuses = false
    /// When the next call is allowed, UTC.
    public var nextAttempt: String?
    /// When this was written, UTC.
    public var updated: String
}

/// Counts of an uploader, which last over restarts.
public struct UploadCounters: Codable, Equatable, Sendable {
    /// Rows that are proven to be stored.
    public internal(set) var sent = 0
    /// Rows that were refused, by the server or for their time; they are in the dead-letter file.
    public internal(set) var rejected = 0
    /// Points that were given up because the queue was full or they were too old.
    public internal(set) var dropped = 0
    /// Rows that the channel had already when an unknown outcome was looked into.
    public internal(set) var duplicatesSkipped = 0
    /// Points that were merged into another one of the same second.
    public internal(set) var merged = 0
    /// Points that the disk damaged.
    public internal(set) var damaged = 0
    /// Calls that wrote.
    public internal(set) var calls = 0
    /// Calls that failed, of those.
    public internal(set) var failedCalls = 0
}

/// What an uploader must not forget: it stands in the queue's cursor and changes with it.
struct UploadMemory: Codable, Equatable {
    var counters = UploadCounters()
    var budget = MessageBudget()
    var pacing = CallPacing()
    var sentSeconds = SentSeconds()
    /// Records of a call whose outcome is not known; 0 when there is none.
    var recordsInFlight = 0
}
