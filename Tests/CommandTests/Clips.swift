import Foundation
import TestSupport

/// Recordings made by the tool itself: a fan, with its clips in `fan/id_00/normal` and `fan/id_00/abnormal`.
enum Clips {
    /// Makes the clips in a folder, as `clips`.
    static func make(
        in folder: URL, normal: Int = 6, abnormal: Int = 4, seconds: Double = 1, channels: Int = 1,
        seed: Int = 42
    ) async throws -> URL {
        let clips = folder.appending(path: "clips")
        let run = try await Tool.run([
            "synth", "mimii", "--machines", "fan", "--normal", "\(normal)", "--abnormal", "\(abnormal)", "--seconds",
            "\(seconds)", "--channels", "\(channels)", "--seed", "\(seed)", "--quiet", "--output", clips.path,
        ])
        guard run.exitCode == 0 else { throw Failure(description: "no clips: \(run.errors)") }
        return clips
    }

    /// Six normal and four abnormal clips of one second that all tests share, and change nothing of.
    static func shared() async throws -> URL { try await sharedClips.value }

    /// A model of three of the normal clips of ``shared()``.
    static func sharedModel() async throws -> String { try await model.value }

    private static let sharedClips = Task {
        // The folder outlives every test; it goes with the process.
        atexit { try? FileManager.default.removeItem(at: Clips.folder) }
        return try await make(in: folder)
    }

    private static let model = Task {
        let path = folder.appending(path: "fan.safetensors").path
        let run = try await Tool.run(
            "train", "pca", "--data", try await shared().path, "--output", path, "--holdout", "0.5")
        guard run.exitCode == 0 else { throw Failure(description: "no model: \(run.errors)") }
        return path
    }

    private static let folder = FileManager.default.temporaryDirectory.appending(path: "auscult-\(UUID().uuidString)")

    /// The path of a clip below the folder of ``make(in:normal:abnormal:seconds:channels:seed:)``.
    static func path(_ clips: URL, _ label: String = "normal", _ number: Int = 0) -> String {
        clips.appending(path: "fan/id_00/\(label)/0000000\(number).wav").path
    }

    /// What a test could not begin with.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }
}

/// What lies below a folder.
enum Tree {
    /// Every file by its path below the folder, with its bytes.
    static func files(_ folder: URL) throws -> [String: Data] {
        var files: [String: Data] = [:]
        for name in try FileManager.default.subpathsOfDirectory(atPath: folder.path) {
            let file = folder.appending(path: name)
            var isFolder: ObjCBool = false
            guard unsafe FileManager.default.fileExists(atPath: file.path, isDirectory: &isFolder), !isFolder.boolValue
            else { continue }
            files[name] = try Data(contentsOf: file)
        }
        return files
    }

    /// The files that a run should have cleared away.
    static func leftovers(_ folder: URL) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: folder.path)
            .filter { $0.hasSuffix(".tmp") || $0.hasSuffix(".partial") }
    }
}

/// A table of comma-separated values, read without the project's own reader (RFC 4180).
struct Table {
    let columns: [String]
    let rows: [[String: String]]

    init(_ text: String) {
        var records: [[String]] = [[]]
        var field = ""
        var isQuoted = false
        var scalars = text.unicodeScalars.makeIterator()
        var pending = scalars.next()
        while let scalar = pending {
            pending = scalars.next()
            switch scalar {
            case "\"" where isQuoted && pending == "\"":
                field.unicodeScalars.append(scalar)
                pending = scalars.next()
            case "\"": isQuoted.toggle()
            case "," where !isQuoted:
                records[records.count - 1].append(field)
                field = ""
            case "\n" where !isQuoted:
                records[records.count - 1].append(field)
                field = ""
                records.append([])
            default: field.unicodeScalars.append(scalar)
            }
        }
        let names = records[0]
        columns = names
        rows = records.dropFirst().filter { $0.count == names.count }
            .map { Dictionary(zip(names, $0)) { first, _ in first } }
    }

    init(_ file: URL) throws { self.init(try String(contentsOf: file, encoding: .utf8)) }
}
