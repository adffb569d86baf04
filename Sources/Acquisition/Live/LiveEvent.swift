/// How a link stands.
public enum LinkState: Sendable, Equatable {
    /// It is open; the name of what was opened.
    case up(String)
    /// It is open, but no valid line has come for some seconds.
    case stale(seconds: Double)
    /// It is closed and will be opened again; why.
    case down(String)
}

/// What happens at a live source.
public enum LiveEvent: Sendable, Equatable {
    /// Readings.
    case row(SensorRow)
    /// The link went up or down, or fell silent.
    case state(LinkState)
    /// Something a person should know, as a sentence.
    case warning(String)
}

/// What a live source has seen so far.
public struct LiveCounters: Sendable, Equatable {
    /// What the bytes gave.
    public var splitter = LineSplitter.Counters()
    /// What the lines gave.
    public var lines = LineCounters()
    /// Times the link was opened.
    public var connections = 0
    /// Rows that were thrown away because they were not taken in time.
    public var droppedRows = 0
    /// Changes of state and warnings that were.
    public var droppedNotices = 0
    /// Messages of a broker that gave no rows: kept by it, so that their age is not known; too long; or of too many topics.
    public var messages = MessageCounters()
    /// How the link stands; nil before the first attempt to open it.
    public var state: LinkState?

    /// Nothing seen yet.
    public init() {}
}

/// What of a broker's messages became of no use.
public struct MessageCounters: Sendable, Equatable {
    /// Messages that arrived.
    public var received = 0
    /// Those that the broker had kept.
    public var retained = 0
    /// Those longer than 64 KiB.
    public var overlong = 0
    /// Those of topics beyond the number that is listened to.
    public var ofOtherTopics = 0

    /// Nothing seen yet.
    public init() {}
}
