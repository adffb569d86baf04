import Foundation
import TestSupport
import Testing

/// `worker`: paths in, records out.
@Suite(.inTurns) struct WorkerTests {
    private func paths() async throws -> [String] {
        let clips = try await Clips.shared()
        return (0..<6).map { Clips.path(clips, "normal", 5 - $0) } + (0..<4).map { Clips.path(clips, "abnormal", $0) }
    }

    private func work(_ paths: [String], _ arguments: String..., end: String = "\n") async throws -> Tool.Run {
        try await Tool.run(["worker"] + arguments, input: Array(paths.map { $0 + end }.joined().utf8))
    }

    @Test func `records come in the order of the paths`() async throws {
        let paths = try await paths()
        let run = try await work(paths)
        #expect(run.exitCode == 0 && run.errors.isEmpty)
        let records = try run.objects()
        #expect(records.map { $0["path"] as? String } == paths)
        for record in records {
            #expect(record["machine"] as? String == "fan" && record["id"] as? String == "id_00")
            #expect(record["seconds"] as? Double == 1 && record["sample_rate_hz"] as? Double == 16000)
            let feature = try #require((record["features"] as? [String: Any])?["log-mel"] as? [String: Any])
            #expect((feature["mean"] as? [Any])?.count == 64 && (feature["columns"] as? [Any])?.count == 64)
            #expect((feature["standard_deviation"] as? [Any])?.count == 64)
            #expect(feature["values"] == nil)
        }
    }

    @Test func `all frames are given when asked for`() async throws {
        let run = try await work([try await paths()[0]], "--frames", "-f", "log-mel,mfcc")
        let features = try #require(try run.objects()[0]["features"] as? [String: [String: Any]])
        #expect(features.keys.sorted() == ["log-mel", "mfcc"])
        let values = try #require(features["log-mel"]?["values"] as? [[Double]])
        let mean = try #require(features["log-mel"]?["mean"] as? [Double])
        #expect(values.count == 30 && values.allSatisfy { $0.count == 64 })
        for column in 0..<64 {
            #expect(abs(values.map { $0[column] }.reduce(0, +) / 30 - mean[column]) < 1e-6)
        }
    }

    @Test func `a bad path gives an error record in its place`() async throws {
        let paths = try await paths()
        let run = try await work([paths[0], "missing.wav", paths[1]])
        #expect(run.exitCode == 1)
        let records = try run.objects()
        #expect(records.count == 3)
        #expect(records[0]["error"] == nil && records[2]["error"] == nil)
        #expect(records[1]["path"] as? String == "missing.wav")
        #expect((records[1]["error"] as? String)?.contains("missing.wav: ") == true)
        #expect(records[1]["code"] as? String == "unreadable")
    }

    @Test func `however the paths are dealt out, the bytes are the same`() async throws {
        let paths = try await paths()
        let whole = try await work(paths).lines
        var dealt: [String: String] = [:]
        for shard in 0..<3 {
            let run = try await work(paths, "--shard", "\(shard)/3")
            #expect(run.exitCode == 0)
            let expected = paths.indices.filter { $0 % 3 == shard }
            #expect(run.lines == expected.map { whole[$0] })
            for (line, index) in zip(run.lines, expected) { dealt[paths[index]] = line }
        }
        #expect(paths.map { dealt[$0] } == whole)
        #expect(try await work(paths.reversed()).lines == whole.reversed())
        #expect(try await work([paths[3]]).lines == [whole[3]])
    }

    @Test func `paths may end with NUL, and lines with CR LF`() async throws {
        let paths = try await paths()
        let whole = try await work(paths)
        #expect(try await work(paths, "--null", end: "\0").output == whole.output)
        #expect(try await work(paths, end: "\r\n").output == whole.output)
        let unended = try await Tool.run(["worker"], input: Array(paths.joined(separator: "\n\n").utf8))
        #expect(unended.output == whole.output)
        let nothing = try await work([])
        #expect(nothing.exitCode == 0 && nothing.output.isEmpty)
    }

    @Test func `a name with a line break passes between NULs`() async throws {
        let folder = try TemporaryFolder()
        let clip = try Data(contentsOf: URL(filePath: try await paths()[0]))
        let path = try folder.write("new\nline \"quoted\".wav", clip)
        let run = try await work([path], "--null", end: "\0")
        #expect(run.exitCode == 0)
        #expect(try run.objects().map { $0["path"] as? String } == [path])
    }

    @Test func `a model scores as detect does`() async throws {
        let paths = try await paths()
        let model = try await Clips.sharedModel()
        let run = try await work(paths, "--model", model)
        let rows = Table(try await Tool.run(["detect", "--model", model] + paths).text).rows
        for (record, row) in zip(try run.objects(), rows) {
            let score = try #require(record["score"] as? Double)
            #expect(abs(score - (Double(row["score"] ?? "") ?? .nan)) < 1e-6 * abs(score))
            #expect(record["top_column"] as? String == row["top_column"])
            #expect(record["severity"] as? String == row["severity"])
            #expect(record["features"] == nil)
        }
    }

    @Test func `the results go to a file like those of every command`() async throws {
        let folder = try TemporaryFolder()
        let run = try await work([try await paths()[0]], "--output", folder.path("records.jsonl"))
        #expect(run.exitCode == 0)
        #expect(FileManager.default.fileExists(atPath: folder.path("records.jsonl")))
    }
}
