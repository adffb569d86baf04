import Foundation
import SignalCore
import TestSupport
import Testing

/// `benchmark nab` on made-up files in the layout of the benchmark.
@Suite(.inTurns) struct NABBenchmarkTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// A minute of 2024-01-01 or the days after it, as the benchmark writes times.
    private static func time(_ minute: Int) -> String {
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "2024-01-\(two(1 + minute / 1440)) \(two(minute / 60 % 24)):\(two(minute % 60)):00"
    }

    private func write(_ name: String, _ values: [Double]) throws {
        let rows = values.enumerated().map { "\(Self.time($0)),\($1)\n" }
        _ = try folder.write("data/\(name)", text: "timestamp,value\n" + rows.joined())
    }

    private func label(_ windows: [String: [ClosedRange<Int>]]) throws {
        let texts = windows.mapValues { windows in
            windows.map { [Self.time($0.lowerBound) + ".000000", Self.time($0.upperBound) + ".000000"] }
        }
        let bytes = try JSONSerialization.data(withJSONObject: texts)
        _ = try folder.write("labels/combined_windows.json", Array(bytes))
    }

    /// Noise that jumps up at row 300, as labelled; and a value that never changes where the labels expect something.
    private func writeUsual() throws {
        var generator = SeededGenerator(seed: 11)
        try write("first/jump.csv", (0..<400).map { generator.uniform() + ($0 >= 300 ? 20 : 0) })
        try write("second/still.csv", Array(repeating: 3, count: 400))
        try label(["first/jump.csv": [300...339], "second/still.csv": [200...239], "other/absent.csv": [1...2]])
    }

    private func line(_ report: [String: Any], _ profile: String, _ detector: String, _ threshold: String) throws
        -> [String: Any]
    {
        let lines = try #require(report["lines"] as? [[String: Any]])
        let found = lines.first { line in
            let score = line["score"] as? [String: Any]
            return (score?["profile"] as? [String: Any])?["name"] as? String == profile
                && line["detector"] as? String == detector && line["threshold"] as? String == threshold
        }
        return try #require(found?["score"] as? [String: Any])
    }

    @Test func `one window found on its first row and one missed are half of what can be had`() async throws {
        try writeUsual()
        let run = try await Tool.run("benchmark", "nab", "--data", folder.url.path, "--json")
        #expect(run.exitCode == 0, "\(run.errors)")
        let report = try run.object()
        for profile in ["standard", "reward_low_FP_rate", "reward_low_FN_rate"] {
            for threshold in ["fixed", "best here"] {
                let score = try line(report, profile, "online discord", threshold)
                #expect(abs((score["score"] as? Double ?? -1) - 50) < 1e-9)
                #expect(score["found_window_count"] as? Int == 1 && score["window_count"] as? Int == 2)
                #expect(score["false_positive_count"] as? Int == 0)
            }
            #expect(try line(report, profile, "no detection", "none")["score"] as? Double == 0)
        }
        let files = try #require(report["files"] as? [[String: Any]])
        #expect(files.map { $0["name"] as? String } == ["first/jump.csv", "second/still.csv"])
        #expect(files.map { $0["alarms"] as? Int } == [1, 0])
        #expect(abs((files[0]["fixed"] as? Double ?? 0) - 1) < 1e-9 && files[1]["fixed"] as? Double == -1)
    }

    @Test func `the report is the same on one thread and on several, and shows the published figures`() async throws {
        try writeUsual()
        let one = try await Tool.run("benchmark", "nab", "--data", folder.url.path, "--jobs", "1")
        let four = try await Tool.run("benchmark", "nab", "--data", folder.url.path, "--jobs", "4")
        #expect(one.exitCode == 0 && one.output == four.output)
        #expect(one.lines.first == "Numenta Anomaly Benchmark v1.1, 2 files, 2 windows")
        #expect(one.text.contains("Numenta HTM"))
    }

    @Test func `what does not fit is refused with the file and a reason`() async throws {
        func refusal() async throws -> String {
            let run = try await Tool.run("benchmark", "nab", "--data", folder.url.path)
            #expect(run.exitCode != 0 && run.exitCode != nil && run.text.isEmpty)
            return run.errors
        }
        #expect(try await refusal().contains("combined_windows.json"))
        try label(["group/a.csv": [10...20]])
        #expect(try await refusal().contains("holds no folder of a group"))
        try write("group/b.csv", [1, 2, 3])
        #expect(try await refusal().contains("has no entry for this file"))
        try FileManager.default.removeItem(at: folder.url.appending(path: "data/group/b.csv"))
        try write("group/a.csv", [1, 2, 3])
        #expect(try await refusal().contains("has no row here"))
        try write("group/a.csv", Array(repeating: 1, count: 30) + [.nan])
        #expect(try await refusal().contains("row 31 has 'nan' in column 'value'"))
        _ = try folder.write("data/group/a.csv", text: "timestamp,value\nyesterday,3\n")
        #expect(try await refusal().contains("the time 'yesterday'"))
        _ = try folder.write("data/group/a.csv", text: "timestamp,value\n2024-01-01 00:00:00\n")
        #expect(try await refusal().contains("row 1 has 1 fields"))
        _ = try folder.write("labels/combined_windows.json", text: "[]")
        #expect(try await refusal().contains("is not an object of lists"))
    }
}
