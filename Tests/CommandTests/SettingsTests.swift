import Foundation
import TestSupport
import Testing

/// Where settings come from; the state of the machine; the benchmark.
@Suite(.inTurns) struct SettingsTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func shown(_ environment: [String: String] = [:]) async throws -> [String: (value: String, origin: String)]
    {
        let run = try await Tool.run(["config", "show", "--json"], environment: environment, in: folder.url)
        let entries = try #require(try run.json() as? [[String: String]])
        return Dictionary(
            uniqueKeysWithValues: entries.map { ($0["name"] ?? "", ($0["value"] ?? "", $0["origin"] ?? "")) })
    }

    @Test func `settings come from the environment, then .env, then auscult.yaml`() async throws {
        #expect(try await shown()["seed"]?.value == "42")
        #expect(try await shown()["seed"]?.origin == "default")
        _ = try folder.write("auscult.yaml", text: "# settings\nseed: 7\njobs: 3\n")
        #expect(try await shown()["seed"]?.value == "7")
        #expect(try await shown()["seed"]?.origin == "auscult.yaml")
        _ = try folder.write(".env", text: "AUSCULT_SEED=\"8\"\n")
        #expect(try await shown()["seed"]?.value == "8")
        #expect(try await shown()["seed"]?.origin.hasPrefix(".env") == true)
        #expect(try await shown(["AUSCULT_SEED": "9"])["seed"]?.value == "9")
        #expect(try await shown(["AUSCULT_SEED": "9"])["seed"]?.origin == "environment AUSCULT_SEED")
        #expect(try await shown(["AUSCULT_SEED": "9"])["jobs"]?.value == "3")
        let table = try await Tool.run(["config"], in: folder.url)
        #expect(table.text.contains(".env AUSCULT_SEED"))
    }

    @Test func `a flag is stronger than every setting`() async throws {
        let clips = try await Clips.shared()
        _ = try folder.write("auscult.yaml", text: "seed: 7\n")
        func seed(_ arguments: [String], _ environment: [String: String] = [:]) async throws -> Int? {
            let run = try await Tool.run(
                ["train", "pca", "--data", clips.path, "-o", "m", "--json"] + arguments, environment: environment,
                in: folder.url)
            return try run.object()["seed"] as? Int
        }
        #expect(try await seed([]) == 7)
        #expect(try await seed([], ["AUSCULT_SEED": "9"]) == 9)
        #expect(try await seed(["--seed", "11"], ["AUSCULT_SEED": "9"]) == 11)
    }

    @Test func `a setting that makes no sense is refused with its origin`() async throws {
        let arguments = ["synth", "mimii", "--normal", "1", "--abnormal", "0", "--seconds", "1", "--machines", "fan"]
        for (name, value) in [("AUSCULT_SEED", "many"), ("AUSCULT_SEED", "-3"), ("AUSCULT_JOBS", "x")] {
            let run = try await Tool.run(arguments, environment: [name: value])
            #expect(run.exitCode == 64, "\(name)=\(value): \(run.errors)")
            if value != "-3" { #expect(run.errors.contains(name)) }
        }
        let negative = try await Tool.run(arguments, environment: ["AUSCULT_SEED": "-3"])
        let jobs = try await Tool.run(arguments, environment: ["AUSCULT_JOBS": "0"])
        #expect(negative.errors.contains("AUSCULT_SEED"))
        #expect(jobs.errors.contains("AUSCULT_JOBS"))
        _ = try folder.write("auscult.yaml", text: "sed: 7\n")
        let unknown = try await Tool.run(["config", "show"], in: folder.url)
        #expect(unknown.errors.contains("seed"))
    }

    @Test func `doctor lists what it found`() async throws {
        let run = try await Tool.run("doctor")
        #expect(run.exitCode == 0)
        for what in ["libsndfile", "libsoxr", "FFTW", "OpenBLAS", "gnuplot"] { #expect(run.text.contains(what)) }
        let findings = try await Tool.run("doctor", "--json").json() as? [[String: Any]]
        #expect(findings?.allSatisfy { $0["what"] is String && $0["found"] is Bool && $0["detail"] is String } == true)
    }

    @Test func `the benchmark measures beside its floors`() async throws {
        let clips = try await Clips.shared()
        let run = try await Tool.run(
            "benchmark", "extract", "--data", clips.path, "--clips", "2", "--rounds", "1", "--jobs", "2", "--json")
        #expect(run.exitCode == 0, "\(run.errors)")
        let lines = try #require(try run.object()["lines"] as? [[String: Any]])
        #expect(
            lines.map { $0["what"] as? String } == ["reading alone", "transforms alone", "log-mel", "log-mel"])
        #expect(lines.map { $0["jobs"] as? Int } == [1, 1, 1, 2])
        for line in lines {
            #expect(line["milliseconds_per_clip"] as? Double ?? 0 > 0)
            #expect(line["real_time_factor"] as? Double ?? 0 > 0)
        }
        // The ratio is that of the times in the same document.
        let times = lines.compactMap { $0["milliseconds_per_clip"] as? Double }
        let ratio = try #require(lines[2]["ratio_to_floors"] as? Double)
        #expect(abs(ratio - times[2] / (times[0] + times[1])) < 1e-6 * ratio)
        let speedUp = try #require(lines[3]["speed_up"] as? Double)
        #expect(abs(speedUp - times[2] / times[3]) < 1e-6 * speedUp)
        // 10 recordings of 30 frames.
        #expect(try run.object()["frames_per_round"] as? Int == 300)
    }
}
