import SignalCore
import Synchronization
import Testing

@testable import Server

@Suite("Lines that are posted")
struct PushTests {
    /// Takes lines and remembers them; says what it was told to.
    private final class Taker: Sendable {
        private let taken = Mutex<[String]>([])
        private let answer: @Sendable () throws -> PushTarget.Outcome

        init(_ answer: @escaping @Sendable () throws -> PushTarget.Outcome) { self.answer = answer }

        var bodies: [String] { taken.withLock { $0 } }
        var target: PushTarget {
            PushTarget(name: "pump") { body in
                let outcome = try self.answer()
                self.taken.withLock { $0.append(String(decoding: body, as: UTF8.self)) }
                return outcome
            }
        }
    }

    private static let one = PushTarget.Outcome(taken: 1, repeated: 0, rejected: 0, lastRejected: nil)

    @Test("What a request holds is handed on as it came, and the answer says what became of it")
    func taken() async throws {
        let taker = Taker { .init(taken: 2, repeated: 1, rejected: 1, lastRejected: "a \"b\"") }
        let test = try await TestServer(pushes: [taker.target])
        let body = "t:1\nt:2\r\nt:3"
        let reply = try await test.request("POST", "/push/pump", type: "text/plain", body: body, host: "localhost")
        #expect(reply.status == 200 && taker.bodies == [body])
        #expect(reply.body == #"{"taken":2,"repeated":1,"rejected":1,"last_rejected":"a \"b\""}"#)
    }

    @Test("Refusals say why, with a code for each kind, and nothing is taken")
    func refused() async throws {
        let full = Taker { throw SignalError(.unavailable, "the stream is behind") }
        let test = try await TestServer(pushes: [full.target])
        let busy = try await test.request("POST", "/push/pump", body: "t:1", host: "localhost")
        #expect(busy.status == 503 && busy.header("Retry-After") != nil && busy.body.contains("behind"))
        let other = try await test.request("POST", "/push/fan", body: "t:1", host: "localhost")
        #expect(other.status == 404 && other.body.contains("/push/pump"))
        #expect(try await test.get("/push/pump", host: "localhost").status == 405)
        let flood = try await test.send(
            "POST /push/pump HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1048577\r\n\r\n")
        #expect(flood?.status == 413)

        let never = Taker { throw SignalError(.limitExceeded, "too many rows") }
        let small = try await TestServer(pushes: [never.target])
        #expect(try await small.request("POST", "/push/pump", body: "x", host: "localhost").status == 413)
        let bad = Taker { .init(taken: 0, repeated: 0, rejected: 1, lastRejected: "nonsense") }
        let strict = try await TestServer(pushes: [bad.target])
        let reply = try await strict.request("POST", "/push/pump", body: "nonsense", host: "localhost")
        #expect(reply.status == 400 && reply.body.contains("nonsense"))

        let none = try await TestServer()
        let nobody = try await none.request("POST", "/push/pump", body: "t:1", host: "localhost")
        #expect(nobody.status == 404 && nobody.body.contains("stream push:NAME --serve"))
        #expect(full.bodies.isEmpty && never.bodies.isEmpty)
    }

    @Test("Pages of other sites cannot write, and with a token nobody can without it")
    func closed() async throws {
        let taker = Taker { Self.one }
        let test = try await TestServer(pushes: [taker.target])
        for (headers, host, status) in [
            ("Origin: http://evil.example\r\n", "localhost", 403), ("Origin: null\r\n", "localhost", 403),
            ("", "evil.example", 421), ("Origin: http://localhost:80\r\n", "localhost", 403),
            ("Origin: http://localhost\r\n", "localhost", 200), ("", "127.0.0.1", 200),
        ] {
            let reply = try await test.request("POST", "/push/pump", headers: headers, body: "t:1", host: host)
            #expect(reply.status == status, "\(headers)\(host)")
        }
        let guarded = try await TestServer(pushes: [taker.target]) { $0.token = "secret" }
        for (headers, status) in [
            ("", 401), ("Authorization: Bearer other\r\n", 401), ("Authorization: Bearer secret\r\n", 200),
        ] {
            let reply = try await guarded.request("POST", "/push/pump", headers: headers, body: "t:1")
            #expect(reply.status == status, "\(headers)")
        }
        #expect(taker.bodies.count == 3)
    }
}
