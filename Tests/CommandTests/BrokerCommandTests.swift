import Foundation
import TestSupport
import Testing

/// `stream` between a topic that is listened to and one that is published on.
@Suite(.inTurns, .enabled(if: TestBroker.isInstalled)) struct BrokerCommandTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// Publishes what a pump says, through the broker's own program.
    private func publish(_ levels: Range<Int>, port: Int) throws {
        for index in levels {
            let text = "{\"temperature\":21,\"rms\":\(index + 1)}"
            _ = try Program.run("mosquitto_pub", ["-p", "\(port)", "-t", "plant/pump", "-q", "1", "-m", text])
        }
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
        let stream = try Tool.start(
            [
                "stream", "\(address)/plant/#", "--model", "m", "--publish", "\(address)/found", "--mqtt-client-id",
                "listener",
            ], environment: ["AUSCULT_STATE_DIR": folder.path("state")], in: folder.url)
        try await stream.said("up (mqtt")
        try await stream.said("found: connected")
        try publish(0..<10, port: broker.port)
        try await stream.printed(lines: 10)
        try await broker.stop()
        try await stream.said(": down: ")
        try await broker.start()
        try publish(10..<20, port: broker.port)
        try await stream.printed(lines: 20)
        stream.process.terminate()
        let run = try await stream.end()
        #expect(run.errors.contains("connected 2 times"), "\(run.errors)")
        #expect(run.errors.contains("broker: 20 readings published, 0 not"), "\(run.errors)")
        let levels = try run.objects().compactMap { ($0["values"] as? [String: Any])?["rms"] as? Double }
        #expect(levels == (1...20).map(Double.init))
    }
}
