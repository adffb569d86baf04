import Foundation
import TestSupport
import Testing

/// `stream` of recordings and tables.
@Suite(.inTurns) struct StreamCommandTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func run(_ arguments: String...) async throws -> Tool.Run {
        try await Tool.run(arguments, environment: ["AUSCULT_STATE_DIR": folder.path("state")], in: folder.url)
    }

    private func prepare() async throws {
        let made = try await run(
            "synth", "mimii", "--machines", "fan", "--normal", "6", "--abnormal", "2", "--seconds", "3", "-o", "d")
        #expect(made.exitCode == 0, "\(made.errors)")
        let trained = try await run("train", "pca", "--data", "d/fan/id_00/normal", "--folds", "2", "-o", "m")
        #expect(trained.exitCode == 0, "\(trained.errors)")
    }

    @Test func `readings of recordings are those of detect, at any speed`() async throws {
        try await prepare()
        let detected = try await run("detect", "--model", "m", "d/fan", "--per", "frame", "--jsonl")
        let expected = try detected.lines.map { try object($0) }
        for speed in ["0", "40"] {
            let played = try await run(
                "stream", "d/fan", "--model", "m", "--speed", speed, "--start", "2026-01-01T00:00:00Z")
            #expect(played.exitCode == 0 && played.errors.contains("readings"), "\(played.errors)")
            let readings = try played.lines.map { try object($0) }
            #expect(readings.count == expected.count && !readings.isEmpty)
            for (reading, row) in zip(readings, expected) {
                for key in ["source", "severity", "top_column"] {
                    #expect(reading[key] as? String == row[key] as? String)
                }
                #expect(reading["score"] as? Double == row["score"] as? Double)
                #expect(reading["anomalous"] as? Bool == row["anomalous"] as? Bool)
            }
            #expect(readings[0]["time"] as? String == "2026-01-01T00:00:00.000Z")
            #expect((readings[0]["values"] as? [String: Any])?.count == 64)
            // Inputs follow each other on the clock of the signal.
            let second = try #require(readings.first { $0["source"] as? String != readings[0]["source"] as? String })
            #expect(second["time"] as? String == "2026-01-01T00:00:03.000Z")
        }
    }

    @Test func `a stream that was cut goes on where it was, with the same readings`() async throws {
        try await prepare()
        let arguments = ["stream", "d/fan", "--model", "m", "--start", "1000000000", "--csv", "-o", "r.csv"]
        let whole = try await Tool.run(
            arguments.dropLast() + ["whole.csv", "--speed", "0"],
            environment: ["AUSCULT_STATE_DIR": folder.path("other")], in: folder.url)
        #expect(whole.exitCode == 0, "\(whole.errors)")
        // A clean end in the middle of an input, several times over.
        for round in 0..<4 {
            let part = try await Tool.run(
                arguments + ["--speed", "10", "--duration", "0.4"] + (round > 0 ? ["--resume"] : []),
                environment: ["AUSCULT_STATE_DIR": folder.path("state")], in: folder.url)
            #expect(part.exitCode == 0, "\(part.errors)")
        }
        let rest = try await Tool.run(
            arguments + ["--speed", "0", "--resume"], environment: ["AUSCULT_STATE_DIR": folder.path("state")],
            in: folder.url)
        #expect(rest.exitCode == 0 && rest.errors.contains("going on after"), "\(rest.errors)")
        let expected = try String(contentsOfFile: folder.path("whole.csv"), encoding: .utf8)
        #expect(try String(contentsOfFile: folder.path("r.csv"), encoding: .utf8) == expected)
        #expect(expected.hasPrefix("time,source,score,threshold,anomalous,severity,top_column,alarm\n"))
    }

    @Test func `rows of a table come with their own times, a forecast, and in rounds`() async throws {
        var text = "time,flow,load\n"
        for row in 0..<300 {
            let time = Date(timeIntervalSince1970: 1_700_000_000 + Double(row * 60)).formatted(.iso8601)
            text += "\(time),\(5 + row % 6),\(row % 4)\n"
        }
        _ = try folder.write("t.csv", text: text)
        for (model, output) in [("pca", "m"), ("seasonal-naive", "f")] {
            let trained = try await run("train", model, "--data", "t.csv", "-o", output)
            #expect(trained.exitCode == 0, "\(trained.errors)")
        }
        let detected = try await run("detect", "--model", "m", "t.csv", "--jsonl")
        let played = try await run("stream", "t.csv", "--model", "m", "--forecaster", "f", "--speed", "0")
        #expect(played.exitCode == 0, "\(played.errors)")
        let (readings, expected) = (try played.lines.map { try object($0) }, try detected.lines.map { try object($0) })
        #expect(readings.count == expected.count)
        for (reading, row) in zip(readings, expected) {
            #expect(reading["time"] as? String == row["time"] as? String)
            #expect(reading["score"] as? Double == row["score"] as? Double)
        }
        let forecast = try #require(readings.last?["forecast"] as? [String: Any])
        #expect(Set(forecast.keys) == ["flow", "load"])
        let rounds = try await run(
            "stream", "t.csv", "--model", "m", "m", "--speed", "100000", "--loop", "--duration", "4", "--start", "0")
        #expect(rounds.exitCode == 0, "\(rounds.errors)")
        let twice = try rounds.lines.map { try object($0) }
        #expect(twice.count > 2 * 300 && twice.allSatisfy { $0["model"] as? String == "m" })
        let times = twice.compactMap { $0["time"] as? String }
        #expect(times == times.sorted() && times.count == twice.count)
    }

    @Test func `inputs that are no use are told, and the others go on`() async throws {
        try await prepare()
        try FileManager.default.createDirectory(
            at: folder.url.appending(path: "mixed"), withIntermediateDirectories: true)
        _ = try folder.write("mixed/a.wav", text: "RIFF no sound")
        try FileManager.default.copyItem(
            atPath: folder.path("d/fan/id_00/normal/00000000.wav"), toPath: folder.path("mixed/b.wav"))
        let run = try await run("stream", "mixed", "--model", "m", "--speed", "0")
        #expect(run.exitCode == 1 && run.errors.contains("a.wav") && run.lines.count > 50)
        // Nothing but what is no use, over and over, comes to an end.
        try FileManager.default.removeItem(atPath: folder.path("mixed/b.wav"))
        let hopeless = try await self.run("stream", "mixed", "--model", "m", "--speed", "0", "--loop")
        #expect(hopeless.exitCode == 65 && hopeless.errorLines.count < 10, "\(hopeless.errors)")
    }

    @Test(arguments: [
        (["d", "--model", "m", "--speed", "-1"], 64, "--speed"),
        (["d", "--model", "m", "--duration", "0"], 64, "--duration"),
        (["-", "--model", "m"], 65, "models of tables"),
        (["d", "--model", "m", "--start", "noon"], 64, "--start"),
        (["d", "--model", "m", "--csv", "--jsonl"], 64, "--csv"),
        (["d", "--model", "rms"], 65, "equal loudness"),
        (["d", "--model", "m", "--forecaster", "m"], 64, "sensor tables"),
        (["nothing", "--model", "m"], 66, "nothing"),
    ])
    func `wrong use is told`(arguments: [String], code: Int32, words: String) async throws {
        try await prepare()
        _ = try await run(
            "train", "pca", "--data", "d/fan/id_00/normal", "--folds", "2", "--normalize", "rms", "-o", "rms")
        let run = try await Tool.run(
            ["stream"] + arguments, environment: ["AUSCULT_STATE_DIR": folder.path("state")], in: folder.url)
        #expect(run.exitCode == code && run.errors.contains(words), "\(run.exitCode) \(run.errors)")
    }

    private func object(_ line: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    }
}
