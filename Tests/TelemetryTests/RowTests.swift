import Foundation
import SignalCore
import Testing

@testable import Telemetry

/// Texts, times, merging and field maps.
struct RowTests {
    static let numbers: [(Double, String?)] = [
        (0, "0"), (-0.0, "0"), (1, "1"), (-25.5, "-25.5"), (1e-5, "0.00001"), (-1.25e-7, "-0.000000125"),
        (1e16, "10000000000000000"), (1.5e20, "150000000000000000000"), (0.1, "0.1"), (123_456.789, "123456.789"),
        (.nan, nil), (.infinity, nil), (-.infinity, nil), (1e300, nil), (Double.leastNonzeroMagnitude, "0"),
    ]

    @Test(arguments: numbers)
    func `numbers are plain decimals`(_ value: Double, _ text: String?) {
        #expect(PlainText.decimal(value) == text)
    }

    @Test func `plain decimals give the same number back`() throws {
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<2_000 {
            let value = Double(bitPattern: generator.next())
            guard value.isFinite, abs(value) < 1e200, abs(value) > 1e-200 else { continue }
            let text = try #require(PlainText.decimal(value))
            #expect(Double(text) == value)
            #expect(text.wholeMatch(of: #/-?\d+(\.\d+)?/#) != nil && text.utf8.count <= 255)
        }
        #expect(PlainText.decimal(Float(0.1)) == "0.1")
    }

    @Test func `texts lose control characters and end at 255 bytes between characters`() {
        #expect(PlainText.cleaned("a\nb\u{0}c\u{85}d\r\ne") == "abcde")
        let long = PlainText.cleaned(String(repeating: "é", count: 300))
        #expect(long == String(repeating: "é", count: 127))
        #expect(PlainText.percentEncoded("a b+c=ä&~.-_") == "a%20b%2Bc%3D%C3%A4%26~.-_")
    }

    @Test func `seconds are written and read as the service does`() {
        #expect(WholeSecond.text(1_550_700_448) == "2019-02-20T22:07:28Z")
        #expect(WholeSecond.spacedText(-1) == "1969-12-31 23:59:59")
        for text in [
            "2019-02-20T22:07:28Z", "2019-02-20T23:07:28+01:00", "2019-02-20 22:07:28 UTC", "2019-02-20 22:07:28",
        ] {
            #expect(WholeSecond.parse(text) == 1_550_700_448)
        }
        for text in ["", "yesterday", "2019-13-20T22:07:28Z", "2019-02-20"] { #expect(WholeSecond.parse(text) == nil) }
        for second in stride(from: Int64(-3_000_000_000), to: 8_000_000_000, by: 98_765_431) {
            #expect(WholeSecond.parse(WholeSecond.text(second)) == second)
            let date = Date(timeIntervalSince1970: Double(second)).formatted(.iso8601)
            #expect(WholeSecond.text(second) == date)
        }
    }

    @Test func `a row has whole seconds and no empty fields`() throws {
        let row = UploadRow(time: 1_550_700_448.999, values: [1: .nan, 2: 1e-5, 9: 1, 0: 2], status: "\u{7}")
        #expect(row.second == 1_550_700_448)
        #expect(row.fields == [2: "0.00001"])
        #expect(row.status == nil)
        #expect(UploadRow(time: .nan, values: [1: 1]).second == 0)
        #expect(UploadRow(time: 1e300, values: [:]).isEmpty)
        let placed = UploadRow(
            time: 1e9, fields: [1: "a\"\\"], location: .init(latitude: 47, longitude: 8.5, elevation: 400))
        #expect(try JSONDecoder().decode(UploadRow.self, from: try JSONEncoder().encode(placed)) == placed)
        let sent = try JSONDecoder().decode([String: String].self, from: Data(UploadRequest.json(placed).utf8))
        #expect(
            sent == [
                "created_at": "2001-09-09T01:46:40Z", "field1": "a\"\\", "latitude": "47", "longitude": "8.5",
                "elevation": "400",
            ])
    }

    static let merges: [(MergeRule, [Int: String])] = [
        (.last, [1: "2", 2: "x", 3: "7"]), (.mean, [1: "2.5", 2: "x", 3: "7"]), (.max, [1: "3", 2: "x", 3: "7"]),
    ]

    @Test(arguments: merges)
    func `points of a second become one row, field by field`(_ rule: MergeRule, _ expected: [Int: String]) {
        var merger = RowMerger(rule: rule)
        merger.add(UploadRow(time: 11, fields: [1: "9"]))
        merger.add(UploadRow(time: 10, fields: [1: "3", 2: "5"], status: "first"))
        merger.add(UploadRow(time: 10.9, fields: [1: "2", 2: "x", 3: "7"]))
        #expect(merger.rows().map(\.second) == [10, 11])
        #expect(merger.rows()[0].fields == expected)
        #expect(merger.rows()[0].status == "first")
        #expect(merger.mergedCount == 1)
    }

    @Test func `sent seconds are what was inserted, in any order`() {
        var generator = SeededGenerator(seed: 3)
        var (seconds, model) = (SentSeconds(), Set<Int64>())
        for _ in 0..<600 {
            let second = Int64.random(in: 0..<400, using: &generator)
            seconds.insert(second)
            model.insert(second)
        }
        for second in Int64(-1)...401 { #expect(seconds.contains(second) == model.contains(second)) }
        for second in stride(from: Int64(1_000), to: 5_000, by: 2) { seconds.insert(second) }
        #expect(seconds.contains(4_998) && !seconds.contains(4_997) && !seconds.contains(1_000))
    }

    @Test func `a field map sends values to fields and channels`() throws {
        let map = try FieldMap(
            text: "rms=1, score=7,forecast.rms=99:2,a=b=3", columns: ["rms", "a=b"], forecasts: ["rms"], channel: 12)
        #expect(map.channels == [12, 99])
        let rows = map.rows(time: 100.5) { source in
            switch source {
            case .column("rms"): 0.5
            case .score: .nan
            case .forecast: 2
            default: nil
            }
        }
        #expect(rows == [12: UploadRow(time: 100, values: [1: 0.5]), 99: UploadRow(time: 100, values: [2: 2])])
        #expect(map.rows(time: 1) { _ in nil }.isEmpty)
    }

    static let badMaps: [(String, String)] = [
        ("rsm=1", "did you mean 'rms'?"), ("scor=1", "did you mean 'score'?"),
        ("forecast.rm=1", "did you mean 'forecast.rms'?"),
        ("rms=9", "a field from 1 to 8"), ("rms=0", "a field from 1 to 8"), ("rms", "NAME=FIELD"), ("", "NAME=FIELD"),
        ("rms=1,score=1", "field 1 of channel 12 is given to both"), ("rms=1,,score=2", "NAME=FIELD"),
        ("rms=x:1", "no channel number"), ("rms=1:2:3", "a field from 1 to 8"),
    ]

    @Test(arguments: badMaps)
    func `a wrong field map is answered with a sentence`(_ text: String, _ answer: String) {
        let error = #expect(throws: SignalError.self) {
            try FieldMap(text: text, columns: ["rms"], forecasts: ["rms"], channel: 12)
        }
        #expect(error?.code == .invalidOption)
        #expect(error?.message.contains(answer) == true, "\(error?.message ?? "")")
    }

    @Test func `columns in order fill channel after channel`() throws {
        let columns = (1...11).map { "c\($0)" }
        let map = try FieldMap(columns: columns, channels: [5, 6])
        #expect(map.assignments.map(\.channel) == Array(repeating: 5, count: 8) + [6, 6, 6])
        #expect(map.assignments.map(\.field) == [1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3])
        #expect(throws: SignalError.self) { try FieldMap(columns: columns, channels: [5]) }
        #expect(throws: SignalError.self) { try FieldMap(text: "rms=1", columns: ["rms"], channel: nil) }
    }
}
