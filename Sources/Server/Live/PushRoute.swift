import Hummingbird
import NIOCore
import SignalCore

/// Who takes lines that are posted to `/push/NAME`.
public struct PushTarget: Sendable {
    /// What became of the lines of a request.
    public struct Outcome: Sendable, Equatable {
        /// Lines that were taken.
        public var taken: Int
        /// Lines that had been taken before.
        public var repeated: Int
        /// Lines that hold no readings, or bad ones.
        public var rejected: Int
        /// The last of those.
        public var lastRejected: String?

        /// Makes an outcome.
        public init(taken: Int, repeated: Int, rejected: Int, lastRejected: String?) {
            (self.taken, self.repeated, self.rejected) = (taken, repeated, rejected)
            self.lastRejected = lastRejected
        }
    }

    /// The name in the path.
    public let name: String
    /// Takes the body of a request, as a whole or not at all.
    ///
    /// It throws `SignalError`: with code `unavailable` when it cannot be taken now, `limitExceeded` when it never can.
    public let take: @Sendable ([UInt8]) throws -> Outcome

    /// Makes a target.
    public init(name: String, take: @escaping @Sendable ([UInt8]) throws -> Outcome) {
        (self.name, self.take) = (name, take)
    }
}

/// `POST /push/NAME`: lines for a stream that listens to `push:NAME`.
struct PushRoute {
    let targets: [String: PushTarget]

    /// - Throws: `Refusal` when the lines are not taken.
    func reply(to parsed: APIRequest, _ request: Request) async throws -> Reply {
        guard parsed.segments.count == 2, let target = targets[parsed.segments[1]] else {
            let names = targets.keys.sorted().map { "/push/" + $0 }.joined(separator: ", ")
            throw Refusal.notFound(
                names.isEmpty
                    ? "nothing listens here; start auscult stream push:NAME --serve" : "lines are taken at \(names)")
        }
        guard parsed.method == .post else {
            throw Refusal.methodInvalid("\(parsed.method.rawValue) is not among POST")
        }
        let outcome = try take(try await request.body(upTo: ServerOptions.maximumPushBody), target)
        let members: [(String, Document)] = [
            ("taken", .integer(outcome.taken)), ("repeated", .integer(outcome.repeated)),
            ("rejected", .integer(outcome.rejected)), ("last_rejected", .text(outcome.lastRejected)),
        ]
        return Reply(.json, .object(members), root: "push")
    }

    private func take(_ body: ByteBuffer, _ target: PushTarget) throws -> PushTarget.Outcome {
        do {
            let outcome = try target.take(Array(body.readableBytesView))
            guard outcome.taken + outcome.repeated > 0 else {
                throw Refusal.badRequest(
                    outcome.lastRejected.map { "not one line holds readings; the last one: \($0)" }
                        ?? "the body has no lines")
            }
            return outcome
        } catch let error as SignalError where error.code == .unavailable {
            throw Refusal.failure(.serviceUnavailable, error.message)
        } catch let error as SignalError where error.code == .limitExceeded {
            throw Refusal.tooLarge(error.message)
        }
    }
}
