import Foundation
import SignalCore
import Synchronization
import TestSupport
import Testing

@testable import Telemetry

/// A reading whose alarm is on or off.
private func reading(_ time: Double, _ isAlarm: Bool, score: Float = 5, source: String = "pump", model: String = "")
    -> Reading
{
    let columns = [
        FeatureColumn("rms"), FeatureColumn("kurtosis"),
    ]
    let verdict = Verdict(
        time: time, score: score, threshold: 1, isAnomalous: isAlarm, severity: score > 6 ? .high : .low, topColumn: 1,
        contributions: [0, 1])
    return Reading(
        time: time, source: source, model: model, columns: columns, values: [1, 2], verdict: verdict, isAlarm: isAlarm)
}

private let mark = StreamMark(input: 0, frames: 0, seconds: 0, startTime: 0)

/// Hears of alarms, and fails as long as it is told to.
private final class Ear: AlarmTarget {
    let name = "an ear"
    let heard = Mutex<[AlarmEvent]>([])
    let failures: Mutex<Int>
    let isPassing: Bool

    init(failures: Int = 0, isPassing: Bool = true) {
        self.failures = Mutex(failures)
        self.isPassing = isPassing
    }

    func tell(_ event: AlarmEvent) async throws {
        let fails = failures.withLock { count in
            count -= 1
            return count >= 0
        }
        if fails { throw AlarmFailure("it is deaf", isPassing: isPassing) }
        heard.withLock { $0.append(event) }
    }
}

/// Never answers.
private struct Wall: AlarmTarget {
    let name = "a wall"
    func tell(_ event: AlarmEvent) async throws { try await Task.sleep(for: .seconds(3600)) }
}

@Suite("Alarms: what is told")
struct AlarmWatchTests {
    /// What is told of readings at 0, 1, 2 … seconds with the alarm on (#) or off (.).
    private func told(_ pattern: String, holdOff: Double) -> [String] {
        var watch = AlarmWatch(holdOff: holdOff)
        return pattern.enumerated().flatMap { index, character in
            watch.take(reading(Double(index), character == "#")).map {
                "\($0.kind == .began ? "+" : "-")\(Int($0.time))" + ($0.heldBack > 0 ? "(\($0.heldBack))" : "")
            }
        }
    }

    @Test("Every alarm and its end is told where nothing is held back")
    func all() {
        #expect(told("..##.#...#", holdOff: 0) == ["+2", "-4", "+5", "-6", "+9"])
    }

    @Test("An alarm too soon after the last message is held back, its end too, and counted in the next message")
    func holdOff() {
        #expect(told("#.#.#.......#.", holdOff: 10) == ["+0", "-1", "+12(2)", "-13"])
    }

    @Test("An alarm that is still on when the hold-off is over is told then")
    func late() {
        #expect(told("#..##########.", holdOff: 6) == ["+0", "-1", "+6", "-13"])
    }

    @Test("A stream that begins anew at an earlier time is not silenced")
    func earlier() {
        var watch = AlarmWatch(holdOff: 100)
        let events = [(1_000.0, true), (1_001, false), (5, true)].map { watch.take(reading($0.0, $0.1)).first?.kind }
        #expect(events == [.began, .ended, .began])
    }

    @Test("Every model has alarms of its own")
    func models() {
        var watch = AlarmWatch(holdOff: 100)
        let told = [(0.0, "a"), (0, "b"), (1, "a")].map { watch.take(reading($0.0, true, model: $0.1)).first?.model }
        #expect(told == ["a", "b", nil])
    }

    @Test("An alarm ends with its input, and that of the next one is another")
    func inputs() {
        var watch = AlarmWatch(holdOff: 0)
        let told = [(0.0, "a"), (1, "a"), (2, "b")].map { watch.take(reading($0.0, true, source: $0.1)) }
        #expect(told.map(\.count) == [1, 0, 2])
        #expect(told[2].map(\.kind) == [.ended, .began] && told[2].map(\.source) == ["a", "b"])
        #expect(told[2][0].time == 1 && told[2][0].score == nil && told[2][1].time == 2)
    }

    @Test("The end tells of the highest score and its column")
    func highest() throws {
        var watch = AlarmWatch(holdOff: 0)
        _ = watch.take(reading(0, true, score: 2))
        _ = watch.take(reading(1, true, score: 9))
        _ = watch.take(reading(2, true, score: 3))
        let events = watch.take(reading(4, false, score: 0.5))
        let end = try #require(events.first)
        #expect(end.highestScore == 9 && end.severity == .high && end.topColumn == "kurtosis")
        #expect(end.time == 4 && end.began == 0 && end.score == 0.5)
        #expect(end.sentence.contains("over after 4 s"))
    }

    @Test("An event has one identifier, and JSON with the names of readings")
    func json() throws {
        var watch = AlarmWatch(holdOff: 0)
        var again = AlarmWatch(holdOff: 0)
        let own = reading(1_700_000_000.25, true, source: "a\"b\n<script>")
        let (first, second) = (watch.take(own).first, again.take(own).first)
        let event = try #require(first)
        #expect(second?.identifier == event.identifier)
        let object = try #require(
            JSONSerialization.jsonObject(with: Data(event.json.utf8)) as? [String: Any])
        #expect(object["event"] as? String == "alarm_began")
        #expect(object["time"] as? String == "2023-11-14T22:13:20.250Z")
        #expect(object["source"] as? String == "a\"b\n<script>")
        #expect(object["top_column"] as? String == "kurtosis")
        #expect(!event.json.contains("\n"))
    }
}

@Suite("Alarms: whom it is told")
struct AlarmTargetTests {
    private static func event(_ source: String = "pump") throws -> AlarmEvent {
        var watch = AlarmWatch(holdOff: 0)
        let events = watch.take(reading(1_700_000_000, true, source: source))
        return try #require(events.first)
    }

    @Test("A target that fails is tried again, in order, and nothing is told twice")
    func retries() async throws {
        let ear = Ear(failures: 3)
        let said = Mutex<[String]>([])
        let notifier = AlarmNotifier(
            targets: [ear], holdOff: 0, patience: 120, clock: ManualUploadClock(),
            report: { text in said.withLock { $0.append(text) } })
        await notifier.receive([reading(0, true), reading(1, false), reading(2, true)], upTo: mark)
        await notifier.finish(isComplete: true)
        #expect(ear.heard.withLock { $0.map(\.kind) } == [.began, .ended, .began])
        #expect(await notifier.count().told == 3)
        #expect(said.withLock { $0.isEmpty })
    }

    @Test("A target that refuses is not tried again, and a sentence says so")
    func refusal() async {
        let ear = Ear(failures: 1, isPassing: false)
        let said = Mutex<[String]>([])
        let notifier = AlarmNotifier(
            targets: [ear], holdOff: 0, patience: 120, clock: ManualUploadClock(),
            report: { text in said.withLock { $0.append(text) } })
        await notifier.receive([reading(0, true), reading(1, false)], upTo: mark)
        await notifier.finish(isComplete: true)
        #expect(ear.heard.withLock { $0.map(\.kind) } == [.ended])
        #expect(said.withLock { $0 } == ["an ear was not told: it is deaf"])
    }

    @Test("A target that hangs delays neither the stream nor another target, and the end waits only so long")
    func hanging() async {
        let ear = Ear()
        let said = Mutex<[String]>([])
        let notifier = AlarmNotifier(
            targets: [Wall(), ear], holdOff: 0, patience: 0.2,
            report: { text in said.withLock { $0.append(text) } })
        let began = ContinuousClock.now
        for round in 0..<1_000 {
            await notifier.receive([reading(Double(round), round % 2 == 0)], upTo: mark)
        }
        let taken = ContinuousClock.now - began
        await notifier.finish(isComplete: true)
        #expect(taken < .seconds(20), "a thousand readings took \(taken)")
        #expect(ear.heard.withLock { $0.count } + said.withLock { $0.count { $0.contains("an ear") } } >= 256)
        #expect(said.withLock { $0.contains { $0.hasPrefix("a wall was not told") } })
    }

    @Test("A command gets the event on its standard input and in its environment, never in its text")
    func command() async throws {
        let folder = try TemporaryFolder()
        let source = "$(touch \(folder.url.path)/injected); `touch \(folder.url.path)/injected`"
        let target = CommandTarget(
            command:
                "cat > '\(folder.url.path)/in.json'; printf '%s' \"$AUSCULT_ALARM_SOURCE\" > '\(folder.url.path)/source'"
        )
        try await target.tell(try Self.event(source))
        #expect(try String(contentsOfFile: folder.url.path + "/source", encoding: .utf8) == source)
        let text = try String(contentsOfFile: folder.url.path + "/in.json", encoding: .utf8)
        #expect(text == (try Self.event(source).json) + "\n")
        #expect(!FileManager.default.fileExists(atPath: folder.url.path + "/injected"))
    }

    @Test("A command that reads nothing is fine, one that fails or hangs is a failure")
    func commands() async throws {
        let event = try Self.event()
        for _ in 0..<20 { try await CommandTarget(command: "true").tell(event) }
        await #expect(throws: AlarmFailure.self) { try await CommandTarget(command: "exit 3").tell(event) }
        let hanging = ProgramCall(path: "/bin/sh", arguments: ["-c", "sleep 60"], timeout: 0.2)
        let began = ContinuousClock.now
        await #expect(throws: AlarmFailure.self) { try await hanging.run(input: "") }
        #expect(ContinuousClock.now - began < .seconds(20))
    }

    @Test("A command that takes too long is ended with all that it has started")
    func group() async throws {
        let folder = try TemporaryFolder()
        let call = ProgramCall(
            path: "/bin/sh", arguments: ["-c", "sleep 60 & echo $! > '\(folder.path("child"))'; wait"], timeout: 1)
        await #expect(throws: AlarmFailure.self) { try await call.run(input: "") }
        let text = try String(contentsOfFile: folder.path("child"), encoding: .utf8)
        let child = try #require(Int32(text.trimmingCharacters(in: .newlines)))
        var isGone = false
        for _ in 0..<200 where !isGone {
            try await Task.sleep(for: .milliseconds(20))
            // A process that has ended may still stand in the table of processes, where nobody asks for it.
            let state = (try? String(contentsOfFile: "/proc/\(child)/stat", encoding: .utf8)) ?? ") Z"
            isGone = state.contains(") Z")
        }
        #expect(isGone)
    }

    @Test("Mail goes to a program as sendmail's, in a form that headers cannot be smuggled into")
    func mail() async throws {
        let folder = try TemporaryFolder()
        let program = folder.url.path + "/sendmail"
        try "#!/bin/sh\necho \"$@\" > '\(folder.url.path)/arguments'\ncat > '\(folder.url.path)/mail'\n"
            .write(toFile: program, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program)
        let target = try MailTarget(recipient: "plant@example.org", sender: "auscult@example.org", program: program)
        try await target.tell(try Self.event("Lüfter\nBcc: everybody@example.org"))
        #expect(try String(contentsOfFile: folder.url.path + "/arguments", encoding: .utf8) == "-t -i\n")
        let text = try String(contentsOfFile: folder.url.path + "/mail", encoding: .utf8)
        let header = try #require(text.components(separatedBy: "\n\n").first)
        #expect(header.hasPrefix("To: plant@example.org\nFrom: auscult@example.org\nSubject: =?utf-8?B?"))
        #expect(!text.contains("\nBcc:"))
        #expect(header.contains("\nDate: ") && header.contains(" +0000\n"))
        #expect(text.contains("Lüfter\\nBcc") || text.contains("Lüfter"))
    }

    @Test(
        "What is no address is refused",
        arguments: ["", "a", "a@", "@b", "a@b@c", "a@b,c@d", "a@b\nBcc: c@d", "-oQ/tmp@b", "a b@c", "<a@b>"])
    func addresses(text: String) {
        #expect(throws: SignalError.self) { try MailTarget(recipient: text, program: "/bin/true") }
    }

    @Test("A header of any alphabet and length is made of words of at most 75 characters")
    func encodedWords() {
        let text = String(repeating: "Gerät №5 ", count: 20)
        let words = MailTarget.encodedWord(text).components(separatedBy: "\n ")
        #expect(words.allSatisfy { $0.utf8.count <= 75 })
        let decoded = words.compactMap { Data(base64Encoded: String($0.dropFirst(10).dropLast(2))) }.reduce(Data(), +)
        #expect(String(decoding: decoded, as: UTF8.self) == text)
    }

    @Test("A signature is that of RFC 2104, over time and body")
    func signature() {
        // openssl dgst -sha256 -hmac secret <<< of "1700000000.{}" without a line end.
        #expect(
            WebhookTarget.signature("secret", timestamp: "1700000000", Array("{}".utf8))
                == "sha256=b8569b78799ff9e3cbff0fc2d63a33a2b57f3282abd07c37ae5e8e7d79a5f163")
    }

    @Test("A webhook is posted, signed, told again on 503 and not on 403")
    func webhook() async throws {
        let transport = ScriptedTransport([503, 204, 403])
        let target = try WebhookTarget(url: "http://127.0.0.1:9/alarms?x=1", secret: "s", transport: transport)
        #expect(!target.name.contains("alarms"))
        await #expect(throws: AlarmFailure.self) { try await target.tell(try Self.event()) }
        try await target.tell(try Self.event())
        do {
            try await target.tell(try Self.event())
            Issue.record("a refusal is a failure")
        } catch let failure as AlarmFailure {
            #expect(!failure.isPassing)
        }
        let requests = transport.requests.withLock { $0 }
        #expect(requests.count == 3)
        #expect(
            requests.allSatisfy {
                $0.method == .post && String(decoding: $0.body, as: UTF8.self) == (try? Self.event().json)
            })
        let time = try #require(requests[0].headers.first { $0.name == "X-Auscult-Timestamp" }?.value)
        #expect(
            requests[0].headers.first { $0.name == "X-Auscult-Signature" }?.value
                == WebhookTarget.signature("s", timestamp: time, requests[0].body))
    }

    @Test("What is no address of HTTP is refused", arguments: ["", "x", "ftp://a/b", "http://", "http://u:p@h/"])
    func urls(text: String) {
        #expect(throws: SignalError.self) {
            try WebhookTarget(url: text, secret: nil, transport: ScriptedTransport([]))
        }
    }
}

/// Answers with a list of statuses and keeps what it was sent.
private final class ScriptedTransport: UploadTransport {
    let requests = Mutex<[UploadRequest]>([])
    private let statuses: Mutex<[Int]>

    init(_ statuses: [Int]) { self.statuses = Mutex(statuses) }

    func send(_ request: UploadRequest) async throws -> UploadReply {
        requests.withLock { $0.append(request) }
        return UploadReply(status: statuses.withLock { $0.isEmpty ? 500 : $0.removeFirst() })
    }
}
