import Foundation
import TestSupport
import Testing

/// Networks from the command line: the same model for any number of jobs, checkpoints, export.
@Suite(.inTurns) struct NetworkCommandTests {
    private let folder: TemporaryFolder
    private let table: String

    /// A network that is small enough for a debug build.
    private let small = [
        "--set", "sequenceLength=8", "--set", "encoderUnits=8+4", "--set", "bottleneck=4", "--set", "epochs=3",
    ]

    init() throws {
        folder = try TemporaryFolder()
        let url = folder.url.appending(path: "sensors.csv")
        try SensorTables.write(url, rows: 400)
        table = url.path
    }

    private func train(_ name: String, _ arguments: [String] = []) async throws -> Tool.Run {
        try await Tool.run(
            ["train", "lstm-autoencoder", "--data", table, "--output", folder.path(name)] + small + arguments)
    }

    @Test func `one seed gives one model file, whatever the number of jobs`() async throws {
        for (name, jobs) in [("a", "1"), ("b", "2"), ("c", "5")] {
            let run = try await train(name, ["--jobs", jobs])
            #expect(run.exitCode == 0, "\(run.errors)")
        }
        let first = try Data(contentsOf: URL(filePath: folder.path("a")))
        #expect(try Data(contentsOf: URL(filePath: folder.path("b"))) == first)
        #expect(try Data(contentsOf: URL(filePath: folder.path("c"))) == first)
        _ = try await train("d", ["--seed", "7"])
        #expect(try Data(contentsOf: URL(filePath: folder.path("d"))) != first)
    }

    @Test func `training goes on from a checkpoint to the same model, and only from its own`() async throws {
        let checkpoint = folder.path("state.safetensors")
        let whole = try await train("whole", ["--checkpoint", checkpoint])
        #expect(whole.exitCode == 0, "\(whole.errors)")
        #expect(FileManager.default.fileExists(atPath: checkpoint))
        _ = try await train("again", ["--checkpoint", checkpoint])
        let first = try Data(contentsOf: URL(filePath: folder.path("whole")))
        #expect(try Data(contentsOf: URL(filePath: folder.path("again"))) == first)
        let other = try await train("other", ["--checkpoint", checkpoint, "--seed", "7"])
        #expect(other.exitCode == 65 && other.errors.contains("another training"), "\(other.errors)")
    }

    @Test func `progress is told when asked for`() async throws {
        let run = try await train("model", ["--verbose"])
        #expect(run.errors.contains("epoch") && run.errors.contains("loss"))
    }

    @Test func `a network is exported as ONNX, another model is refused`() async throws {
        _ = try await train("model.safetensors")
        let run = try await Tool.run("export", "--model", folder.path("model.safetensors"), "--json")
        #expect(run.exitCode == 0, "\(run.errors)")
        let summary = try run.object()
        #expect(summary["context_frames"] as? Int == 8 && summary["bytes"] as? Int ?? 0 > 1000)
        #expect(FileManager.default.fileExists(atPath: folder.path("model.onnx")))
        _ = try await Tool.run("train", "pca", "--data", table, "--output", folder.path("pca.safetensors"))
        let refused = try await Tool.run("export", "--model", folder.path("pca.safetensors"))
        #expect(refused.exitCode == 65 && refused.errors.contains("lstm-autoencoder"))
    }

    @Test func `speed is measured beside its floor`() async throws {
        let train = try await Tool.run("benchmark", "train", "--windows", "100", "--rounds", "1", "--json")
        #expect(train.exitCode == 0, "\(train.errors)")
        let lines = try #require(try train.object()["lines"] as? [[String: Any]])
        #expect(lines.contains { $0["what"] as? String == "matrix products alone" })
        #expect(lines.allSatisfy { $0["seconds"] as? Double ?? 0 > 0 })
        let models = try await Tool.run(
            "benchmark", "models", "--models", "pca,isolation-forest", "--rows", "300", "--columns", "4", "--rounds",
            "1")
        #expect(models.exitCode == 0 && models.text.contains("isolation-forest"), "\(models.errors)")
    }
}
