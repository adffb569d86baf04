import Foundation
import TestSupport
import Testing

/// `train`, `detect`, `evaluate`, `compare` and `tune` on sensor tables.
@Suite(.inTurns) struct TableCommandTests {
    private let folder: TemporaryFolder
    private let table: String

    init() throws {
        folder = try TemporaryFolder()
        let url = folder.url.appending(path: "sensors.csv")
        try SensorTables.write(url, anomalies: [100, 250, 500, 540, 580])
        table = url.path
    }

    private func train(_ arguments: String..., model: String = "pca") async throws -> Tool.Run {
        try await Tool.run(
            ["train", model, "--data", table, "--output", folder.path("model.safetensors")] + arguments)
    }

    @Test func `a table is trained on without its anomalous rows and its end`() async throws {
        let run = try await train("--holdout", "0.25", "--json")
        #expect(run.exitCode == 0, "\(run.errors)")
        let summary = try run.object()
        #expect(summary["feature"] as? String == "table" && summary["columns"] as? Int == 3)
        #expect(summary["frames"] as? Int == 440 && summary["left_out"] as? Int == 10)
        #expect(summary["held_out"] as? Int == 150)
        let card = try String(contentsOfFile: folder.path("model.md"), encoding: .utf8)
        #expect(card.contains("rows about 60 s apart, columns temperature, pressure, flow"))
        #expect(!card.contains("a recording is anomalous"))
    }

    @Test func `detect gives every row a verdict at its own time and blames the column`() async throws {
        _ = try await train("--holdout", "0.25")
        let run = try await Tool.run("detect", "--model", folder.path("model.safetensors"), table)
        #expect(run.exitCode == 0, "\(run.errors)")
        let rows = Table(run.text).rows
        #expect(rows.count == 600)
        #expect(rows[0]["time"] == "2024-03-01T00:00:00.000Z" && rows[61]["time"] == "2024-03-01T01:01:00.000Z")
        for row in [100, 104, 252, 540] {
            #expect(rows[row]["anomalous"] == "true" && rows[row]["top_column"] == "pressure")
        }
        #expect(rows.count { $0["anomalous"] == "true" } < 45)
        let whole = try await Tool.run(
            "detect", "--model", folder.path("model.safetensors"), table, "--per", "clip", "--jsonl")
        #expect(try whole.objects().count == 1)
    }

    @Test func `evaluate judges the rows that were not trained on, beside trivial rules`() async throws {
        _ = try await train("--holdout", "0.25")
        let run = try await Tool.run(
            "evaluate", "--model", folder.path("model.safetensors"), "--data", table, "--report",
            folder.path("report"), "--min-auc", "0.9")
        #expect(run.exitCode == 0, "\(run.errors)")
        let document = try run.object()
        #expect(document["trained_on_rows_left_out"] as? Int == 450)
        let evaluation = try #require(document["evaluation"] as? [String: Any])
        let overall = try #require(evaluation["overall"] as? [String: Any])
        #expect(overall["row_count"] as? Int == 150 && overall["anomalous_row_count"] as? Int == 15)
        let baselines = try #require(overall["baselines"] as? [[String: Any]])
        #expect(
            Set(baselines.compactMap { $0["name"] as? String }) == ["random", "constant", "last value", "loudness"])
        let scores = try String(contentsOfFile: folder.path("report/scores.csv"), encoding: .utf8)
        #expect(Table(scores).rows.count == 150)
        let gate = try await Tool.run(
            "evaluate", "--model", folder.path("model.safetensors"), "--data", table, "--alarm-hits", "0")
        #expect(gate.exitCode == 64 && gate.errors.contains("--alarm-hits is 1"))
    }

    @Test func `a threshold can be stretched after training`() async throws {
        _ = try await train("--holdout", "0.25")
        let model = folder.path("model.safetensors")
        func thresholds(_ arguments: String...) async throws -> Set<Double> {
            let run = try await Tool.run(["detect", "--model", model, table] + arguments)
            return Set(Table(run.text).rows.compactMap { Double($0["threshold"] ?? "") })
        }
        let usual = try await thresholds()
        #expect(try await thresholds("--threshold-multiplier", "1") == usual)
        let twice = try #require(try await thresholds("--threshold-multiplier", "2").first)
        #expect(twice > (try #require(usual.first)))
        _ = try await train("--holdout", "0.25", "--threshold-multiplier", "2")
        let trained = try #require(try await thresholds().first)
        #expect(abs(trained - twice) < 1e-5 * trained)
        let evaluated = try await Tool.run(
            "evaluate", "--model", model, "--data", table, "--threshold-multiplier", "0")
        #expect(evaluated.exitCode == 64)
        let both = try await Tool.run(
            "detect", "--model", model, table, "--threshold", "1", "--threshold-multiplier", "2")
        #expect(both.exitCode == 64)
    }

    @Test func `a composite's parts are set by dotted names, and its card says what the screen spares`() async throws {
        let run = try await train("--set", "careful.components=2", model: "two-stage")
        #expect(run.exitCode == 0, "\(run.errors)")
        let card = try String(contentsOfFile: folder.path("model.md"), encoding: .utf8)
        // The screen passes on what is above its 0.9 quantile, measured on other rows than it was chosen on.
        let share = try #require(card.firstMatch(of: #/spares the careful model ([0-9.]+) %/#)?.1)
        #expect((75...99).contains(try #require(Double(share))))
        let tuned = try await Tool.run(
            "tune", "two-stage", "--data", table, "--trials", "1", "--set", "careful.components=2", "--json")
        #expect(tuned.exitCode == 0, "\(tuned.errors)")
    }

    @Test func `columns are made of the table's by name, and stored with the model`() async throws {
        let run = try await train(
            "--set", "table.windows=5+10", "--set", "table.statistics=mean+std", "--columns", "pressure,flow", "--json")
        #expect(run.exitCode == 0, "\(run.errors)")
        #expect(try run.object()["columns"] as? Int == 10)
        // Another order of the columns, and one more, change nothing.
        let text = try String(contentsOfFile: table, encoding: .utf8)
        let turned = text.split(separator: "\n").map { line in
            let cells = line.split(separator: ",", omittingEmptySubsequences: false)
            return ([cells[0], cells[3], cells[2], cells[1]]).joined(separator: ",")
        }.joined(separator: "\n")
        try turned.write(toFile: folder.path("turned.csv"), atomically: true, encoding: .utf8)
        let model = folder.path("model.safetensors")
        let first = try await Tool.run("detect", "--model", model, table)
        let second = try await Tool.run("detect", "--model", model, folder.path("turned.csv"))
        #expect(
            Table(first.text).rows.map { $0["score"] } == Table(second.text).rows.map { $0["score"] }
                && second.exitCode == 0)
    }

    @Test(arguments: [
        (["--columns", "pressure,anomaly"], "anomaly"), (["--columns", "presure"], "pressure"),
        (["--label", "broken"], "broken"), (["--set", "table.windows=1"], "windows"),
        (["--set", "table.colour=1"], "colour"), (["--holdout", "1"], "--holdout"),
    ])
    func `wrong settings are refused with a sentence`(arguments: [String], expected: String) async throws {
        let run = try await Tool.run(
            ["train", "pca", "--data", table, "--output", folder.path("model.safetensors")] + arguments)
        #expect([64, 65].contains(run.exitCode) && run.errors.contains(expected), "\(run.errors)")
        #expect(!FileManager.default.fileExists(atPath: folder.path("model.safetensors")))
    }

    @Test func `a constant column and a hidden label are named`() async throws {
        try SensorTables.write(folder.url.appending(path: "constant.csv"), constant: true)
        let run = try await Tool.run(
            "train", "pca", "--data", folder.path("constant.csv"), "--output", folder.path("model.safetensors"))
        #expect(run.exitCode == 65 && run.errors.contains("voltage") && run.errors.contains("--columns"))
        let text = try String(contentsOfFile: table, encoding: .utf8)
        let doubled = text.split(separator: "\n").enumerated().map { number, line in
            let last = line.split(separator: ",").last ?? ""
            return line + (number == 0 ? ",state" : ",\(last)")
        }.joined(separator: "\n")
        try doubled.write(toFile: folder.path("doubled.csv"), atomically: true, encoding: .utf8)
        let hidden = try await Tool.run(
            "train", "pca", "--data", folder.path("doubled.csv"), "--output", folder.path("model.safetensors"))
        #expect(hidden.exitCode == 65 && hidden.errors.contains("state"), "\(hidden.errors)")
    }

    @Test func `tables of another spacing or without a column are refused`() async throws {
        _ = try await train()
        let text = try String(contentsOfFile: table, encoding: .utf8)
        try SensorTables.write(folder.url.appending(path: "other.csv"), minutes: 10)
        let other = try await Tool.run("detect", "--model", folder.path("model.safetensors"), folder.path("other.csv"))
        #expect(other.exitCode == 65 && other.errors.contains("60 s apart, these are 600 s"), "\(other.errors)")
        let narrow = text.split(separator: "\n").map { $0.split(separator: ",").prefix(3).joined(separator: ",") }
            .joined(separator: "\n")
        try narrow.write(toFile: folder.path("narrow.csv"), atomically: true, encoding: .utf8)
        let run = try await Tool.run("detect", "--model", folder.path("model.safetensors"), folder.path("narrow.csv"))
        #expect([64, 65].contains(run.exitCode) && run.errors.contains("flow"), "\(run.errors)")
    }

    @Test func `compare shows several models on the same split beside trivial rules`() async throws {
        let run = try await Tool.run(
            "compare", "--models", "pca,mahalanobis", "--data", table, "--holdout", "0.25", "--set",
            "pca.contextFrames=2", "--seeds", "2", "--json", "--report", folder.path("report"))
        #expect(run.exitCode == 0, "\(run.errors)")
        let document = try run.object()
        let lines = try #require(document["lines"] as? [[String: Any]])
        #expect(
            lines.compactMap { $0["model"] as? String }
                == ["pca", "mahalanobis", "random", "constant", "last value", "loudness"])
        for line in lines.prefix(2) { #expect(try #require(line["auc"] as? Double) > 0.9) }
        let csv = try String(contentsOfFile: folder.path("report/comparison.csv"), encoding: .utf8)
        #expect(Table(csv).rows.count == 6)
        let table = try await Tool.run("compare", "--models", "pca", "--data", self.table)
        #expect(table.text.contains("AUC") && table.text.contains("loudness"))
        for (models, expected) in [("pca,pcb", "did you mean 'pca'"), ("pca,pca", "twice")] {
            let wrong = try await Tool.run("compare", "--models", models, "--data", self.table)
            #expect(wrong.exitCode == 64 && wrong.errors.contains(expected))
        }
    }

    @Test func `tune searches without a label, can be resumed, and never ends below the defaults`() async throws {
        let state = folder.path("tune.jsonl")
        func tune(_ trials: Int, _ arguments: String...) async throws -> Tool.Run {
            try await Tool.run(
                ["tune", "pca", "--data", table, "--trials", "\(trials)", "--state", state, "--json"] + arguments)
        }
        let first = try await tune(2)
        #expect(first.exitCode == 0, "\(first.errors)")
        let lines = try String(contentsOfFile: state, encoding: .utf8).split(separator: "\n").count
        #expect(lines == 3)
        let more = try await tune(4)
        let document = try more.object()
        let trials = try #require(document["trials"] as? [[String: Any]])
        #expect(trials.count == 4 && (document["basis"] as? String)?.contains("no label") == true)
        let best = try #require((document["best"] as? [String: Any])?["quality"] as? Double)
        #expect(trials.allSatisfy { ($0["quality"] as? Double ?? 0) <= best })
        try FileManager.default.removeItem(atPath: state)
        let whole = try await tune(4)
        #expect(whole.output == more.output)
        let other = try await tune(4, "--seed", "7")
        #expect(other.exitCode == 65 && other.errors.contains("another search"))
        let labelled = try await Tool.run(
            "tune", "pca", "--data", table, "--trials", "2", "--labelled", table, "--json")
        #expect((try labelled.object()["basis"] as? String)?.contains("fitted to these labels") == true)
    }
}
