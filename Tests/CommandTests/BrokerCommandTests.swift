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

    @Test func `a stream listens to a broker through its stop and publishes what it finds`() async throws {
        let table = "temperature,rms\n" + (0..<200).map { "\(20 + $0 % 5),\(1 + $0 % 3)" }.joined(separator: "\n")
        _ = try folder.write("train.csv", text: table + "\n")
        let trained = try await Tool.run(
            ["train", "standard-score", "--data", "train.csv", "-f", "table", "-o", "m"], in: folder.url)
        #expect(trained.exitCode == 0, "\(trained.errors)")
        let broker = try TestBroker(in: folder.url)
        try await broker.start()
        let address = "mqtt://127.0.0.1:\(broker.port)"
        let (state, url) = (folder.path("state"), folder.url)
        let heard = Task {
            try await Tool.run(
                [
                    "stream", "\(address)/plant/#", "--model", "m", "--publish", "\(address)/found", "--duration", "12",
                    "--mqtt-client-id", "listener", "-o", "readings.jsonl",
                ], environment: ["AUSCULT_STATE_DIR": state], in: url)
        }
        try await Task.sleep(for: .seconds(3))
        for index in 0..<10 {
            try publish("{\"temperature\":21,\"rms\":\(index + 1)}", topic: "plant/pump", port: broker.port)
        }
        try await broker.stop()
        try await Task.sleep(for: .seconds(1))
        try await broker.start()
        for index in 10..<20 {
            try publish("{\"temperature\":21,\"rms\":\(index + 1)}", topic: "plant/pump", port: broker.port)
        }
        let run = try await heard.value
        #expect(run.exitCode == 0, "\(run.errors)")
        #expect(run.errors.contains("down: \(address)") && run.errors.contains("connected 2 times"), "\(run.errors)")
        #expect(run.errors.contains("broker: 20 readings published, 0 not"), "\(run.errors)")
        let lines = try String(contentsOfFile: folder.path("readings.jsonl"), encoding: .utf8)
            .split(separator: "\n").compactMap {
                try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
            }
        let levels = lines.compactMap { ($0["values"] as? [String: Any])?["rms"] as? Double }
        #expect(levels == (1...20).map(Double.init))
    }
}
