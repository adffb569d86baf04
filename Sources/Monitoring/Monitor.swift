public import SignalCore

/// The pipeline: what arrives goes through all stages, and their readings to all sinks.
///
/// ```swift
/// let monitor = Monitor(stages: [stage], pace: .realTime(speed: 1, clock: SystemClock()))
/// let outcome = try await monitor.run(arrivals, sinks: [file, channel])
/// ```
public struct Monitor {
    private var stages: [any MonitorStage]
    private let pace: Pace
    private let limits: SinkQueue.Limits
    private let onSink: @Sendable (SinkNews) -> Void
    private let isStopped: @Sendable () -> Bool
    private let onError: (SignalError) throws -> Void
    private let onProgress: (MonitorProgress) throws -> Void
    private let known: [String: StreamMark]
    private let onMarks: ([String: StreamMark]) throws -> Void

    /// Makes a monitor.
    ///
    /// - Parameters:
    ///   - queueCapacity: readings that may wait for a sink.
    ///   - waitsForDisks: whether the signal waits for a sink that refuses readings once 100,000 of them (or 4 million values)
    ///     wait; otherwise those that come then are left out and counted.
    ///   - isStopped: asked before every arrival; `true` ends the stream cleanly, with all readings delivered.
    ///   - onError: hears of inputs that cannot be used; the others go on, unless it throws.
    ///   - onProgress: hears after every arrival how far the stream is.
    ///   - known: what sinks have taken before an interruption, by their names; they do not get it again.
    ///   - onSink: hears when a sink refuses readings, takes them again, or fails.
    ///   - onMarks: hears about once a second, and at the end, up to where each sink that may lose nothing is settled.
    public init(
        stages: [any MonitorStage], pace: Pace, queueCapacity: Int = 4096, waitsForDisks: Bool = false,
        isStopped: @escaping @Sendable () -> Bool = { false },
        onError: @escaping (SignalError) throws -> Void = { throw $0 },
        onProgress: @escaping (MonitorProgress) throws -> Void = { _ in },
        onSink: @escaping @Sendable (SinkNews) -> Void = { _ in },
        known: [String: StreamMark] = [:], onMarks: @escaping ([String: StreamMark]) throws -> Void = { _ in }
    ) {
        (self.stages, self.pace, self.onSink) = (stages, pace, onSink)
        limits = SinkQueue.Limits(capacity: queueCapacity, signalWaits: waitsForDisks)
        (self.isStopped, self.onError) = (isStopped, onError)
        (self.onProgress, self.known, self.onMarks) = (onProgress, known, onMarks)
    }

    /// Runs until the arrivals end or somebody asks to stop.
    ///
    /// - Throws: what `onError` throws; readings that were made before are delivered all the same.
    public mutating func run(_ arrivals: some ArrivalSource, sinks: [any Sink]) async throws -> MonitorProgress {
        let queues = sinks.map { SinkQueue($0, limits: limits, known: known[$0.name], onNews: onSink) }
        let tasks = queues.map { queue in Task { await queue.run() } }
        // A signal that waits for a sink does not hear of a request to stop by itself.
        let guardian = Task { [isStopped] in
            while !isStopped() { try await Task.sleep(for: .milliseconds(100)) }
            for queue in queues { await queue.release() }
        }
        defer { guardian.cancel() }
        var progress = MonitorProgress()
        var failure: (any Error)?
        var isComplete = false
        do {
            isComplete = try await pump(arrivals, to: queues, &progress)
        } catch {
            failure = error
        }
        for queue in queues { await queue.end(isComplete: isComplete) }
        for task in tasks { await task.value }
        progress.sinks = []
        for queue in queues { progress.sinks.append(await queue.state) }
        try onMarks(await Self.settledMarks(queues))
        if let failure { throw failure }
        return progress
    }

    private mutating func pump(
        _ source: some ArrivalSource, to queues: [SinkQueue], _ progress: inout MonitorProgress
    ) async throws -> Bool {
        var arrivals = source
        var start: (clock: Double, due: Double)?
        var readings: [Reading] = []
        var isSkipping = false
        var hasBegun = false
        let marks = SystemClock()
        var lastMark = marks.now
        while !isStopped() {
            let next: Delivery?
            do {
                next = try await arrivals.next()
            } catch let error as SignalError {
                try onError(error)
                continue
            }
            guard let next else { return true }
            if case .start = next.arrival {
                isSkipping = false
                if !hasBegun { for queue in queues { await queue.begin(at: next.mark) } }
                hasBegun = true
            }
            guard !isSkipping else { continue }
            let due = next.due
            var moment: Double?
            if case .realTime(let speed, let clock) = pace, !next.isRepeated, let start {
                let at = start.clock + (due - start.due) / speed
                moment = at
                if clock.now < at {
                    // In short naps, so that a request to stop is heard soon.
                    while clock.now < at, !isStopped() { try await clock.sleep(until: min(at, clock.now + 0.25)) }
                    if isStopped() { return false }
                }
            }
            readings.removeAll(keepingCapacity: true)
            do {
                for index in stages.indices { try stages[index].take(next.arrival, into: &readings) }
                if stages.count > 1 { Self.sortByTime(&readings) }
            } catch let error as SignalError {
                // Of an input that is no use nothing more is looked at.
                isSkipping = true
                try onError(error)
                continue
            }
            // The clock starts when the first arrival has been dealt with: what is made ready for an input is no lag.
            if case .realTime(_, let clock) = pace, start == nil, !next.isRepeated { start = (clock.now, due) }
            progress.signalSeconds = due
            if next.isRepeated { continue }
            progress.readings += readings.count
            progress.alarms += readings.count { $0.isAlarm }
            if let moment, case .realTime(_, let clock) = pace, !readings.isEmpty {
                progress.lag.add(max(0, clock.now - moment), count: readings.count)
            }
            for queue in queues { await queue.push(readings, mark: next.mark) }
            if let last = readings.last { progress.last = last }
            try onProgress(progress)
            if marks.now - lastMark >= 1 {
                lastMark = marks.now
                try onMarks(await Self.settledMarks(queues))
            }
        }
        return false
    }
}

extension Monitor {
    /// Brings the readings of several stages into the order of time; of one moment, in the order of the stages.
    private static func sortByTime(_ readings: inout [Reading]) {
        readings = readings.enumerated().sorted {
            ($0.element.time, $0.offset) < ($1.element.time, $1.offset)
        }.map(\.element)
    }

    /// Up to where each sink is settled that goes on there.
    private static func settledMarks(_ queues: [SinkQueue]) async -> [String: StreamMark] {
        var marks: [String: StreamMark] = [:]
        for queue in queues {
            if let mark = await queue.settled { marks[queue.sink.name] = mark }
        }
        return marks
    }
}

/// How far a stream is.
public struct MonitorProgress: Sendable {
    /// Seconds of signal that have arrived.
    public var signalSeconds = 0.0
    /// Readings so far.
    public var readings = 0
    /// Readings with the alarm on.
    public var alarms = 0
    /// From the moment at which the last sample of a reading was there to the reading being handed to the sinks; empty
    /// when nothing waits.
    public var lag = LagStatistics()
    /// The last reading.
    public var last: Reading?
    /// How the sinks fared; filled at the end.
    public var sinks: [SinkState] = []
}
