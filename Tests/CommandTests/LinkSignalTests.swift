import Acquisition
import Foundation
import SignalCore
import TestSupport
import Testing

/// `stream` of accelerometers behind links.
@Suite(.inTurns, .serialized) struct LinkSignalTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func run(_ arguments: String...) async throws -> Tool.Run {
        try await Tool.run(arguments, environment: ["AUSCULT_STATE_DIR": folder.path("state")], in: folder.url)
    }

    private func listen(_ address: String, _ arguments: String...) throws -> Tool.Running {
        try Tool.start(
            ["stream", address, "--model", "m"] + arguments, environment: ["AUSCULT_STATE_DIR": folder.path("state")],
            in: folder.url)
    }

    /// Samples of three axes as texts, the same for a seed.
    private func samples(_ count: Int, seed: UInt64) -> [[String]] {
        var random = SeededGenerator(seed: seed)
        return (0..<count).map { index in
            (0..<3).map { axis in
                let tone = sin(Double(index) * 0.31 + Double(axis)) * 0.3
                return String(((tone + random.uniform() * 0.1 + (axis == 2 ? 1 : 0)) * 1e4).rounded() / 1e4)
            }
        }
    }

    private func table(_ samples: [[String]]) -> String {
        "ax,ay,az\n" + samples.map { $0.joined(separator: ",") + "\n" }.joined()
    }

    /// Trains `m` on vibration at 1 kHz and says what `stream` finds in a table.
    private func prepare(_ samples: [[String]]) async throws -> [[String: Any]] {
        _ = try folder.write("normal.csv", text: table(self.samples(6_000, seed: 1)))
        _ = try folder.write("test.csv", text: table(samples))
        let trained = try await run(
            "train", "pca", "--data", "normal.csv", "-f", "vibration", "--rate", "1000", "--unit", "g", "--folds", "2",
            "--set", "vibration.windowSeconds=0.25", "--set", "vibration.hopSeconds=0.1", "-o", "m")
        #expect(trained.exitCode == 0, "\(trained.errors)")
        let played = try await run(
            "stream", "test.csv", "--model", "m", "--rate", "1000", "--speed", "0", "--start", "0")
        #expect(played.exitCode == 0, "\(played.errors)")
        return try played.objects()
    }

    private func expectSame(_ readings: [[String: Any]], _ expected: [[String: Any]]) {
        #expect(readings.count == expected.count && !expected.isEmpty)
        for (reading, row) in zip(readings, expected) {
            #expect(reading["score"] as? Double == row["score"] as? Double)
            #expect(reading["values"] as? [String: Double] == row["values"] as? [String: Double])
        }
    }

    private func json(_ samples: [[String]], batch: Int, from start: Int = 0) -> [String] {
        stride(from: 0, to: samples.count, by: batch).map { first in
            let part = samples[first..<min(samples.count, first + batch)]
            let arrays = ["ax", "ay", "az"].enumerated().map { axis, name in
                "\"\(name)\":[" + part.map { $0[axis] }.joined(separator: ",") + "]"
            }
            return "{\"micros\":\((start + first) * 1_000)," + arrays.joined(separator: ",") + "}\n"
        }
    }

    @Test func `samples over TCP, in every format, give the readings of the table, to the bit`() async throws {
        let samples = samples(3_000, seed: 2)
        let expected = try await prepare(samples)
        let formats: [String: [String]] = [
            "batches": json(samples, batch: 40),
            "header": ["ax,ay,az\n"] + samples.map { $0.joined(separator: ",") + "\n" },
            "bare": samples.map { $0.joined(separator: ",") + "\n" },
            "labelled": samples.enumerated().map { "seq:\($0),az:\($1[2]),ax:\($1[0]),ay:\($1[1])\n" },
        ]
        for (name, lines) in formats.sorted(by: { $0.key < $1.key }) {
            let port = try TCPPort()
            let running = try listen(port.address.description)
            #expect(await eventually { port.accept() == 1 })
            for line in lines { port.send(Array(line.utf8)) }
            try await running.printed(lines: expected.count)
            running.process.interrupt()
            let run = try await running.end()
            #expect(run.exitCode == 130, "\(name): \(run.errors)")
            expectSame(try run.objects(), expected)
            #expect(run.errors.contains("0 gaps"), "\(name): \(run.errors)")
        }
    }

    @Test func `missing samples begin a new input, which is judged as by itself`() async throws {
        let samples = samples(3_000, seed: 2)
        let expected = try await prepare(Array(samples[..<1_000]))
        let rest = try await prepare(Array(samples[2_000...]))
        let port = try TCPPort()
        let running = try listen(port.address.description)
        #expect(await eventually { port.accept() == 1 })
        for line in json(Array(samples[..<1_000]), batch: 20) + json(Array(samples[2_000...]), batch: 20, from: 2_000) {
            port.send(Array(line.utf8))
        }
        try await running.printed(lines: expected.count + rest.count)
        running.process.interrupt()
        let run = try await running.end()
        expectSame(try run.objects(), expected + rest)
        #expect(run.errors.contains("samples are missing") && run.errors.contains("1 gaps"), "\(run.errors)")
    }

    @Test func `a board that is a fifth too slow is refused, one that is 3 % off is told`() async throws {
        _ = try await prepare(samples(1_000, seed: 2))
        for (rate, words) in [(800.0, "samples a second by the board's clock"), (970, "they are taken as")] {
            let port = try TCPPort()
            let running = try listen(port.address.description)
            #expect(await eventually { port.accept() == 1 })
            for first in stride(from: 0, to: 4_000, by: 20) {
                let values = Array(repeating: "1", count: 20).joined(separator: ",")
                let micros = Int(Double(first) / rate * 1e6)
                port.send(
                    Array("{\"micros\":\(micros),\"ax\":[\(values)],\"ay\":[\(values)],\"az\":[\(values)]}\n".utf8))
            }
            if rate != 800 {
                try await running.said(words)
                running.process.interrupt()
            }
            let run = try await running.end()
            #expect(run.exitCode == (rate == 800 ? 65 : 130), "\(run.errors)")
            #expect(run.errors.contains(words), "\(run.errors)")
        }
    }

    @Test(.enabled(if: PortPair.program != nil, "socat is not installed"))
    func `a plug that is pulled in the middle of a line loses that line alone, and both stretches are judged`()
        async throws
    {
        let samples = samples(2_000, seed: 2)
        let first = try await prepare(Array(samples[..<1_000]))
        let second = try await prepare(Array(samples[1_000...]))
        let ports = PortPair(in: folder.url)
        try await ports.plug()
        let running = try listen("serial:" + ports.host)
        for (round, part) in [samples[..<1_000], samples[1_000...]].enumerated() {
            // The terminal is raw and locked as soon as the tool has it; what is sent before is thrown away.
            try await running.said(": up (", times: round + 1)
            try ports.send("half a line\n")
            for line in json(Array(part), batch: 20) { try ports.send(line) }
            try ports.send(#"{"micros":1000000,"ax":[9,9"#)
            try await running.printed(lines: first.count + (round == 0 ? 0 : second.count))
            ports.unplug()
            try await running.said(": down", times: round + 1)
            if round == 0 { try await ports.plug() }
        }
        running.process.interrupt()
        let run = try await running.end()
        #expect(run.errors.contains("down") && run.errors.contains("connected 2 times"), "\(run.errors)")
        expectSame(try run.objects(), first + second)
    }

    @Test func `a played accelerometer stands behind its link, which is gone at the end`() async throws {
        let board = try Tool.start(
            [
                "synth", "device", "--sensors", "accelerometer", "--rate", "1000", "--batch", "50", "--lines", "140",
                "--fault-from", "4", "--speed", "1000000", "--link", folder.path("board"),
            ], in: folder.url)
        #expect(await eventually { FileManager.default.fileExists(atPath: folder.path("board")) })
        let played = try await board.end()
        #expect(played.exitCode == 0 && played.lines.count == 1, "\(played.errors)")
        #expect(!FileManager.default.fileExists(atPath: folder.path("board")))
    }

    private func eventually(_ condition: () -> Bool) async -> Bool {
        for _ in 0..<2_000 {
            if condition() { return true }
            try? await Task.sleep(for: .milliseconds(5))
        }
        return false
    }
}
