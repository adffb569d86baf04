public import SignalCore

/// Readings on their way to one sink, which works in a task of its own and can never delay the others.
actor SinkQueue {
    nonisolated let sink: any Sink
    private let capacity: Int
    private var waiting: [(readings: [Reading], mark: StreamMark)] = []
    private var count = 0
    private var isEnded = false
    private var isComplete = false
    /// What the sink has taken before an interruption.
    private let known: StreamMark?
    private var failure: SignalError?
    private var dropped = 0
    private var delivered = 0
    private var producer: CheckedContinuation<Void, Never>?
    private var consumer: CheckedContinuation<Void, Never>?

    init(_ sink: any Sink, capacity: Int, known: StreamMark?) {
        (self.sink, self.capacity, self.known) = (sink, capacity, known)
    }

    /// Up to where nothing needs to be said again; `nil` while nothing is settled.
    var settled: StreamMark? {
        get async {
            guard failure == nil, let mark = await sink.settled else { return known }
            return mark
        }
    }

    var state: SinkState {
        SinkState(name: sink.name, delivered: delivered, dropped: dropped, waiting: count, failure: failure)
    }

    /// Hands readings over. Returns once there is room for more, or at once where the oldest are dropped.
    func push(_ readings: [Reading], mark: StreamMark) async {
        guard failure == nil, !readings.isEmpty else { return }
        if let known, !known.isBefore(mark) { return }
        waiting.append((readings, mark))
        count += readings.count
        consumer?.resume()
        consumer = nil
        switch sink.policy {
        case .dropOldest:
            while count > capacity, waiting.count > 1 {
                let oldest = waiting.removeFirst()
                count -= oldest.readings.count
                dropped += oldest.readings.count
            }
        case .block:
            if count > capacity { await withCheckedContinuation { producer = $0 } }
        }
    }

    /// Says that no more comes.
    func end(isComplete: Bool) {
        (isEnded, self.isComplete) = (true, isComplete)
        consumer?.resume()
        consumer = nil
    }

    /// Delivers until the end. A sink that fails gets nothing more, and nobody waits for it.
    func run() async {
        while true {
            guard !waiting.isEmpty else {
                if isEnded { break }
                await withCheckedContinuation { consumer = $0 }
                continue
            }
            let (readings, mark) = waiting.removeFirst()
            do {
                try await sink.receive(readings, upTo: mark)
                delivered += readings.count
            } catch {
                fail(error)
            }
            count -= readings.count
            if failure != nil {
                dropped += count
                (waiting, count) = ([], 0)
            }
            if count <= capacity / 2 || failure != nil {
                producer?.resume()
                producer = nil
            }
            if failure != nil { return }
        }
        do { try await sink.finish(isComplete: isComplete) } catch { fail(error) }
    }

    private func fail(_ error: any Error) {
        failure = error as? SignalError ?? SignalError(.unavailable, "\(error)")
    }
}

/// How a sink fares.
public struct SinkState: Sendable {
    /// The sink.
    public let name: String
    /// Readings it has taken.
    public let delivered: Int
    /// Readings that it was too slow for, or that came after it failed.
    public let dropped: Int
    /// Readings that wait for it.
    public let waiting: Int
    /// Why it takes no more; `nil` while it does.
    public let failure: SignalError?
}
