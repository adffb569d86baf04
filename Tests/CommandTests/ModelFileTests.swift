import Foundation
import SignalCore
import TestSupport
import Testing

/// Damaged model files end in a sentence.
@Suite(.inTurns) struct ModelFileTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// Shows many variants of a model file, several at a time.
    private func show(_ variants: [(name: String, bytes: [UInt8])]) async throws -> [(name: String, run: Tool.Run)] {
        try await withThrowingTaskGroup(of: (name: String, run: Tool.Run).self) { group in
            var results: [(name: String, run: Tool.Run)] = []
            for (number, variant) in variants.enumerated() {
                if number >= 3, let result = try await group.next() { results.append(result) }
                let path = try folder.write("\(number).safetensors", variant.bytes)
                group.addTask { (variant.name, try await Tool.run("models", "show", path)) }
            }
            for try await result in group { results.append(result) }
            return results
        }
    }

    private func model() async throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(filePath: try await Clips.sharedModel())))
    }

    @Test func `a model that is cut off is refused`() async throws {
        let bytes = try await model()
        let lengths = [0, 1, 7, 8, 9, 100] + (1...30).map { $0 * bytes.count / 31 } + [bytes.count - 1]
        let runs = try await show(lengths.map { ("the first \($0) bytes", Array(bytes.prefix($0))) })
        for (name, run) in runs {
            #expect(run.exitCode == 65, "\(name): \(run.exitCode.map(String.init) ?? "crashed"), \(run.errors)")
            #expect(run.errorLines.count == 1 && run.errors.contains(".safetensors"), "\(name): \(run.errors)")
            #expect(run.output.isEmpty)
        }
    }

    @Test func `a model with bytes changed is read or refused, never worse`() async throws {
        let bytes = try await model()
        let headerLength = 8 + (0..<8).reduce(0) { $0 | Int(bytes[$1]) << (8 * $1) }
        var generator = SeededGenerator(seed: 1)
        let variants = (0..<160).map { number in
            var changed = bytes
            // Mostly the header, where the structure lies.
            let end = number % 4 == 0 ? bytes.count : number % 4 == 1 ? 16 : headerLength
            for _ in 0..<(1 + number % 3) {
                let at = Int.random(in: 0..<end, using: &generator)
                changed[at] = UInt8.random(in: 0...255, using: &generator)
            }
            return (name: "change \(number)", bytes: changed)
        }
        var refused = 0
        for (name, run) in try await show(variants) {
            let ended = run.exitCode == 0 || run.exitCode == 65
            #expect(ended, "\(name): \(run.exitCode.map(String.init) ?? "crashed"), \(run.errors)")
            if run.exitCode == 65 {
                refused += 1
                #expect(run.errorLines.count == 1 && run.errors.contains(".safetensors"), "\(name): \(run.errors)")
            }
        }
        #expect(refused > 80)
    }

    @Test func `a model with bytes changed scores or is refused, never worse`() async throws {
        let bytes = try await model()
        let clip = Clips.path(try await Clips.shared())
        var generator = SeededGenerator(seed: 2)
        for number in 0..<24 {
            var changed = bytes
            for _ in 0..<4 {
                changed[Int.random(in: bytes.count / 2..<bytes.count, using: &generator)] = 0xFF
            }
            let path = try folder.write("scored.safetensors", changed)
            let run = try await Tool.run("detect", "--model", path, clip)
            let ended = run.exitCode == 0 || run.exitCode == 65
            #expect(ended, "change \(number): \(run.errors)")
            #expect(!run.text.lowercased().contains("nan"), "change \(number): \(run.text)")
        }
    }

    @Test func `files that are no models are refused`() async throws {
        let clip = Clips.path(try await Clips.shared())
        let text = try folder.write("text.safetensors", text: "{\"this\": \"is no model\"}")
        let foreign = try folder.write(
            "foreign.safetensors", [2, 0, 0, 0, 0, 0, 0, 0, UInt8(ascii: "{"), UInt8(ascii: "}")])
        for path in [clip, text, foreign, folder.url.path] {
            for arguments in [["models", "show", path], ["detect", "--model", path, clip]] {
                let run = try await Tool.run(arguments)
                // A folder is no input at all; the others are input that is no model.
                #expect(run.exitCode == (path == folder.url.path ? 66 : 65), "\(path): \(run.errors)")
                #expect(run.errors.contains("\(path): "))
                #expect(run.output.isEmpty)
            }
        }
    }
}
