import Foundation
import Messaging
import SignalCore
import Synchronization

/// Makes rows of a broker's messages: what the thread of a ``LiveSource`` of a broker does.
///
/// Every topic has a parser of its own, since its messages have a form of their own. Sensors that have a topic each are
/// joined: a row holds what the message says and the latest value of every other column, unless that is too old.
final class BrokerRunner: SourceRunner {
    let stop: StopSignal
    let queue: EventQueue
    private let address: BrokerAddress
    private let options: LiveSourceOptions
    private let client: BrokerClient
    private let inbox: BrokerInbox
    private let shared = Mutex(LiveCounters())

    init(address: BrokerAddress, options: LiveSourceOptions, brokerOptions: BrokerOptions) throws {
        (self.address, self.options) = (address, options)
        stop = try StopSignal()
        queue = EventQueue(capacity: options.queueCapacity)
        let inbox = BrokerInbox()
        self.inbox = inbox
        client = try BrokerClient(address: address, options: brokerOptions, subscribes: true) { inbox.append($0) }
    }

    var counters: LiveCounters {
        var counters = shared.withLock { $0 }
        (counters.droppedRows, counters.droppedNotices) = queue.dropped
        return counters
    }

    func run() {
        defer {
            client.stop()
            queue.finish()
        }
        client.start()
        var joiner = MessageJoiner(address: address, options: options)
        var silence = SilenceWatch(limit: options.silenceSeconds, now: HostClock.now().monotonicSeconds)
        var isStale = false
        var published = 0.0
        defer { publish(joiner) }
        while stop.wait(for: inbox.descriptor, seconds: 0.25) != .stopped {
            for (event, arrival) in inbox.take() {
                switch event {
                case .up:
                    silence.begin(at: arrival.monotonicSeconds)
                    shared.withLock { $0.connections += 1 }
                    post(.up(address.description))
                case .down(let reason):
                    joiner.disconnect()
                    post(.down(reason))
                case .message(let message):
                    let queue = queue
                    var hasRow = false
                    joiner.take(message, at: arrival) { event in
                        if case .row = event { hasRow = true }
                        queue.append(event)
                    }
                    if hasRow {
                        silence.noteRow(at: arrival.monotonicSeconds)
                        if isStale { post(.up(address.description)) }
                        isStale = false
                    }
                }
            }
            let now = HostClock.now().monotonicSeconds
            if now - published > 1 {
                published = now
                publish(joiner)
            }
            let seconds = silence.silence(at: now)
            if seconds >= silence.limit, !isStale, shared.withLock({ $0.state.map(Self.isUp) ?? false }) {
                isStale = true
                post(.stale(seconds: seconds))
            }
        }
    }

    /// Sums over all topics, which is done once a second.
    private func publish(_ joiner: MessageJoiner) {
        shared.withLock { ($0.lines, $0.messages) = (joiner.lines, joiner.counters) }
    }

    private static func isUp(_ state: LinkState) -> Bool {
        if case .up = state { true } else { false }
    }

    private func post(_ state: LinkState) {
        shared.withLock { $0.state = state }
        queue.append(.state(state))
    }
}

/// What the client's thread hands over, with the time of its arrival.
private final class BrokerInbox: Sendable {
    /// Messages that may wait; a broker that sends faster than rows can be made loses the newest.
    private static let capacity = 65_536
    private let events = Mutex<[(event: BrokerEvent, arrival: ArrivalTime)]>([])
    private let pipe = Pipe()

    /// Becomes readable when something waits.
    var descriptor: Int32 { pipe.fileHandleForReading.fileDescriptor }

    func append(_ event: BrokerEvent) {
        let arrival = HostClock.now()
        events.withLock { events in
            if case .message = event, events.count >= Self.capacity { return }
            events.append((event, arrival))
            // One byte at most, so that writing never waits.
            if events.count == 1 { _ = SystemCall.write([0], to: pipe.fileHandleForWriting.fileDescriptor) }
        }
    }

    func take() -> [(event: BrokerEvent, arrival: ArrivalTime)] {
        events.withLock { events in
            guard !events.isEmpty else { return [] }
            var byte: [UInt8] = [0]
            _ = SystemCall.read(pipe.fileHandleForReading.fileDescriptor, into: &byte)
            defer { events.removeAll(keepingCapacity: true) }
            return events
        }
    }
}
