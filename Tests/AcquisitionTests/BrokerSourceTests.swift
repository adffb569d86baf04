import Foundation
import Messaging
import SignalCore
import TestSupport
import Testing

@testable import Acquisition

@Suite("Messages of a broker as rows")
struct MessageJoinerTests {
    private func rows(_ filter: String, _ messages: [(topic: String, text: String)]) throws -> [SensorRow] {
        var joiner = MessageJoiner(
            address: try BrokerAddress("mqtt://h/" + filter, allowsWildcards: true), options: LiveSourceOptions())
        var rows: [SensorRow] = []
        for (index, message) in messages.enumerated() {
            let arrival = ArrivalTime(unixSeconds: 1_000 + Double(index), monotonicSeconds: Double(index))
            joiner.take(BrokerMessage(topic: message.topic, payload: Array(message.text.utf8)), at: arrival) {
                if case .row(let row) = $0 { rows.append(row) }
            }
        }
        return rows
    }

    @Test("JSON, pairs and ThingSpeak's form give their columns")
    func forms() throws {
        for text in [#"{"temperature":20.5,"rms":0.25}"#, "temperature:20.5,rms:0.25", "temperature=20.5&rms=0.25"] {
            let row = try #require(try rows("a", [("a", text), ("a", text)]).last, "\(text)")
            let values = Dictionary(uniqueKeysWithValues: zip(row.columns, row.values))
            #expect(values["temperature"] == 20.5 && values["rms"] == 0.25, "\(text)")
        }
    }

    @Test("Numbers alone are named after their topics, and a row holds the latest of all")
    func numbers() throws {
        let rows = try rows("home/+/t", [("home/a/t", "1"), ("home/b/t", "2"), ("home/a/t", "3")])
        let last = try #require(rows.last)
        #expect(last.columns == ["a/t", "b/t"] && last.values == [3, 2])
        #expect(rows[0].values == [1])
    }

    @Test("A value counts for a minute after its topic fell silent")
    func hold() throws {
        var messages = [(topic: "x/a", text: "1")]
        messages += (0..<70).map { (topic: "x/b", text: "\($0)") }
        let rows = try rows("x/+", messages)
        #expect(rows[60].values[0] == 1)
        #expect(rows[65].values[0].isNaN && rows[65].values[1] == 64)
    }

    @Test("What was kept, is empty, too long or a last will gives no row")
    func noRows() throws {
        var joiner = MessageJoiner(
            address: try BrokerAddress("mqtt://h/#", allowsWildcards: true), options: LiveSourceOptions())
        var events: [LiveEvent] = []
        let now = ArrivalTime(unixSeconds: 0, monotonicSeconds: 0)
        let payloads = ["", "Offline", String(repeating: "1,", count: 40_000), "5"]
        for (index, text) in payloads.enumerated() {
            joiner.take(
                BrokerMessage(topic: "t\(index)", payload: Array(text.utf8), isRetained: text == "5"), at: now
            ) { events.append($0) }
        }
        let hasRow = events.contains { if case .row = $0 { true } else { false } }
        #expect(!hasRow && events.count == 3)
        #expect(joiner.counters.retained == 1 && joiner.counters.overlong == 1 && joiner.counters.received == 4)
    }

    @Test("A thousand random messages do no harm")
    func hostile() throws {
        var random = SeededGenerator(seed: 5)
        var joiner = MessageJoiner(
            address: try BrokerAddress("mqtt://h/#", allowsWildcards: true), options: LiveSourceOptions())
        let alphabet = Array("{}[]\",:=&0123456789.eE+-nan inf\u{0}\u{ff}\r\n".utf8)
        for _ in 0..<1_000 {
            let length = Int(random.uniform() * 200)
            let bytes = (0..<length).map { _ in alphabet[Int(random.uniform() * Double(alphabet.count))] }
            joiner.take(
                BrokerMessage(topic: "t\(Int(random.uniform() * 9))", payload: bytes),
                at: ArrivalTime(unixSeconds: 0, monotonicSeconds: 0)
            ) { if case .row(let row) = $0 { #expect(row.columns.count == row.values.count) } }
        }
        #expect(joiner.counters.received == 1_000)
    }
}
