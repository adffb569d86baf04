import Acquisition
import SignalCore
import Testing

/// Lines of every format become rows.
struct LineParserTests {
    struct Case: CustomTestStringConvertible, Sendable {
        let lines: [String]
        let columns: [String]
        let values: [Float]
        let format: String
        var testDescription: String { lines[0] }
    }

    static let cases = [
        Case(lines: ["23.45"], columns: ["value"], values: [23.45], format: "one number a line"),
        Case(lines: ["-1.5e-3"], columns: ["value"], values: [-0.0015], format: "one number a line"),
        Case(lines: [".5"], columns: ["value"], values: [0.5], format: "one number a line"),
        Case(lines: ["7."], columns: ["value"], values: [7], format: "one number a line"),
        Case(
            lines: ["23.45,61.0,1013"], columns: ["value_1", "value_2", "value_3"], values: [23.45, 61, 1013],
            format: "3 values separated by commas"),
        Case(
            lines: ["23.45, 61.0,"], columns: ["value_1", "value_2"], values: [23.45, 61],
            format: "2 values separated by commas"),
        Case(
            lines: ["1,5;2,5"], columns: ["value_1", "value_2"], values: [1.5, 2.5],
            format: "2 values separated by semicolons, with decimal commas"),
        Case(
            lines: ["1,5 2,5"], columns: ["value_1", "value_2"], values: [1.5, 2.5],
            format: "2 values separated by spaces, with decimal commas"),
        Case(
            lines: ["1\t2\t3"], columns: ["value_1", "value_2", "value_3"], values: [1, 2, 3],
            format: "3 values separated by tabs"),
        Case(
            lines: ["1   2"], columns: ["value_1", "value_2"], values: [1, 2], format: "2 values separated by spaces"),
        Case(
            lines: ["temp:23.45,hum:61.0"], columns: ["temp", "hum"], values: [23.45, 61],
            format: "pairs of name and value"),
        Case(
            lines: ["temp=23,45 hum=61"], columns: ["temp", "hum"], values: [23.45, 61],
            format: "pairs of name and value"),
        Case(
            lines: ["temp:1,5,hum:61,2"], columns: ["temp", "hum"], values: [1.5, 61.2],
            format: "pairs of name and value"),
        Case(
            lines: ["Humidity: 45.00 %  Temperature: 23.10°C"], columns: ["Humidity", "Temperature"],
            values: [45, 23.1], format: "pairs of name and value"),
        Case(
            lines: ["Soil moisture: 5 %, Light: 300 lux"], columns: ["Soil moisture", "Light"], values: [5, 300],
            format: "pairs of name and value"),
        Case(
            lines: [#"{"temp":23.45,"acc":{"x":0.5,"y":-1},"cells":[3.7,3.8],"on":true,"id":"pump"}"#],
            columns: ["temp", "acc.x", "acc.y", "cells.0", "cells.1", "on"], values: [23.45, 0.5, -1, 3.7, 3.8, 1],
            format: "JSON objects"),
        Case(
            lines: [#" { "a" : "21,5" , "b\u00e9\"" : 2 } "#], columns: ["a", "bé\""], values: [21.5, 2],
            format: "JSON objects"),
        Case(
            lines: ["$ENV,23.5,A*06"], columns: ["ENV.value_1", "ENV.value_2"], values: [23.5, .nan], format: "nil"),
    ]

    @Test("Each format is found by itself, from one line at the end of the input", arguments: cases)
    func formats(_ sample: Case) throws {
        let (rows, parser) = try rows(sample.lines)
        let row = try #require(rows.first)
        #expect(row.columns == sample.columns)
        #expect(zip(row.values, sample.values).allSatisfy { $0 == $1 || $0.isNaN && $1.isNaN })
        #expect(row.values.count == sample.values.count)
        #expect((parser.format?.description ?? "nil") == sample.format)
        #expect(parser.counters.rejectedLineCount == 0)
    }

    @Test("The end of a line and a banner before the data set no format; what fitted is kept")
    func formatOfTwo() throws {
        let (rows, parser) = try rows(
            ["45,61.0", "Booting v1: 3", "23.45,61.0,1013", "23.46,61.0,1013"], finishes: false)
        #expect(rows.map(\.values.first) == [23.45, 23.46])
        #expect(rows.map(\.arrival) == [arrival(2), arrival(3)])
        #expect(parser.counters.rejectedLineCount == 2)
    }

    @Test("A header names the values, and comes again when the board begins anew")
    func header() throws {
        let (rows, parser) = try rows([
            "DHT22 ready!", "\"temp\",hum", "1,2", "3,4", "temp,hum", "5,6", "7,8,9", "10",
        ])
        #expect(rows.map(\.columns) == Array(repeating: ["temp", "hum"], count: 3))
        #expect(rows.map(\.values) == [[1, 2], [3, 4], [5, 6]])
        #expect(parser.counters.headers == 2)
        #expect(parser.counters.rejectedLines == [.unrecognised: 1, .fieldCount: 2])
    }

    @Test("Other names are believed when they came twice")
    func newHeader() throws {
        let (rows, parser) = try rows(["a,b", "1,2", "3,4", "c,d", "5,6", "c,d", "7,8"])
        #expect(rows[2].columns == ["a", "b"])
        #expect(rows[3]["c"] == 7)
        #expect(rows[3]["d"] == 8)
        #expect(parser.counters.rejectedLines == [.format: 1])
    }

    @Test("Names may be given")
    func givenNames() throws {
        var options = LineParserOptions()
        options.columns = ["temp", "hum"]
        #expect(
            try rows(["1,2", "3,4"], options: options).rows.map(\.columns) == [["temp", "hum"], ["temp", "hum"]])
    }

    @Test(
        "Words for no value are missing and reject nothing",
        arguments: ["NaN", "nan", "inf", "-inf", "ovf", "null", "Infinity"])
    func missing(word: String) throws {
        for lines in [
            [#"{"a":1,"b":2}"#, #"{"a":\#(word),"b":3}"#], ["1,2", "\(word),3"], ["a:1,b:2", "a:\(word),b:3"],
        ] {
            let (rows, parser) = try rows(lines)
            try #require(rows.count == 2)
            #expect(rows[1].values[0].isNaN)
            #expect(rows[1].values[1] == 3)
            #expect(parser.counters.missingValues == 1)
            #expect(parser.counters.rejectedLineCount == 0)
        }
    }

    @Test("Nothing between separators is missing, 1e400 too large, a damaged number no number; the rest counts")
    func badValues() throws {
        let (rows, parser) = try rows(["1,2,3", ",1e400,3", "4x,5,6", "1,5", "1x,2y,3z"])
        #expect(rows.count == 3)
        #expect(rows[1].values[0].isNaN && rows[1].values[1].isNaN && rows[1].values[2] == 3)
        #expect(rows[2].values[0].isNaN && rows[2].values[1] == 5)
        #expect(parser.counters.missingValues == 1)
        #expect(parser.counters.rejectedValues[.overflow] == 1)
        #expect(parser.counters.rejectedLines == [.fieldCount: 1, .noValues: 1])
        #expect(parser.counters.lastRejectedLine == "1x,2y,3z")
        #expect(parser.counters.lastRejection == .noValues)
    }

    @Test(
        "Damaged JSON is rejected as a line and the next one is not harmed",
        arguments: [
            #"{"a":1,5}"#, #"{"a":1"#, #"{"a":1}{"a":2}"#, #"{"a":}"#, #"{"a" 1}"#, #"{"a":1,}"#, "{", "{}",
            #"{"a":0x12}"#, #"{"a":"x"}"#, #"{"a":[1,2}"#, #"{"a\u12":1}"#, #"{"":1}"#, #"{a:1}"#,
            String(repeating: #"{"a":"#, count: 2_000),
        ])
    func damagedJSON(line: String) throws {
        let (rows, parser) = try rows([#"{"a":1}"#, #"{"a":2}"#, line, #"{"a":4}"#])
        #expect(rows.map { $0["a"] } == [1, 2, 4])
        #expect(parser.counters.rejectedLineCount == 1)
    }

    @Test("Columns that join come last, those that are absent are missing")
    func joiningColumns() throws {
        let (rows, _) = try rows([#"{"a":1}"#, #"{"b":2}"#, #"{"b":3,"a":4}"#])
        #expect(rows.map(\.columns) == [["a"], ["a", "b"], ["a", "b"]])
        #expect(rows[1].values[0].isNaN)
        #expect(rows[2].values == [4, 3])
    }

    @Test("A stream has at most 256 columns")
    func tooManyColumns() throws {
        let lines = (0..<300).map { #"{"c\#($0)":1}"# }
        let (rows, parser) = try rows(lines)
        #expect(rows.last?.columns.count == 256)
        #expect(parser.counters.rejectedLines == [.tooManyColumns: 44])
    }

    @Test("Sequence numbers tell lines that are missing and repeated")
    func sequence() throws {
        let (rows, parser) = try rows([1, 2, 2, 5, 6].map { "seq=\($0) a=1" })
        #expect(rows.last?.columns == ["a"])
        #expect(parser.counters.missingLines == 2)
        #expect(parser.counters.repeatedLines == 1)
    }

    @Test("Comments are no damage")
    func comments() throws {
        let (rows, parser) = try rows(["# setup", "// done", "1,2", "3,4"])
        #expect(rows.count == 2)
        #expect(parser.counters.comments == 2)
        #expect(parser.counters.rejectedLineCount == 0)
    }

    @Test("More than half of 200 lines being bad is said, and another format is then found")
    func mostlyDamaged() throws {
        let good = (0..<99).map { "\($0),1" }
        let damaged = (0..<101).map { "\($0),1,2" }
        var (_, parser) = try rows(good + damaged.dropLast(), finishes: false)
        #expect(!parser.isMostlyDamaged)
        parser.parse("1,1,2", arrival: arrival(300)) { _ in Issue.record("a row of the wrong format") }
        parser.parse("1,1,2", arrival: arrival(300)) { _ in Issue.record("a row of the wrong format") }
        #expect(parser.isMostlyDamaged)
        var found: [SensorRow] = []
        for number in 0..<200 { parser.parse("\(number),5,6", arrival: arrival(301)) { found.append($0) } }
        // The last bad line waited for another one of its kind.
        #expect(found.count == 201)
        #expect(found.last?.values == [199, 5, 6])
        #expect(!parser.isMostlyDamaged)
    }

    @Test("Options that cannot be are refused")
    func refusedOptions() {
        for change: (inout LineParserOptions) -> Void in [
            { $0.checksumSeparator = "é" }, { $0.checksumSeparator = "A" }, { $0.columns = ["a", "a"] },
            { $0.columns = [] },
            { $0.deviceTime = DeviceTimeColumn(name: "t", secondsPerTick: 0) },
            { $0.checks["a"] = ChannelCheck(rate: -1) },
            { $0.checks["a"] = ChannelCheck(stuckAfter: 1) },
        ] {
            var options = LineParserOptions()
            change(&options)
            #expect(throws: SignalError.self) { try LineParser(options: options) }
        }
    }
}

extension ChannelCheck {
    fileprivate init(rate: Double? = nil, stuckAfter: Int? = nil) {
        self.init()
        maximumRate = rate
        self.stuckAfter = stuckAfter
    }
}
