import Foundation
import SignalCore
import SignalIO
import TestSupport
import Testing

@Suite struct TablesTimeTests {
    let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    private func open(_ times: [String], _ values: [Float], _ options: SignalReadingOptions = SignalReadingOptions())
        throws
        -> any SignalSource
    {
        let rows = zip(times, values).map { "\($0),\($1)" }.joined(separator: "\n")
        return try SignalOpener.open(try folder.write("t.csv", text: "time,x\n\(rows)\n"), options: options)
    }

    @Test func `gaps and jitter are counted and the largest is named`() throws {
        var time = 0.0
        let times = (0..<1000).map { row in
            // Two gaps, and every 50th row late by 30 %.
            if row == 200 { time += 0.5 }
            if row == 700 { time += 2.5 }
            time += 0.02
            return String(format: "%.4f", time + (row % 50 == 25 ? 0.006 : 0))
        }
        let source = try open(times, Array(repeating: 1, count: 1000))
        #expect(source.format.sampleRate == 50)
        #expect(
            source.warnings == [
                "the times jitter: 40 of 999 spacings are off by more than 10 % of 0.02 s; rows were taken as evenly spaced, --resample HZ puts them on an even grid",
                "the times have 2 gaps of more than 1.5 times 0.02 s, the largest 2.52 s before line 702; rows were taken as evenly spaced, --resample HZ puts them on an even grid",
            ])
        #expect(try readAll(source)[0].count == 1000)
    }

    @Test func `times rounded to milliseconds give the true rate`() throws {
        for rate in [300.0, 400, 416, 60] {
            let times = (0..<2000).map { String(Int((Double($0) * 1000 / rate).rounded(.down)) + 1_700_000_000_000) }
            let source = try open(times, Array(repeating: 0, count: 2000))
            #expect(abs(source.format.sampleRate / rate - 1) < 1e-3)
            #expect(source.warnings.isEmpty)
        }
    }

    @Test func `a stated rate takes the place of the times`() throws {
        let source = try open(["5", "5", "1"], [1, 2, 3], SignalReadingOptions(rate: 25))
        #expect(source.format.sampleRate == 25)
        #expect(try readAll(source) == [[1, 2, 3]] && source.warnings.isEmpty)
    }

    @Test func `many different spacings give the median all the same`() throws {
        var generator = SeededGenerator(seed: 9)
        var time: Int64 = 0
        let times = (0..<150_000).map { _ in
            time += 1_000_000 + Int64(generator.uniform() * 100_000)
            return String(time / 1_000_000_000) + "." + String(String(time % 1_000_000_000 + 1_000_000_000).dropFirst())
        }
        let source = try open(times, Array(repeating: 0, count: times.count))
        #expect(abs(source.format.sampleRate - 1e9 / 1_050_000) < 0.5)
    }

    @Test(arguments: [50.0, 100, 20])
    func `a jittered tone with a gap is put on an even grid, in time`(rate: Double) throws {
        var generator = SeededGenerator(seed: 1)
        func tone(_ time: Double) -> Double { sin(2 * .pi * 0.5 * time) }
        let seconds = (0..<2000).filter { !(900..<910).contains($0) }.map {
            Double($0) * 0.02 + ($0 == 0 ? 0 : generator.uniform() * 0.005)
        }
        let texts = seconds.map { String(format: "%.6f", $0) }
        let source = try open(texts, seconds.map { Float(tone($0)) }, SignalReadingOptions(resampleRate: rate))
        #expect(source.format.sampleRate == rate)
        #expect(source.warnings.contains { $0.contains("1 gap") && $0.contains("bridged") })
        let found = try readAll(source)[0]
        #expect(abs(Double(found.count) - 40 * rate) <= rate * 0.05)
        let inner = Int(rate)..<found.count - Int(rate)
        let errors = inner.map { abs(Double(found[$0]) - tone(Double($0) / rate)) }
        // A straight line over 0.2 s of a tone of 0.5 Hz misses it by up to 0.05.
        let gap = Int(17.5 * rate)..<Int(18.8 * rate)
        let (inside, outside) = (
            errors.enumerated().filter { gap.contains($0.offset + inner.lowerBound) },
            errors.enumerated().filter { !gap.contains($0.offset + inner.lowerBound) }
        )
        #expect(inside.map(\.element).max() ?? 1 < 0.1)
        #expect(outside.map(\.element).max() ?? 1 < 0.01)
    }

    @Test func `a gap far longer than the signal is not filled`() throws {
        let times = (0..<100).map { String($0) } + ["9000000000"]
        #expect(throws: SignalError.self) {
            try open(times, Array(repeating: 0, count: 101), SignalReadingOptions(resampleRate: 1))
        }
        #expect(try readAll(open(times, Array(repeating: 0, count: 101)))[0].count == 101)
    }

    @Test(arguments: [
        ("2004.02.12.10.42.39", 1_076_582_559.0), ("/a/b/1970.01.01.00.00.01", 1), ("2004.02.30.10.42.39", nil),
        ("2004.02.12.10.42", nil), ("2004.02.12.10.42.60", nil), ("x2004.02.12.10.42.39", nil),
        ("2004-02-12-10-42-39", nil),
    ])
    func `the name of a snapshot is its time`(name: String, seconds: Double?) {
        #expect(SnapshotName.startTime(path: name) == seconds)
    }

    @Test func `a snapshot that is not whole says so, and any rate can be stated`() throws {
        let path = try folder.write("2004.02.12.10.42.39", text: "0.1\t0.2\r\n0.3\t0.4\r\n")
        let source = try SignalOpener.open(path)
        #expect(source.format == SignalFormat(sampleRate: 20000, channelCount: 2, unit: .standardGravity))
        #expect(try readAll(source) == [[0.1, 0.3], [0.2, 0.4]])
        #expect(source.warnings.count == 1 && source.warnings[0].contains("20480 rows"))
        let stated = try SignalOpener.open(
            path, options: SignalReadingOptions(rate: 20480, unit: .metresPerSecondSquared))
        #expect(stated.format.sampleRate == 20480 && stated.format.unit == .metresPerSecondSquared)
        #expect(try readAll(stated)[0].count == 2 && stated.warnings.isEmpty)
    }
}
