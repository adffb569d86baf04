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
    private let queueCapacity: Int
    private let isStopped: @Sendable () -> Bool
    private let onError: (SignalError) throws -> Void
    private let onProgress: (MonitorProgress) throws -> Void
    private let onMark: (StreamMark) throws -> Void

    /// Makes a monitor.
    ///
    /// - Parameters:
    ///   - queueCapacity: readings that may wait for a sink.
    ///   - isStopped: asked before every arrival; `true` ends the stream cleanly, with all readings delivered.
    ///   - onError: hears of inputs that cannot be used; the others go on, unless it throws.
    ///   - onProgress: hears after every arrival how far the stream is.
    ///   - onMark: hears about once a second, and at the end, up to where all sinks that block have taken all readings.
    public init(
        stages: [any MonitorStage], pace: Pace, queueCapacity: Int = 4096,
        isStopped: @escaping @Sendable () -> Bool = { false },
        onError: @escaping (SignalError) throws -> Void = { throw $0 },
        onProgress: @escaping (MonitorProgress) throws -> Void = { _ in },
        onMark: @escaping (StreamMark) throws -> Void = { _ in }
    ) {
        (self.stages, self.pace, self.queueCapacity) = (stages, pace, queueCapacity)
        (self.isStopped, self.onError) = (isStopped, onError)
        (self.onProgress, self.onMark) = (onProgress, onMark)
    }

    /// Runs until the arrivals end or somebody asks to stop.
    ///
    /// - Throws: what `onError` throws; readings that were made before are delivered all the same.
    public mutating func run(_ arrivals: some ArrivalSource, sinks: [any Sink]) async throws -> MonitorProgress {
        let queues = sinks.map { SinkQueue($0, capacity: queueCapacity) }
        let tasks = queues.map { queue in Task { await queue.run() } }
        var progress = MonitorProgress()
        var failure: (any Error)?
        do {
            try await pump(arrivals, to: queues, &progress)
        } catch {
            failure = error
        }
        for queue in queues { await queue.end() }
        for task in tasks { await task.value }
        progress.sinks = []
        for queue in queues { progress.sinks.append(await queue.state) }
        // What was pumped is delivered now, unless a sink failed.
        if let mark = progress.mark, progress.sinks.allSatisfy({ $0.failure == nil }) { try onMark(mark) }
        if let failure { throw failure }
        return progress
    }

    private mutating func pump(
        _ source: some ArrivalSource, to queues: [SinkQueue], _ progress: inout MonitorProgress
    ) async throws {
        var arrivals = source
        var start: (clock: Double, due: Double)?
        var readings: [Reading] = []
        var isSkipping = false
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
            guard let next else { return }
            if case .start = next.arrival { isSkipping = false }
            guard !isSkipping else { continue }
            let due = next.due
            var moment: Double?
            if case .realTime(let speed, let clock) = pace, !next.isRepeated {
                if start == nil { start = (clock.now, due) }
                let at = (start?.clock ?? 0) + (due - (start?.due ?? 0)) / speed
                moment = at
                if clock.now < at {
                    // In short naps, so that a request to stop is heard soon.
                    while clock.now < at, !isStopped() { try await clock.sleep(until: min(at, clock.now + 0.25)) }
                    if isStopped() { return }
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
            progress.signalSeconds = due
            if next.isRepeated { continue }
            progress.readings += readings.count
            progress.alarms += readings.count { $0.isAlarm }
            if let moment, case .realTime(_, let clock) = pace, !readings.isEmpty {
                progress.lag.add(max(0, clock.now - moment), count: readings.count)
            }
            for queue in queues { await queue.push(readings, mark: next.mark) }
            progress.mark = next.mark
            if let last = readings.last { progress.last = last }
            try onProgress(progress)
            if marks.now - lastMark >= 1 {
                lastMark = marks.now
                if let mark = await Self.deliveredMark(queues) { try onMark(mark) }
            }
        }
    }
}

extension Monitor {
    /// Brings the readings of several stages into the order of time; of one moment, in the order of the stages.
    private static func sortByTime(_ readings: inout [Reading]) {
        readings = readings.enumerated().sorted {
            ($0.element.time, $0.offset) < ($1.element.time, $1.offset)
        }.map(\.element)
    }

    /// Up to where all sinks that may not lose anything have taken all; `nil` while one has taken nothing.
    private static func deliveredMark(_ queues: [SinkQueue]) async -> StreamMark? {
        var first: StreamMark?
        for queue in queues where queue.sink.policy == .block {
            guard let mark = await queue.mark else { return nil }
            if first.map({ (mark.input, mark.frames) < ($0.input, $0.frames) }) ?? true { first = mark }
        }
        return first
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
    /// Where the stream is.
    public var mark: StreamMark?
    /// How the sinks fared; filled at the end.
    public var sinks: [SinkState] = []
}
