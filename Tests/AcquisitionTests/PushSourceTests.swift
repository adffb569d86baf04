import Acquisition
import Foundation
import SignalCore
import TestSupport
import Testing

/// Lines that are handed in.
@Suite(.endsIfHanging)
struct PushSourceTests {
    /// A port that is listened to.
    private func open(_ change: (inout LiveSourceOptions) -> Void = { _ in }) async throws -> (
        port: PushPort, source: LiveSource, events: LiveSource.Iterator
    ) {
        var options = LiveSourceOptions()
        change(&options)
        let port = try PushPort(name: "pump")
        let source = try LiveSource(port: port, options: options)
        var events = source.makeAsyncIterator()
        #expect(await events.next() == .state(.up("push:pump")))
        return (port, source, events)
    }

    private func take(_ text: String, _ port: PushPort) throws -> PushPort.Receipt { try port.take(Array(text.utf8)) }

    @Test(
        "Bodies of every form give their rows",
        arguments: [
            "{\"a\":1,\"b\":2}", "{\"a\":1,\"b\":2}\r\n", "a:1,b:2\n", "a=1&b=2", "[{\"a\":1,\"b\":2}]",
            "{\n  \"a\": 1,\n  \"b\": 2\n}\n", " \n{\"a\":1,\n\"b\":2}", "[\n{\"a\":1,\"b\":2}\n]\n",
        ])
    func forms(body: String) async throws {
        var (port, source, events) = try await open()
        #expect(try take(body, port).taken == 1)
        let row = try #require(await events.nextRow())
        #expect(row.columns == ["a", "b"] && row.values == [1, 2])
        // A second one, so that nothing of the first is left over.
        #expect(try take(body.replacing("2", with: "3"), port).taken == 1)
        #expect(await events.nextRow()?.values == [1, 3])
        source.stop()
        #expect(await events.next() == nil)
        #expect(source.counters.lines.rows == 2)
    }

    @Test("Several objects of a document are rows each, whatever their texts hold")
    func documents() async throws {
        var (port, source, events) = try await open()
        let body = #"[{"a":1,"n":"}{\"],["},"# + "\n" + #" {"a":2,"n":"\\"}, {"a":3,"b":{"c":4}}]"#
        #expect(try take(body, port).taken == 3)
        for value in 1...3 { #expect(await events.nextRow()?.values.first == Float(value)) }
        for body in ["", " \n", "[]", "[1,2]", "{\"a\":1", "nonsense", "\u{1}\u{2}"] {
            let receipt = try take(body, port)
            #expect(receipt.taken == 0, "\(body)")
        }
        #expect(try take("nonsense\n{\"a\":5}", port).lastRejected == "nonsense")
        source.stop()
    }

    @Test("A header and its rows may come in one request or in several")
    func table() async throws {
        var (port, source, events) = try await open()
        _ = try take("temperature,current\n", port)
        _ = try take("20.5,3\n21,4\n", port)
        let rows = [try #require(await events.nextRow()), try #require(await events.nextRow())]
        #expect(rows.allSatisfy { $0.columns == ["temperature", "current"] })
        #expect(rows.map(\.values) == [[20.5, 3], [21, 4]])
        source.stop()
    }

    @Test("What is sent again is known by its number or clock and taken once, also beside new lines")
    func again() async throws {
        var (port, source, events) = try await open()
        #expect(try take("seq:1,a:5\nseq:2,a:5", port) == receipt(taken: 2))
        #expect(try take("seq:1,a:5\nseq:2,a:5", port) == receipt(repeated: 2))
        #expect(try take("seq:2,a:5\nseq:3,a:5", port) == receipt(taken: 1, repeated: 1))
        var rows: [SensorRow] = []
        for _ in 0..<3 { rows.append(try #require(await events.nextRow())) }
        #expect(rows.map(\.sequence) == [1, 2, 3])
        source.stop()

        var (clocked, other, news) = try await open()
        for first in [1_000, 1_000, 1_200, 1_000, 1_400] {
            _ = try take("{\"millis\":\(first),\"a\":1}\n{\"millis\":\(first + 100),\"a\":1}\n", clocked)
        }
        rows = []
        for _ in 0..<6 { rows.append(try #require(await news.nextRow())) }
        // A line that is known does not set the board's clock back.
        let seconds = rows.map { (($0.deviceSeconds ?? 0) * 10).rounded() }
        #expect(seconds == [10, 11, 12, 13, 14, 15])
        other.stop()

        // Equal readings without either are readings of their own.
        var (plain, third, values) = try await open()
        for _ in 0..<3 { #expect(try take("a:5,b:6", plain) == receipt(taken: 1)) }
        for _ in 0..<3 { #expect(await values.nextRow()?.values == [5, 6]) }
        third.stop()
    }

    private func receipt(taken: Int = 0, repeated: Int = 0) -> PushPort.Receipt {
        var receipt = PushPort.Receipt()
        (receipt.taken, receipt.repeated) = (taken, repeated)
        return receipt
    }

    @Test("Where there is no room nothing of a body is taken, and after a rest all of it is")
    func room() async throws {
        var (port, source, events) = try await open { $0.queueCapacity = 4 }
        #expect(try take("seq:1,a:1\nseq:2,a:2\nseq:3,a:3", port).taken == 3)
        #expect(throws: SignalError.self) { try take("seq:4,a:4\nseq:5,a:5", port) }
        for value in 1...3 { #expect(await events.nextRow()?.values == [Float(value)]) }
        #expect(try take("seq:4,a:4\nseq:5,a:5", port).taken == 2)
        for value in 4...5 { #expect(await events.nextRow()?.sequence == Double(value)) }
        do {
            _ = try take((0..<5).map { "seq:\($0 + 6),a:1\n" }.joined(), port)
            Issue.record("more rows than ever fit were taken")
        } catch let error as SignalError {
            #expect(error.code == .limitExceeded)
        }
        #expect(source.counters.droppedRows == 0 && source.counters.lines.rows == 5)
        source.stop()
    }

    @Test("Before and after a stream nobody listens, and silence is said")
    func listening() async throws {
        let port = try PushPort(name: "a-1_B")
        #expect(throws: SignalError.self) { try take("a:1", port) }
        var options = LiveSourceOptions()
        options.silenceSeconds = 0.3
        let source = try LiveSource(port: port, options: options)
        #expect(throws: SignalError.self) { try take("a:1", port) }
        var events = source.makeAsyncIterator()
        #expect(await events.next() == .state(.up("push:a-1_B")))
        guard case .state(.stale) = await events.next() else {
            Issue.record("the silence was not said")
            return
        }
        #expect(try take("a:1,b:2", port).taken == 1)
        #expect(await events.next() == .state(.up("push:a-1_B")))
        #expect(await events.nextRow()?.values == [1, 2])
        source.stop()
        while await events.next() != nil {}
        #expect(throws: SignalError.self) { try take("a:1", port) }
    }

    @Test("Bodies that were damaged at random are taken or refused, and what was said of them is what comes")
    func damaged() async throws {
        let whole = [
            "seq:1,a:2.5,b:7\nseq:2,a:3,b:8\n", "{\"millis\":10,\"a\":1}\n{\"millis\":20,\"a\":2}",
            "[{\"a\":1,\"b\":{\"c\":\"}\"}},\n {\"a\":2}]", "a,b\n1,2\n3,4\n", "field1=1&field2=2",
        ].map { Array($0.utf8) }
        var generator = SeededGenerator(seed: 9)
        for round in 0..<40 {
            var (port, source, events) = try await open { $0.queueCapacity = 100_000 }
            for _ in 0..<100 {
                var body = whole[round % whole.count]
                for _ in 0..<Int.random(in: 0...4, using: &generator) {
                    let place = Int.random(in: 0..<body.count, using: &generator)
                    switch Int.random(in: 0..<3, using: &generator) {
                    case 0: body[place] = UInt8.random(in: 0...255, using: &generator)
                    case 1: body.removeSubrange(place...)
                    default: body.insert(contentsOf: body[place...], at: place)
                    }
                    if body.isEmpty { break }
                }
                let receipt = try port.take(body)
                #expect(receipt.taken >= 0 && receipt.repeated >= 0 && receipt.rejected >= 0)
                #expect((receipt.lastRejected == nil) == (receipt.rejected == 0))
            }
            let rows = source.counters.lines.rows
            source.stop()
            var found = 0
            while await events.nextRow() != nil { found += 1 }
            #expect(found == rows)
        }
    }

    @Test("Names are plain", arguments: ["", "a b", "a/b", "ä", "..", String(repeating: "a", count: 65)])
    func names(name: String) {
        #expect(throws: SignalError.self) { try PushPort(name: name) }
        #expect(throws: SignalError.self) { try SourceAddress("push:" + name) }
    }
}
