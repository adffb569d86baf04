import Foundation
import TestSupport
import Testing

/// `stream` between a topic that is listened to and one that is published on.
@Suite(.enabled(if: TestBroker.isInstalled)) struct BrokerCommandTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// Publishes through the broker's own program.
    private func publish(_ text: String, topic: String, port: Int) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/mosquitto_pub")
        process.arguments = ["-p", "\(port)", "-t", topic, "-q", "1", "-m", text]
        try process.run()
        process.waitUntilExit()
    }

    private func text(_ name: String) -> String {
        (try? String(contentsOfFile: folder.path(name), encoding: .utf8)) ?? ""
    }

    /// Whether the stream says something, soon.
    private func says(_ words: String) async throws -> Bool {
        for _ in 0..<1_200 {
            if text("errors").contains(words) { return true }
            try await Task.sleep(for: .milliseconds(50))
        }
        return false
    }

    /// Whether there are so many readings, soon.
    private func has(_ count: Int) async throws -> Bool {
        for _ in 0..<1_200 {
            if text("readings.jsonl").split(separator: "\n").count >= count { return true }
            try await Task.sleep(for: .milliseconds(50))
        }
        return false
    }

    @Test func `a stream listens to a broker through its stop and publishes what it finds`() async throws {
        let table = "temperature,rms\n" + (0..<200).map { "\(20 + $0 % 5),\(1 + $0 % 3)" }.joined(separator: "\n")
        _ = try folder.write("train.csv", text: table + "\n")
        let trained = try await Tool.run(
            ["train", "standard-score", "--data", "train.csv", "-f", "table", "-o", "m"], in: folder.url)
        #expect(trained.exitCode == 0, "\(trained.errors)")
        let broker = try TestBroker(in: folder.url)
        try await broker.start()
        let address = "mqtt://127.0.0.1:\(broker.port)"
        let stream = Process()
        stream.executableURL = URL(filePath: "/bin/sh")
        stream.currentDirectoryURL = folder.url
        stream.environment = ProcessInfo.processInfo.environment.merging(["AUSCULT_STATE_DIR": folder.path("state")]) {
            $1
        }
        stream.arguments = [
            "-c", "exec \"$0\" \"$@\" 2> errors", Tool.binary.path, "stream", "\(address)/plant/#", "--model", "m",
            "--publish", "\(address)/found", "--mqtt-client-id", "listener", "-o", "readings.jsonl",
        ]
        try stream.run()
        defer { if stream.isRunning { kill(stream.processIdentifier, SIGKILL) } }
        #expect(try await says("up (mqtt"))
        #expect(try await says("found: connected"))
        for index in 0..<10 {
            try publish("{\"temperature\":21,\"rms\":\(index + 1)}", topic: "plant/pump", port: broker.port)
        }
        #expect(try await has(10))
        try await broker.stop()
        #expect(try await says(": down: "))
        try await broker.start()
        for index in 10..<20 {
            try publish("{\"temperature\":21,\"rms\":\(index + 1)}", topic: "plant/pump", port: broker.port)
        }
        #expect(try await has(20))
        stream.terminate()
        for _ in 0..<1_200 where stream.isRunning { try await Task.sleep(for: .milliseconds(50)) }
        let errors = text("errors")
        #expect(!stream.isRunning && errors.contains("connected 2 times"), "\(errors)")
        #expect(errors.contains("broker: 20 readings published, 0 not"), "\(errors)")
        let lines = try text("readings.jsonl")
            .split(separator: "\n").compactMap {
                try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
            }
        let levels = lines.compactMap { ($0["values"] as? [String: Any])?["rms"] as? Double }
        #expect(levels == (1...20).map(Double.init))
    }
}
