import Foundation
import TestSupport
import Testing

/// `extract`: what it writes, and what it does not do twice.
@Suite(.inTurns) struct ExtractionTests {
    private let folder: TemporaryFolder
    private let features: URL

    init() throws {
        folder = try TemporaryFolder()
        features = folder.url.appending(path: "features")
    }

    private func extract(_ arguments: String..., to output: String? = nil) async throws -> Tool.Run {
        try await Tool.run(["extract"] + arguments + ["-o", output ?? features.path])
    }

    private func index(_ folder: URL? = nil) throws -> Table {
        try Table((folder ?? features).appending(path: "index.csv"))
    }

    private func modified(_ name: String) throws -> Date? {
        try FileManager.default.attributesOfItem(atPath: features.appending(path: name).path)[.modificationDate]
            as? Date
    }

    @Test func `the index lists every input with machine, label and output`() async throws {
        let clips = try await Clips.shared()
        let run = try await extract(clips.path)
        #expect(run.exitCode == 0)
        let index = try index()
        let columns = "path,machine,id,label,split,frames,seconds,digest,output,status"
        #expect(index.columns.joined(separator: ",") == columns)
        #expect(index.rows.count == 10)
        #expect(index.rows.map { $0["path"] ?? "" } == index.rows.map { $0["path"] ?? "" }.sorted())
        for row in index.rows {
            #expect(row["machine"] == "fan" && row["id"] == "id_00" && row["status"] == "done")
            #expect(row["label"] == (row["path"]?.contains("/abnormal/") == true ? "abnormal" : "normal"))
            // 16,000 samples hold 30 whole frames of 1024, 512 apart.
            #expect(row["frames"] == "30" && row["seconds"] == "1.0")
            #expect(FileManager.default.fileExists(atPath: row["output"] ?? ""))
        }
        #expect(try Tree.leftovers(features) == [])
    }

    @Test func `a second run does nothing`() async throws {
        let clips = try await Clips.shared()
        _ = try await extract(clips.path)
        let before = try Tree.files(features)
        let (array, list) = (try modified("fan/id_00/normal/00000000.npz"), try modified("index.csv"))
        let run = try await extract(clips.path, "--json")
        #expect(run.exitCode == 0)
        #expect(try run.object()["unchanged"] as? Int == 10)
        #expect(try run.object()["done"] as? Int == 0)
        #expect(try Tree.files(features) == before)
        #expect(try modified("fan/id_00/normal/00000000.npz") == array)
        #expect(try modified("index.csv") == list)
    }

    @Test func `only what changed or is missing is done again`() async throws {
        let clips = try await Clips.make(in: folder.url, normal: 3, abnormal: 0)
        _ = try await extract(clips.path)
        // Other content in one, the output of another one gone; the time of the third is new, its content is not.
        try Data(contentsOf: URL(filePath: Clips.path(clips, "normal", 1)))
            .write(to: URL(filePath: Clips.path(clips, "normal", 0)))
        try FileManager.default.removeItem(at: features.appending(path: "fan/id_00/normal/00000001.npz"))
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSince1970: 0)], ofItemAtPath: Clips.path(clips, "normal", 2))
        let run = try await extract(clips.path, "--json")
        #expect(try run.object()["done"] as? Int == 2)
        #expect(try run.object()["unchanged"] as? Int == 1)
        let files = try Tree.files(features)
        #expect(files.count == 4)

        let other = try await extract(clips.path, "--json", "--set", "log-mel.melBands=32")
        #expect(try other.object()["done"] as? Int == 3)
        let array = try FeatureFile(features.appending(path: "fan/id_00/normal/00000000.npz")).array("log-mel")
        #expect(array.shape == [30, 32])
        let normalized = try await extract(
            clips.path, "--json", "--set", "log-mel.melBands=32", "--normalize", "rms")
        #expect(try normalized.object()["done"] as? Int == 3)
    }

    @Test func `an npz holds float32 arrays, times and metadata`() async throws {
        let clips = try await Clips.shared()
        let run = try await extract(clips.path, "-f", "log-mel,vibration")
        #expect(run.exitCode == 0)
        let file = try FeatureFile(features.appending(path: "fan/id_00/abnormal/00000001.npz"))
        let header = String(decoding: (file.entries["log-mel"] ?? Data()).prefix(128), as: UTF8.self)
        #expect(header.contains("'descr': '<f4'") && header.contains("'fortran_order': False"))
        let array = try file.array("log-mel")
        #expect(array.shape == [30, 64])
        // 10*log10 with a floor of 1e-10.
        #expect(array.values.allSatisfy { $0 >= -100 && $0 < 60 })
        #expect(try file.array("vibration").shape[1] > 9)
        let timesNames = file.entries.keys.filter { $0.contains("times") }
        #expect(!timesNames.isEmpty)
        let metadata = try file.metadata()
        #expect(metadata["machine"] as? String == "fan")
        #expect(metadata["label"] as? String == "abnormal")
        #expect(metadata["sampleRate"] as? Double == 16000)
        #expect(metadata["toolVersion"] as? String == (try await Tool.run("--version")).lines.first)
        #expect(metadata["options"] is [String: Any])
    }

    @Test(.enabled(if: Python.numpy != nil))
    func `numpy opens the arrays`() async throws {
        let clips = try await Clips.shared()
        _ = try await extract(clips.path, "-f", "log-mel,mfcc")
        let npy = folder.path("npy")
        _ = try await extract(clips.path, "-f", "log-mel,mfcc", "--format", "npy", to: npy)
        let shown = try Python.run(
            """
            import json, sys, numpy
            z = numpy.load(sys.argv[1] + '/fan/id_00/normal/00000002.npz')
            a = numpy.load(sys.argv[2] + '/fan/id_00/normal/00000002.log-mel.npy')
            meta = json.loads(str(z['meta']))
            print(sorted(z), z['log-mel'].dtype, z['log-mel'].shape, bool((a == z['log-mel']).all()), meta['sampleRate'])
            """, [features.path, npy])
        #expect(shown.contains("'log-mel'") && shown.contains("'mfcc'") && shown.contains("'meta'"))
        #expect(shown.hasSuffix("float32 (30, 64) True 16000.0\n"))
    }

    @Test func `all formats hold the same numbers`() async throws {
        let clips = try await Clips.shared()
        let clip = Clips.path(clips)
        for format in ["npz", "npy", "csv", "safetensors"] {
            let run = try await extract(clip, "--format", format, to: folder.path(format))
            #expect(run.exitCode == 0, "\(format): \(run.errors)")
        }
        func file(_ format: String, _ suffix: String) throws -> URL {
            let root = folder.url.appending(path: format)
            let name = try #require(try Tree.files(root).keys.first { $0.hasSuffix(suffix) && $0 != "index.csv" })
            return root.appending(path: name)
        }
        let reference = try FeatureFile(file("npz", ".npz")).array("log-mel")
        let npy = try ReferenceArray(file("npy", "log-mel.npy"))
        #expect(npy.shape == reference.shape && npy.values == reference.values)

        let csv = try Table(file("csv", "log-mel.csv"))
        #expect(csv.columns.first == "time" && csv.columns.count == 65 && csv.rows.count == 30)
        let numbers = csv.rows.flatMap { row in csv.columns.dropFirst().map { Float(row[$0] ?? "") ?? .nan } }
        #expect(numbers.map(Double.init) == reference.values)

        // safetensors: the length of a JSON header, the header, the bytes.
        let bytes = [UInt8](try Data(contentsOf: file("safetensors", ".safetensors")))
        let length = (0..<8).reduce(0) { $0 | Int(bytes[$1]) << (8 * $1) }
        let header = try JSONSerialization.jsonObject(with: Data(bytes[8..<8 + length])) as? [String: Any]
        let tensor = try #require(header?["log-mel"] as? [String: Any])
        #expect(tensor["dtype"] as? String == "F32")
        #expect(tensor["shape"] as? [Int] == reference.shape)
        let start = try #require((tensor["data_offsets"] as? [Int])?.first) + 8 + length
        let values = (0..<reference.values.count).map { index in
            Float(
                bitPattern: (0..<4).reduce(0) { $0 | UInt32(bytes[start + 4 * index + $1]) << (8 * UInt32($1)) })
        }
        #expect(values.map(Double.init) == reference.values)
    }

    @Test func `the bytes do not depend on the number of jobs`() async throws {
        let clips = try await Clips.shared()
        let options = [clips.path, "-f", "log-mel,spectral,vibration"]
        for jobs in ["1", "4"] {
            // The index holds the paths of the outputs, so both runs write to the same relative folder.
            let directory = folder.url.appending(path: jobs)
            try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
            let run = try await Tool.run(
                ["extract"] + options + ["--jobs", jobs, "-o", "features"], in: directory)
            #expect(run.exitCode == 0)
        }
        let one = try Tree.files(folder.url.appending(path: "1"))
        let four = try Tree.files(folder.url.appending(path: "4"))
        #expect(one.count == 11)
        #expect(one == four)
    }

    @Test func `equal loudness takes a gain away`() async throws {
        let clips = try await Clips.make(in: folder.url, normal: 1, abnormal: 0)
        // The same clip at a quarter of its amplitude: all samples are multiples of four first, so nothing is rounded.
        var bytes = [UInt8](try Data(contentsOf: URL(filePath: Clips.path(clips))))
        let start = bytes.count - 32000
        func scale(_ factor: (Int16) -> Int16) {
            for at in stride(from: start, to: bytes.count, by: 2) {
                let value = factor(Int16(truncatingIfNeeded: Int(bytes[at]) | Int(bytes[at + 1]) << 8))
                bytes[at] = UInt8(truncatingIfNeeded: value)
                bytes[at + 1] = UInt8(truncatingIfNeeded: value >> 8)
            }
        }
        scale { $0 / 4 * 4 }
        _ = try folder.write("loud/clip.wav", bytes)
        scale { $0 / 4 }
        _ = try folder.write("quiet/clip.wav", bytes)
        func energy(_ name: String, _ normalize: String) async throws -> [Double] {
            let output = folder.path("\(name)-\(normalize)")
            let run = try await extract(
                folder.path("\(name)/clip.wav"), "-f", "mel", "--normalize", normalize, to: output)
            #expect(run.exitCode == 0)
            return try FeatureFile(URL(filePath: output + "/clip.npz")).array("mel").values
        }
        let ratio = zip(try await energy("loud", "none"), try await energy("quiet", "none")).map { $0 / $1 }
        #expect(ratio.allSatisfy { abs($0 - 16) < 1e-3 })
        let equal = zip(try await energy("loud", "rms"), try await energy("quiet", "rms")).map { $0 / $1 }
        #expect(equal.allSatisfy { abs($0 - 1) < 1e-3 })
    }

    @Test func `a channel is chosen by number, all or their mean are taken`() async throws {
        let clips = try await Clips.make(in: folder.url, normal: 1, abnormal: 0, channels: 3)
        func array(_ channel: String?) async throws -> ReferenceArray {
            let output = folder.path("f-\(channel ?? "default")")
            let run = try await Tool.run(
                ["extract", Clips.path(clips), "-o", output, "-f", "mel"] + (channel.map { ["--channel", $0] } ?? []))
            #expect(run.exitCode == 0, "\(run.errors)")
            let name = try #require(try Tree.files(URL(filePath: output)).keys.first { $0.hasSuffix(".npz") })
            return try FeatureFile(URL(filePath: output + "/" + name)).array("mel")
        }
        let first = try await array("0")
        #expect(try await array(nil).values == first.values)
        #expect(try await array("2").values != first.values)
        let all = try await array("all")
        #expect(all.shape == [30, 192])
        let mean = try await array("mean")
        #expect(mean.shape == [30, 64] && mean.values != first.values)
        let run = try await extract(Clips.path(clips), "--channel", "3")
        #expect(run.exitCode == 64)
        #expect(run.errors.contains("there is no channel 3"))
    }

    @Test func `two inputs with the same output are not written over each other`() async throws {
        let clip = try Data(contentsOf: URL(filePath: Clips.path(try await Clips.shared())))
        let one = try folder.write("a/x.wav", clip)
        let two = try folder.write("b/x.wav", clip)
        let run = try await extract(one, two)
        #expect(run.exitCode == 1)
        #expect(run.errors.contains("error: \(two): another input has the same output"))
        #expect(try Tree.files(features).keys.sorted() == ["index.csv", "x.npz"])
        // As folders, both keep their names.
        let folders = try await extract(folder.path("a"), folder.path("b"), to: folder.path("both"))
        #expect(folders.exitCode == 0)
        #expect(
            try Tree.files(URL(filePath: folder.path("both"))).keys.sorted() == ["a/x.npz", "b/x.npz", "index.csv"])
    }

    @Test func `the list of features names options and defaults`() async throws {
        let run = try await Tool.run("extract", "--list")
        #expect(run.exitCode == 0 && run.errors.isEmpty)
        for name in ["stft", "mel", "log-mel", "mfcc", "spectral", "vibration", "envelope", "welch", "log-mel-delta"] {
            #expect(run.lines.contains { $0.hasPrefix("\(name)  ") }, "\(name) is not listed")
        }
        let listed = try await Tool.run("extract", "--list", "--json").json() as? [[String: Any]]
        let logMel = listed?.first { $0["name"] as? String == "log-mel" }?["options"] as? [String: String]
        #expect(logMel?["fftLength"] == "1024" && logMel?["hopLength"] == "512" && logMel?["melBands"] == "64")
        #expect(logMel?["melScale"] == "slaney" && logMel?["melNorm"] == "slaney" && logMel?["window"] == "hann")
        #expect(logMel?["center"] == "false" && logMel?["logFloor"] == "1e-10")
    }

    @Test func `a picture is drawn beside the features`() async throws {
        let clips = try await Clips.make(in: folder.url, normal: 1, abnormal: 0)
        let doctor = try await Tool.run("doctor", "--json").json() as? [[String: Any]]
        guard doctor?.contains(where: { $0["what"] as? String == "gnuplot" && $0["found"] as? Bool == true }) == true
        else { return print("skipped: no gnuplot to draw with") }
        let run = try await extract(clips.path, "--plot")
        #expect(run.exitCode == 0, "\(run.errors)")
        let picture = try Data(contentsOf: features.appending(path: "fan/id_00/normal/00000000.png"))
        #expect(picture.starts(with: [0x89, 0x50, 0x4E, 0x47]) && picture.count > 10_000)
        let again = try await extract(clips.path, "--plot", "--json")
        #expect(try again.object()["unchanged"] as? Int == 1)
    }

    @Test(arguments: ["npz", "csv"])
    func `what was written below the inputs is no input of the next run`(_ format: String) async throws {
        let clips = try await Clips.make(in: folder.url, normal: 2, abnormal: 0)
        _ = try await extract(clips.path, "--format", format, to: clips.path)
        let run = try await extract(clips.path, "--format", format, "--json", to: clips.path)
        let summary = try run.object()
        let isUnchanged = summary["unchanged"] as? Int == 2 && summary["done"] as? Int == 0
        if format == "csv" {
            #expect(isUnchanged)
        } else {
            #expect(isUnchanged)
        }
    }
}
