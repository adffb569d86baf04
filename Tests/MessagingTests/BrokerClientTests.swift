import Foundation
import SignalCore
import Synchronization
import TestSupport
import Testing

@testable import Messaging

/// Keeps what a client says.
private final class Diary: Sendable {
    let events = Mutex<[BrokerEvent]>([])

    var payloads: [String] {
        events.withLock { events in
            events.compactMap {
                if case .message(let message) = $0 { String(decoding: message.payload, as: UTF8.self) } else { nil }
            }
        }
    }

    func waits(_ condition: @Sendable ([BrokerEvent]) -> Bool) async throws -> Bool {
        for _ in 0..<1_000 {
            if events.withLock({ condition($0) }) { return true }
            try await Task.sleep(for: .milliseconds(20))
        }
        return false
    }

    var ups: Int { events.withLock { $0.count { $0 == .up } } }
    var downs: [String] {
        events.withLock { $0.compactMap { if case .down(let reason) = $0 { reason } else { nil } } }
    }
}

@Suite("A broker and its clients", .enabled(if: TestBroker.isInstalled))
struct BrokerClientTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func client(
        _ address: String, _ diary: Diary, subscribes: Bool, _ change: (inout BrokerOptions) -> Void = { _ in }
    ) throws -> BrokerClient {
        var options = BrokerOptions()
        change(&options)
        let client = try BrokerClient(
            address: BrokerAddress(address, allowsWildcards: subscribes), options: options, subscribes: subscribes
        ) { event in diary.events.withLock { $0.append(event) } }
        client.start()
        return client
    }

    @Test("Messages arrive whole and in order at every quality of service", arguments: [0, 1, 2])
    func qualities(quality: Int) async throws {
        let broker = try TestBroker(in: folder.url)
        try await broker.start()
        let (heard, said) = (Diary(), Diary())
        let listener = try client("mqtt://127.0.0.1:\(broker.port)/plant/+/x", heard, subscribes: true) {
            $0.qualityOfService = quality
        }
        #expect(try await heard.waits { $0.contains(.up) })
        let speaker = try client("mqtt://127.0.0.1:\(broker.port)/plant", said, subscribes: false)
        let messages = (0..<300).map { BrokerMessage(topic: "plant/\($0 % 3)/x", payload: Array("\($0)".utf8)) }
        try await speaker.publish(messages, qualityOfService: quality)
        #expect(try await heard.waits { $0.count >= 301 })
        #expect(heard.payloads == (0..<300).map { "\($0)" })
        listener.stop()
        speaker.stop()
    }

    @Test("A broker that ends and comes back loses nothing of quality 1", arguments: [SIGTERM, SIGKILL])
    func restart(signal: Int32) async throws {
        let broker = try TestBroker(in: folder.url)
        try await broker.start()
        let (heard, said) = (Diary(), Diary())
        let listener = try client("mqtt://127.0.0.1:\(broker.port)/a", heard, subscribes: true) {
            $0.clientIdentifier = "listener"
        }
        #expect(try await heard.waits { $0.contains(.up) })
        let speaker = try client("mqtt://127.0.0.1:\(broker.port)/a", said, subscribes: false)
        for round in 0..<3 {
            if round > 0 {
                // What a broker has acknowledged and lost by a kill, it has not lost by us.
                let count = round * 50
                #expect(try await heard.waits { events in Set(events.compactMap(Self.number)).count == count })
                try await broker.stop(signal: signal)
                #expect(try await said.waits { events in events.count { $0 != .up } >= round })
            }
            // Published while the broker is away, from the second round on.
            let messages = (0..<50).map { BrokerMessage(topic: "a", payload: Array("\(round * 50 + $0)".utf8)) }
            let publishing = Task { try await speaker.publish(messages, qualityOfService: 1) }
            if round > 0 { try await broker.start() }
            // So that the subscription is there before the messages are.
            try await publishing.value
        }
        #expect(try await heard.waits { events in Set(events.compactMap(Self.number)).count == 150 })
        #expect(said.ups == 3 && said.downs.count >= 2)
        #expect(heard.downs.allSatisfy { $0.hasPrefix("mqtt://127.0.0.1:\(broker.port)/a: ") })
        listener.stop()
        speaker.stop()
    }

    private static func number(_ event: BrokerEvent) -> Int? {
        if case .message(let message) = event { Int(String(decoding: message.payload, as: UTF8.self)) } else { nil }
    }

    @Test("The acknowledgement of a message that was given up is not taken for that of a later one of its number")
    func numbersComeAgain() async throws {
        let broker = try TestBroker(in: folder.url)
        try await broker.start()
        let speaker = try client("mqtt://127.0.0.1:\(broker.port)/a", Diary(), subscribes: false)
        let message = BrokerMessage(topic: "a", payload: [49])
        try await speaker.publish([message], qualityOfService: 1)
        broker.pause(true)
        let givenUp = Task { try await speaker.publish([message, message, message], qualityOfService: 1) }
        try await Task.sleep(for: .milliseconds(200))
        givenUp.cancel()
        await #expect(throws: CancellationError.self) { try await givenUp.value }
        broker.pause(false)
        // There are 65,535 numbers; the next message gets the first of those that were given up.
        let count = 65_535 - 3
        for begin in stride(from: 0, to: count, by: 1_000) {
            let batch = [BrokerMessage](repeating: message, count: min(1_000, count - begin))
            try await speaker.publish(batch, qualityOfService: 1)
        }
        broker.pause(true)
        let isSettled = Mutex(false)
        let waiting = Task {
            try await speaker.publish([message], qualityOfService: 1)
            isSettled.withLock { $0 = true }
        }
        try await Task.sleep(for: .milliseconds(500))
        #expect(!isSettled.withLock { $0 })
        broker.pause(false)
        try await waiting.value
        speaker.stop()
    }

    @Test("What the broker had kept is marked")
    func retained() async throws {
        let broker = try TestBroker(in: folder.url)
        try await broker.start()
        let (heard, said) = (Diary(), Diary())
        let speaker = try client("mqtt://127.0.0.1:\(broker.port)/a", said, subscribes: false)
        try await speaker.publish(
            [BrokerMessage(topic: "a", payload: [49], isRetained: true)], qualityOfService: 1)
        let listener = try client("mqtt://127.0.0.1:\(broker.port)/#", heard, subscribes: true)
        #expect(try await heard.waits { $0.count >= 2 })
        try await speaker.publish([BrokerMessage(topic: "a", payload: [50])], qualityOfService: 1)
        #expect(try await heard.waits { $0.count >= 3 })
        let marks = heard.events.withLock { events in
            events.compactMap { if case .message(let message) = $0 { message.isRetained } else { nil } }
        }
        #expect(marks == [true, false])
        listener.stop()
        speaker.stop()
    }

    @Test("A broker with passwords takes the right one, and the wrong one is told, with the remedy")
    func passwords() async throws {
        let file = folder.path("passwords")
        _ = try Program.run("/usr/bin/mosquitto_passwd", ["-b", "-c", file, "anna", "secret"])
        let broker = try TestBroker(in: folder.url, lines: ["allow_anonymous false", "password_file \(file)"])
        try await broker.start()
        let (right, wrong) = (Diary(), Diary())
        let first = try client("mqtt://anna:secret@127.0.0.1:\(broker.port)/a", right, subscribes: true)
        let second = try client("mqtt://anna:guess@127.0.0.1:\(broker.port)/a", wrong, subscribes: true)
        #expect(try await right.waits { $0 == [.up] })
        #expect(try await wrong.waits { !$0.isEmpty })
        #expect(wrong.downs.allSatisfy { $0.contains("AUSCULT_MQTT_PASSWORD") && !$0.contains("guess") })
        #expect(wrong.ups == 0)
        first.stop()
        second.stop()
    }

    @Test("A broker with a certificate is believed only where its authority is trusted")
    func certificates() async throws {
        let (key, certificate) = (folder.path("key.pem"), folder.path("certificate.pem"))
        _ = try Program.run(
            "openssl",
            [
                "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext",
                "subjectAltName=IP:127.0.0.1,DNS:localhost", "-keyout", key, "-out", certificate,
            ])
        let broker = try TestBroker(
            in: folder.url, lines: ["allow_anonymous true", "certfile \(certificate)", "keyfile \(key)"])
        try await broker.start()
        let (right, wrong) = (Diary(), Diary())
        let first = try client("mqtts://127.0.0.1:\(broker.port)/a", right, subscribes: true) {
            $0.certificateAuthority = certificate
        }
        let second = try client("mqtts://127.0.0.1:\(broker.port)/a", wrong, subscribes: true)
        #expect(try await right.waits { $0 == [.up] })
        #expect(try await wrong.waits { !$0.isEmpty })
        #expect(wrong.ups == 0 && wrong.downs.allSatisfy { $0.contains("--mqtt-ca") }, "\(wrong.downs)")
        first.stop()
        second.stop()
    }

    @Test("A broker that is not there is told once, and whoever waits is let go at the end")
    func absent() async throws {
        let broker = try TestBroker(in: folder.url)
        let diary = Diary()
        let speaker = try client("mqtt://127.0.0.1:\(broker.port)/a", diary, subscribes: false)
        let waiting = Task {
            try await speaker.publish([BrokerMessage(topic: "a", payload: [1])], qualityOfService: 1)
        }
        #expect(try await diary.waits { !$0.isEmpty })
        try await Task.sleep(for: .seconds(1))
        #expect(diary.downs.count == 1 && diary.downs[0].contains("does the broker run"), "\(diary.downs)")
        speaker.stop()
        await #expect(throws: SignalError.self) { try await waiting.value }
    }
}
