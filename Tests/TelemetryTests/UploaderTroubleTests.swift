import Foundation
import SignalCore
import TestSupport
import Testing

@testable import Telemetry

/// Points 7 to 9 and 12 to 15 of the requirements: refusals, unknown outcomes, bounds, ends, allowance, secrets, state.
struct UploaderTroubleTests {
    private var bench: UploaderBench

    init() throws { bench = try UploaderBench() }

    @Test(arguments: [401, 402, 404, 403, 301])
    func `what only a person can mend pauses the channel and keeps the points`(_ status: Int) async throws {
        let uploader = try bench.uploader()
        bench.channel.script([.answer(status, "no")])
        try await uploader.submit(UploaderBench.rows(0..<3))
        let error = await #expect(throws: SignalError.self) { try await uploader.drain() }
        #expect(error?.code == .unavailable)
        try await uploader.submit(UploaderBench.rows(3..<5))
        await #expect(throws: SignalError.self) { try await uploader.drain() }
        #expect(bench.channel.writes.count == 1)
        let paused = await uploader.status()
        #expect(paused.state == .paused && paused.queued == 5 && paused.pausedReason?.contains("\(status)") == true)
        #expect(bench.reports.current.contains { $0.contains("is paused") })
        await uploader.resume()
        try await uploader.drain()
        #expect(bench.channel.stored == UploaderBench.stored(0..<5))
    }

    @Test func `a call that is too large is halved until it fits`() async throws {
        let uploader = try bench.uploader()
        bench.channel.allow(rows: 60)
        try await uploader.submit(UploaderBench.rows(0..<500))
        try await uploader.drain()
        #expect(bench.channel.stored == UploaderBench.stored(0..<500))
        // 500, 250, 125, 62 are too many; 31 a call are 17 calls.
        #expect(bench.channel.writes.count == 4 + 17)
    }

    @Test(arguments: [0, 1, 37, 98, 99])
    func `a row that is refused is found by halves and put aside with the reason`(_ bad: Int) async throws {
        let uploader = try bench.uploader()
        let badTime = WholeSecond.text(UploaderBench.rows(bad..<bad + 1)[0].second)
        bench.channel.refuse { $0["created_at"] == badTime }
        try await uploader.submit(UploaderBench.rows(0..<100))
        try await uploader.drain()
        var expected = UploaderBench.stored(0..<100)
        expected[UploaderBench.rows(bad..<bad + 1)[0].second] = nil
        #expect(bench.channel.stored == expected)
        #expect(
            try bench.deadLetters().map(\.row) == [
                ["created_at": badTime, "field1": PlainText.decimal(Double(bad) / 8) ?? ""]
            ])
        #expect(try bench.deadLetters().allSatisfy { $0.reason.contains("422") })
        #expect(await uploader.status().counters.rejected == 1)
        #expect(bench.channel.writes.count <= 2 * 8)
    }

    @Test func `a server that refuses every row pauses the channel instead of losing all`() async throws {
        let uploader = try bench.uploader()
        bench.channel.refuse { _ in true }
        try await uploader.submit(UploaderBench.rows(0..<100))
        await #expect(throws: SignalError.self) { try await uploader.drain() }
        #expect(try bench.deadLetters().count == ThingSpeakUploader.rejectionsUntilPause)
        #expect(await uploader.status().queued == 100 - ThingSpeakUploader.rejectionsUntilPause)
    }

    @Test func `an unknown outcome is looked into, and only what is missing is sent again`() async throws {
        var bench = bench
        bench.readKey = bench.channel.readKey
        let uploader = try bench.uploader()
        bench.channel.script([.storedThenLost])
        try await uploader.submit(UploaderBench.rows(0..<5))
        try await uploader.drain()
        #expect(bench.channel.writes.count == 1 && bench.channel.reads.count == 1)
        #expect(bench.channel.stored == UploaderBench.stored(0..<5))
        #expect(await uploader.status().counters.duplicatesSkipped == 5)
        // Lost on the way: the look finds nothing, and the same rows go again.
        bench.channel.script([.lost])
        try await uploader.submit(UploaderBench.rows(5..<8))
        try await uploader.drain()
        #expect(bench.channel.writes.count == 3)
        #expect(bench.channel.writes[1].body == bench.channel.writes[2].body)
        #expect(bench.channel.stored == UploaderBench.stored(0..<8))
        // Half of it there: the rest alone goes again. Another row of the second is no duplicate, and is kept.
        bench.channel.script([.lost])
        let next = UploaderBench.rows(8..<11)
        bench.channel.put(next[0].second, ["field1": "1.0"])
        bench.channel.put(next[1].second, ["field1": "-77"])
        try await uploader.submit(next)
        try await uploader.drain()
        #expect(bench.channel.stored[next[2].second] == ["field1": "1.25"])
        #expect(await uploader.status().counters.duplicatesSkipped == 6)
        #expect(try bench.deadLetters().first?.reason.contains("another row of this second") == true)
        #expect(bench.channel.calls.allSatisfy { !$0.request.url.contains("KEY") })
    }

    @Test(arguments: [true, false])
    func `a crash before the acknowledgement sends the same rows again, and stores none twice`(
        _ hasReadKey: Bool
    ) async throws {
        var bench = bench
        bench.readKey = hasReadKey ? bench.channel.readKey : nil
        var uploader = try bench.uploader()
        bench.channel.script([.hangs(stores: true)])
        try await uploader.submit(UploaderBench.rows(0..<5))
        let run = Task { [uploader] in await uploader.run() }
        bench.clock.advance(5)
        while bench.channel.writes.isEmpty { await Task.yield() }
        try await uploader.submit([UploadRow(time: UploaderBench.start + 4.5, values: [2: 1])])
        // The clock of the bench lets the bound of the end pass at once: the call is given up.
        await uploader.stop(within: 1)
        await run.value
        #expect(await uploader.status().queued == 6)
        uploader = try bench.uploader()
        try await uploader.drain()
        #expect(bench.channel.stored == UploaderBench.stored(0..<5))
        #expect(bench.channel.reads.count == (hasReadKey ? 1 : 0))
        #expect(bench.channel.writes.count == (hasReadKey ? 1 : 2))
        if !hasReadKey { #expect(bench.channel.writes[0].body == bench.channel.writes[1].body) }
        // The point that came for a second in flight is late.
        #expect(try bench.deadLetters().count == 1)
    }

    @Test func `a conflict after an unknown outcome is the row itself, already stored`() async throws {
        let uploader = try bench.uploader()
        bench.channel.script([
            .storedThenLost, .answer(409, "conflict"), .answer(409, "conflict"), .answer(409, "conflict"),
        ])
        try await uploader.submit(UploaderBench.rows(0..<2))
        try await uploader.drain()
        #expect(bench.channel.stored == UploaderBench.stored(0..<2))
        let counters = await uploader.status().counters
        #expect(counters.duplicatesSkipped == 2 && counters.sent == 0 && counters.rejected == 0)
        // Without an unknown outcome a conflict is with a row of somebody else.
        bench.channel.script([.answer(409, "conflict")])
        try await uploader.submit(UploaderBench.rows(5..<6))
        try await uploader.drain()
        #expect(await uploader.status().counters.rejected == 1)
    }

    @Test func `everybody who waits for the queue to be empty is told`() async throws {
        let uploader = try bench.uploader()
        try await uploader.submit(UploaderBench.rows(0..<30))
        bench.channel.script([.answer(503, ""), .lost, .unreachable])
        let run: Task<Void, Never> = try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<4 { group.addTask { try await uploader.drain() } }
            let run = Task { await uploader.run() }
            try await group.waitForAll()
            return run
        }
        #expect(bench.channel.stored == UploaderBench.stored(0..<30))
        // The loop goes on, whoever began first.
        try await uploader.submit(UploaderBench.rows(30..<31))
        try await uploader.drain()
        #expect(bench.channel.stored.count == 31)
        await uploader.stop()
        await run.value
    }

    @Test func `reading back that never works does not stop the sending`() async throws {
        var bench = bench
        bench.readKey = "NOTTHEKEY"
        let uploader = try bench.uploader()
        bench.channel.script([.storedThenLost])
        try await uploader.submit(UploaderBench.rows(0..<2))
        try await uploader.drain()
        #expect(bench.channel.reads.count == ThingSpeakUploader.readBacksUntilResend)
        #expect(bench.channel.stored == UploaderBench.stored(0..<2))
        #expect(await uploader.status().counters.sent == 2)
    }

    @Test func `a full queue holds the producer back and loses nothing`() async throws {
        var bench = bench
        bench.options.limits.maximumBytes = 1_000
        let uploader = try bench.uploader()
        let producer = Task {
            for row in UploaderBench.rows(0..<60) { try await uploader.submit([row]) }
        }
        while await uploader.status().queuedBytes < 900 { await Task.yield() }
        for _ in 0..<200 { await Task.yield() }
        #expect(await uploader.status().queued < 60)
        #expect(await uploader.status().queuedBytes <= 1_000)
        let run = Task { await uploader.run() }
        try await producer.value
        try await uploader.drain()
        #expect(bench.channel.stored == UploaderBench.stored(0..<60))
        #expect(await uploader.status().counters.dropped == 0)
        await uploader.stop()
        await run.value
    }

    @Test(arguments: [OverflowPolicy.dropOldest, .thinOut])
    func `every drop is counted and told`(_ policy: OverflowPolicy) async throws {
        var bench = bench
        bench.options.limits.maximumBytes = 1_000
        bench.options.limits.policy = policy
        let uploader = try bench.uploader()
        for row in UploaderBench.rows(0..<60) { try await uploader.submit([row]) }
        let status = await uploader.status()
        #expect(status.queuedBytes <= 1_000 && status.counters.dropped > 0)
        #expect(status.queued + status.counters.dropped == 60)
        #expect(bench.reports.current.last?.contains("\(status.counters.dropped) in all") == true)
        try await uploader.drain()
        #expect(bench.channel.stored.count == status.queued)
        #expect(bench.channel.order.last == UploaderBench.rows(59..<60)[0].second)
        await uploader.stop()
        #expect(try await bench.uploader().status().counters.dropped == status.counters.dropped)
    }

    @Test func `those who wait for room are told when the uploader ends`() async throws {
        var bench = bench
        bench.options.limits.maximumBytes = 1_000
        let uploader = try bench.uploader()
        let producer = Task { for row in UploaderBench.rows(0..<60) { try await uploader.submit([row]) } }
        while await uploader.status().queuedBytes < 900 { await Task.yield() }
        for _ in 0..<200 { await Task.yield() }
        await uploader.stop()
        let error = await #expect(throws: SignalError.self) { try await producer.value }
        #expect(error?.code == .cancelled)
        await #expect(throws: SignalError.self) { try await uploader.submit(UploaderBench.rows(0..<1)) }
    }

    @Test func `a full disk is visible, refuses points, and does not stop the sending`() async throws {
        let isFull = Shared(false)
        var bench = bench
        bench.disk.write = { descriptor, bytes in
            isFull.current ? -Int(ENOSPC) : DiskAccess.system.write(descriptor, bytes)
        }
        let uploader = try bench.uploader()
        try await uploader.submit(UploaderBench.rows(0..<3))
        isFull.withLock { $0 = true }
        let error = await #expect(throws: SignalError.self) { try await uploader.submit(UploaderBench.rows(3..<4)) }
        #expect(error?.message.contains("make room") == true)
        #expect(await uploader.status().diskRefuses)
        #expect(await uploader.status().lastError?.contains("make room") == true)
        try await uploader.drain()
        #expect(bench.channel.stored == UploaderBench.stored(0..<3))
        isFull.withLock { $0 = false }
        try await uploader.submit(UploaderBench.rows(4..<5))
        #expect(await !uploader.status().diskRefuses)
        try await uploader.drain()
        #expect(bench.channel.stored.count == 4)
    }

    @Test func `the end waits for a call in flight within its bound`() async throws {
        let uploader = try bench.uploader()
        try await uploader.submit(UploaderBench.rows(0..<3))
        bench.clock.advance(5)
        bench.clock.letSleepsLast(true)
        let run = Task { await uploader.run() }
        while bench.channel.writes.isEmpty { await Task.yield() }
        await uploader.stop(within: 10)
        await run.value
        #expect(bench.channel.stored == UploaderBench.stored(0..<3))
        #expect(await uploader.status().queued == 0)
        #expect(await uploader.status().state == .stopped)
    }

    @Test func `a second uploader of the channel is refused`() async throws {
        let uploader = try bench.uploader()
        let error = #expect(throws: SignalError.self) { try bench.uploader() }
        #expect(error?.code == .unavailable)
        await uploader.stop()
        _ = try bench.uploader()
    }

    @Test func `messages are counted by day and year, with a warning before the allowance ends`() async throws {
        var bench = bench
        bench.options.dailyMessages = 10
        bench.options.yearlyMessages = 16
        var uploader = try bench.uploader()
        func send(_ range: Range<Int>) async throws {
            try await uploader.submit(UploaderBench.rows(range))
            try await uploader.drain()
        }
        try await send(0..<8)
        #expect(bench.reports.current.isEmpty)
        try await send(8..<9)
        #expect(bench.reports.current.map { $0.contains("9 of 10 messages of the licence are used today") } == [true])
        await uploader.stop()
        bench.clock.advance(86_400)
        uploader = try bench.uploader()
        try await send(9..<15)
        #expect(bench.reports.current.last?.contains("15 of 16 messages of the licence are used this year") == true)
        let budget = await uploader.status().budget
        #expect(budget.sentToday == 6 && budget.sentThisYear == 15)
    }

    @Test func `no key appears in files, reports or states, even when the server repeats it`() async throws {
        var bench = bench
        bench.writeKey = "SECRETWRITEKEY99"
        bench.readKey = "SECRETREADKEY999"
        let uploader = try bench.uploader()
        bench.channel.script([.answer(422, "your key SECRETWRITEKEY99"), .lost, .answer(500, "SECRETREADKEY999")])
        try await uploader.submit(UploaderBench.rows(0..<1))
        try await uploader.submit(UploaderBench.rows(1..<2))
        let error = await #expect(throws: SignalError.self) { try await uploader.drain() }
        #expect(error.map { "\($0)".contains("SECRET") } == false)
        await uploader.stop()
        #expect(bench.reports.current.allSatisfy { !$0.contains("SECRET") })
        let folder = UploadFolder.path(of: try bench.access(), in: bench.folder.path("state"))
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
            let text = String(decoding: try Data(contentsOf: URL(filePath: folder + "/" + name)), as: UTF8.self)
            #expect(!text.contains("SECRET"), "\(name)")
            let mode = try FileManager.default.attributesOfItem(atPath: folder + "/" + name)[.posixPermissions] as? Int
            #expect(mode == 0o600, "\(name)")
        }
    }

    @Test func `the state is visible to others while it changes`() async throws {
        let uploader = try bench.uploader()
        bench.channel.script([.answer(503, "busy")])
        try await uploader.submit(UploaderBench.rows(0..<3))
        bench.clock.letSleepsLast(true)
        bench.clock.advance(9)
        let run = Task { await uploader.run() }
        while bench.clock.sleeps.isEmpty { await Task.yield() }
        let folder = UploadFolder.path(of: try bench.access(), in: bench.folder.path("state"))
        let (seen, process) = try UploadFolder.read(folder, now: bench.clock.wallSeconds)
        let status = try #require(seen)
        #expect(process == getpid())
        #expect(status.state == .running && status.queued == 3 && status.oldestAge == 9)
        #expect(status.lastError?.contains("503 'busy'") == true)
        #expect(
            status.nextAttempt.flatMap { WholeSecond.parse($0) }.map { Double($0) > bench.clock.wallSeconds } == true)
        await uploader.stop()
        await run.value
        let after = try UploadFolder.read(folder, now: bench.clock.wallSeconds)
        #expect(after.process == nil && after.status?.state == .stopped && after.status?.queued == 3)
        #expect(UploadFolder.all(in: bench.folder.path("state")) == [folder])
    }
}
