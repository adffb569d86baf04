import Foundation
import Storage
import Testing

@Suite("Times of ThingSpeak")
struct WireTimeTests {
    @Test(
        "all forms that clients send are read",
        arguments: [
            ("2019-02-20T22:07:28Z", 1_550_700_448), ("2019-02-20 22:07:28", 1_550_700_448),
            ("2019-02-20T22:07:28.999Z", 1_550_700_448), ("2019-02-21T00:07:28+02:00", 1_550_700_448),
            ("2019-02-20 17:07:28 -0500", 1_550_700_448), ("2019-02-20+22:07:28", 1_550_700_448),
            ("2019-02-21T00:07:28 02:00", 1_550_700_448),
            ("2019-02-20 22:07:28 UTC", 1_550_700_448), ("Wed Feb 20 22:07:28 GMT 2019", 1_550_700_448),
            ("2019-02-20T22:07", 1_550_700_420), ("2019-02-20", 1_550_620_800), ("1969-12-31T23:59:59Z", -1),
            ("2024-02-29T00:00:00Z", 1_709_164_800),
        ])
    func reading(_ text: String, _ seconds: Int) {
        #expect(WireTime.seconds(text) == seconds)
    }

    @Test(
        "what is no time is none",
        arguments: [
            "", "now", "2019-02-29", "2019-13-01", "2019-02-20T25:00:00Z", "2019-02-20T22:07:28X",
            "2019-02-20T22:07:28 2", "1550700448",
            "2019-2-20", "2019-02-20T22:07:28.Z", "2019-02-20T22:07:28+19:00", "Wed Feb 99 22:07:28 GMT 2019", "é",
            "2019-02-20T22:07:28Z trailing",
        ])
    func refusal(_ text: String) {
        #expect(WireTime.seconds(text) == nil)
    }

    @Test("digits are seconds where that is allowed")
    func epoch() {
        #expect(WireTime.seconds("1550700448", allowsEpoch: true) == 1_550_700_448)
        #expect(WireTime.seconds("1550700448.75", allowsEpoch: true) == 1_550_700_448)
        #expect(WireTime.seconds("99999999999999", allowsEpoch: true) == nil)
    }

    @Test("zones count, also on the days on which clocks change")
    func zones() throws {
        let berlin = try #require(TimeZone(identifier: "Europe/Berlin"))
        #expect(WireTime.seconds("2024-03-31 01:59:59", zone: berlin) == 1_711_846_799)
        #expect(WireTime.seconds("2024-03-31 03:00:00", zone: berlin) == 1_711_846_800)
        #expect(WireTime.seconds("2024-07-01T12:00:00Z", zone: berlin) == 1_719_835_200)
        #expect(WireTime.iso(1_719_835_200, zone: berlin) == "2024-07-01T14:00:00+02:00")
        #expect(WireTime.csv(1_719_835_200, zone: berlin) == "2024-07-01 14:00:00 +0200")
    }

    @Test("written times read back, and agree with Foundation's")
    func writing() {
        for seconds in stride(from: -11_676_096_000, through: 253_402_300_799, by: 7_777_777_777) {
            let text = WireTime.iso(seconds)
            #expect(text == Date(timeIntervalSince1970: Double(seconds)).formatted(.iso8601))
            #expect(WireTime.seconds(text) == seconds)
        }
        #expect(WireTime.csv(1_550_700_448) == "2019-02-20 22:07:28 UTC")
    }

    @Test(
        "numbers are what ThingSpeak takes for numbers",
        arguments: [
            ("25.0", 25.0), ("-3", -3), ("+1,5", 1.5), ("1e-05", nil), (".5", nil), ("5.", nil), ("nan", nil),
            ("", nil),
            ("1.2.3", nil), (" 1", nil),
        ] as [(String, Double?)])
    func numbers(_ text: String, _ value: Double?) {
        #expect(NumericText.number(text) == value)
    }
}
