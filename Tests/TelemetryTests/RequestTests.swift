import Foundation
import SignalCore
import Testing

@testable import Telemetry

/// What replies mean, how long to wait, and where keys may be.
struct RequestTests {
    static let verdicts: [(status: Int, body: String, single: Bool, verdict: String)] = [
        (202, "{\"success\":true}", false, "stored"), (200, "", false, "stored"), (200, "0", false, "retry"),
        (202, "\"0\"", false, "retry"), (202, "{\"success\":false}", false, "retry"),
        (200, "<html>log in</html>", false, "retry"), (200, "17", true, "stored"), (200, "0", true, "retry"),
        (200, "-1", true, "retry"), (200, "hello", true, "retry"), (202, "5", true, "retry"),
        (400, "0", true, "paused"),
        (400, "", false, "badRow"), (409, "", false, "badRow"), (422, "", false, "badRow"), (401, "", false, "paused"),
        (402, "", false, "paused"), (404, "", false, "paused"), (403, "", false, "paused"), (301, "", false, "paused"),
        (413, "", false, "tooLarge"), (429, "", false, "retry"), (408, "", false, "unknown"),
        (500, "", false, "unknown"),
        (503, "", true, "unknown"),
    ]

    @Test(arguments: verdicts)
    func `a reply means what the service means by it`(_ status: Int, _ body: String, _ single: Bool, _ expected: String)
    {
        let verdict = ReplyVerdict.of(UploadReply(status: status, body: Array(body.utf8)), single: single)
        #expect("\(verdict)".hasPrefix(expected), "\(verdict)")
    }

    static let waits: [(String, Double?)] = [
        ("120", 120), ("0", 0), (" 7 ", 7), ("999999999", 86_400), ("-5", nil), ("soon", nil), ("", nil), ("1e3", nil),
        ("Wed, 20 Feb 2019 22:08:28 GMT", 60), ("Wednesday, 20-Feb-19 22:08:28 GMT", 60),
        ("Wed Feb 20 22:08:28 2019", 60),
        ("Wed, 20 Feb 2019 22:00:00 GMT", 0),
    ]

    @Test(arguments: waits)
    func `Retry-After is seconds or a date`(_ text: String, _ expected: Double?) {
        #expect(RetryAfter.seconds(text, now: 1_550_700_448) == expected)
    }

    @Test func `waits grow from one second to five minutes and are never shorter than the interval`() {
        for failures in 1...200 {
            let ceiling = min(300, pow(2, Double(failures - 1)))
            for uniform in [0, 0.5, 0.999] {
                let wait = Backoff.seconds(failures: failures, uniform: uniform, interval: 0, retryAfter: nil)
                #expect(wait == uniform * ceiling)
                let paced = Backoff.seconds(failures: failures, uniform: uniform, interval: 15, retryAfter: nil)
                #expect(paced == max(15, uniform * ceiling))
            }
        }
        #expect(Backoff.seconds(failures: 1, uniform: 0.5, interval: 15, retryAfter: 400) == 400)
    }

    @Test func `keys are in header or body, never in addresses or descriptions`() throws {
        let access = try ChannelAccess(
            url: "http://127.0.0.1:8080/", channel: 7, writeKey: "SECRETWRITE", readKey: "SECRETREAD")
        let row = UploadRow(time: 1e9, fields: [1: "a b&c"])
        let requests = [
            UploadRequest.bulk([row], to: access), .single(row, to: access),
            .readBack(from: 1, to: 2, key: "SECRETREAD", of: access),
        ]
        for request in requests { #expect(!request.url.contains("SECRET")) }
        #expect(
            requests.map(\.url) == [
                "http://127.0.0.1:8080/channels/7/bulk_update.json", "http://127.0.0.1:8080/update",
                "http://127.0.0.1:8080/channels/7/feeds.json?start=1970-01-01%2000%3A00%3A01&end=1970-01-01%2000%3A00%3A02"
                    + "&results=8000&status=true",
            ])
        #expect(
            String(decoding: requests[1].body, as: UTF8.self) == "created_at=2001-09-09T01%3A46%3A40Z&field1=a%20b%26c")
        var dumped = ""
        dump(access, to: &dumped)
        for text in ["\(access)", String(reflecting: access), dumped, access.redacted("key SECRETWRITE, SECRETREAD")] {
            #expect(!text.contains("SECRET"), "\(text)")
        }
    }

    static let badAccess: [(url: String, channel: Int, key: String)] = [
        ("ftp://x", 1, "K"), ("", 1, "K"), ("http://user:SECRET@x", 1, "K"), ("http://x?api_key=SECRET", 1, "K"),
        ("http://x", 0, "K"), ("http://x", 1, ""), ("http://x", 1, "SECRET\nHost: y"),
    ]

    @Test(arguments: badAccess)
    func `a wrong channel is answered without its key`(_ url: String, _ channel: Int, _ key: String) {
        let error = #expect(throws: SignalError.self) { try ChannelAccess(url: url, channel: channel, writeKey: key) }
        #expect(error?.code == .invalidOption)
        #expect("\(error.map { "\($0)" } ?? "")".contains("SECRET") == false)
    }

    @Test func `ThingSpeak's own limits hold for ThingSpeak alone`() throws {
        let thingSpeak = try ChannelAccess(channel: 1, writeKey: "K")
        let own = try ChannelAccess(url: "http://notthingspeak.com", channel: 1, writeKey: "K")
        #expect(thingSpeak.isThingSpeak && !own.isThingSpeak)
        var options = UploaderOptions()
        options.interval = 1
        #expect(throws: SignalError.self) { try options.validate(for: thingSpeak) }
        try options.validate(for: own)
        options.usesSingleUpdates = true
        try options.validate(for: thingSpeak)
        #expect(UploaderOptions(for: thingSpeak).yearlyMessages == 3_000_000)
        #expect(UploaderOptions(for: own).yearlyMessages == nil)
        #expect(thingSpeak.folderName == "api.thingspeak.com-channel-1")
    }
}
