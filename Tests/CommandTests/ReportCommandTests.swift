import Foundation
import TestSupport
import Testing

/// `--report` of the commands, and `report`. Pictures are drawn where gnuplot is; numbers and page are always there.
@Suite(.inTurns) struct ReportCommandTests {
    private let folder: TemporaryFolder
    private let table: String

    init() throws {
        folder = try TemporaryFolder()
        table = folder.path("sensors.csv")
        try SensorTables.write(URL(filePath: table), rows: 400, isLabelled: false)
    }

    private func page(_ name: String) throws -> String {
        try String(contentsOf: URL(filePath: folder.path("\(name)/index.html")), encoding: .utf8)
    }

    /// A page needs nothing but itself.
    private func isWhole(_ page: String) -> Bool {
        page.contains("</html>")
            && !["src=\"http", "href=\"http", "<script", "@import", "url(http"].contains { page.contains($0) }
    }

    @Test func `detect writes a report of the table's columns, and report makes it anew`() async throws {
        let model = folder.path("m.safetensors")
        #expect(try await Tool.run(["train", "pca", "--data", table, "-o", model]).exitCode == 0)
        let run = try await Tool.run([
            "detect", "--model", model, table, "-o", folder.path("d.csv"), "--report", folder.path("r"),
        ])
        #expect(run.exitCode == 0, "\(run.errors)")
        let first = try page("r")
        #expect(isWhole(first))
        for heading in [
            "Configuration", "Scores over time", "Anomalous rows by the parameter", "Threshold and its reason",
            "What they are blamed on", "How to reproduce",
        ] {
            #expect(first.contains(heading), "\(heading)")
        }
        let numbers = try String(
            contentsOf: URL(filePath: folder.path("r/figures/distributions.csv")), encoding: .utf8)
        #expect(numbers.split(separator: "\n").count > 5)
        try FileManager.default.removeItem(atPath: folder.path("r/index.html"))
        let again = try await Tool.run(["report", folder.path("r")])
        // Without gnuplot the page is there and the exit code says what is missing.
        #expect([0, 69].contains(again.exitCode), "\(again.errors)")
        #expect(try page("r") == first)
    }

    @Test func `forecast and maintain write reports`() async throws {
        let run = try await Tool.run([
            "forecast", "--model", "seasonal-naive", "--input", table, "--horizon", "5", "--backtest", "3", "-o",
            folder.path("f.csv"), "--report", folder.path("f"),
        ])
        #expect(run.exitCode == 0, "\(run.errors)")
        #expect(try isWhole(page("f")) && page("f").contains("Backtest"))
        #expect(try await Tool.run(["synth", "fleet", "--output", folder.path("fleet")]).exitCode == 0)
        let model = folder.path("fleet.safetensors")
        let train = try await Tool.run([
            "train", "gradient-boosting", "--data", folder.path("fleet/running.csv"), "--unit", "unit",
            "--run-to-failure", "--cap", "50", "--set", "rounds=3", "-o", model,
        ])
        #expect(train.exitCode == 0, "\(train.errors)")
        let maintain = try await Tool.run([
            "maintain", "--model", model, "--input", folder.path("fleet/running.csv"), "-o", folder.path("m.csv"),
            "--report", folder.path("m"),
        ])
        #expect(maintain.exitCode == 0, "\(maintain.errors)")
        #expect(try isWhole(page("m")) && page("m").contains("What the model rests on"))
    }

    @Test func `a folder that holds no report, or a damaged one, is refused with a sentence`() async throws {
        let none = try await Tool.run(["report", folder.path("nowhere")])
        #expect(none.exitCode == 66 && none.errors.contains("report.json"))
        _ = try folder.write("bad/report.json", text: "{\"title\": 3}")
        let bad = try await Tool.run(["report", folder.path("bad")])
        #expect(bad.exitCode == 65 && bad.errors.contains("bad/report.json"))
    }

    @Test func `models lists what every kind of train takes`() async throws {
        let run = try await Tool.run(["models", "--json"])
        let entries = try #require(JSONSerialization.jsonObject(with: Data(run.output)) as? [[String: Any]])
        let kinds = Set(entries.compactMap { $0["kind"] as? String })
        #expect(kinds == ["detector", "forecaster", "classifier", "regressor"])
    }
}
