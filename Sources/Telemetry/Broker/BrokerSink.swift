internal import Foundation
public import Messaging
public import SignalCore

/// Publishes readings to a topic of a broker, as text, in their order.
///
/// A broker that is away does not hold up a live stream: readings wait in memory, ``capacity`` of them at most, the oldest
/// being left out beyond that and counted. A replay, which can wait, is held up instead. With quality 1 or 2 a reading is
/// settled once the broker has acknowledged it, so that a stream that goes on sends what was not; one that is killed may
/// send some of the last ones twice.
public actor BrokerSink: Sink {
    /// Readings that may wait for the broker.
    public static let capacity = 100_000
    /// Readings that may wait while a replay is held up.
    private static let replayCapacity = 10_000
    /// Seconds without any progress after which a replay is told that the broker is away.
    private static let replayPatience = 5.0
    /// Messages that are on their way together.
    private static let batch = 100

    /// What the sink is called.
    public nonisolated let name = "broker"
    /// Nothing waits, for readings are kept here.
    public nonisolated let policy = FullQueuePolicy.block

    private let client: BrokerClient
    private let topic: String
    private let qualityOfService: Int
    private let text: @Sendable (Reading) -> String
    private let report: @Sendable (String) -> Void
    private let patience: Double
    private let holdsUp: Bool
    private var waiting: [(payload: String, mark: StreamMark)] = []
    private var isEnded = false
    private var isWorking = false
    private var consumer: CheckedContinuation<Void, Never>?
    private var sender: Task<Void, Never>?
    /// Readings that the broker has.
    public private(set) var published = 0
    /// Readings that were left out, or that the end of the stream did not wait for.
    public private(set) var lost = 0
    /// Up to where the broker has all readings.
    public private(set) var settled: StreamMark?

    /// Makes a sink that connects at once.
    ///
    /// - Parameters:
    ///   - known: what was settled before the stream was interrupted.
    ///   - holdsUp: whether the stream waits for a broker that is slower, rather than leaving readings out.
    ///   - patience: seconds without any progress that the end of a stream waits for the broker.
    ///   - text: a reading as it is published.
    ///   - report: hears, in sentences, how the connection stands.
    /// - Throws: `SignalError` with code `invalidOption` for an address or options that cannot be.
    public init(
        address: BrokerAddress, options: BrokerOptions, known: StreamMark? = nil, holdsUp: Bool = false,
        patience: Double = 10,
        text: @escaping @Sendable (Reading) -> String, report: @escaping @Sendable (String) -> Void
    ) throws {
        (topic, qualityOfService) = (address.topic, options.qualityOfService)
        (self.text, self.report, self.patience, settled) = (text, report, patience, known)
        self.holdsUp = holdsUp
        client = try BrokerClient(address: address, options: options, subscribes: false) { event in
            switch event {
            case .up: report("\(address): connected")
            case .down(let reason): report("\(reason); readings wait")
            case .message: break
            }
        }
        client.start()
    }

    /// Takes readings, to be published soon.
    ///
    /// - Throws: `SinkRefusal` when a replay is held up and the broker takes nothing.
    public func receive(_ readings: [Reading], upTo mark: StreamMark) async throws {
        if sender == nil { sender = Task { await send() } }
        if holdsUp { try await waitForRoom() }
        waiting += readings.map { (text($0), mark) }
        if waiting.count > Self.capacity {
            let surplus = waiting.count - Self.capacity
            if lost == 0 {
                report("the broker is too slow or away: the oldest of \(Self.capacity) readings are left out")
            }
            lost += surplus
            waiting.removeFirst(surplus)
        }
        consumer?.resume()
        consumer = nil
    }

    private func waitForRoom() async throws {
        var progress = (published: published, time: ContinuousClock.now)
        while waiting.count >= Self.replayCapacity {
            try? await Task.sleep(for: .milliseconds(20))
            if published > progress.published { progress = (published, .now) }
            guard ContinuousClock.now - progress.time < .seconds(Self.replayPatience) else {
                throw SinkRefusal(
                    SignalError(.unavailable, "the broker takes nothing; is it there, and does it answer?"))
            }
        }
    }

    /// Waits until all is published, as long as there is progress.
    public func finish(isComplete: Bool) async {
        isEnded = true
        consumer?.resume()
        consumer = nil
        if let sender {
            let guardian = Task { [patience] in
                var known = -1
                while published > known {
                    known = published
                    try await Task.sleep(for: .seconds(patience))
                }
                sender.cancel()
            }
            await sender.value
            guardian.cancel()
        }
        client.stop()
        lost += waiting.count
    }

    private func send() async {
        while !Task.isCancelled {
            guard !waiting.isEmpty else {
                if isEnded { return }
                await withCheckedContinuation { consumer = $0 }
                continue
            }
            let batch = Array(waiting.prefix(Self.batch))
            waiting.removeFirst(batch.count)
            do {
                try await client.publish(
                    batch.map { BrokerMessage(topic: topic, payload: Array($0.payload.utf8)) },
                    qualityOfService: qualityOfService)
                published += batch.count
                // The readings of one arrival share a mark, which holds once the last of them is out.
                for (place, message) in batch.enumerated() {
                    let next = place + 1 < batch.count ? batch[place + 1] : waiting.first
                    if next?.mark != message.mark { settled = message.mark }
                }
            } catch {
                if Task.isCancelled { waiting = batch + waiting } else { lost += batch.count }
                if !Task.isCancelled { report("\(error)") }
            }
        }
    }
}
