import Foundation
import SignalCore
@testable import SignalIO
import TestSupport
import Testing

struct FilesExtractionIndexTests {
    let folder: TemporaryFolder
    private var root: String { folder.url.path }

    init() throws { folder = try TemporaryFolder() }

    private func entry(_ name: String, digest: String = "d") throws -> ExtractionIndex.Entry {
        let output = try folder.write("out/\(name).npz", text: "x")
        let item = DatasetItem(path: name, machine: "fan", id: "id_00", label: .normal, split: .train)
        return ExtractionIndex.Entry(item: item, frames: 311, seconds: 10, digest: digest, output: output)
    }

    private func isDone(_ index: ExtractionIndex, _ entry: ExtractionIndex.Entry) -> Bool {
        index.isDone(path: entry.item.path, digest: entry.digest, outputs: [entry.output])
    }

    private func text(_ name: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(filePath: folder.path(name))), as: UTF8.self)
    }

    @Test func `rows are sorted by path, and the next run knows what is done`() throws {
        let entries = try ["b.wav", "a \"x\",\ny.wav", "c.wav"].map { try entry($0) }
        let index = try ExtractionIndex(folder: root)
        for entry in entries { try index.append(entry) }
        try index.append(
            ExtractionIndex.Entry(item: DatasetItem(path: "bad.wav"), failure: "cut off,\nat the start"))
        try index.finish()
        #expect(
            try text("index.csv") == """
                path,machine,id,label,split,frames,seconds,digest,output,status
                "a ""x"",\ny.wav",fan,id_00,normal,train,311,10.0,d,"\(root)/out/a ""x"",\ny.wav.npz",done
                b.wav,fan,id_00,normal,train,311,10.0,d,\(root)/out/b.wav.npz,done
                bad.wav,,,,,0,0.0,,,"failed: cut off,\\nat the start"
                c.wav,fan,id_00,normal,train,311,10.0,d,\(root)/out/c.wav.npz,done

                """)
        #expect(try FileManager.default.contentsOfDirectory(atPath: root).sorted() == ["index.csv", "out"])

        let next = try ExtractionIndex(folder: root)
        for entry in entries { #expect(isDone(next, entry)) }
        #expect(!next.isDone(path: "b.wav", digest: "other", outputs: []))
        #expect(!next.isDone(path: "b.wav", digest: "d", outputs: [folder.path("none")]))
        #expect(!next.isDone(path: "bad.wav", digest: "", outputs: []))
        #expect(!next.isDone(path: "new.wav", digest: "d", outputs: []))
    }

    @Test func `a run without news leaves the table alone, later rows replace earlier ones`() throws {
        let first = try ExtractionIndex(folder: root)
        try first.append(entry("b"))
        try first.append(entry("a"))
        try first.finish()
        let before = try text("index.csv")
        try ExtractionIndex(folder: root).finish()
        #expect(try text("index.csv") == before)
        let second = try ExtractionIndex(folder: root)
        try second.append(ExtractionIndex.Entry(item: DatasetItem(path: "b"), failure: "gone"))
        try second.append(entry("b", digest: "new"))
        try second.append(ExtractionIndex.Entry(item: DatasetItem(path: "a"), failure: "gone"))
        try second.finish()
        let rows = try text("index.csv").split(separator: "\n")
        #expect(rows.count == 3 && rows[1].hasSuffix("failed: gone") && rows[2].contains(",new,"))
        #expect(try !isDone(ExtractionIndex(folder: root), entry("a")))
    }

    @Test func `whatever a killed run left of its journal is gone on from`() throws {
        let entries = try ["a", "b, \"q\"", "c\nd"].map { try entry($0) }
        do {
            let killed = try ExtractionIndex(folder: root)
            for entry in entries { try killed.append(entry) }
        }
        let journal = [UInt8](try text("index.csv.partial").utf8)
        for length in 0...journal.count {
            _ = try folder.write("index.csv.partial", journal[..<length])
            do {
                let index = try ExtractionIndex(folder: root)
                let done = entries.prefix { isDone(index, $0) }.count
                #expect(entries.dropFirst(done).allSatisfy { !isDone(index, $0) })
                #expect((length == journal.count) == (done == 3))
                for entry in entries.dropFirst(done) { try index.append(entry) }
                try index.finish()
            }
            let index = try ExtractionIndex(folder: root)
            #expect(entries.allSatisfy { isDone(index, $0) })
            #expect(try text("index.csv").split(separator: "\n").count == 6)
            try FileManager.default.removeItem(atPath: folder.path("index.csv"))
        }
    }

    @Test func `another table of this name and another run are refused`() throws {
        let table = try folder.write("other/index.csv", text: "path,label\nx.wav,normal\n")
        #expect(
            #expect(throws: SignalError.self) { try ExtractionIndex(folder: folder.path("other")) }?.code == .malformed)
        #expect(try String(contentsOfFile: table, encoding: .utf8) == "path,label\nx.wav,normal\n")
        let running = try ExtractionIndex(folder: root)
        #expect(#expect(throws: SignalError.self) { try ExtractionIndex(folder: root) }?.code == .unavailable)
        try running.finish()
        let blocker = try folder.write("blocker", text: "")
        #expect(throws: SignalError.self) { try ExtractionIndex(folder: blocker + "/x") }
    }

    @Test func `several threads append whole rows`() async throws {
        let index = try ExtractionIndex(folder: root)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for task in 0..<4 {
                group.addTask {
                    for number in 0..<250 {
                        let item = DatasetItem(path: "\(task)-\(1000 + number)")
                        try index.append(
                            ExtractionIndex.Entry(item: item, frames: 1, seconds: 1, digest: "d", output: "o"))
                    }
                }
            }
            try await group.waitForAll()
        }
        try index.finish()
        let paths = try text("index.csv").split(separator: "\n").dropFirst().map { $0.prefix(6) }
        #expect(paths.count == 1000 && paths == paths.sorted())
    }

    @Test func `the table is an index of inputs`() throws {
        let wave = try folder.write("in/x.wav", text: "")
        let index = try ExtractionIndex(folder: root)
        try index.append(
            ExtractionIndex.Entry(
                item: DatasetItem(path: wave, machine: "fan", id: "id_00", label: .abnormal), frames: 1, seconds: 1,
                digest: "d", output: "o"))
        try index.finish()
        let items = try DatasetWalker(paths: [folder.path("index.csv")]).map { try $0.get() }
        #expect(items == [DatasetItem(path: wave, machine: "fan", id: "id_00", label: .abnormal)])
    }
}
