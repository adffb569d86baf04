import Foundation
import SignalCore
import TestSupport
import Testing

@testable import Telemetry

/// An uploader on a channel that follows a script.
struct UploaderBench {
    let folder: TemporaryFolder
    let clock = ManualUploadClock()
    let channel: FakeChannel
    let reports = Shared<[String]>([])
    var options = UploaderOptions()
    var readKey: String?
    var writeKey: String?
    var disk = DiskAccess.system

    init() throws {
        folder = try TemporaryFolder()
        channel = FakeChannel(clock: clock)
    }

    static let start = 1_749_000_000.0

    func access() throws -> ChannelAccess {
        try ChannelAccess(
            url: "http://channel.test", channel: 7, writeKey: writeKey ?? channel.writeKey, readKey: readKey)
    }

    func uploader() throws -> ThingSpeakUploader {
        try ThingSpeakUploader(
            access: access(), stateDirectory: folder.path("state"), options: options, transport: channel, clock: clock,
            disk: disk, report: { [reports] text in reports.withLock { $0.append(text) } })
    }

    static func rows(_ range: Range<Int>) -> [UploadRow] {
        range.map { UploadRow(time: start + Double($0), values: [1: Double($0) / 8]) }
    }

    /// What the channel should hold of ``rows(_:)``.
    static func stored(_ range: Range<Int>) -> [Int64: [String: String]] {
        Dictionary(
            uniqueKeysWithValues: rows(range).map { ($0.second, ["field1": $0.fields[1] ?? ""]) })
    }

    func deadLetters() throws -> [DeadLetter] {
        UploadFolder.readDeadLetters(UploadFolder.path(of: try access(), in: folder.path("state")))
    }
}

/// Points 1 to 6 and 11 of the requirements: the queue first, times, merging, batches, success, retries.
struct UploaderTests {
    private var bench: UploaderBench

    init() throws { bench = try UploaderBench() }

    @Test func `what was taken is sent by the next start, whatever became of this one`() async throws {
        let first = try bench.uploader()
        try await first.submit(UploaderBench.rows(0..<5))
        await first.stop()
        #expect(bench.channel.calls.isEmpty)
        let second = try bench.uploader()
        #expect(await second.status().queued == 5)
        try await second.drain()
        #expect(bench.channel.stored == UploaderBench.stored(0..<5))
        let status = await second.status()
        #expect(status.counters.sent == 5 && status.queued == 0 && status.lastError == nil)
    }

    @Test func `submissions at once share a trip to the disk`() async throws {
        let trips = Shared(0)
        var bench = bench
        bench.disk.synchronise = { descriptor in
            trips.withLock { $0 += 1 }
            return DiskAccess.system.synchronise(descriptor)
        }
        let uploader = try bench.uploader()
        try await uploader.submit(UploaderBench.rows(0..<1))
        let before = trips.current
        try await withThrowingTaskGroup(of: Void.self) { group in
            for row in UploaderBench.rows(1..<101) { group.addTask { try await uploader.submit([row]) } }
            try await group.waitForAll()
        }
        #expect(await uploader.status().queued == 101)
        #expect(trips.current - before < 100)
    }

    @Test func `implausible times are refused, kept with the reason, and allowed when told`() async throws {
        let now = bench.clock.wallSeconds
        let times = [0, 1_262_303_999, 1_262_304_000, now + 86_399, now + 86_401, 4e9]
        let rows = times.map { UploadRow(time: $0, values: [1: 1]) }
        let uploader = try bench.uploader()
        try await uploader.submit(rows)
        try await uploader.drain()
        #expect(Set(bench.channel.stored.keys) == [1_262_304_000, Int64(now + 86_399)])
        #expect(await uploader.status().counters.rejected == 4)
        #expect(try bench.deadLetters().map(\.row["created_at"]).contains("1970-01-01T00:00:00Z"))
        #expect(try bench.deadLetters().allSatisfy { $0.reason.contains("clock that is not set") })
        await uploader.stop()
        var lenient = bench
        lenient.options.allowsImplausibleTimes = true
        let other = try lenient.uploader()
        try await other.submit(rows)
        try await other.drain()
        #expect(bench.channel.stored[0] == ["field1": "1"])
    }

    @Test(arguments: zip(MergeRule.allCases, ["5", "3", "5"]))
    func `a second is one row, also over restarts and late points`(_ rule: MergeRule, _ expected: String) async throws {
        var bench = bench
        bench.options.merge = rule
        let time = UploaderBench.start
        var uploader = try bench.uploader()
        try await uploader.submit([UploadRow(time: time + 0.1, values: [1: 1, 2: 8])])
        await uploader.stop()
        uploader = try bench.uploader()
        try await uploader.submit([UploadRow(time: time + 0.9, values: [1: 5])])
        try await uploader.drain()
        #expect(bench.channel.stored == [Int64(time): ["field1": expected, "field2": "8"]])
        #expect(await uploader.status().counters.merged == 1)
        // A point that comes after its second was sent cannot be stored any more; it is kept, and counted.
        try await uploader.submit([UploadRow(time: time + 0.95, values: [1: 7])])
        try await uploader.drain()
        #expect(bench.channel.writes.count == 1)
        #expect(await uploader.status().counters.rejected == 1)
        #expect(try bench.deadLetters().first?.reason.contains("has a row of this second already") == true)
    }

    @Test func `the newest second waits until it is complete`() async throws {
        let uploader = try bench.uploader()
        bench.clock.letSleepsLast(true)
        let run = Task { await uploader.run() }
        try await uploader.submit(UploaderBench.rows(0..<3))
        while bench.channel.writes.isEmpty || bench.channel.stored.count < 2 { await Task.yield() }
        #expect(bench.channel.stored == UploaderBench.stored(0..<2))
        bench.clock.letSleepsLast(false)
        try await uploader.drain()
        #expect(bench.channel.stored == UploaderBench.stored(0..<3))
        await uploader.stop()
        await run.value
    }

    @Test func `batches are bounded in rows and bytes, oldest first, one at a time, an interval apart`() async throws {
        var bench = bench
        bench.options.maximumRows = 100
        let uploader = try bench.uploader()
        let run = Task { await uploader.run() }
        try await uploader.submit(UploaderBench.rows(0..<950))
        try await uploader.drain()
        #expect(bench.channel.order == UploaderBench.rows(0..<950).map(\.second))
        #expect(bench.channel.writes.count == 10)
        #expect(bench.channel.mostInFlight == 1)
        let times = bench.channel.writes.map(\.time)
        for (earlier, later) in zip(times, times.dropFirst()) { #expect(later - earlier >= 15) }
        await uploader.stop()
        await run.value
        bench.options.maximumRows = 960
        bench.options.maximumBytes = 10_000
        let other = try bench.uploader()
        try await other.submit(UploaderBench.rows(1_000..<2_000))
        try await other.drain()
        #expect(bench.channel.stored.count == 1_950)
        #expect(bench.channel.writes.dropFirst(10).allSatisfy { $0.request.body.count <= 10_000 })
        #expect(bench.channel.writes.dropFirst(10).dropLast().allSatisfy { $0.request.body.count > 9_000 })
    }

    @Test func `the interval is kept over restarts, jumps of the clock and reboots`() async throws {
        var uploader = try bench.uploader()
        try await uploader.submit(UploaderBench.rows(0..<1))
        try await uploader.drain()
        await uploader.stop()
        bench.clock.advance(4)
        bench.clock.jump(-10_000)
        uploader = try bench.uploader()
        try await uploader.submit(UploaderBench.rows(1..<2))
        let before = bench.clock.steadySeconds
        try await uploader.drain()
        #expect(abs(bench.clock.steadySeconds - before - 11) < 0.01)
        await uploader.stop()
        bench.clock.reboot()
        bench.clock.jump(5)
        uploader = try bench.uploader()
        try await uploader.submit(UploaderBench.rows(2..<3))
        let rebooted = bench.clock.steadySeconds
        try await uploader.drain()
        #expect(abs(bench.clock.steadySeconds - rebooted - 10) < 0.01)
    }

    static let notStored: [FakeChannel.Fault] = [
        .answer(200, "0"), .answer(202, "{\"success\":false}"), .answer(429, ""), .answer(500, ""),
        .answer(503, "<html>"),
        .answer(408, ""), .unreachable, .lost, .storedThenLost, .answer(200, "<html>log in</html>"),
    ]

    @Test(arguments: notStored)
    func `what is not proven to be stored is sent again, at least an interval later`(
        _ fault: FakeChannel.Fault
    ) async throws {
        let uploader = try bench.uploader()
        bench.channel.script([fault, fault, fault])
        try await uploader.submit(UploaderBench.rows(0..<4))
        try await uploader.drain()
        #expect(bench.channel.stored == UploaderBench.stored(0..<4))
        #expect(bench.channel.writes.count == 4)
        #expect(Set(bench.channel.writes.map(\.body)).count == 1)
        let times = bench.channel.writes.map(\.time)
        for (earlier, later) in zip(times, times.dropFirst()) { #expect(later - earlier >= 15) }
        let status = await uploader.status()
        #expect(status.counters.sent == 4 && status.counters.failedCalls == 3 && status.lastError != nil)
    }

    @Test func `waits grow with failures, are random by the seed, and are not reset by new points`() async throws {
        func waits(_ seed: UInt64) async throws -> [Double] {
            var bench = try UploaderBench()
            bench.options.interval = 0
            bench.options.seed = seed
            let uploader = try bench.uploader()
            bench.channel.script(Array(repeating: .answer(503, ""), count: 40))
            try await uploader.submit(UploaderBench.rows(0..<1))
            let run = Task { await uploader.run() }
            for second in 1..<20 { try await uploader.submit(UploaderBench.rows(second..<second + 1)) }
            try await uploader.drain()
            await uploader.stop()
            await run.value
            let times = bench.channel.writes.map(\.time)
            return zip(times.dropFirst(), times).map { $0 - $1 }.prefix(40).map(\.self)
        }
        let waits = try await waits(1)
        for (index, wait) in waits.enumerated() { #expect(wait <= min(300, pow(2, Double(index))) + 2.01) }
        #expect(waits.suffix(20).reduce(0, +) / 20 > 100)
        #expect(waits.max().map { $0 <= 300.01 } == true)
    }

    @Test func `Retry-After is obeyed`() async throws {
        let uploader = try bench.uploader()
        bench.channel.script([.answer(429, "", [("retry-after", "777")])])
        try await uploader.submit(UploaderBench.rows(0..<1))
        try await uploader.drain()
        let times = bench.channel.writes.map(\.time)
        #expect(times.count == 2 && times[1] - times[0] >= 777)
    }

    @Test func `single updates send a row a call and need an entry's number`() async throws {
        var bench = bench
        bench.options.usesSingleUpdates = true
        bench.options.interval = 1
        let uploader = try bench.uploader()
        bench.channel.script([.answer(200, "0"), .answer(200, "-1")])
        try await uploader.submit(UploaderBench.rows(0..<3))
        try await uploader.drain()
        #expect(bench.channel.stored == UploaderBench.stored(0..<3))
        #expect(bench.channel.writes.count == 5)
        #expect(bench.channel.writes.allSatisfy { $0.request.url == "http://channel.test/update" })
    }
}
