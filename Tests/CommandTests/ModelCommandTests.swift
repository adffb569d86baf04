import Foundation
import TestSupport
import Testing

/// `train`, `detect`, `evaluate` and `models`, from recordings to a verdict.
@Suite(.inTurns) struct ModelCommandTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func train(_ name: String, _ arguments: String...) async throws -> Tool.Run {
        let clips = try await Clips.shared()
        return try await Tool.run(
            ["train", "pca", "--data", clips.path, "--output", folder.path(name)] + arguments)
    }

    @Test func `training leaves abnormal recordings out and says what it did`() async throws {
        let run = try await train("fan.safetensors", "--json")
        #expect(run.exitCode == 0, "\(run.errors)")
        let summary = try run.object()
        #expect(summary["model"] as? String == "pca" && summary["feature"] as? String == "log-mel")
        #expect(summary["recordings"] as? Int == 6 && summary["left_out"] as? Int == 4)
        #expect(summary["frames"] as? Int == 180 && summary["columns"] as? Int == 64)
        #expect(summary["seed"] as? Int == 42)
        let card = try String(contentsOfFile: folder.path("fan.md"), encoding: .utf8)
        #expect(card.contains("pca") && card.contains("log-mel") && card.contains("fan"))

        let shown = try await Tool.run("models", "show", folder.path("fan.safetensors"))
        #expect(shown.exitCode == 0 && shown.text == card)
        let metadata = try await Tool.run("models", "show", folder.path("fan.safetensors"), "--json")
        #expect(try !metadata.object().isEmpty)
    }

    @Test func `the models are listed with options and defaults`() async throws {
        let run = try await Tool.run("models")
        #expect(run.exitCode == 0)
        #expect(run.text.contains("pca") && run.text.contains("components") && run.text.contains("0.95"))
        let entries = try await Tool.run("models", "list", "--json").json() as? [[String: Any]]
        #expect(entries?.contains { $0["name"] as? String == "pca" } == true)
    }

    @Test func `options of a model's parts are set by a name with a dot`() async throws {
        let clips = try await Clips.shared()
        func train(_ settings: String...) async throws -> Tool.Run {
            try await Tool.run(
                ["train", "two-stage", "--data", clips.path, "--output", folder.path("two")]
                    + settings.flatMap { ["--set", $0] })
        }
        let run = try await train(
            "screen=pca", "careful=mahalanobis", "careful.covariance=ledoit-wolf", "screen.components=0.8",
            "log-mel.melBands=16")
        #expect(run.exitCode == 0, "\(run.errors)")
        let metadata = try await Tool.run("models", "show", folder.path("two"), "--json").text
        #expect(metadata.contains("screen.components=0.8") && metadata.contains("ledoit-wolf"))
        let detected = try await Tool.run("detect", "--model", folder.path("two"), clips.path)
        #expect(detected.exitCode == 0, "\(detected.errors)")
        let wrong = try await train("careful.trees=3")
        #expect(wrong.exitCode == 64 && wrong.errors.contains("careful: unknown option 'trees'"), "\(wrong.errors)")
        let misspelt = try await train("careflu.restarts=3")
        #expect(misspelt.errors.contains("did you mean 'careful'?"), "\(misspelt.errors)")
    }

    @Test func `the same seed gives the same model, whatever the number of jobs`() async throws {
        for (name, arguments) in [
            ("a", ["--jobs", "1"]), ("b", ["--jobs", "4"]), ("c", ["--jobs", "2", "--seed", "42"]),
        ] {
            let clips = try await Clips.shared()
            let run = try await Tool.run(
                ["train", "pca", "--data", clips.path, "--holdout", "0.34", "--output", folder.path(name)] + arguments)
            #expect(run.exitCode == 0, "\(run.errors)")
        }
        let first = try Data(contentsOf: URL(filePath: folder.path("a")))
        #expect(try Data(contentsOf: URL(filePath: folder.path("b"))) == first)
        #expect(try Data(contentsOf: URL(filePath: folder.path("c"))) == first)
        _ = try await train("d", "--holdout", "0.34", "--seed", "7")
        #expect(try Data(contentsOf: URL(filePath: folder.path("d"))) != first)
    }

    @Test func `detect gives a row for every clip`() async throws {
        let clips = try await Clips.shared()
        let model = try await Clips.sharedModel()
        let run = try await Tool.run("detect", "--model", model, clips.path)
        #expect(run.exitCode == 0)
        #expect(run.lines.first == "source,time,score,threshold,anomalous,severity,top_column")
        let rows = Table(run.text).rows
        #expect(rows.count == 10)
        for row in rows {
            let score = try #require(Double(row["score"] ?? ""))
            let threshold = try #require(Double(row["threshold"] ?? ""))
            #expect(row["anomalous"] == (score > threshold ? "true" : "false"))
            #expect((row["severity"] == "none") == (score <= threshold))
            #expect(row["top_column"]?.wholeMatch(of: #/log-mel\.\d+@\d+-\d+Hz/#) != nil)
        }
        let jobs = try await Tool.run("detect", "--model", model, clips.path, "--jobs", "1")
        #expect(jobs.output == run.output)

        let objects = try await Tool.run("detect", "--model", model, clips.path, "--jsonl").objects()
        #expect(objects.map { $0["source"] as? String } == rows.map { $0["source"] })
        for object in objects {
            for key in ["time", "score", "threshold", "anomalous", "severity", "top_column", "top_columns", "label"] {
                #expect(object[key] != nil, "\(key) is missing")
            }
        }
    }

    @Test func `detect gives a row for every frame`() async throws {
        let clips = try await Clips.shared()
        let model = try await Clips.sharedModel()
        let run = try await Tool.run("detect", "--model", model, Clips.path(clips), "--per", "frame")
        let rows = Table(run.text).rows
        #expect(rows.count == 30)
        let times = rows.compactMap { Double($0["time"] ?? "") }
        #expect(times == times.sorted() && Set(times).count == 30)
        #expect(abs(times[1] - times[0] - 0.032) < 1e-9)
        let same = try await Tool.run("detect", "--model", model, Clips.path(clips), "--per", "row")
        #expect(same.output == run.output)
    }

    @Test func `a threshold of one's own decides`() async throws {
        let clips = try await Clips.shared()
        let model = try await Clips.sharedModel()
        let all = try await Tool.run("detect", "--model", model, clips.path, "--threshold", "0")
        #expect(Table(all.text).rows.allSatisfy { $0["anomalous"] == "true" })
        let none = try await Tool.run("detect", "--model", model, clips.path, "--threshold", "1e9")
        #expect(Table(none.text).rows.allSatisfy { $0["anomalous"] == "false" })
        let nonsense = try await Tool.run("detect", "--model", model, clips.path, "--threshold", "nan")
        #expect(nonsense.exitCode == 64)
    }

    @Test func `evaluate leaves out what was trained on`() async throws {
        let clips = try await Clips.shared()
        let model = try await Clips.sharedModel()
        let report = folder.url.appending(path: "report")
        let run = try await Tool.run("evaluate", "--model", model, "--data", clips.path, "--report", report.path)
        #expect(run.exitCode == 0, "\(run.errors)")
        let document = try run.object()
        #expect(document["trained_on_left_out"] as? Int == 3)
        #expect(document["recordings"] as? Int == 7)
        let evaluation = try #require(document["evaluation"] as? [String: Any])
        let overall = try #require(evaluation["overall"] as? [String: Any])
        #expect(overall["normal_count"] as? Int == 3 && overall["anomalous_count"] as? Int == 4)
        let ranking = try #require(overall["ranking"] as? [String: Any])
        for key in ["auc", "auc_lower", "auc_upper", "partial_auc", "average_precision"] {
            let value = try #require(ranking[key] as? Double, "\(key) is missing")
            #expect((0...1).contains(value))
        }
        let baselines = try #require(overall["baselines"] as? [[String: Any]])
        #expect(
            baselines.compactMap { $0["name"] as? String }.sorted()
                == ["loudness", "random"])
        for key in ["precision", "recall", "f1", "true_positives", "false_positives"] {
            #expect((overall["classification"] as? [String: Any])?[key] != nil, "\(key) is missing")
        }
        #expect(run.errors.contains("3 recordings were trained on and are left out"))
        #expect(run.errors.contains("fan/id_00") && run.errors.contains("pAUC(0.1)"))
        #expect(try Data(contentsOf: report.appending(path: "evaluation.json")) == run.output)
        let scores = try Table(report.appending(path: "scores.csv"))
        #expect(scores.columns == ["source", "machine", "id", "label", "split", "score", "level_db"])
        #expect(scores.rows.count == 7)
        // The loudness stands beside the model's curve, from corner to corner.
        let curves = try Table(report.appending(path: "figures/roc.csv"))
        let loudness = curves.rows.filter { $0["curve"] == "loudness" }
        #expect(Set(curves.rows.compactMap { $0["curve"] }).count == 2 && loudness.count > 1)
        for column in curves.columns.dropFirst() {
            #expect(loudness.first?[column].flatMap(Double.init) == 0, "\(column)")
            #expect(loudness.last?[column].flatMap(Double.init) == 1, "\(column)")
        }

        let all = try await Tool.run("evaluate", "--model", model, "--data", clips.path, "--include-trained")
        #expect(try all.object()["recordings"] as? Int == 10)
        #expect(all.errors.contains("the result flatters"))
    }

    @Test func `what was trained on is known again under another name`() async throws {
        let clips = try await Clips.make(in: folder.url)
        let model = try await Clips.sharedModel()
        // The same seed makes the same clips in another folder.
        let run = try await Tool.run("evaluate", "--model", model, "--data", clips.path)
        #expect(try run.object()["trained_on_left_out"] as? Int == 3)
    }

    @Test func `a gate that is missed is exit code 1`() async throws {
        let clips = try await Clips.shared()
        let model = try await Clips.sharedModel()
        let arguments = ["evaluate", "--model", model, "--data", clips.path, "--min-auc"]
        #expect(try await Tool.run(arguments + ["0"]).exitCode == 0)
        // With the labels exchanged even a perfect model is wrong.
        let rows = try Tree.files(clips).keys.filter { $0.hasSuffix(".wav") }.map { name in
            "\(clips.appending(path: name).path),\(name.contains("abnormal") ? "normal" : "abnormal")\n"
        }
        let exchanged = try folder.write("exchanged.csv", text: "path,label\n" + rows.joined())
        let missed = try await Tool.run(
            "evaluate", "--model", model, "--data", exchanged, "--min-auc", "0.99", "-q")
        #expect(missed.exitCode == 1)
        #expect(missed.errors.contains("below the gate"))
        #expect(try missed.object()["evaluation"] != nil)
        for gate in ["nan", "2"] {
            let nonsense = try await Tool.run(arguments + [gate])
            #expect(nonsense.exitCode == 64)
        }
    }

    @Test func `without normal recordings left, evaluate says why there is no AUC`() async throws {
        let clips = try await Clips.shared()
        _ = try await train("all.safetensors")
        let model = folder.path("all.safetensors")
        let gated = try await Tool.run("evaluate", "--model", model, "--data", clips.path, "--min-auc", "0.5")
        #expect(gated.exitCode == 1)
        #expect(gated.errors.contains("not defined"))
        let run = try await Tool.run("evaluate", "--model", model, "--data", clips.path)
        #expect(run.errors.contains("no normal"))
        let normal = clips.appending(path: "fan/id_00/normal").path
        let nothing = try await Tool.run("evaluate", "--model", model, "--data", normal)
        #expect(nothing.exitCode == 65)
        #expect(nothing.errors.contains("--holdout"))
    }

    @Test func `recordings that do not fit the model are refused with what differs`() async throws {
        let model = try await Clips.sharedModel()
        let other = folder.url.appending(path: "other")
        _ = try await Tool.run(
            "synth", "mimii", "--machines", "fan", "--normal", "1", "--abnormal", "0", "--seconds", "1", "--rate",
            "8000", "--output", other.path)
        let run = try await Tool.run("detect", "--model", model, other.path)
        #expect(run.exitCode == 65)
        #expect(run.errors.contains("16000 Hz") && run.errors.contains("8000 Hz"), "\(run.errors)")
        let evaluate = try await Tool.run("evaluate", "--model", model, "--data", other.path)
        #expect(evaluate.exitCode == 65)
        #expect(evaluate.errors.contains("8000 Hz"))

        // One of several: the others are done.
        let mixed = try await Tool.run("detect", "--model", model, Clips.path(try await Clips.shared()), other.path)
        #expect(mixed.exitCode == 1)
        #expect(Table(mixed.text).rows.count == 1)
        let training = try await Tool.run(
            "train", "pca", "--data", Clips.path(try await Clips.shared()), Clips.path(other), "-o", folder.path("m"))
        #expect(training.exitCode == 65)
        #expect(training.errors.contains("8000 Hz") && training.errors.contains("16000 Hz"))
        #expect(!FileManager.default.fileExists(atPath: folder.path("m")))
    }

    @Test func `the model's own normalisation and channel hold`() async throws {
        let clips = try await Clips.shared()
        let model = try await Clips.sharedModel()
        for arguments in [
            ["detect", "--model", model, clips.path], ["evaluate", "--model", model, "--data", clips.path],
        ] {
            let run = try await Tool.run(arguments + ["--normalize", "rms"])
            #expect(run.exitCode == 65)
            #expect(run.errors.contains("trained with --normalize none, not rms"))
            #expect(run.output.isEmpty)
            let channel = try await Tool.run(arguments + ["--channel", "mean"])
            #expect(channel.exitCode == 65)
            #expect(channel.errors.contains("trained on channel 0"))
        }
        _ = try await train("rms.safetensors", "--normalize", "rms", "--holdout", "0.5")
        let run = try await Tool.run("evaluate", "--model", folder.path("rms.safetensors"), "--data", clips.path)
        #expect(try run.object()["normalization"] as? String == "rms")
        #expect(run.errors.contains("every clip scaled to equal RMS"))
        // With loudness taken away, what is heard is equally loud: chance.
        let overall = (try run.object()["evaluation"] as? [String: Any])?["overall"] as? [String: Any]
        let heard = (overall?["baselines"] as? [[String: Any]])?.first {
            $0["name"] as? String == "loudness after scaling"
        }
        #expect((heard?["ranking"] as? [String: Any])?["auc"] as? Double == 0.5)
    }
}
