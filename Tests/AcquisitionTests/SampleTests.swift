import Acquisition
import Foundation
import SignalCore
import SignalSynthesis
import Testing

/// Rows that are samples of a signal.
@Suite struct SampleTests {
    private var options: LineParserOptions {
        var options = LineParserOptions()
        options.areSamples = true
        return options
    }

    /// What the rows of lines are to each other.
    private func relations(_ lines: [String], rate: Double) throws -> [SampleContinuity.Relation] {
        var continuity = SampleContinuity(rate: rate)
        return try rows(lines, options: options, spacing: 0.01).rows.map { continuity.relation(of: $0) }
    }

    @Test("Arrays of a line are samples one after the other, at the time of the first")
    func batches() throws {
        let (rows, parser) = try rows(
            [
                #"{"t":1000,"ax":[1,2.5],"ay":[-1,-2],"az":[9,8]}"#,
                #"{"t":1002,"ax":[3,nan],"ay":[-3,-4],"az":[7,6]}"#,
                #"{"t":1004,"ax":[1,2],"ay":[1],"az":[1,2]}"#,
                #"{"t":1006,"ax":[[1,2]],"ay":[1],"az":[1]}"#,
            ], options: options)
        #expect(rows.map { $0["ax"] ?? 0 }.prefix(3) == [1, 2.5, 3])
        #expect(rows.map { $0["az"] } == [9, 8, 7, 6])
        #expect(rows[3]["ax"]?.isNaN == true)
        #expect(rows[0].columns == ["ax", "ay", "az"])
        #expect(rows.map(\.deviceSeconds) == [1, nil, 1.002, nil])
        #expect(rows.map(\.indexInLine) == [0, 1, 0, 1])
        #expect(rows.map(\.number) == [0, 1, 2, 3])
        #expect(parser.counters.rejectedLines == [.fieldCount: 1, .format: 1])
    }

    @Test("A batch may hold far more samples than a line has columns")
    func longBatch() throws {
        let numbers = (0..<2_000).map(String.init).joined(separator: ",")
        let line = "{\"x\":[\(numbers)]}"
        let found = try rows([line, line], options: options).rows
        #expect(found.map { $0.values[0] } == (0..<4_000).map { Float($0 % 2_000) })
    }

    @Test("Whole lines that are missing are gaps, by the clock as by line numbers; what follows is none")
    func gaps() throws {
        func line(_ number: Int) -> String { "{\"micros\":\(number * 10_000),\"x\":[1,2,3,4,5,6,7,8,9,10]}" }
        let clocked = try relations([0, 1, 2, 4, 5].map(line), rate: 1_000)
        #expect(clocked.count { $0 != .follows } == 1)
        #expect(clocked[30] == .gap("the board's clock jumps"))
        let numbered = try relations([7, 8, 8, 9, 12, 13].map { "seq:\($0),x:1,y:2" }, rate: 1_000)
        #expect(
            numbered == [.follows, .follows, .repeated, .follows, .gap("line numbers jump"), .follows])
        // A clock of which only whole milliseconds were seen would be too coarse to tell of a single sample.
        let single = try relations([0, 1, 2, 4, 5, 6].map { "micros:\($0 * 1_000 + 7),x:1" }, rate: 1_000)
        #expect(single.firstIndex { $0 != .follows } == 3 && single.count { $0 != .follows } == 1)
        // A board that began anew.
        let anew = try relations([5_000, 6_000, 7_000, 0, 1_000].map { "micros:\($0),x:1" }, rate: 1_000)
        #expect(anew.count { $0 != .follows } == 1)
    }

    @Test("A damaged line is a gap, unless the clock or the numbers tell that nothing was lost")
    func damage() throws {
        let bare = try relations(["1,2,3", "2,2,3", "2,2", "3,2,3"], rate: 10)
        #expect(bare == [.follows, .follows, .gap("a line was damaged")])
        let vouched = try relations(["seq:1,x:1", "seq:2,x:1", "calibrated", "seq:3,x:1"], rate: 10)
        #expect(vouched == [.follows, .follows, .follows])
    }

    @Test(
        "What comes after a silence follows if the clock or the numbers tell so; an interruption is followed by nothing"
    )
    func silence() throws {
        for (lines, expected) in [
            (["1,2,3", "2,2,3", "3,2,3"], SampleContinuity.Relation.gap("the link was silent")),
            (["seq:1,x:1", "seq:2,x:1", "seq:3,x:1"], .follows),
            (["seq:1,x:1", "seq:2,x:1", "seq:9,x:1"], .gap("line numbers jump")),
        ] {
            var continuity = SampleContinuity(rate: 10)
            let rows = try rows(lines, options: options, spacing: 0.01).rows
            #expect(continuity.relation(of: rows[0]) == .follows && continuity.relation(of: rows[1]) == .follows)
            continuity.noteSilence()
            #expect(continuity.relation(of: rows[2]) == expected)
            // It counts for the row after it alone.
            #expect(continuity.relation(of: rows[1]) != .gap("the link was silent"))
        }
    }

    @Test(
        "The rate is measured by the board's clock, whatever the batch", arguments: [1, 20], [990.0, 1_000, 1_080, 700])
    func rate(batch: Int, true rate: Double) throws {
        var continuity = SampleContinuity(rate: 1_000)
        let array = "[" + (0..<batch).map(String.init).joined(separator: ",") + "]"
        let lines = (0..<Int(5 * rate) / batch).map { index in
            "{\"micros\":\(Int((Double(index * batch) / rate * 1e6).rounded())),\"x\":\(array)}"
        }
        let found = try rows(lines, options: options, spacing: Double(batch) / rate).rows
        let gaps = found.count { continuity.relation(of: $0) != .follows }
        let deviation = try #require(continuity.deviation)
        #expect(abs(deviation.measured - rate) < 0.002 * rate)
        if deviation.share < 0.1 { #expect(gaps == 0) }
    }

    @Test("The played accelerometer is read without a gap, and its fault is in the samples")
    func device() throws {
        for format in DeviceLineFormat.allCases {
            var vibration = DeviceVibration()
            vibration.batch = 25
            vibration.faultStart = 1
            var device = try DeviceGenerator(
                sensors: .accelerometer(vibration), format: format, rate: 1_000, seed: 3)
            var reader = try LineReader(parser: options)
            var found: [SensorRow] = []
            reader.begin(at: arrival(0))
            for line in 0..<80 {
                reader.consume(device.next().bytes, arrival: arrival(Double(line) * 0.025)) { found.append($0) }
            }
            #expect(found.count == 2_000)
            var continuity = SampleContinuity(rate: 1_000)
            if format != .nmea { #expect(found.allSatisfy { continuity.relation(of: $0) == .follows }) }
            let axis = found[0].columns.count - 3
            func power(_ rows: ArraySlice<SensorRow>) -> Float {
                rows.map { $0.values[axis] * $0.values[axis] }.reduce(0, +)
            }
            #expect(power(found[1_000...]) > 5 * power(found[..<1_000]))
        }
    }

    @Test("Rows of three axes are read far faster than ten thousand a second")
    func throughput() throws {
        for (name, text) in [
            ("CSV", (0..<100_000).map { "\($0 * 100),-0.0\($0 % 10)1,0.9\($0 % 7),1.004\r\n" }.joined()),
            (
                "JSON",
                (0..<4_000).map { line in
                    let values = (0..<25).map { "0.\(10 + $0)" }.joined(separator: ",")
                    return "{\"micros\":\(line * 2_500),\"ax\":[\(values)],\"ay\":[\(values)],\"az\":[\(values)]}\r\n"
                }.joined()
            ),
        ] {
            var reader = try LineReader(parser: options)
            let bytes = Array(text.utf8)
            reader.begin(at: arrival(0))
            var count = 0
            let seconds = ContinuousClock().measure {
                for start in stride(from: 0, to: bytes.count, by: 4_096) {
                    reader.consume(bytes[start..<min(bytes.count, start + 4_096)], arrival: arrival(0)) { _ in
                        count += 1
                    }
                }
            }
            #expect(count == 100_000)
            let rate = 100_000 / (seconds / .seconds(1))
            print("\(name): \(Int(rate)) rows of three axes a second")
            // A build without optimisation on a busy machine; one with it is many times as fast.
            #expect(rate > 1_000)
        }
    }
}
