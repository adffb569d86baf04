public import SignalCore

/// Readings on their way to one sink, which works in a task of its own and can never delay the others.
///
/// A sink that refuses readings for the time being, as files on a full disk do, gets them again every half second. What
/// comes meanwhile waits in memory, up to a limit, so that detection goes on.
actor SinkQueue {
    /// How much may wait.
    struct Limits {
        /// Readings that may wait for a sink that takes them; beyond that the signal waits, or the oldest are dropped.
        var capacity = 4096
        /// Readings that may wait for one that refuses them.
        var refusedReadings = 100_000
        /// Values of those readings, all together.
        var refusedValues = 4_000_000
        /// Whether the signal waits for a sink that refuses, once as many wait as may; otherwise the newest are left out.
        var signalWaits = false
    }

    nonisolated let sink: any Sink
    private let limits: Limits
    private let onNews: @Sendable (SinkNews) -> Void
    private var waiting = Line()
    private var isEnded = false
    /// Whether the signal waits no more, since somebody asked to stop.
    private var isReleased = false
    private var isComplete = false
    /// What the sink has taken before an interruption.
    private let known: StreamMark?
    /// Where the stream began.
    private var first: StreamMark?
    private var failure: SignalError?
    private var refusal: SignalError?
    private var dropped = 0
    private var delivered = 0
    /// Batches that are still to be delivered before the first one that was left out.
    private var batchesBeforeHole: Int?
    /// What was settled before the first reading that was left out: a stream that goes on gives it again.
    private var settledBeforeHole: StreamMark??
    private var producer: CheckedContinuation<Void, Never>?
    private var consumer: CheckedContinuation<Void, Never>?

    init(
        _ sink: any Sink, limits: Limits, known: StreamMark?, onNews: @escaping @Sendable (SinkNews) -> Void
    ) {
        (self.sink, self.limits, self.known, self.onNews) = (sink, limits, known, onNews)
    }

    /// Up to where nothing needs to be said again; `nil` where nothing is to be said again at all.
    var settled: StreamMark? {
        get async {
            guard sink.isResumable else { return nil }
            if let settledBeforeHole { return settledBeforeHole }
            return await sink.settled ?? known ?? first
        }
    }

    var state: SinkState {
        SinkState(name: sink.name, delivered: delivered, dropped: dropped, waiting: waiting.readings, failure: failure)
    }

    /// Says where the stream begins.
    func begin(at mark: StreamMark) { first = first ?? mark }

    /// Hands readings over. Returns once there is room for more, or at once where the signal does not wait.
    func push(_ readings: [Reading], mark: StreamMark) async {
        guard !readings.isEmpty else { return }
        if let known, !known.isBefore(mark) { return }
        guard failure == nil, hasRoom || limits.signalWaits else {
            await leaveOut(readings.count)
            return
        }
        waiting.append(readings, mark)
        consumer?.resume()
        consumer = nil
        switch sink.policy {
        case .dropOldest: dropped += waiting.dropOldest(beyond: limits.capacity)
        case .block: if mustWait { await withCheckedContinuation { producer = $0 } }
        }
    }

    private var hasRoom: Bool {
        refusal == nil || (waiting.readings < limits.refusedReadings && waiting.values < limits.refusedValues)
    }

    private var mustWait: Bool {
        guard failure == nil, !isReleased, waiting.readings > limits.capacity else { return false }
        return refusal == nil || (limits.signalWaits && !hasRoom)
    }

    private func leaveOut(_ count: Int) async {
        if batchesBeforeHole == nil {
            batchesBeforeHole = waiting.batches
            if waiting.batches == 0 { await noteHole() }
        }
        if dropped == 0, failure == nil { onNews(SinkNews(name: sink.name, event: .leavesOut)) }
        dropped += count
    }

    private func noteHole() async {
        guard settledBeforeHole == nil else { return }
        settledBeforeHole = .some(await settled)
    }

    /// Lets go of a signal that waits.
    func release() {
        isReleased = true
        releaseProducer()
    }

    /// Says that no more comes.
    func end(isComplete: Bool) {
        (isEnded, self.isComplete) = (true, isComplete)
        consumer?.resume()
        consumer = nil
    }

    /// Delivers until the end. A sink that fails gets nothing more, and nobody waits for it.
    func run() async {
        while failure == nil {
            guard let (readings, mark) = waiting.first else {
                if isEnded { break }
                await withCheckedContinuation { consumer = $0 }
                continue
            }
            waiting.removeFirst()
            if await attempt({ [sink] in try await sink.receive(readings, upTo: mark) }) {
                delivered += readings.count
                if let left = batchesBeforeHole, left > 0 {
                    batchesBeforeHole = left - 1
                    if left == 1 { await noteHole() }
                }
            } else {
                await leaveOut(readings.count + waiting.readings)
                waiting = Line()
            }
            releaseProducer()
        }
        let isComplete = isComplete && failure == nil
        _ = await attempt { [sink] in try await sink.finish(isComplete: isComplete) }
    }

    /// Does something until the sink does not refuse it.
    ///
    /// - Returns: whether it was done; otherwise the sink has failed.
    private func attempt(_ work: () async throws -> Void) async -> Bool {
        var naps = 0
        while true {
            do {
                try await work()
                if refusal != nil {
                    refusal = nil
                    onNews(SinkNews(name: sink.name, event: .takesAgain(waiting: waiting.readings)))
                }
                return true
            } catch let error as SinkRefusal {
                if refusal == nil { onNews(SinkNews(name: sink.name, event: .refuses(error.reason))) }
                refusal = error.reason
                naps += isEnded ? 1 : 0
                // At the end of a stream somebody may be about to make room; after Ctrl-C somebody waits.
                guard naps <= (isComplete ? 20 : 4) else {
                    fail(error.reason)
                    return false
                }
                releaseProducer()
                try? await Task.sleep(for: .milliseconds(500))
            } catch {
                fail(error)
                return false
            }
        }
    }

    private func releaseProducer() {
        guard !mustWait,
            refusal != nil || waiting.readings <= limits.capacity / 2 || failure != nil || isReleased
        else { return }
        producer?.resume()
        producer = nil
    }

    private func fail(_ error: any Error) {
        guard failure == nil else { return }
        let reason = error as? SignalError ?? SignalError(.unavailable, "\(error)")
        failure = reason
        onNews(SinkNews(name: sink.name, event: .failed(reason)))
    }
}

extension SinkQueue {
    /// Batches in their order.
    private struct Line {
        private var items: [(readings: [Reading], mark: StreamMark)] = []
        private var head = 0
        private(set) var readings = 0
        private(set) var values = 0

        var batches: Int { items.count - head }
        var first: (readings: [Reading], mark: StreamMark)? { head < items.count ? items[head] : nil }

        mutating func append(_ batch: [Reading], _ mark: StreamMark) {
            items.append((batch, mark))
            readings += batch.count
            values += Self.values(of: batch)
        }

        mutating func removeFirst() {
            guard let batch = first?.readings else { return }
            readings -= batch.count
            values -= Self.values(of: batch)
            items[head].readings = []
            head += 1
            if head >= 1024, 2 * head >= items.count {
                items.removeFirst(head)
                head = 0
            }
        }

        mutating func dropOldest(beyond capacity: Int) -> Int {
            let before = readings
            while readings > capacity, batches > 1 { removeFirst() }
            return before - readings
        }

        private static func values(of batch: [Reading]) -> Int { batch.reduce(0) { $0 + $1.values.count } }
    }
}

/// What becomes of a sink while a stream runs.
public struct SinkNews: Sendable {
    /// What happened.
    public enum Event: Sendable {
        /// It takes nothing for the time being; readings wait in memory.
        case refuses(SignalError)
        /// As many wait as may; those that come now are left out.
        case leavesOut
        /// It takes readings again; so many wait.
        case takesAgain(waiting: Int)
        /// It takes nothing more.
        case failed(SignalError)
    }

    /// The sink.
    public let name: String
    /// What happened.
    public let event: Event
}

/// How a sink fares.
public struct SinkState: Sendable {
    /// The sink.
    public let name: String
    /// Readings it has taken.
    public let delivered: Int
    /// Readings that it was too slow for, that there was no room for while it refused them, or that came after it failed.
    public let dropped: Int
    /// Readings that wait for it.
    public let waiting: Int
    /// Why it takes no more; `nil` while it does.
    public let failure: SignalError?
}
