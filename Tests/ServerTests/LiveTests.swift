import Foundation
import NIOCore
import SignalCore
import Storage
import TestSupport
import Testing

@testable import Server

@Suite("Events of the live page")
struct LiveTests {
    private static let request = Array("GET /events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".utf8)

    /// Follows the events from a server.
    private static func follow(_ test: TestServer) async throws -> RawConnection {
        let connection = try RawConnection(port: test.port)
        connection.send(request)
        return connection
    }

    /// The data of the next event of a name.
    private static func event(_ name: String, _ connection: RawConnection) async throws -> [String: Any] {
        _ = try #require(await connection.text(until: "event: \(name)\n"))
        let text = try #require(await connection.text(until: "\n\n"))
        let data = try #require(text.split(separator: "\n").first { $0.hasPrefix("data: ") }).dropFirst(6)
        return try #require(try JSONSerialization.jsonObject(with: Data(data.utf8)) as? [String: Any])
    }

    @Test("who comes gets a snapshot, then updates, and the end")
    func events() async throws {
        let test = try await TestServer()
        test.live.begin(LiveFacts(inputs: ["<i>pump</i>.csv"], models: ["m"], run: 3), now: 1_700_000_000)
        test.live.receive(LiveReadings.make([0.5, 0.25]), upTo: LiveReadings.mark)
        let connection = try await Self.follow(test)
        let head = try #require(await connection.text(until: "\r\n\r\n"))
        #expect(head.hasPrefix("HTTP/1.1 200") && head.contains("text/event-stream") && head.contains("no-store"))
        #expect(!head.contains("Access-Control"))
        let snapshot = try await Self.event("snapshot", connection)
        #expect(snapshot["state"] as? String == "running")
        #expect((snapshot["facts"] as? [String: Any])?["inputs"] as? [String] == ["<i>pump</i>.csv"])
        let models = try #require(snapshot["models"] as? [[String: Any]])
        #expect((models[0]["last"] as? [String: Any])?["values"] as? [Double] == [0.25, 1.25])
        // The first readings of a model may come as another snapshot, for its columns are new.
        test.live.update()
        test.live.receive(LiveReadings.make([5, 0.125], from: 1_700_000_010), upTo: LiveReadings.mark)
        let update = try await Self.event("update", connection)
        let news = try #require((update["models"] as? [[String: Any]])?.first)
        // Of two readings of one moment, the anomalous one is seen: time, lowest, highest, last, threshold, flags.
        #expect(news["point"] as? [Double] == [1_700_000_011, 0.125, 5, 0.125, 1, 3])
        let alarm = try #require((update["alarms"] as? [[String: Any]])?.first)
        #expect(alarm["begin"] as? Double == 1_700_000_010 && alarm["on"] as? Bool == false)
        #expect(alarm["column"] as? String == "c1" && alarm["highest_score"] as? Double == 5)
        test.live.show(LiveLink(.down, words: "down: \"gone\""))
        #expect((try await Self.event("update", connection)["link"] as? [String: Any])?["state"] as? String == "down")
        test.live.finish(isComplete: true)
        #expect(try await Self.event("update", connection)["state"] as? String == "ended")
        // The server's end is the end of the stream, long before a comment or the end of an idle connection would come.
        let start = ContinuousClock.now
        try await test.server.stop()
        #expect(await connection.text(until: "0\r\n\r\n") != nil)
        #expect(ContinuousClock.now - start < .seconds(8))
    }

    @Test("a flood of readings is a few messages a second, and no peak is lost")
    func flood() async throws {
        let hub = LiveHub()
        let stream = try #require(hub.attach(limit: 1) {})
        hub.receive(LiveReadings.make([0]), upTo: LiveReadings.mark)
        hub.update()
        for round in 0..<1000 {
            hub.receive(
                LiveReadings.make([0, round == 700 ? 9 : 0.5, 0.1], from: Double(round * 10)), upTo: LiveReadings.mark)
        }
        hub.update()
        hub.update()
        await hub.close()
        var texts: [String] = []
        for await message in stream.messages { texts.append(String(buffer: message.bytes)) }
        #expect(texts.count == 2 && texts[1].contains("[9991") == false)
        #expect(texts[1].contains("\"point\":[9992.0,0.0,9.0,0.1,1.0,3]"), "\(texts.last ?? "")")
    }

    @Test("a slow client loses the oldest events and is told how many")
    func slowClient() async throws {
        let hub = LiveHub()
        let stream = try #require(hub.attach(limit: 1) {})
        hub.receive(LiveReadings.make([0]), upTo: LiveReadings.mark)
        for round in 0..<100 {
            hub.receive(LiveReadings.make([Float(round)], from: Double(round)), upTo: LiveReadings.mark)
            hub.update()
        }
        await hub.close()
        let texts = Collected()
        try await stream.run { await texts.add(String(buffer: $0)) }
        let all = await texts.all
        #expect(all[0] == "retry: 2000\n\n" && all[1].hasPrefix("event: snapshot\n"))
        #expect(all[2] == "event: lost\ndata: {\"events\":\(100 - EventStream.capacity)}\n\n")
        #expect(all.count == 3 + EventStream.capacity)
        #expect(all.last?.contains("\"point\":[99.0,99.0") == true)
    }

    @Test(
        "two hundred idle streams are held, all hear of an event, and their places become free", .endsIfHanging
    )
    func manyClients() async throws {
        let test = try await TestServer {
            $0.idleSeconds = 1
            $0.eventPause = 0.4
            $0.maximumEventStreams = 200
        }
        var connections: [RawConnection] = []
        for _ in 0..<200 {
            let connection = try await Self.follow(test)
            #expect(await connection.text(until: "event: snapshot\n") != nil)
            connections.append(connection)
        }
        #expect(test.live.clientCount == 200)
        // One more is asked to come again; other routes go on.
        let refused = try await test.get("/events", headers: "Accept: text/event-stream\r\n", host: "127.0.0.1")
        #expect(refused.status == 503 && refused.header("Retry-After") == "5")
        #expect(try await test.get("/health").status == 200)
        // Longer than a connection may be idle: comments pass by meanwhile.
        try await Task.sleep(for: .seconds(2.5))
        test.live.show(uploads: ["channel 1: 5 rows sent"])
        for connection in connections {
            let text = try #require(await connection.text(until: "5 rows sent"))
            #expect(text.contains(": nothing new"))
        }
        connections = []
        for _ in 0..<500 where test.live.clientCount > 0 { try await Task.sleep(for: .milliseconds(20)) }
        #expect(test.live.clientCount == 0)
        let again = try await Self.follow(test)
        #expect(await again.text(until: "event: snapshot\n") != nil)
    }

    @Test("history stays within its bounds, and keeps the peaks")
    func history() throws {
        var model = LiveModel(LiveReadings.make([0], columns: 100)[0])
        for round in 0..<10_000 {
            _ = model.take(LiveReadings.make([round == 5 ? 50 : 0], from: Double(round), columns: 100)[0])
            _ = model.takeNews(now: Double(round))
        }
        #expect(model.points.count <= LiveModel.maximumPoints && model.points.count > 500)
        #expect(model.points.map(\.highest).max() == 50)
        #expect(model.points.map(\.time) == model.points.map(\.time).sorted() && model.points.last?.time == 9999)
        #expect(model.rows.count * 100 <= LiveModel.maximumValues && model.rows.last?.time == 9999)
        #expect(model.rows.map(\.time) == model.rows.map(\.time).sorted())
    }

    private actor Collected {
        private(set) var all: [String] = []
        func add(_ text: String) { all.append(text) }
    }
}
