import Acquisition
import SignalCore
import Testing

/// Checksums, checks of values, the board's clock, and lines that are mostly noise.
struct LineCheckTests {
    @Test(
        "Checksums agree with the check values of the CRC catalogue",
        arguments: [
            (LineChecksum.crc8, UInt16(0xF4)), (.crc8Maxim, 0xA1), (.crc16, 0x29B1), (.crc16Modbus, 0x4B37),
            (.exclusiveOr, 0x31),
        ])
    func checkValues(checksum: LineChecksum, value: UInt16) {
        #expect(checksum.value(of: "123456789".utf8) == value)
    }

    @Test("Lines without the checksum that they must have are rejected", arguments: LineChecksum.allCases)
    func checksums(checksum: LineChecksum) throws {
        var options = LineParserOptions()
        options.checksum = checksum
        let good = checksum.appended(to: "23.4,61")
        let damaged = good.replacing("23.4", with: "28.4")
        let (rows, parser) = try rows(
            [good, good.lowercased(), damaged, "23.4,61", good.dropLast() + "Z"], options: options)
        #expect(rows.map(\.values) == [[23.4, 61], [23.4, 61]])
        #expect(parser.counters.rejectedLines == [.checksum: 3])
    }

    @Test("A checksum after a semicolon covers the sequence number before it")
    func sequenceAndChecksum() throws {
        var options = LineParserOptions()
        options.checksum = .crc16
        options.checksumSeparator = ";"
        options.columns = ["temp", "hum", "seq"]
        let lines = (1...3).map { LineChecksum.crc16.appended(to: "23.4;61;\($0 * $0)", separator: ";") }
        let (rows, parser) = try rows(lines, options: options)
        #expect(rows.last?.columns == ["temp", "hum"])
        #expect(parser.counters.missingLines == 2 + 4)
    }

    @Test("Sentences are checked without being asked for and keep their names apart")
    func sentences() throws {
        let lines = ["ENV,23.5,61", "ACC,0.1,0.2,0.9", "ENV,23.6,62", "ACC,0.1,0.3,0.9"]
        let sent = lines.map { "$" + LineChecksum.exclusiveOr.appended(to: $0) }
        let (rows, parser) = try rows(sent + [sent[0].replacing("23.5", with: "23.4"), "$ENV,1,2"])
        #expect(rows.count == 4)
        #expect(rows.last?["ENV.value_1"].map(\.isNaN) == true)
        #expect(rows.last?["ACC.value_2"] == 0.3)
        #expect(parser.counters.rejectedLines == [.checksum: 2])
    }

    @Test("Values outside their range, error values, jumps and stuck sensors are missing, each by its reason")
    func checks() throws {
        var check = ChannelCheck()
        check.range = -40...120
        check.errorValues = [-127, 85, -999]
        check.maximumRate = 2
        check.stuckAfter = 4
        var options = LineParserOptions()
        options.checks = ["*": check]
        let (rows, parser) = try rows(
            ["20", "85", "-127", "-999", "500", "21", "90", "21.5", "21.5", "21.5", "21.5", "22"], options: options)
        #expect(rows.count == 12)
        #expect(
            parser.counters.rejectedValues == [.errorValue: 3, .range: 1, .rate: 1, .stuck: 1])
        #expect(rows.compactMap(\.values.first).filter { !$0.isNaN } == [20, 21, 21.5, 21.5, 21.5, 22])
    }

    @Test("A new level is believed at its third reading")
    func newLevel() throws {
        var check = ChannelCheck()
        check.maximumRate = 1
        var options = LineParserOptions()
        options.checks = ["value": check]
        let (rows, _) = try rows(["1", "50", "50", "50", "50"], options: options)
        #expect(rows.compactMap(\.values.first).filter { !$0.isNaN } == [1, 50, 50])
    }

    @Test("millis and micros go over 2^32 without a step", arguments: [("millis", 1_000.0), ("micros", 1_000_000.0)])
    func wrap(name: String, perSecond: Double) throws {
        let lines = (0..<20).map { second -> String in
            let ticks = (4_294_967_296 - 10.5 * perSecond + Double(second) * perSecond).rounded()
            return "\(name)=\(UInt64(ticks) % 4_294_967_296) temp=20"
        }
        let (rows, parser) = try rows(lines)
        let seconds = rows.compactMap(\.deviceSeconds)
        #expect(seconds.count == 20)
        #expect(zip(seconds, seconds.dropFirst()).allSatisfy { abs($1 - $0 - 1) < 1e-5 })
        #expect(parser.counters.clock.wraps == 1)
        #expect(parser.counters.clock.resets == 0)
        #expect(rows.allSatisfy { $0.columns == ["temp"] })
    }

    @Test("A board that begins anew is told from a wrap, and one damaged digit from both")
    func reset() throws {
        let counter = [100_000, 101_000, 902_000, 103_000, 5, 1_005, 2_005]
        let (rows, parser) = try rows(counter.map { #"{"t":\#($0),"a":1}"# })
        let milliseconds = rows.map { $0.deviceSeconds.map { Int(($0 * 1_000).rounded()) } }
        #expect(milliseconds == [100_000, 101_000, nil, 103_000, nil, 1_005, 2_005])
        #expect(parser.counters.clock.resets == 1)
        #expect(parser.counters.clock.wraps == 0)
        #expect(parser.counters.clock.implausible == 2)
    }

    @Test("A board that begins anew in the middle of a line costs that line and its banner", arguments: [0, 1, 7, 40])
    func resetInLine(cut: Int) throws {
        var reader = try LineReader()
        reader.begin(at: arrival(0))
        let bytes =
            Array("millis=8000 a=1\r\nmillis=9000 a=2\r\nmillis=100".utf8) + [0x00, 0xFF]
            + Array("boot\r\nREADY\r\nmillis=12 a=3\r\nmillis=1012 a=4\r\n".utf8)
        var rows: [SensorRow] = []
        reader.consume(bytes[..<cut], arrival: arrival(1)) { rows.append($0) }
        reader.consume(bytes[cut...], arrival: arrival(1)) { rows.append($0) }
        #expect(rows.map { $0["a"] } == [1, 2, 3, 4])
        #expect(abs((rows.last?.deviceSeconds ?? 0) - 1.012) < 1e-9)
        #expect(reader.splitter.counters.damagedLines == 1)
        #expect(reader.parser.counters.rejectedLines == [.format: 1])
        #expect(reader.parser.counters.clock.resets == 1)
    }

    @Test("A column t that does not count is a reading, no clock")
    func temperature() throws {
        let (rows, _) = try rows(["t:21.5,h:60", "t:28.5,h:60"])
        #expect(rows.map { $0["t"] } == [21.5, 28.5])
    }

    @Test("The board's clock takes the jitter of the link out, though it runs fast by half a per cent")
    func jitter() throws {
        var random = SeededGenerator(seed: 11)
        var parser = try LineParser()
        var sent: [Double] = []
        var rows: [SensorRow] = []
        for number in 0..<6_000 {
            let time = Double(number) * 0.02
            sent.append(time)
            // 1 to 16 ms of USB, as host controllers poll.
            let delay = 0.001 + 0.015 * random.uniform()
            parser.parse(
                "millis=\(Int(time * 1_005)) a=\(number)", arrival: arrival(time + delay)
            ) { rows.append($0) }
        }
        let errors = zip(rows, sent).map { $0.unixSeconds - 1_700_000_000 - $1 }.dropFirst(3_000)
        let mean = errors.reduce(0, +) / Double(errors.count)
        let spread = (errors.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / Double(errors.count)).squareRoot()
        // Arrival spreads by 4.3 ms.
        #expect(spread < 0.0012)
        #expect(abs(mean) < 0.004)
        #expect(zip(rows, rows.dropFirst()).allSatisfy { $0.arrival.unixSeconds >= $0.unixSeconds && $1 != $0 })
    }

    @Test("A hundred thousand damaged lines trap nothing, and rows are always whole", arguments: UInt64(1)...4)
    func fuzz(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let seeds = LineParserTests.cases.flatMap(\.lines) + ["millis,temp,hum", "123456,1,2", "seq=3 millis=99 x=1"]
        let alphabet = Array("0123456789+-.,;:=eE{}[]\"\\$*# \tnaN°é\u{FFFD}u".unicodeScalars)
        var options = LineParserOptions()
        options.checks = ["*": ChannelCheck()]
        var parser = try LineParser(options: options)
        for number in 0..<25_000 {
            var line = Array((seeds.randomElement(using: &random) ?? "").unicodeScalars)
            for _ in 0..<Int.random(in: 0...4, using: &random) {
                let place = Int.random(in: 0...line.count, using: &random)
                switch Int.random(in: 0..<5, using: &random) {
                case 0: line.insert(alphabet.randomElement(using: &random) ?? "0", at: place)
                case 1 where place < line.count: line.remove(at: place)
                case 2 where place < line.count: line[place] = alphabet.randomElement(using: &random) ?? "0"
                case 3: line = Array(line.prefix(place))
                default: line += line.prefix(place)
                }
            }
            if number % 500 == 0 { parser.begin() }
            var text = ""
            text.unicodeScalars.append(contentsOf: line)
            parser.parse(text, arrival: arrival(Double(number) / 10)) { row in
                #expect(row.columns.count == row.values.count)
                #expect(row.values.allSatisfy { $0.isFinite || $0.isNaN })
                #expect(row.unixSeconds <= row.arrival.unixSeconds)
            }
        }
        #expect(parser.counters.lines == 25_000)
        #expect(parser.counters.rows > 100)
        #expect(parser.counters.rejectedLineCount > 1_000)
        let counters = parser.counters
        #expect(counters.rows + counters.rejectedLineCount + counters.headers + counters.comments <= counters.lines)
    }
}
