/// A clock that a stream waits by.
public protocol MonitorClock: Sendable {
    /// Seconds from a fixed moment; never goes back.
    var now: Double { get }

    /// Waits until a moment.
    ///
    /// - Throws: `CancellationError` when the task is cancelled meanwhile.
    func sleep(until moment: Double) async throws
}

/// The clock of the machine, which also counts while the machine sleeps.
public struct SystemClock: MonitorClock {
    private let start = ContinuousClock.now

    /// A clock that begins at 0.
    public init() {}

    /// Seconds since the clock was made.
    public var now: Double { Self.seconds(ContinuousClock.now - start) }

    /// Waits; wakes within a fraction of a millisecond.
    public func sleep(until moment: Double) async throws {
        try await Task.sleep(until: start + .seconds(moment), tolerance: .zero, clock: .continuous)
    }

    private static func seconds(_ duration: Duration) -> Double {
        Double(duration.components.seconds) + 1e-18 * Double(duration.components.attoseconds)
    }
}

/// How fast a stream goes: the only thing in which live and batch differ.
public enum Pace: Sendable {
    /// Nothing waits.
    case asFastAsPossible
    /// Every piece of the signal comes when it would: `speed` seconds of signal in a second of the clock. Moments are
    /// reckoned from the start of the stream, so that small delays do not add up.
    case realTime(speed: Double, clock: any MonitorClock)
}
