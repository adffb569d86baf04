/// What happens to points that find the queue full.
public enum OverflowPolicy: String, Codable, Sendable, CaseIterable {
    /// Whoever has points waits until there is room; nothing is lost. The right choice for replays.
    case block
    /// The oldest points go.
    case dropOldest
    /// Every second point of the older half goes, so that a coarser history remains.
    case thinOut
}

/// How large and how old a queue may become.
public struct QueueLimits: Codable, Equatable, Sendable {
    /// Bytes of waiting points; 256 MiB by default, about two million points of eight fields.
    public var maximumBytes = 256 << 20
    /// Seconds after which a waiting point is given up, counted as dropped; `nil` (the default) for never.
    public var maximumAge: Double?
    /// What happens when there is no room; blocking by default.
    public var policy = OverflowPolicy.block
    /// Bytes of one file of the queue.
    var segmentBytes = 4 << 20

    /// The limits by default.
    public init() {}
}
