import Foundation
import SignalCore
@testable import SignalIO
import TestSupport
import Testing

struct LayoutsWalkerTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// The paths of all inputs below the test's folder, relative to it, failures as `!code`.
    private func walk(_ paths: [String], list: PathList? = nil) -> [String] {
        let root = folder.url.path + "/"
        let all = list.map { DatasetWalker(paths: paths, standardInput: $0) } ?? DatasetWalker(paths: paths)
        return all.prefix(10_000).map { result in
            switch result {
            case .success(let item): item.path.replacing(root, with: "")
            case .failure(let error): "!\(error.code) " + (error.place.path ?? "").replacing(root, with: "")
            }
        }
    }

    private func list(_ text: String, isNulTerminated: Bool = false) throws -> PathList {
        PathList(try InputFile(path: folder.write("list", text: text)), isNulTerminated: isNulTerminated)
    }

    @Test func `a folder is walked in the order of its paths, and only signals are taken`() throws {
        let taken = [
            "a.wav", "a/b/x.FLAC", "a/id_00/normal/1.wav", "b/2004.02.12.10.42.39", "b/t.csv", "b/t.tsv", "b/t.txt",
            "x y'\"\n.wav",
        ]
        let others = [
            ".hidden.wav", ".git/x.wav", "README.md", "a/readme_original.txt", "LICENSE", "LICENSE.txt", "b/x.json",
            "b/x.png", "b/x.npz", "b/x.log-mel.npy", "b/m.safetensors", "b/index.csv", "b/attributes_00.csv", "b/wav",
        ]
        for name in taken.reversed() + others { _ = try folder.write(name, text: "") }
        #expect(walk([folder.url.path]) == taken.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })
    }

    @Test func `what is given directly is taken as it is, once`() throws {
        let first = try folder.write("one.bin", text: "")
        _ = try folder.write("sub/two.wav", text: "")
        let sub = folder.path("sub")
        #expect(
            walk([first, sub + "/two.wav", sub, sub + "/", sub + "/../one.bin", folder.path("none.wav")])
                == ["one.bin", "sub/two.wav", "!unreadable none.wav"])
    }

    @Test func `links are followed and circles end`() throws {
        let manager = FileManager.default
        _ = try folder.write("data/a/1.wav", text: "")
        _ = try folder.write("data/z/2.wav", text: "")
        let links = [
            ("data/a/up", ".."), ("data/a/self", "."), ("data/l.wav", "a/1.wav"), ("data/zz", "z"),
            ("data/broken.wav", "nowhere.wav"), ("data/round.wav", "round.wav"), ("data/broken.md", "nowhere"),
        ]
        for (link, target) in links {
            try manager.createSymbolicLink(atPath: folder.path(link), withDestinationPath: target)
        }
        #expect(
            walk([folder.path("data")]) == [
                "data/a/1.wav", "!unreadable data/broken.wav", "data/l.wav", "!unreadable data/round.wav",
                "data/z/2.wav",
            ])
    }

    @Test func `pipes and odd entries in a folder are passed over, a folder named like a file is walked`() throws {
        _ = try folder.write("d/x.wav/1.wav", text: "")
        #expect(unsafe mkfifo(folder.path("d/pipe.wav"), 0o600) == 0)
        #expect(walk([folder.path("d")]) == ["d/x.wav/1.wav"])
    }

    @Test func `names that are not UTF-8 are named, not dropped`() throws {
        let start = Array((folder.url.path + "/caf").utf8)
        for bytes in [start + [0xE9] + Array(".wav".utf8), start + [0xE9] + Array(".md".utf8)] {
            let descriptor = unsafe (bytes + [0]).withUnsafeBytes {
                unsafe open($0.baseAddress!.assumingMemoryBound(to: CChar.self), O_CREAT | O_WRONLY, 0o600)
            }
            #expect(descriptor >= 0)
            close(descriptor)
        }
        _ = try folder.write("good.wav", text: "")
        #expect(walk([folder.url.path]) == ["!unsupported caf\\xE9.wav", "good.wav"])
    }

    @Test func `an empty folder and a folder without signals say so`() throws {
        _ = try folder.write("d/x/README.md", text: "")
        #expect(walk([folder.path("d")]) == ["!insufficientData d"])
    }

    @Test(.enabled(if: getuid() != 0, "root may read everything")) func `a folder that cannot be read is named`() throws
    {
        _ = try folder.write("d/a/1.wav", text: "")
        _ = try folder.write("d/b/2.wav", text: "")
        #expect(unsafe chmod(folder.path("d/a"), 0) == 0)
        #expect(walk([folder.path("d")]) == ["!unreadable d/a", "d/b/2.wav"])
        #expect(unsafe chmod(folder.path("d/a"), 0o700) == 0)
    }

    @Test func `a list holds files, folders and what cannot be found`() throws {
        _ = try folder.write("d/1.wav", text: "")
        _ = try folder.write("d/2 \n.wav", text: "")
        let lines = "\(folder.path("d/1.wav"))\r\n\n\(folder.path("none"))\n\(folder.path("d"))"
        #expect(walk(["-"], list: try list(lines)) == ["d/1.wav", "!unreadable none", "d/2 \n.wav"])
        let ended = "\(folder.path("d/2 \n.wav"))\0\(folder.path("d/1.wav"))\0"
        #expect(walk(["-"], list: try list(ended, isNulTerminated: true)) == ["d/2 \n.wav", "d/1.wav"])
        #expect(walk(["-"], list: try list("")) == [])
    }

    @Test func `a list that cannot be read, or is none, ends with one failure`() throws {
        let unreadable = PathList(try InputFile(path: folder.url.path), isNulTerminated: false)
        #expect(walk(["-"], list: unreadable) == ["!unreadable " + folder.url.path])
        #expect(walk(["-"], list: try list(String(repeating: "x", count: 200_000))) == ["!malformed list"])
        #expect(walk(["-"], list: try list("a\0b\n")) == ["!unreadable a\0b"])
    }

    @Test func `an index says what its files are`() throws {
        _ = try folder.write("in/fan/id_00/normal/1.wav", text: "")
        _ = try folder.write("in/abnormal_id_00_00000001.wav", text: "")
        _ = try folder.write("in/a, \"b\".wav", text: "")
        let index = try folder.write(
            "in/list.csv",
            text: "\u{FEFF}label,path,machine,id,split,note\r\n"
                + ",fan/id_00/normal/1.wav,,,train,x\r\n"
                + "abnormal,abnormal_id_00_00000001.wav,pump,left,,\n\n"
                + "normal,\"a, \"\"b\"\".wav\",,,test,\n"
                + "normal,\(folder.path("in/fan/id_00/normal/1.wav")),,,,\n")
        let items = DatasetWalker(paths: [index]).map { try? $0.get() }
        let root = folder.path("in")
        #expect(
            items == [
                DatasetItem(
                    path: root + "/fan/id_00/normal/1.wav", machine: "fan", id: "id_00", label: .normal, split: .train),
                DatasetItem(
                    path: root + "/abnormal_id_00_00000001.wav", machine: "pump", id: "left", label: .abnormal),
                DatasetItem(path: root + "/a, \"b\".wav", label: .normal, split: .test),
            ])
    }

    @Test func `bad rows of an index are named by line and the rest is taken`() throws {
        _ = try folder.write("1.wav", text: "")
        _ = try folder.write("anormal_id_00_00000001.wav", text: "")
        let rows = [
            "path,label,split", "1.wav", "none.wav,normal,", "1.wav,anomaly,", ",normal,", "1.wav,,Test",
            "anormal_id_00_00000001.wav,,", "\"1.wav\"x,,", ".,,", "1.wav,normal,train", "\"1.wav,,",
        ]
        let index = try folder.write("list.csv", text: rows.joined(separator: "\n"))
        var lines: [Int?] = []
        var items: [DatasetItem] = []
        for result in DatasetWalker(paths: [index]) {
            switch result {
            case .success(let item): items.append(item)
            case .failure(let error):
                #expect(error.place.path == index && error.message.count > 10)
                lines.append(error.place.line)
            }
        }
        #expect(lines == [2, 3, 4, 5, 6, 7, 8, 9, 11])
        #expect(items == [DatasetItem(path: folder.path("1.wav"), label: .normal, split: .train)])
    }

    @Test func `a sensor table is no index`() throws {
        let table = try folder.write("t.csv", text: "time,x,y\n0,1,2\n")
        #expect(walk([table]) == ["t.csv"])
    }

    @Test func `random bytes as an index end`() throws {
        var generator = SeededGenerator(seed: 3)
        let alphabet = Array("path,\"\n\r;x\u{0}".utf8) + [0xFF]
        for _ in 0..<500 {
            let noise = (0..<60).map { _ in alphabet[Int.random(in: 0..<alphabet.count, using: &generator)] }
            let index = try folder.write("n.csv", Array("path,label\n".utf8) + noise)
            #expect(walk([index]).count <= 60)
        }
    }

    @Test(.enabled(if: SharedData.isPresent)) func `the real clips are found with machine, id and label`() throws {
        let items = try DatasetWalker(paths: [SharedData.data("mimii").path]).map { try $0.get() }
        #expect(items.count == 83)
        #expect(items.count(where: { $0.label == .abnormal }) == 25)
        #expect(Set(items.compactMap(\.machine)).count == 7 && items.allSatisfy { $0.id != nil && $0.label != nil })
        let snapshots = try DatasetWalker(paths: [SharedData.data("ims-bearing/raw").path]).map { try $0.get() }
        #expect(snapshots.map(\.time).first == "2004-02-12T10:42:39" && snapshots.count == 7)
    }
}
