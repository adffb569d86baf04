import Foundation
import TestSupport
import Testing

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// `stream` on disks that fill up and are emptied again.
@Suite(.inTurns, .serialized, .enabled(if: SmallDisk.isPossible, "only root may mount a small disk"))
struct FullDiskTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func run(_ arguments: String...) async throws -> Tool.Run {
        try await Tool.run(arguments, environment: ["AUSCULT_STATE_DIR": folder.path("state")], in: folder.url)
    }

    /// A table of ten minutes, a row a second, and its model.
    private func prepare() async throws {
        for (name, seed) in [("train.csv", 2), ("t.csv", 3)] {
            try SensorTables.write(folder.url.appending(path: name), isLabelled: false, seed: UInt64(seed))
        }
        let trained = try await run("train", "pca", "--data", "train.csv", "-o", "m")
        #expect(trained.exitCode == 0, "\(trained.errors)")
    }

    private func lines(_ path: String) -> Int {
        ((try? Data(contentsOf: URL(filePath: path))) ?? Data()).count { $0 == UInt8(ascii: "\n") }
    }

    private func waits(for condition: () throws -> Bool) async throws -> Bool {
        for _ in 0..<1_200 {
            if try condition() { return true }
            try await Task.sleep(for: .milliseconds(50))
        }
        return false
    }

    @Test func `uploads: detection goes on, the state is seen, and every row arrives once when there is room`()
        async throws
    {
        try await prepare()
        let disk = try SmallDisk(in: folder, kilobytes: 256)
        let server = try await RunningServer(store: folder.path("s.db"), in: folder.url.path)
        let made = try await run(
            "channel", "create", "pump", "--columns", "score", "--json", "--store", folder.path("s.db"))
        let channel = try made.object()
        let environment = [
            "THINGSPEAK_URL": server.address, "THINGSPEAK_CHANNEL_ID": "1",
            "THINGSPEAK_WRITE_API_KEY": try #require(channel["write_api_key"] as? String),
            "THINGSPEAK_READ_API_KEY": try #require(channel["read_api_key"] as? String),
            "AUSCULT_STATE_DIR": disk.path,
        ]
        // A row a minute: ten minutes of signal in a second of the clock.
        let running = try Tool.start(
            [
                "stream", "t.csv", "--model", "m", "--speed", "3000", "--upload", "thingspeak", "--fields", "score=1",
                "--interval", "0", "-o", "r.jsonl",
            ], environment: environment, in: folder.url)
        #expect(try await waits { lines(folder.path("r.jsonl")) > 50 })
        disk.fill()
        try await running.said("readings wait in memory, detection goes on")
        let said = try await running.said("the place of the stream is not saved")
        #expect(
            said.contains("make room on the disk") && said.contains("the place of the stream is not saved"), "\(said)")
        let known = lines(folder.path("r.jsonl"))
        #expect(try await waits { lines(folder.path("r.jsonl")) > known + 50 })
        let status = try await Tool.run(["upload", "status"], environment: environment, in: folder.url)
        #expect(status.text.contains("disk refuses"), "\(status.text)\(status.errors)")
        disk.makeRoom()
        let run = try await running.end()
        #expect(run.exitCode == 0 && run.errors.contains("readings are taken again"), "\(run.errors)")
        #expect(lines(folder.path("r.jsonl")) == 600)
        let export = try await self.run("channel", "export", "1", "--store", folder.path("s.db"))
        let times = export.lines.dropFirst().compactMap { $0.split(separator: ",").first }
        #expect(times.count == 600 && Set(times).count == 600, "\(run.errors)")
        await server.stop()
    }

    @Test
    func `files and stores: what waited is written, whole, and a stream that is cut short goes on without a hole`()
        async throws
    {
        try await prepare()
        let disk = try SmallDisk(in: folder, kilobytes: 1_024)
        let arguments = [
            "stream", "t.csv", "--model", "m", "--store", disk.path + "/s.db", "-o", disk.path + "/r.jsonl",
        ]
        let environment = ["AUSCULT_STATE_DIR": folder.path("state")]
        let running = try Tool.start(arguments + ["--speed", "3000"], environment: environment, in: folder.url)
        #expect(try await waits { lines(disk.path + "/r.jsonl") > 50 })
        disk.fill()
        try await running.said("readings wait in memory, detection goes on", times: 2)
        // Ended while both refuse: the rest is not there.
        running.process.interrupt()
        let cut = try await running.end()
        #expect(
            cut.exitCode == 73 && cut.errors.contains("readings were not taken; --resume gives them again"),
            "\(cut.errors)")
        disk.makeRoom()
        let rest = try await Tool.run(
            arguments + ["--speed", "0", "--resume"], environment: environment, in: folder.url)
        #expect(rest.exitCode == 0, "\(rest.errors)")
        let whole = try await run("stream", "t.csv", "--model", "m", "--speed", "0")
        #expect(try String(contentsOfFile: disk.path + "/r.jsonl", encoding: .utf8) == whole.text)
        let server = try await RunningServer(store: disk.path + "/s.db", in: folder.url.path)
        let (data, _) = try await URLSession.shared.data(from: try #require(URL(string: server.address + "/api/runs")))
        let runs = (try JSONSerialization.jsonObject(with: data) as? [String: Any])?["runs"] as? [[String: Any]]
        #expect(runs?.count == 1 && runs?[0]["readings"] as? Int == 600)
        await server.stop()
    }
}
