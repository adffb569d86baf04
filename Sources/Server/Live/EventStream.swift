import NIOCore
import Synchronization

/// One event as it goes over the wire.
struct EventMessage: Sendable {
    let bytes: ByteBuffer
    /// Whether nobody misses it.
    let isComment: Bool

    /// An event with a name, a number and one line of data.
    init(_ name: String, id: Int, data: String) {
        bytes = ByteBuffer(string: "event: \(name)\nid: \(id)\ndata: \(data)\n\n")
        isComment = false
    }

    /// A line that clients pass over.
    init(comment: String) {
        bytes = ByteBuffer(string: ": \(comment)\n\n")
        isComment = true
    }
}

/// How a client keeps up.
final class EventProgress: Sendable {
    private struct State {
        var lost = 0
        var writingSince: ContinuousClock.Instant?
    }

    private let state = Mutex(State())

    /// Counts an event that the client was too slow for.
    func addLost() { state.withLock { $0.lost += 1 } }

    /// The number of events lost since the last call.
    func takeLost() -> Int {
        state.withLock { state in
            defer { state.lost = 0 }
            return state.lost
        }
    }

    /// Writes something, and meanwhile counts as waiting for the client.
    func whileWriting(_ write: () async throws -> Void) async throws {
        state.withLock { $0.writingSince = .now }
        defer { state.withLock { $0.writingSince = nil } }
        try await write()
    }

    /// How long the client has taken nothing of what is being written.
    var stall: Duration { state.withLock { $0.writingSince.map { .now - $0 } ?? .zero } }
}

/// What one client is told, from the moment it came. Its place becomes free when this object goes.
final class EventStream: Sendable {
    /// The most events that wait for a client; of more, the oldest are lost.
    static let capacity = 64

    let first: EventMessage
    let messages: AsyncStream<EventMessage>
    let progress: EventProgress
    private let onEnd: @Sendable () -> Void

    init(
        first: EventMessage, messages: AsyncStream<EventMessage>, progress: EventProgress,
        onEnd: @escaping @Sendable () -> Void
    ) {
        (self.first, self.messages, self.progress, self.onEnd) = (first, messages, progress, onEnd)
    }

    deinit { onEnd() }

    /// Sends all events until there are no more, or the client is gone.
    func run(_ write: (ByteBuffer) async throws -> Void) async throws {
        // Clients that are cut off come back after two seconds.
        try await progress.whileWriting { try await write(ByteBuffer(string: "retry: 2000\n\n")) }
        try await progress.whileWriting { try await write(first.bytes) }
        for await message in messages {
            let lost = progress.takeLost()
            if lost > 0 {
                let text = "event: lost\ndata: {\"events\":\(lost)}\n\n"
                try await progress.whileWriting { try await write(ByteBuffer(string: text)) }
            }
            try await progress.whileWriting { try await write(message.bytes) }
        }
    }
}
