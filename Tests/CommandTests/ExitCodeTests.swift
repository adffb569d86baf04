import Foundation
import TestSupport
import Testing

/// The exit code says how a run ended, standard error why.
@Suite(.inTurns) struct ExitCodeTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test func `an input that is not there is 66`() async throws {
        for command in [["inspect"], ["extract"], ["spectrum"]] {
            let run = try await Tool.run(command + ["missing.wav"])
            #expect(run.exitCode == 66, "\(command): \(run.errors)")
            #expect(run.errors.contains("missing.wav: "))
        }
        for arguments in [
            ["detect", "--model", "missing.safetensors", "x.wav"],
            ["evaluate", "--model", "missing.safetensors", "--data", "x.wav"],
            ["models", "show", "missing.safetensors"], ["worker", "--model", "missing.safetensors"],
            ["train", "pca", "--data", "missing.safetensors", "--output", "m"],
        ] {
            let run = try await Tool.run(arguments)
            #expect(run.exitCode == 66, "\(arguments): \(run.errors)")
            #expect(run.errors.contains("missing.safetensors: "))
            #expect(run.output.isEmpty)
        }
    }

    @Test func `a single bad input is 65`() async throws {
        let bad = try folder.write("bad.wav", text: "RIFF????WAVEnothing of use")
        for command in [["inspect"], ["extract"], ["spectrum"], ["train", "pca", "--output", "m", "--data"]] {
            let run = try await Tool.run(command + [bad])
            #expect(run.exitCode == 65, "\(command): \(run.errors)")
            #expect(run.errors.contains("\(bad): "))
            #expect(run.output.isEmpty)
        }
    }

    @Test func `of several inputs the good ones are done and the bad one is named`() async throws {
        let clips = try await Clips.make(in: folder.url, normal: 2, abnormal: 0)
        let bad = clips.appending(path: "fan/id_00/normal/00000009.wav").path
        try Data("RIFF????WAVEnothing of use".utf8).write(to: URL(filePath: bad))
        let features = folder.url.appending(path: "features")

        let extract = try await Tool.run("extract", clips.path, "-o", features.path)
        #expect(extract.exitCode == 1)
        #expect(extract.errors.contains("error: \(bad): "))
        #expect(extract.errors.contains("2 done, 1 failed"))
        #expect(extract.errors.contains("1 of 3 inputs failed:\n  \(bad)\n"))
        #expect(try Tree.files(features).keys.filter { $0.hasSuffix(".npz") }.count == 2)

        let inspect = try await Tool.run("inspect", clips.path, "--json")
        #expect(inspect.exitCode == 1)
        #expect(inspect.errors.contains("error: \(bad): "))
        #expect((try inspect.json() as? [Any])?.count == 2)

        let missing = try await Tool.run(
            "inspect", Clips.path(clips), folder.path("missing.wav"), "--jsonl")
        #expect(missing.exitCode == 1)
        #expect(missing.errors.contains(folder.path("missing.wav")))
        #expect(try missing.objects().count == 1)
    }

    @Test func `an output that cannot be created is 73 and named`() async throws {
        let clips = try await Clips.make(in: folder.url, normal: 2, abnormal: 0)
        let file = try folder.write("file", text: "in the way")
        for arguments in [
            ["extract", clips.path, "-o", file], ["extract", clips.path, "-o", file + "/below"],
            ["inspect", clips.path, "-o", file + "/below"], ["spectrum", Clips.path(clips), "-o", file + "/below"],
            ["train", "pca", "--data", clips.path, "--folds", "2", "-o", file + "/below"],
            ["synth", "mimii", "--machines", "fan", "--normal", "1", "--abnormal", "0", "--seconds", "1", "-o", file],
            ["models", "-o", folder.url.path], ["doctor", "-o", file + "/below"],
        ] {
            let run = try await Tool.run(arguments)
            #expect(run.exitCode == 73, "\(arguments): \(run.errors)")
            #expect(run.errors.contains("error: \(arguments.last ?? "")"), "\(arguments): \(run.errors)")
        }
        #expect(try String(contentsOfFile: file, encoding: .utf8) == "in the way")
    }

    @Test func `a picture without gnuplot is 69 with the remedy`() async throws {
        let clips = try await Clips.make(in: folder.url, normal: 1, abnormal: 0)
        for path in ["", folder.path("nothing")] {
            for arguments in [
                ["extract", clips.path, "-o", folder.path("features"), "--plot"],
                ["spectrum", Clips.path(clips), "-o", folder.path("s.csv"), "--plot", folder.path("s.png")],
            ] {
                let run = try await Tool.run(arguments, environment: ["PATH": path])
                #expect(run.exitCode == 69, "\(arguments): \(run.errors)")
                #expect(run.errors.contains("gnuplot"))
            }
        }
        let doctor = try await Tool.run(["doctor", "--json"], environment: ["PATH": ""])
        #expect(doctor.exitCode == 0)
        let findings = try doctor.json() as? [[String: Any]]
        let gnuplot = findings?.first { $0["what"] as? String == "gnuplot" }
        #expect(gnuplot?["found"] as? Bool == false)
        #expect((gnuplot?["detail"] as? String)?.contains("install") == true)
    }

    @Test func `an interrupted extraction keeps what is finished and goes on from there`() async throws {
        let clips = try await Clips.make(in: folder.url, normal: 1, abnormal: 0, seconds: 20)
        let original = URL(filePath: Clips.path(clips))
        for number in 1..<48 {
            let copy = original.deletingLastPathComponent().appending(path: "x\(number).wav")
            try FileManager.default.copyItem(at: original, to: copy)
        }
        let features = folder.url.appending(path: "features")
        let running = try Tool.start(["extract", clips.path, "-o", features.path, "--jobs", "2"])
        // Wait for the first results, so that there is something to keep; on a thread of its own, since other tests may
        // keep all that tasks share busy for longer than the extraction takes.
        let journal = features.appending(path: "index.csv.partial")
        Thread.detachNewThread {
            for _ in 0..<20_000 where running.process.isRunning {
                if let text = try? String(contentsOf: journal, encoding: .utf8), text.contains(",done\n") { break }
                usleep(500)
            }
            running.process.interrupt()
        }
        let interrupted = try await running.end()
        #expect(interrupted.exitCode == 130, "\(interrupted.errors)")
        #expect(try Tree.leftovers(features) == [])
        let kept = try Table(features.appending(path: "index.csv")).rows
        #expect(!kept.isEmpty && kept.count < 48)
        for row in kept {
            #expect(row["status"] == "done")
            #expect(FileManager.default.fileExists(atPath: row["output"] ?? ""))
        }
        #expect(try Tree.files(features).keys.filter { $0.hasSuffix(".npz") }.count == kept.count)
        #expect(!interrupted.errors.contains("failed"))

        let resumed = try await Tool.run("extract", clips.path, "-o", features.path, "--json")
        #expect(resumed.exitCode == 0)
        #expect(try resumed.object()["unchanged"] as? Int == kept.count)
        #expect(try resumed.object()["done"] as? Int == 48 - kept.count)
        #expect(try Table(features.appending(path: "index.csv")).rows.count == 48)
    }

    @Test func `an interrupted synthesis leaves no half-written recording`() async throws {
        let output = folder.url.appending(path: "clips")
        let running = try Tool.start([
            "synth", "mimii", "--machines", "fan", "--normal", "500", "--seconds", "2", "--output", output.path,
        ])
        let first = Clips.path(output)
        Thread.detachNewThread {
            for _ in 0..<20_000 where running.process.isRunning && !FileManager.default.fileExists(atPath: first) {
                usleep(500)
            }
            running.process.interrupt()
        }
        let run = try await running.end()
        #expect(run.exitCode == 130, "\(run.errors)")
        #expect(try Tree.leftovers(output) == [])
        let files = try Tree.files(output)
        #expect(!files.isEmpty && files.count < 520)
        // 2 s at 16 kHz in 16 bit, and the header.
        for (name, bytes) in files where name.hasSuffix(".wav") { #expect(bytes.count > 64_000, "\(name) is cut off") }
    }

    @Test(arguments: [["worker"], ["extract", "-", "-o", "features"], ["inspect", "-"]])
    func `a run that waits for paths can be interrupted`(_ arguments: [String]) async throws {
        let pipe = Pipe()
        let running = try Tool.start(arguments, pipe: pipe)
        // A signal that comes before the program listens would simply end it.
        for _ in 0..<1000 where running.process.isRunning && !listensForInterrupts(running.process) {
            try await Task.sleep(for: .milliseconds(10))
        }
        running.process.interrupt()
        // Nothing arrives on the pipe, so only the first Ctrl-C can end it.
        #expect(try await running.end().exitCode == 130)
        try pipe.fileHandleForWriting.close()
    }

    @Test func `two runs do not write to one folder`() async throws {
        let clips = try await Clips.shared()
        let journal = try FileHandle(forWritingTo: URL(filePath: try folder.write("features/index.csv.partial", [])))
        #expect(flock(journal.fileDescriptor, LOCK_EX | LOCK_NB) == 0)
        let run = try await Tool.run("extract", clips.path, "-o", folder.path("features"))
        #expect(run.exitCode == 73)
        #expect(run.errors.contains("another run writes to this folder"))
        try journal.close()
        #expect(try await Tool.run("extract", clips.path, "-o", folder.path("features")).exitCode == 0)
    }

    /// Whether a program has set up its answer to Ctrl-C, as the kernel shows it.
    private func listensForInterrupts(_ process: Process) -> Bool {
        let path = "/proc/\(process.processIdentifier)/status"
        guard let status = try? String(contentsOfFile: path, encoding: .utf8),
            let line = status.split(separator: "\n").first(where: { $0.hasPrefix("SigCgt:") }),
            let caught = UInt64(line.dropFirst(7).trimmingCharacters(in: .whitespaces), radix: 16)
        else { return false }
        return caught & 1 << (UInt64(SIGINT) - 1) != 0
    }
}
