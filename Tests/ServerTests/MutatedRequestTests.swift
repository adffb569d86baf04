import SignalCore
import Storage
import TestSupport
import Testing

@testable import Server

@Suite("Damaged requests")
struct MutatedRequestTests {
    @Test("10,000 mutated requests: no crash, no 5xx, and the store stays in order", .endsIfHanging)
    func mutations() async throws {
        let test = try await TestServer(pushes: [
            PushTarget(name: "pump") { body in
                guard body.count < 40 else { throw SignalError(.limitExceeded, "too many rows") }
                return .init(taken: body.count / 2, repeated: 0, rejected: body.count % 2, lastRejected: "x")
            }
        ])
        let sink = try await ReadingSink(
            store: test.store, run: RunDescription(inputs: ["a"], models: ["m"]), isResumed: false)
        try await sink.receive(LiveReadings.make([1, 2, 3]), upTo: LiveReadings.mark)
        try await sink.finish(isComplete: true)
        let templates = Self.templates(test)
        let port = test.port
        let statuses = try await withThrowingTaskGroup(of: [Int: Int].self) { group in
            for client in 0..<8 {
                group.addTask { try await Self.send(1250, of: templates, seed: 42 + UInt64(client), port: port) }
            }
            return try await group.reduce(into: [Int: Int]()) { $0.merge($1, uniquingKeysWith: +) }
        }
        // Enough of them were near enough to be understood, and enough were refused.
        #expect(statuses[200, default: 0] > 500 && statuses[400, default: 0] > 500 && statuses[404, default: 0] > 100)
        let ids = try await test.store.page(of: 1, after: 0, count: 100_000).compactMap(\.id)
        #expect(!ids.isEmpty && ids == Array(1...ids.count))
        #expect(try await test.get("/channels/1/feeds.json").status == 200)
    }

    /// Sends mutated requests one after the other and counts the statuses of the replies.
    private static func send(
        _ count: Int, of templates: [(line: String, body: String)], seed: UInt64, port: Int
    ) async throws -> [Int: Int] {
        var generator = SeededGenerator(seed: seed)
        var statuses: [Int: Int] = [:]
        var connection = try RawConnection(port: port)
        for _ in 0..<count {
            guard let template = templates.randomElement(using: &generator) else { break }
            connection.send(request(template, using: &generator))
            if let reply = await connection.reply(toHead: template.line.hasPrefix("HEAD")) {
                statuses[reply.status, default: 0] += 1
                #expect(reply.status < 500, "\(String(decoding: reply.bytes, as: UTF8.self))")
                if reply.status != 400 { continue }
            }
            // The parser may have given up on the connection.
            connection = try RawConnection(port: port)
        }
        return statuses
    }

    private static func templates(_ test: TestServer) -> [(line: String, body: String)] {
        let key = test.writeKey
        return [
            ("GET /update?api_key=\(key)&field1=1.5&lat=10&created_at=2019-02-20T22:07:28Z&timezone=Europe/Berlin", ""),
            ("POST /update.json", "api_key=\(key)&field1=a%20b&status=x"),
            ("POST /update.xml", #"{"api_key":"\#(key)","field1":1e5,"field2":"é\u00e9\ud83d\ude00"}"#),
            (
                "POST /channels/1/bulk_update.json",
                #"{"write_api_key":"\#(key)","updates":[{"created_at":"2019-02-20T22:07:28Z","field1":1},{"created_at":1550700449,"field2":null}]}"#
            ),
            ("POST /channels/1/bulk_update.csv", "write_api_key=\(key)&time_format=relative&updates=0,1,2|3,4,,5"),
            (
                "GET /channels/1/feeds.json?results=5&start=2019-02-01%2000:00:00&end=2019-03-01&average=daily&round=2&min=1&max=9",
                ""
            ),
            (
                "GET /channels/1/fields/1.csv?days=3000&results=20&timezone=America/New_York&end=2020-01-01",
                ""
            ),
            ("GET /channels/1/fields/2/last.xml?callback=f&prepend=a", ""), ("GET /channels/1/feeds/last_data_age", ""),
            ("GET /channels/2/status.json?key=\(test.privateKeys[1])&minutes=5", ""),
            ("GET /channels/public.xml?page=1&tag=x", ""),
            ("PUT /channels/1.json?api_key=\(test.userKey)", #"{"name":"n","tags":"a,b","latitude":1}"#),
            ("OPTIONS /channels/1/feeds.json", ""), ("GET /", ""), ("GET /page.js?x=1", ""), ("GET /api/live", ""),
            ("GET /api/runs/1/readings?from=2026-01-01T00:00:00Z&to=1e10&points=50&values=true&model=0", ""),
            ("GET /api/alarms?run=1&limit=5", ""), ("GET /api/channels/1/feeds?results=3&from=-1e300", ""),
            ("GET /assets/../../etc/passwd", ""), ("HEAD /events", ""), ("OPTIONS /events", ""),
            ("POST /push/pump", "seq:1,a:2"),
            ("POST /push/pump.json?x=1", #"[{"seq":1,"temperature":21.5}, {"seq":2}]"#),
        ]
    }

    /// A request with a few bytes changed, its body's length told rightly, so that the next one is found.
    private static func request(_ template: (line: String, body: String), using generator: inout SeededGenerator)
        -> [UInt8]
    {
        var line = Array(template.line.utf8)
        var body = Array(template.body.utf8)
        for _ in 0..<Int.random(in: 0...3, using: &generator) {
            if body.isEmpty || Bool.random(using: &generator) {
                mutate(&line, from: 4, using: &generator)
                // A line end or a space would make another request of it.
                line.removeAll { $0 <= 0x20 && $0 != 0x20 || $0 == 0x7F }
            } else {
                mutate(&body, from: 0, using: &generator)
            }
        }
        let type = body.first == UInt8(ascii: "{") ? "application/json" : "application/x-www-form-urlencoded"
        let head = " HTTP/1.1\r\nHost: localhost\r\nContent-Type: \(type)\r\nContent-Length: \(body.count)\r\n\r\n"
        return line + Array(head.utf8) + body
    }

    private static func mutate(_ bytes: inout [UInt8], from start: Int, using generator: inout SeededGenerator) {
        guard bytes.count > start + 1 else { return }
        let index = Int.random(in: start..<bytes.count, using: &generator)
        switch Int.random(in: 0..<5, using: &generator) {
        case 0: bytes[index] = UInt8.random(in: 0...255, using: &generator)
        case 1: bytes.remove(at: index)
        case 2: bytes.insert(Array("%0{}[]\",:|&=.-9/\\".utf8).randomElement(using: &generator) ?? 0, at: index)
        case 3: bytes.removeSubrange(index...)
        default: bytes.insert(contentsOf: bytes[index..<min(index + 8, bytes.count)], at: index)
        }
    }
}
