import Foundation
import SignalCore
import TestSupport
import Testing

/// `stream --upload` into the embedded server.
@Suite(.inTurns) struct StreamUploadTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func run(_ arguments: [String], _ environment: [String: String] = [:]) async throws -> Tool.Run {
        try await Tool.run(arguments, environment: environment, in: folder.url)
    }

    /// Recordings and a model of them.
    private func prepare(seconds: Int = 4) async throws {
        let made = try await run([
            "synth", "mimii", "--machines", "fan", "--normal", "4", "--abnormal", "2", "--seconds", "\(seconds)", "-o",
            "d",
        ])
        #expect(made.exitCode == 0, "\(made.errors)")
        let trained = try await run(["train", "pca", "--data", "d/fan/id_00/normal", "--folds", "2", "-o", "m"])
        #expect(trained.exitCode == 0, "\(trained.errors)")
    }

    private static let stream = [
        "stream", "d/fan", "--model", "m", "--start", "2026-11-01T00:00:00Z", "--upload", "thingspeak", "--fields",
        "score=1", "--merge", "max", "--interval", "0",
    ]

    /// A channel of the store, and the settings that lead there.
    private func channel(at address: String) async throws -> [String: String] {
        let made = try await run([
            "channel", "create", "fan", "--columns", "score", "--json", "--store", folder.path("s.db"),
        ])
        let channel = try made.object()
        return [
            "THINGSPEAK_URL": address, "THINGSPEAK_CHANNEL_ID": "\(try #require(channel["id"] as? Int))",
            "THINGSPEAK_WRITE_API_KEY": try #require(channel["write_api_key"] as? String),
            "THINGSPEAK_READ_API_KEY": try #require(channel["read_api_key"] as? String),
            "AUSCULT_STATE_DIR": folder.path("state"),
        ]
    }

    /// The highest score of every second, from readings that went nowhere.
    private func expected() async throws -> [String: Double] {
        let run = try await run(
            ["stream", "d/fan", "--model", "m", "--start", "2026-11-01T00:00:00Z", "--speed", "0"],
            ["AUSCULT_STATE_DIR": folder.path("other")])
        var highest: [String: Double] = [:]
        for reading in try run.objects() {
            let second = String(try #require(reading["time"] as? String).prefix(19)) + "Z"
            highest[second] = max(highest[second] ?? -.infinity, try #require(reading["score"] as? Double))
        }
        return highest
    }

    /// What the channel holds.
    private func stored() async throws -> [(time: String, score: Double)] {
        let export = try await run(["channel", "export", "1", "--store", folder.path("s.db")])
        #expect(export.exitCode == 0, "\(export.errors)")
        return export.lines.dropFirst().map { line in
            let cells = line.split(separator: ",", omittingEmptySubsequences: false)
            let time = cells[0].replacing(" UTC", with: "Z").replacing(" ", with: "T")
            return (String(time), Double(cells[2]) ?? .nan)
        }
    }

    /// - Returns: how many rows there are.
    @discardableResult
    private func requireExactlyOnce() async throws -> Int {
        let (expected, stored) = (try await expected(), try await stored())
        #expect(stored.count == expected.count && Set(stored.map(\.time)) == Set(expected.keys))
        for row in stored { #expect(row.score == expected[row.time], "\(row.time)") }
        return stored.count
    }

    @Test func `every second of a replay is in the channel, once, with the highest score`() async throws {
        try await prepare()
        let server = try await RunningServer(store: folder.path("s.db"), in: folder.url.path)
        let environment = try await channel(at: server.address)
        let run = try await run(Self.stream + ["--speed", "0"], environment)
        #expect(run.exitCode == 0 && run.errors.contains("0 wait"), "\(run.errors)")
        let keys = [environment["THINGSPEAK_WRITE_API_KEY"] ?? "", environment["THINGSPEAK_READ_API_KEY"] ?? ""]
        #expect(keys.allSatisfy { !run.errors.contains($0) && !run.text.contains($0) })
        try await requireExactlyOnce()
        #expect(await server.stop() == 0)
    }

    /// A server that plays faults, ends and begins anew on the same port, by request and by SIGKILL in turns.
    private final class FaultyServer {
        private let folder: TemporaryFolder
        private var server: RunningServer
        private(set) var restarts = 0
        /// The faults of the lives that ended by request; the others cannot tell.
        private(set) var faults: [Substring: Int] = [:]

        init(in folder: TemporaryFolder) async throws {
            self.folder = folder
            server = try await Self.start("127.0.0.1:0", seed: 0, in: folder)
        }

        var address: String { server.address }

        private static func start(_ listen: String, seed: Int, in folder: TemporaryFolder) async throws -> RunningServer
        {
            try await RunningServer(
                store: folder.path("s.db"), listen: listen, ["--faults", "0.4", "--seed", "\(seed)"],
                in: folder.url.path)
        }

        func end(isCrash: Bool = false) async {
            guard !isCrash else { return await server.crash() }
            #expect(await server.stop() == 0, "\(server.errors)")
            for (_, count, name) in server.errors.matches(of: /(\d+) ([^,\n]+)/).map(\.output) {
                faults[name, default: 0] += Int(count) ?? 0
            }
        }

        func restart() async throws {
            restarts += 1
            await end(isCrash: restarts.isMultiple(of: 2))
            server = try await Self.start(String(address.dropFirst("http://".count)), seed: restarts, in: folder)
        }
    }

    @Test func `a stream that is killed again and again, into a faulty server, loses nothing and doubles nothing`()
        async throws
    {
        let rounds = ProcessInfo.processInfo.environment["AUSCULT_KILL_ROUNDS"].flatMap { Int($0) } ?? 6
        let seconds = rounds < 50 ? 4 : 80
        try await prepare(seconds: seconds)
        let server = try await FaultyServer(in: folder)
        let environment = try await channel(at: server.address)
        // So slow that the kills fall along the whole of the signal, and lives so long that there are calls in most of them.
        let longest = 3.0
        let speed = max(0.2, Double(6 * seconds) / (0.5 * longest * Double(rounds)))
        var generator = SeededGenerator(seed: 3)
        var kills = 0
        for round in 0..<rounds {
            let running = try Tool.start(
                Self.stream + ["--speed", "\(speed)", "--resume"], environment: environment, in: folder.url)
            // Every third may be killed while it starts; the others live to make calls, however busy the machine is.
            if !round.isMultiple(of: 3) { try await running.printed(lines: 1) }
            try await Task.sleep(for: .seconds(0.1 + longest * generator.uniform()))
            kill(running.process.processIdentifier, SIGKILL)
            let killed = try await running.end()
            #expect(killed.exitCode == nil || killed.exitCode == 0, "\(killed.errors)")
            kills += killed.exitCode == nil ? 1 : 0
            if round % 3 == 2 { try await server.restart() }
        }
        let rest = try await run(Self.stream + ["--speed", "0", "--resume"], environment)
        #expect(rest.exitCode == 0, "\(rest.errors)")
        let flushed = try await run(["upload", "flush", "--interval", "0", "--timeout", "120"], environment)
        #expect(flushed.exitCode == 0, "\(flushed.errors)")
        let dead = try await run(["upload", "dead", "--json"], environment)
        #expect((try dead.json() as? [Any])?.isEmpty == true, "\(dead.text)")
        let rows = try await requireExactlyOnce()
        await server.end()
        #expect(server.faults.values.contains { $0 > 0 }, "no call met a fault")
        let faults = server.faults.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
        print(
            "\(kills) kills of the stream, \(server.restarts) restarts of the server, faults of every second life of it: "
                + "\(faults); \(rows) rows, each of them once, 0 refused")
    }

    @Test func `uploads without their settings or with fields that are none are refused`() async throws {
        try await prepare()
        let state = ["AUSCULT_STATE_DIR": folder.path("state")]
        let without = try await run(Self.stream, state)
        #expect(without.exitCode == 64 && without.errors.contains("THINGSPEAK_CHANNEL_ID"), "\(without.errors)")
        let lone = try await run(["stream", "d/fan", "--model", "m", "--fields", "score=1"], state)
        #expect(lone.exitCode == 64 && lone.errors.contains("--upload"), "\(lone.errors)")
        let environment = state.merging([
            "THINGSPEAK_CHANNEL_ID": "7", "THINGSPEAK_WRITE_API_KEY": "ABCDEFGHIJKLMNOP",
            "THINGSPEAK_URL": "http://127.0.0.1:1",
        ]) { $1 }
        for (fields, words) in [("scoer=1", "score"), ("score=9", "1 to 8"), ("score=12:1", "channel 12")] {
            let run = try await run(
                ["stream", "d/fan", "--model", "m", "--upload", "thingspeak", "--fields", fields], environment)
            #expect(run.exitCode == 64 && run.errors.contains(words), "\(run.errors)")
        }
    }
}
