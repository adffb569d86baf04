import Foundation
import TestSupport
import Testing

/// Whatever lies in a folder, a run ends with results and sentences.
@Suite(.inTurns) struct HostileInputTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func clip() async throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(filePath: Clips.path(try await Clips.shared()))))
    }

    /// Writes a file whose name is bytes, valid UTF-8 or not.
    private func write(_ name: [UInt8], _ bytes: [UInt8]) throws {
        let path = (Array(folder.url.path.utf8) + [UInt8(ascii: "/")] + name + [0]).map(CChar.init(bitPattern:))
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
        guard descriptor >= 0 else { throw CocoaError(.fileWriteUnknown) }
        try FileHandle(fileDescriptor: descriptor, closeOnDealloc: true).write(contentsOf: bytes)
    }

    private func index(_ output: String) throws -> [String: String] {
        let rows = try Table(URL(filePath: output + "/index.csv")).rows
        return Dictionary(rows.map { ($0["path"] ?? "", $0["status"] ?? "") }) { $1 }
    }

    @Test func `names with spaces, quotes, line breaks and worse are names`() async throws {
        let bytes = try await clip()
        let names = [
            "with space.wav", "it's.wav", "say \"so\".wav", "comma,semi;colon.wav", "new\nline.wav", "tab\t.wav",
            "%s%n%d.wav", "-o.wav", "--help.wav", "über-Lüfter.wav", "ファン.wav", "back\\slash.wav", "$(date).wav",
            "esc\u{1B}[31m.wav", "*.wav", "UPPER.WAV",
        ]
        for name in names { try write(Array(name.utf8), bytes) }
        let output = folder.path("features")
        let run = try await Tool.run("extract", folder.url.path, "-o", output)
        #expect(run.exitCode == 0, "\(run.errors)")
        let index = try index(output)
        for name in names { #expect(index[folder.path(name)] == "done", "\(name)") }
        #expect(try Tree.files(URL(filePath: output)).keys.filter { $0.hasSuffix(".npz") }.count == names.count)

        let inspect = try await Tool.run("inspect", folder.path("new\nline.wav"), folder.path("esc\u{1B}[31m.wav"))
        #expect(inspect.exitCode == 0)
        // A heading, a rule and two rows: neither a line break nor an escape gets through to the terminal.
        #expect(inspect.lines.count == 4 && !inspect.text.contains("\u{1B}"))
        let json = try await Tool.run("inspect", folder.path("new\nline.wav"), "--json").json() as? [[String: Any]]
        #expect(json?.first?["path"] as? String == folder.path("new\nline.wav"))
    }

    @Test(.enabled(if: ProcessInfo.processInfo.operatingSystemVersionString.contains("Darwin") == false))
    func `a name that is no text is named byte by byte, and the rest is done`() async throws {
        let bytes = try await clip()
        try write(Array("caf".utf8) + [0xE9] + Array(".wav".utf8), bytes)
        try write([0xFF, 0xFE] + Array(".wav".utf8), bytes)
        try write(Array("good.wav".utf8), bytes)
        let output = folder.path("features")
        for command in [["extract", "-o", output], ["inspect"]] {
            let run = try await Tool.run(command + [folder.url.path])
            #expect(run.exitCode == 1, "\(run.errors)")
            #expect(run.errors.contains(#"caf\xE9.wav: the name is not valid UTF-8"#))
            #expect(run.errors.contains(#"\xFF\xFE.wav"#))
        }
        #expect(try index(output)[folder.path("good.wav")] == "done")
        let path = Array(folder.url.path.utf8)
        let list = path + Array("/caf".utf8) + [0xE9] + Array(".wav\0".utf8) + path + Array("/good.wav\0".utf8)
        let worker = try await Tool.run(["worker", "--null"], input: list)
        #expect(worker.exitCode == 1)
        let records = try worker.objects()
        #expect(records.count == 2 && records[0]["error"] is String && records[1]["features"] is [String: Any])
    }

    @Test func `damaged files are named, cut-off ones used as far as they go`() async throws {
        let bytes = try await clip()
        _ = try folder.write("in/good.wav", bytes)
        let truncated = try folder.write("in/truncated.wav", bytes.prefix(20_000))
        let header = try folder.write("in/header.wav", bytes.prefix(30))
        let empty = try folder.write("in/empty.wav", [])
        let text = try folder.write("in/text.wav", text: "no recording at all\n")
        let noise = try folder.write("in/noise.wav", (0..<5000).map { UInt8(truncatingIfNeeded: $0 * $0 / 7) })
        let output = folder.path("features")
        let run = try await Tool.run("extract", folder.path("in"), "-o", output)
        #expect(run.exitCode == 1)
        #expect(run.errors.contains("1 done, 1 incomplete, 4 failed"), "\(run.errors)")
        for path in [truncated, header, empty, text, noise] {
            #expect(run.errorLines.count { $0.hasPrefix("error: \(path): ") } == 1, "\(path)")
        }
        let index = try index(output)
        #expect(index[truncated]?.hasPrefix("incomplete: ") == true)
        #expect(index[truncated]?.contains("16000") == true, "it says what is missing: \(index[truncated] ?? "")")
        for path in [header, empty, text, noise] { #expect(index[path]?.hasPrefix("failed: ") == true, "\(path)") }
        let names = try Tree.files(URL(filePath: output)).keys.sorted()
        #expect(names == ["good.npz", "index.csv", "truncated.npz"])
        let array = try FeatureFile(URL(filePath: output + "/truncated.npz")).array("log-mel")
        // (20000 - 44) / 2 samples hold 18 frames.
        #expect(array.shape == [18, 64])

        let again = try await Tool.run("extract", folder.path("in"), "-o", output, "--json")
        #expect(again.exitCode == 1)
        #expect(try again.object()["unchanged"] as? Int == 1)
        #expect(again.errors.contains("error: \(truncated): "))
        // Mended, it counts as done.
        _ = try folder.write("in/truncated.wav", bytes)
        _ = try await Tool.run("extract", folder.path("in"), "-o", output)
        #expect(try self.index(output)[truncated] == "done")
    }

    @Test func `folders, links and pipes that look like recordings do no harm`() async throws {
        let bytes = try await clip()
        let files = FileManager.default
        _ = try folder.write("in/good.wav", bytes)
        try files.createDirectory(atPath: folder.path("in/x.wav"), withIntermediateDirectories: true)
        try files.createSymbolicLink(atPath: folder.path("in/broken.wav"), withDestinationPath: "nowhere.wav")
        try files.createSymbolicLink(atPath: folder.path("in/itself.wav"), withDestinationPath: "itself.wav")
        try files.createSymbolicLink(atPath: folder.path("in/link.wav"), withDestinationPath: "good.wav")
        try files.createSymbolicLink(atPath: folder.path("in/up"), withDestinationPath: "..")
        _ = unsafe mkfifo(folder.path("in/pipe.wav"), 0o600)
        let output = folder.path("features")
        let run = try await Tool.run("extract", folder.path("in"), "-o", output)
        #expect(run.exitCode == 1)
        for name in ["broken.wav", "itself.wav"] {
            #expect(run.errors.contains("error: \(folder.path("in/\(name)")): "), "\(run.errors)")
        }
        let index = try index(output)
        #expect(index[folder.path("in/good.wav")] == "done" && index[folder.path("in/link.wav")] == "done")
        #expect(index[folder.path("in/broken.wav")]?.hasPrefix("failed: ") == true)
        for (name, code) in [("x.wav", 65), ("broken.wav", 66), ("itself.wav", 66)] {
            for command in [["inspect"], ["extract", "-o", output]] {
                let alone = try await Tool.run(command + [folder.path("in/\(name)")])
                #expect(alone.exitCode == Int32(code), "\(command) \(name): \(alone.errors)")
                #expect(alone.errors.contains(name))
            }
        }
        let inspected = try await Tool.run("inspect", folder.path("in/pipe.wav"))
        let extracted = try await Tool.run("extract", folder.path("in/pipe.wav"), "-o", output)
        #expect([65, 66].contains(inspected.exitCode) && [65, 66].contains(extracted.exitCode))
        #expect(inspected.exitCode == extracted.exitCode)
        #expect(try Tree.leftovers(URL(filePath: output)) == [])
    }

    @Test func `every kind of broken start of a recording is answered with a sentence`() async throws {
        let bytes = try await clip()
        for length in [0, 1, 4, 8, 11, 12, 16, 20, 36, 40, 43, 44, 45, 46, 47, 1000, bytes.count - 1] {
            _ = try folder.write("in/\(length).wav", bytes.prefix(length))
        }
        let run = try await Tool.run("extract", folder.path("in"), "-o", folder.path("features"))
        #expect(run.exitCode == 1, "\(run.errors)")
        let index = try index(folder.path("features"))
        #expect(index.count == 17)
        for (path, status) in index {
            let whole = status.hasPrefix("failed: ") || status.hasPrefix("incomplete: ")
            #expect(whole, "\(path): \(status)")
        }
        #expect(try Tree.leftovers(folder.url) == [])
    }

    @Test func `a table that is none is named with line and column`() async throws {
        let table = try folder.write("t.csv", text: "time,x\n0,1\n0.001,abc\n")
        let run = try await Tool.run("extract", table, "-f", "vibration", "-o", folder.path("features"))
        #expect(run.exitCode == 65)
        #expect(run.errors.contains("error: \(table):3, column 'x': 'abc' is not a number"))
    }

    @Test func `an index that is none is not written over`() async throws {
        let bytes = try await clip()
        let path = try folder.write("clip.wav", bytes)
        let own = try folder.write("features/index.csv", text: "my,own,table\n1,2,3\n")
        let run = try await Tool.run("extract", path, "-o", folder.path("features"))
        #expect(run.exitCode == 65)
        #expect(run.errors.contains(own))
        #expect(try String(contentsOfFile: own, encoding: .utf8) == "my,own,table\n1,2,3\n")
        let leftovers = try Tree.leftovers(folder.url)
        #expect(leftovers == [])
    }
}
