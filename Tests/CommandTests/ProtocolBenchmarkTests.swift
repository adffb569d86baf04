import Foundation
import SignalCore
import TestSupport
import Testing

/// Benchmarks by published protocols, on small data in the published layouts.
@Suite(.inTurns) struct ProtocolBenchmarkTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// Two sensors; from row `fault` on one of them steps, which is labelled.
    private func writeSKAB(_ name: String, rows: Int = 500, fault: Int = 440, isLabelled: Bool = true) throws {
        let url = folder.url.appending(path: name)
        try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        var generator = SeededGenerator(seed: 5)
        func normal() -> Double { (0..<12).reduce(-6.0) { sum, _ in sum + generator.uniform() } }
        var text = "datetime;Pressure;Current" + (isLabelled ? ";anomaly;changepoint\n" : "\n")
        for row in 0..<rows {
            let isFaulty = row >= fault
            let time = String(format: "2020-03-09 %02d:%02d:%02d", 10 + row / 3600, row / 60 % 60, row % 60)
            text += "\(time);\(0.3 * normal());\(2 + 0.1 * normal() + (isFaulty ? 5 : 0))"
            text += isLabelled ? ";\(isFaulty ? "1.0" : "0.0");\(row == fault ? "1.0" : "0.0")\n" : "\n"
        }
        try text.write(to: url, atomically: true, encoding: .utf8)
    }

    @Test func `SKAB's counts are those of all files together, beside trivial and published ones`() async throws {
        try writeSKAB("valve1/0.csv")
        try writeSKAB("valve1/1.csv", rows: 450, fault: 450)
        let run = try await Tool.run(
            "benchmark", "skab", "--data", folder.url.path, "--models", "standard-score,pca", "--json")
        #expect(run.exitCode == 0, "\(run.errors)")
        let document = try run.object()
        #expect(document["files"] as? Int == 2 && document["rows"] as? Int == 150)
        #expect(document["anomalous_rows"] as? Int == 60)
        let lines = try #require(document["lines"] as? [[String: Any]])
        let all = try #require(lines.first { $0["model"] as? String == "every row anomalous" })
        #expect(all["true_positives"] as? Int == 60 && all["false_positives"] as? Int == 90)
        #expect(abs((all["f1"] as? Double ?? 0) - 60 / (60 + 45)) < 1e-9)
        let model = try #require(lines.first { $0["model"] as? String == "standard-score" })
        // A step of fifty standard deviations is found as soon as the window knows of it.
        #expect(model["true_positives"] as? Int ?? 0 >= 57)
        #expect(model["false_positives"] as? Int ?? 90 <= 20)
        let again = try await Tool.run(
            "benchmark", "skab", "--data", folder.url.path, "--models", "standard-score,pca", "--json", "--jobs", "1")
        #expect(again.output == run.output)
    }

    @Test func `SKAB's files are shown one by one on request, and add up to the whole`() async throws {
        try writeSKAB("valve1/0.csv")
        try writeSKAB("valve2/0.csv", rows: 450, fault: 430)
        let run = try await Tool.run(
            "benchmark", "skab", "--data", folder.url.path, "--models", "pca", "--json", "--verbose")
        #expect(run.exitCode == 0, "\(run.errors)")
        for name in ["valve1/0.csv: F1 ", "valve2/0.csv: F1 "] { #expect(run.errors.contains(name)) }
        let document = try run.object()
        #expect(document["groups"] as? [String] == ["valve1", "valve2"])
        let lines = try #require(document["lines"] as? [[String: Any]])
        let model = try #require(lines.first { $0["model"] as? String == "pca" })
        let files = try #require(model["files"] as? [[String: Any]])
        #expect(files.count == 2)
        for count in ["true_positives", "true_negatives", "false_positives", "false_negatives"] {
            let parts = files.compactMap { ($0["rows"] as? [String: Any])?[count] as? Int }
            #expect(parts.count == 2 && parts.reduce(0, +) == model[count] as? Int)
        }
        let quiet = try await Tool.run("benchmark", "skab", "--data", folder.url.path, "--models", "pca", "--json")
        #expect(quiet.output == run.output && !quiet.errors.contains(": F1 "))
    }

    @Test func `SKAB's factors are found on rows without anomalies`() async throws {
        try writeSKAB("anomaly-free/anomaly-free.csv", rows: 1700, fault: 1700, isLabelled: false)
        let run = try await Tool.run(
            "benchmark", "skab", "--data", folder.url.path, "--models", "standard-score", "--calibrate")
        #expect(run.exitCode == 0 && run.text.contains("standard-score"), "\(run.errors)")
    }

    @Test func `synthetic-4 judges the last fifth of the windows`() async throws {
        try SensorTables.write(
            folder.url.appending(path: "sensors.csv"), rows: 1049, anomalies: [100, 300, 900, 960])
        let run = try await Tool.run(
            "benchmark", "synthetic-4", "--data", folder.url.path, "--models", "pca,seasonal-residual", "--json")
        #expect(run.exitCode == 0, "\(run.errors)")
        let document = try run.object()
        #expect(document["windows"] as? Int == 200)
        // Windows 800 to 999; rows 900 to 904 lie in 851...904, rows 960 to 964 in 911...964.
        #expect(abs((document["anomalous_share"] as? Double ?? 0) - 108.0 / 200) < 1e-9)
        let lines = try #require(document["lines"] as? [[String: Any]])
        let best = lines.compactMap { line in
            (line["model"] as? String)?.hasPrefix("pca") == true ? line["auc"] as? Double : nil
        }.max()
        #expect(try #require(best) > 0.9)
        let every = try #require(lines.first { $0["model"] as? String == "every window anomalous" })
        #expect(every["recall"] as? Double == 1 && abs((every["precision"] as? Double ?? 0) - 0.54) < 1e-9)
        let last = try #require(lines.first { $0["model"] as? String == "last value" })
        // Five rows of a step of many standard deviations: both of its edges stand out against the row before.
        #expect(last["auc"] as? Double ?? 0 > 0.9)
        for name in ["pca 50", "pca", "seasonal-residual 50", "seasonal-residual", "last value"] {
            let line = try #require(lines.first { $0["model"] as? String == name })
            let recalls = ["recall", "published_rule_recall"].map { line[$0] as? Double ?? -1 }
            #expect(recalls[1] >= recalls[0] && recalls[0] >= 0, "a lower threshold finds no less: \(line)")
        }
        // What was published was published at the published rule.
        let published = try #require(lines.first { $0["model"] as? String == "published: LSTM autoencoder" })
        #expect(published["published_rule_precision"] as? Double == 0.495 && published["precision"] == nil)
    }

    @Test func `mimii judges every machine with enough clips, with and without loudness`() async throws {
        let clips = try await Clips.make(in: folder.url, normal: 12, abnormal: 5)
        let run = try await Tool.run("benchmark", "mimii", "--data", clips.path, "--models", "pca", "--json")
        #expect(run.exitCode == 0, "\(run.errors)")
        let blocks = try #require(try run.object()["blocks"] as? [[String: Any]])
        #expect(blocks.compactMap { $0["normalization"] as? String } == ["none", "rms"])
        for (block, loudness) in zip(blocks, ["loudness", "loudness as recorded"]) {
            let lines = try #require(block["lines"] as? [[String: Any]])
            #expect(lines.compactMap { $0["model"] as? String } == ["pca", "random", "constant", loudness])
        }
    }

    @Test(arguments: [("skab", "valve1"), ("synthetic-4", "sensors.csv"), ("mimii", "normal")])
    func `a folder without the layout is refused with what was expected`(name: String, expected: String) async throws {
        let run = try await Tool.run("benchmark", name, "--data", folder.url.path)
        #expect([65, 66].contains(run.exitCode) && run.errors.contains(expected), "\(run.errors)")
    }
}
