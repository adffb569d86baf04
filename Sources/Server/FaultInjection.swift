import Hummingbird
import NIOCore
import SignalCore
import Synchronization

/// What goes wrong on purpose, so that senders can be tested: on ThingSpeak's routes a share of all requests, drawn at
/// random, is answered by 429, by 500, by `200` with the body `0`, late, not at all before or not at all after it was done,
/// each as often as the others.
public struct FaultOptions: Sendable, Equatable {
    /// The share of requests, above 0 and at most 0.95.
    public var share: Double
    /// The seed of the draws.
    public var seed: UInt64

    /// Makes options.
    public init(share: Double, seed: UInt64 = 42) {
        (self.share, self.seed) = (share, seed)
    }
}

/// Draws what goes wrong, and counts it.
final class FaultPlan: Sendable {
    private struct State {
        var generator: SeededGenerator
        var counts = [Int](repeating: 0, count: Fault.allCases.count)
    }

    private let share: Double
    private let state: Mutex<State>

    init(_ options: FaultOptions) {
        share = options.share
        state = Mutex(State(generator: SeededGenerator(seed: options.seed)))
    }

    /// What goes wrong with the next request, if anything does.
    func next() -> Fault? {
        state.withLock { state in
            guard state.generator.uniform() < share else { return nil }
            let place = Int(state.generator.uniform() * Double(Fault.allCases.count))
            state.counts[place] += 1
            return Fault.allCases[place]
        }
    }

    var counts: [(name: String, count: Int)] {
        zip(Fault.allCases, state.withLock { $0.counts }).map { ($0.rawValue, $1) }
    }
}

/// Something that goes wrong.
enum Fault: String, CaseIterable {
    case tooMany = "429"
    case failure = "500"
    case zero = "200 with 0"
    case late = "late"
    case lost = "dropped before"
    case unanswered = "dropped after"

    /// Milliseconds by which late answers are late.
    private static let delay = 700

    /// The answer in place of the right one.
    func reply(
        to request: APIRequest, on channel: any NIOCore.Channel, right: () async -> Reply
    ) async throws -> Reply {
        let format = request.format ?? .text
        switch self {
        case .tooMany:
            var reply = Refusal.tooSoon("asked for by --faults").reply(format)
            reply.headers[.retryAfter] = "1"
            return reply
        case .failure: return Refusal.failure(.internalServerError, "asked for by --faults").reply(format)
        case .zero: return Reply(format == .json ? .json : .text, "0")
        case .late:
            try await Task.sleep(for: .milliseconds(Self.delay))
            return await right()
        case .lost:
            try await channel.close()
            return Reply(.text, "")
        case .unanswered:
            let reply = await right()
            try await channel.close()
            return reply
        }
    }
}
