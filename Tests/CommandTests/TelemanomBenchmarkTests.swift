import Foundation
import TestSupport
import Testing

/// `benchmark telemanom` on made-up channels in the published layout.
@Suite(.inTurns) struct TelemanomBenchmarkTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// A cycle of telemetry that a linear forecaster knows by heart, higher by 2 for 20 rows, and a command.
    private func write(_ name: String, rows: Int, burst: Int? = nil) throws {
        let lines = (0..<rows).map { row in
            let isBurst = burst.map { ($0..<$0 + 20).contains(row) } ?? false
            return "\(sin(Double(row) * .pi / 10) + (isBurst ? 2 : 0)),\(row / 7 % 2)\n"
        }
        _ = try folder.write(name, text: "telemetry,cmd1\n" + lines.joined())
    }

    private func label(_ rows: String...) throws {
        let header = "chan_id,spacecraft,anomaly_sequences,class,num_values\n"
        _ = try folder.write("labeled_anomalies.csv", text: header + rows.map { $0 + "\n" }.joined())
    }

    /// One burst that is labelled, and one that is not where a quiet stretch is.
    private func writeUsual() throws {
        try write("train/A-1.csv", rows: 600)
        try write("test/A-1.csv", rows: 900, burst: 500)
        try write("train/B-1.csv", rows: 600)
        try write("test/B-1.csv", rows: 1000, burst: 700)
        try label(#"A-1,SMAP,"[[500, 519]]",[point],900"#, #"B-1,MSL,"[[300, 310], [330, 340]]","[point, point]",1000"#)
    }

    private func run(_ arguments: String...) async throws -> Tool.Run {
        try await Tool.run(["benchmark", "telemanom", "--data", folder.url.path] + arguments)
    }

    @Test func `sequences are counted as by hand`() async throws {
        try writeUsual()
        let run = try await run("--json")
        #expect(run.exitCode == 0, "\(run.errors)")
        let lines = try #require(try run.object()["lines"] as? [[String: Any]])
        #expect(lines.map { $0["channel"] as? String } == ["A-1", "B-1"])
        func counts(_ line: [String: Any], _ key: String) -> [Int?] {
            let counts = line[key] as? [String: Any]
            return ["found_count", "false_alarm_count", "missed_count"].map { counts?[$0] as? Int }
        }
        #expect(counts(lines[0], "counts") == [1, 0, 0] && counts(lines[1], "counts") == [0, 1, 2])
        #expect(counts(lines[0], "everywhere") == [1, 0, 0] && counts(lines[1], "everywhere") == [2, 0, 0])
        let alarm = try #require((lines[0]["alarms"] as? [[Int]])?.first)
        #expect(alarm[0] <= 500 && alarm[1] >= 519 && lines[0]["alarm_rows"] as? Int == alarm[1] - alarm[0] + 1)
    }

    @Test func `totals stand beside trivial and published ones, the same on any number of threads`() async throws {
        try writeUsual()
        let one = try await run("--jobs", "1")
        let two = try await run("--jobs", "2")
        #expect(one.exitCode == 0 && one.output == two.output, "\(one.errors)")
        // 1 found, 1 false, 2 missed: precision 1/2, recall 1/3, F0.5 = 1 / (1 + 0.4 + 0.8), F1 = 1 / (1 + 1 + 0.5).
        let total = one.lines.first { $0.split(separator: " ").starts(with: ["all", "linear"]) }
        #expect(
            total?.split(separator: " ").dropLast().map(String.init)
                == ["all", "linear", "1", "1", "2", "50.0", "33.3", "0.45", "0.40"])
        #expect(one.text.contains("same alarms at random") && one.text.contains("published, 82 channels"))
    }

    @Test func `telemetry that was constant in training is forecast by its last values`() async throws {
        _ = try folder.write("train/A-1.csv", text: "telemetry,cmd1\n" + (0..<300).map { "1,\($0 % 2)\n" }.joined())
        // A change, early and for good, is an anomaly once.
        let rows = (0..<900).map { "\($0 < 290 ? 1 : 0),\($0 % 2)\n" }
        _ = try folder.write("test/A-1.csv", text: "telemetry,cmd1\n" + rows.joined())
        try label(#"A-1,SMAP,"[[290, 295]]",[point],900"#)
        let run = try await run("--json")
        let line = try #require((try run.object()["lines"] as? [[String: Any]])?.first)
        let alarms = try #require(line["alarms"] as? [[Int]])
        #expect(alarms.count == 1 && alarms[0][0] <= 290 && alarms[0][1] >= 290 && alarms[0][1] < 700)
    }

    @Test func `the network of the paper can be chosen`() async throws {
        try write("train/A-1.csv", rows: 275)
        try write("test/A-1.csv", rows: 262)
        try label(#"A-1,SMAP,"[[255, 260]]",[point],262"#)
        let run = try await run("--predictor", "lstm")
        #expect(run.exitCode == 0, "\(run.errors)")
        #expect(run.text.contains("predictor lstm"))
    }

    @Test func `what does not fit is refused with the file and a reason`() async throws {
        func refusal() async throws -> String {
            let run = try await run()
            #expect(run.exitCode != 0 && run.exitCode != nil && run.text.isEmpty)
            return run.errors
        }
        #expect(try await refusal().contains("labeled_anomalies.csv"))
        try label(#"A-1,SMAP,"[[9, 3]]",[point],40"#)
        #expect(try await refusal().contains("the anomaly sequences of row 1 are not"))
        try label(#"A-1,SMAP,"[[100, 110]]",[point],40"#)
        #expect(try await refusal().contains("train/A-1.csv"))
        try write("train/A-1.csv", rows: 300)
        try write("test/A-1.csv", rows: 40)
        #expect(try await refusal().contains("has 40 rows, and an anomaly is labelled behind them"))
        try write("test/A-1.csv", rows: 200)
        #expect(try await refusal().contains("needs more than 260"))
        _ = try folder.write("test/A-1.csv", text: "telemetry\n1\n")
        #expect(try await refusal().contains("has other columns than train/A-1.csv"))
        _ = try folder.write("test/A-1.csv", text: "telemetry,cmd1\n1,oops\n")
        #expect(try await refusal().contains("has 1 rows"))
        try label(#"A-1,SMAP,[],[],1"#)
        #expect(try await refusal().contains("row 1 has 'oops' in column 'cmd1'"))
    }
}
