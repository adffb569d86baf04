import Foundation
import TestSupport
import Testing

/// Results on standard output, everything for people on standard error.
@Suite(.inTurns) struct OutputStreamTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test func `with json there is nothing but one document on standard output`() async throws {
        let clips = try await Clips.shared()
        let model = try await Clips.sharedModel()
        for arguments in [
            ["inspect", clips.path], ["extract", clips.path, "-o", folder.path("f")], ["extract", "--list"],
            ["spectrum", Clips.path(clips)], ["detect", "--model", model, clips.path],
            ["evaluate", "--model", model, "--data", clips.path],
            ["train", "pca", "--data", clips.path, "-o", folder.path("m2")], ["models"], ["models", "show", model],
            ["doctor"], ["config", "show"],
        ] {
            let run = try await Tool.run(arguments + ["--json"])
            #expect(run.exitCode == 0, "\(arguments): \(run.errors)")
            #expect(throws: Never.self, "\(arguments)") { try run.json() }
            #expect(run.text.hasSuffix("\n"))
        }
    }

    @Test func `with jsonl every line is an object`() async throws {
        let clips = try await Clips.shared()
        let model = try await Clips.sharedModel()
        #expect(try await Tool.run("inspect", clips.path, "--jsonl").objects().count == 10)
        #expect(try await Tool.run("detect", "--model", model, clips.path, "--jsonl").objects().count == 10)
    }

    @Test func `an empty result is still a document`() async throws {
        let model = try await Clips.sharedModel()
        let bad = try folder.write("bad.wav", text: "nothing of use")
        let detect = try await Tool.run("detect", "--model", model, bad, "--json")
        #expect(detect.exitCode == 65)
        #expect((try detect.json() as? [Any])?.isEmpty == true)
        let inspect = try await Tool.run("inspect", bad, "--json")
        #expect(inspect.exitCode == 65)
        #expect((try inspect.json() as? [Any])?.isEmpty == true)
    }

    @Test func `quiet leaves standard error empty and the results as they are`() async throws {
        let clips = try await Clips.shared()
        let model = try await Clips.sharedModel()
        for arguments in [
            ["inspect", clips.path], ["detect", "--model", model, clips.path],
            ["spectrum", Clips.path(clips), "--rpm", "1500", "--bearing", "6205"],
            ["evaluate", "--model", model, "--data", clips.path],
        ] {
            let loud = try await Tool.run(arguments)
            let quiet = try await Tool.run(arguments + ["-q"])
            #expect(quiet.exitCode == 0)
            #expect(quiet.errors.isEmpty, "\(arguments): \(quiet.errors)")
            #expect(quiet.output == loud.output && !quiet.output.isEmpty)
        }
        for arguments in [
            ["extract", clips.path, "-o", folder.path("f")],
            ["train", "pca", "--data", clips.path, "-o", folder.path("m2.safetensors")],
            ["synth", "vibration", "--snapshots", "2", "-o", folder.path("v")],
        ] {
            let quiet = try await Tool.run(arguments + ["--quiet"])
            #expect(quiet.exitCode == 0)
            // The summary of a training is its result; the others write files only.
            #expect(quiet.output.isEmpty == (arguments[0] != "train"), "\(arguments): \(quiet.text)")
            #expect(quiet.errors.isEmpty, "\(arguments): \(quiet.errors)")
        }
    }

    @Test func `quiet does not silence errors`() async throws {
        let run = try await Tool.run("inspect", "missing.wav", "--quiet")
        #expect(run.exitCode == 66)
        #expect(run.errorLines.count == 1)
    }

    @Test func `people's words stay off standard output`() async throws {
        let clips = try await Clips.shared()
        let extract = try await Tool.run("extract", clips.path, "-o", folder.path("f"))
        #expect(extract.output.isEmpty)
        #expect(extract.errors.contains("10 done"))
        let spectrum = try await Tool.run("spectrum", Clips.path(clips), "--rpm", "1500", "--bearing", "6205")
        #expect(spectrum.errors.contains("verdict: "))
        #expect(!spectrum.text.contains("verdict"))
    }

    @Test(arguments: [[:], ["NO_COLOR": "1"], ["NO_COLOR": ""], ["TERM": "xterm-256color", "CLICOLOR_FORCE": "1"]])
    func `no escape characters where there is no terminal`(_ environment: [String: String]) async throws {
        let clips = try await Clips.shared()
        for arguments in [
            ["inspect", clips.path, "missing\u{1B}[31m.wav"], ["extract", clips.path, "missing.wav"],
            ["train", "pca", "--data", clips.path, "-o", folder.path("m")], ["--help"], ["extract", "--list"],
            ["no\u{1B}[31mcommand"], ["extract", "x.wav", "-f", "log\u{1B}[31m"],
        ] {
            let run = try await Tool.run(arguments, environment: environment)
            #expect(!run.output.contains(0x1B))
            #expect(!run.errors.contains("\u{1B}"), "\(run.errors)")
            #expect(!run.errors.contains("\r"))
        }
    }

    @Test func `results go to a file that is asked for`() async throws {
        let clips = try await Clips.shared()
        for arguments in [["inspect", clips.path], ["spectrum", Clips.path(clips)], ["models"], ["doctor"]] {
            let file = folder.url.appending(path: "deep/er/\(arguments[0]).txt")
            let direct = try await Tool.run(arguments)
            let run = try await Tool.run(arguments + ["--output", file.path])
            #expect(run.exitCode == 0)
            #expect(run.output.isEmpty)
            #expect(try Data(contentsOf: file) == direct.output)
        }
    }

    /// Runs a line of shell with the tool's path in `$AUSCULT`.
    private func shell(_ line: String) throws -> Program.Ended {
        try Program.run(
            "/bin/bash", ["-c", "set -o pipefail; " + line],
            environment: ["AUSCULT": Tool.binary.path, "PATH": "/usr/bin:/bin"], in: folder.url)
    }

    @Test func `a reader that has had enough ends the run quietly`() async throws {
        let clips = try await Clips.shared()
        let model = try await Clips.sharedModel()
        for command in [
            "spectrum \(Clips.path(clips)) -q", "inspect \(clips.path) -q", "extract --list",
            "detect --model \(model) \(clips.path) --per frame --jsonl -q",
        ] {
            // The pipe is closed before the tool writes to it.
            let run = try shell("\"$AUSCULT\" \(command) | head -c 1 > /dev/null")
            #expect(run.status == 0, "\(command): \(run.errors)")
            #expect(run.errors.isEmpty)
            let closed = try shell("(sleep 0.3; \"$AUSCULT\" \(command)) | true")
            #expect(closed.status == 0, "\(command): \(closed.errors)")
            #expect(closed.errors.isEmpty)
        }
        let many = try shell("yes \(Clips.path(clips)) | head -n 2000 | \"$AUSCULT\" worker --frames | head -n 1")
        #expect(many.output.hasPrefix("{\"path\":"))
        #expect(many.errors.isEmpty)
    }

    @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full")))
    func `a full disk is an error on standard output too`() async throws {
        let clips = try await Clips.make(in: folder.url, normal: 1, abnormal: 0)
        let file = try shell("\"$AUSCULT\" inspect \(clips.path) -o /dev/full")
        #expect(file.status == 73)
        #expect(file.errors.contains("No space left"))
        let stream = try shell("\"$AUSCULT\" inspect \(clips.path) > /dev/full")
        #expect(stream.status == 73)
        #expect(stream.errors.contains("No space left"))
    }
}
