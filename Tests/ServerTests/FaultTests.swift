import SignalCore
import Storage
import Testing

@testable import Server

@Suite("What goes wrong on purpose")
struct FaultTests {
    /// What a sender sees of a number of writes, as letters.
    private func outcomes(of test: TestServer, count: Int) async throws -> [String] {
        var seen: [String] = []
        for number in 0..<count {
            let reply = try await test.send(
                "GET /update?api_key=\(test.writeKey)&field1=\(number) HTTP/1.1\r\nHost: x\r\n\r\n")
            guard let reply else {
                seen.append("cut")
                continue
            }
            if reply.status == 429 { #expect(reply.header("Retry-After") == "1") }
            seen.append(reply.status == 200 ? (reply.body == "0" ? "zero" : "stored") : "\(reply.status)")
        }
        return seen
    }

    @Test("The same seed plays the same faults; every kind is played, and the store holds what it says it holds")
    func seeded() async throws {
        var all: [[String]] = []
        for _ in 0..<2 {
            let test = try await TestServer { $0.faults = FaultOptions(share: 0.6, seed: 11) }
            all.append(try await outcomes(of: test, count: 60))
            let counts = Dictionary(uniqueKeysWithValues: test.server.faultCounts.map { ($0.name, $0.count) })
            #expect(counts.count == 6 && counts.values.allSatisfy { $0 > 0 })
            let seen = all[all.count - 1]
            #expect(seen.count { $0 == "429" } == counts["429"] && seen.count { $0 == "500" } == counts["500"])
            #expect(seen.count { $0 == "zero" } == counts["200 with 0"])
            let cut = (counts["dropped before"] ?? 0) + (counts["dropped after"] ?? 0)
            #expect(seen.count { $0 == "cut" } == cut)
            // What was cut off after the work is stored, though nobody was told.
            let stored = try await test.store.channel(1)?.lastEntryID ?? 0
            #expect(stored == seen.count { $0 == "stored" } + (counts["dropped after"] ?? 0))
        }
        #expect(all[0] == all[1])
        let other = try await TestServer { $0.faults = FaultOptions(share: 0.6, seed: 12) }
        #expect(try await outcomes(of: other, count: 60) != all[0])
    }

    @Test("Other routes have no faults, and a share that cannot be is refused")
    func elsewhere() async throws {
        let test = try await TestServer { $0.faults = FaultOptions(share: 0.95) }
        for _ in 0..<40 { #expect(try await test.get("/health").status == 200) }
        #expect(test.server.faultCounts.allSatisfy { $0.count == 0 })
        for share in [0, -1, 0.96, Double.nan] {
            var options = ServerOptions()
            options.faults = FaultOptions(share: share)
            #expect(throws: SignalError.self) { try options.validate() }
        }
    }
}
