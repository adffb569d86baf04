import SignalCore
import TestSupport
import Testing

@testable import SignalIO

@Suite struct TablesTimeTextTests {
    /// The first two times of a table, seconds after the first, and the text expected.
    private static let cases: [([String], Double, String)] = [
        (["2014-07-01 00:00:00", "2014-07-01 00:30:00"], 1800, "2014-07-01 00:30:00"),
        (["2014-12-31T23:30", "2015-01-01T00:00"], 3600, "2015-01-01T00:30"),
        (["2020-02-28T23:59:59.5Z", "2020-02-29T00:00:00.0Z"], 86400, "2020-02-29T23:59:59.5Z"),
        (["2020/02/28", "2020/02/29"], 172_800, "2020/03/01"),
        (["2020-02-28", "2020-02-28 06:00"], 21_600, "2020-02-28 06:00"),
        (["1969-12-31 23:00:00+02:00", "1970-01-01 00:00:00+02:00"], 7200, "1970-01-01 01:00:00+02:00"),
        (["0.0", "0.1"], 0.3, "0.3"), (["5", "5.25"], 0.75, "5.75"), (["1700000000", "1700000060"], 120, "1700000120"),
        (["1700000000123", "1700000000223"], 0.1, "1700000000223"), (["-3", "-2"], 1, "-2"),
    ]

    @Test(arguments: cases)
    func `Times are written as the table writes them`(rows: [String], seconds: Double, expected: String) throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("t.csv", text: "time,a\n" + rows.map { "\($0),1\n" }.joined())
        let content = try SensorTable.read(path: path)
        let text = try #require(content.timeText)
        #expect(text.text(secondsAfterFirst: seconds) == expected)
    }

    @Test func `The first time that does not advance is told with its line`() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("t.csv", text: "time,a\n1,1\n2,1\n2,1\n1,1\n")
        #expect(try SensorTable.read(path: path).firstTimeFault == TimeFault(line: 4, isRepeated: true))
    }

    @Test func `Days become dates and dates days again`() {
        for day in stride(from: Int64(-90_000), through: 100_000, by: 37) {
            let (year, month, dayOfMonth) = CalendarTime.date(days: day)
            #expect(CalendarTime.days(Int(year), Int(month), Int(dayOfMonth)) == day)
        }
    }
}
