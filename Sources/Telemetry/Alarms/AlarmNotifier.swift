public import SignalCore

/// Tells targets where alarms begin and end in a stream.
///
/// It only looks at readings and hands events on; every target has a queue and a task of its own, so that one that hangs
/// or fails delays neither the stream nor the other targets. A stream that was killed and goes on may tell an event again,
/// with the same identifier.
public actor AlarmNotifier: Sink {
    /// How often targets were told.
    public struct Count: Sendable, Equatable {
        /// Events that a target has taken.
        public var told = 0
        /// Events that one has not.
        public var failed = 0
        /// Whether there was anything to tell.
        public var isEmpty: Bool { told + failed == 0 }
    }

    /// What the sink is called.
    public nonisolated let name = "alarms"
    /// Readings are only looked at, which takes no time, and none may be left out.
    public nonisolated let policy = FullQueuePolicy.block
    /// Always `nil`: on going on, whether an alarm is on is found anew.
    public nonisolated var settled: StreamMark? { nil }
    /// What was told is not told again.
    public nonisolated let isResumable = false

    private var watch: AlarmWatch
    private let queues: [AlarmQueue]
    private let running: [Task<Void, Never>]
    private let patience: Double

    /// Makes a notifier.
    ///
    /// - Parameters:
    ///   - holdOff: the least seconds of signal between two messages that an alarm began.
    ///   - patience: the seconds that the end of a stream waits for targets.
    ///   - seed: for the waits between attempts, which go by the clock; the patience goes by that of the machine.
    ///   - report: hears, in sentences, of targets that could not be told.
    public init(
        targets: [any AlarmTarget], holdOff: Double, patience: Double = 10, seed: UInt64 = 42,
        clock: any UploadClock = SystemUploadClock(), report: @escaping @Sendable (String) -> Void
    ) {
        watch = AlarmWatch(holdOff: holdOff)
        self.patience = patience
        let queues = targets.enumerated().map {
            AlarmQueue($0.element, seed: seed &+ UInt64($0.offset), clock: clock, report: report)
        }
        self.queues = queues
        running = queues.map { queue in Task { await queue.run() } }
    }

    /// Looks at readings, and hands on what they begin and end.
    public func receive(_ readings: [Reading], upTo mark: StreamMark) async {
        for reading in readings {
            for event in watch.take(reading) {
                for queue in queues { await queue.push(event) }
            }
        }
    }

    /// Waits until all is told, for a while.
    public func finish(isComplete: Bool) async {
        for queue in queues { await queue.end() }
        let (running, patience) = (running, patience)
        let guardian = Task {
            try await Task.sleep(for: .seconds(patience))
            for task in running { task.cancel() }
        }
        for task in running { await task.value }
        guardian.cancel()
    }

    /// How often targets were told until now.
    public func count() async -> Count {
        var count = Count()
        for queue in queues {
            count.told += await queue.told
            count.failed += await queue.failed
        }
        return count
    }
}
