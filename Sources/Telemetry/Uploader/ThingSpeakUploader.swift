internal import Foundation
internal import SignalCore

/// Sends rows to one channel of ThingSpeak, or of a server that speaks its language, and loses none.
///
/// What ``submit(_:)`` has taken is on the disk. ``run()`` sends it, oldest first, one call at a time, in the batches and at
/// the pace that the service allows; a row is removed only when it is proven to be stored. Failures are tried again for as
/// long as it takes, rows that the service refuses for good go to a file with the reason, and what only a person can mend
/// pauses the channel. A call whose outcome is not known is looked into before its rows are sent again.
///
/// The rules stand in `docs/uploads.md`.
public actor ThingSpeakUploader {
    /// The channel.
    public nonisolated let access: ChannelAccess
    /// The folder of the queue, the status file and the dead letters.
    public nonisolated let folder: String

    let options: UploaderOptions
    let transport: any UploadTransport
    let clock: any UploadClock
    let report: @Sendable (String) -> Void
    let queue: DurableQueue
    let deadLetters: DeadLetterFile
    let disk: DiskAccess
    var memory: UploadMemory
    var generator: SeededGenerator

    // What a start begins anew.
    var failuresInRow = 0
    var rejectionsInRow = 0
    var readBackFailures = 0
    /// Rows of a call at most since the server found more too large.
    var sizeLimit: Int
    /// Rows among which one is refused, while it is looked for.
    var suspectCount = 0
    var pausedReason: String?
    var lastError: (text: String, time: Double)?
    var diskRefuses = false
    private var lastTaken: Double
    private var droppedBefore = 0
    private var statusWritten = -Double.infinity

    // Who waits for what.
    private struct Submission {
        let payloads: [[UInt8]]
        let continuation: CheckedContinuation<Void, any Error>
    }
    private var submissions: [Submission] = []
    private var commitIsScheduled = false
    private var drainers: [CheckedContinuation<Void, any Error>] = []
    private var enders: [CheckedContinuation<Void, Never>] = []
    private var wakeUp: CheckedContinuation<Void, Never>?
    private var isRunning = false
    private(set) var isStopping = false
    private var isAbandoned = false
    private var sleeping: Task<Void, Never>?
    private var sending: Task<UploadReply, any Error>?

    /// Opens the queue of a channel.
    ///
    /// - Parameters:
    ///   - access: the channel and its keys.
    ///   - stateDirectory: where queues live; that of this channel is a folder below `upload`.
    ///   - report: gets sentences for people: drops, pauses, warnings. They hold no keys.
    /// - Throws: `SignalError` with code `invalidOption`, or `unavailable` when another process uploads to the channel or
    ///   the folder cannot be written.
    public init(
        access: ChannelAccess, stateDirectory: String, options: UploaderOptions, transport: any UploadTransport,
        clock: any UploadClock = SystemUploadClock(), report: @escaping @Sendable (String) -> Void = { _ in }
    ) throws {
        try self.init(
            access: access, stateDirectory: stateDirectory, options: options, transport: transport, clock: clock,
            disk: .system, report: report)
    }

    init(
        access: ChannelAccess, stateDirectory: String, options: UploaderOptions, transport: any UploadTransport,
        clock: any UploadClock, disk: DiskAccess, report: @escaping @Sendable (String) -> Void
    ) throws {
        try options.validate(for: access)
        (self.access, self.options, self.transport, self.clock) = (access, options, transport, clock)
        (self.disk, self.report) = (disk, report)
        folder = UploadFolder.path(of: access, in: stateDirectory)
        queue = try DurableQueue(folder: folder, limits: options.limits, disk: disk)
        deadLetters = DeadLetterFile(path: UploadFolder.deadLetters(folder), disk: disk)
        memory = (try? JSONDecoder().decode(UploadMemory.self, from: Data(queue.note))) ?? UploadMemory()
        memory.counters.damaged += queue.recovery.damagedCount
        // The same jitter after every start would not spread the calls of many.
        generator = SeededGenerator(seed: options.seed, stream: UInt64(memory.counters.calls))
        sizeLimit = options.usesSingleUpdates ? 1 : options.maximumRows
        lastTaken = clock.steadySeconds
        for sentence in UploadFolder.sentences(queue.recovery, folder) { report(sentence) }
    }

    /// Takes rows: when this returns, they are on the disk. Rows without values are passed over. With the policy to
    /// block, this waits while the queue is full. Several calls at once share one trip to the disk.
    ///
    /// Rows of an implausible time (before 2010, more than a day ahead) go to the dead letters, unless options allow them.
    ///
    /// - Throws: `SignalError` with code `unavailable` when the disk refuses them, or `cancelled` when the uploader was
    ///   stopped; none of the rows is taken then.
    public func submit(_ rows: [UploadRow]) async throws {
        guard !isStopping else { throw Self.stopped }
        let now = clock.wallSeconds
        let implausible = options.allowsImplausibleTimes ? [] : rows.filter { !Self.isPlausible($0.second, now: now) }
        if let first = implausible.first {
            let reason =
                "its time, \(WholeSecond.text(first.second)), is that of a clock that is not set (before 2010, or more than "
                + "a day ahead)"
            try deadLetters.append(implausible, reason: reason, at: now)
            memory.counters.rejected += implausible.count
            note("\(implausible.count) rows were refused: " + reason)
            report("\(access): \(implausible.count) rows were refused; " + reason)
        }
        let encoder = JSONEncoder()
        let payloads = try rows.filter {
            !$0.isEmpty && (options.allowsImplausibleTimes || Self.isPlausible($0.second, now: now))
        }.map { [UInt8](try encoder.encode($0)) }
        guard !payloads.isEmpty else { return }
        try await withCheckedThrowingContinuation { continuation in
            submissions.append(Submission(payloads: payloads, continuation: continuation))
            guard !commitIsScheduled else { return }
            commitIsScheduled = true
            Task { commit() }
        }
    }

    /// Sends what there is and what comes, until ``stop(within:)``.
    public func run() async {
        while isRunning { await withCheckedContinuation { enders.append($0) } }
        guard !isStopping else { return }
        isRunning = true
        // There from the start, so that a full disk only has to take it in its place; soon written anew.
        writeStatus(force: true)
        statusWritten = -.infinity
        while !isStopping {
            let step = await step(includingNewest: !drainers.isEmpty)
            writeStatus()
            switch step {
            case .done: continue
            case .wait(let seconds): await pause(seconds)
            case .idle, .paused:
                settleDrainers()
                guard drainers.isEmpty, !isStopping else { continue }
                await withCheckedContinuation { wakeUp = $0 }
            }
        }
        ended()
    }

    /// Sends everything that waits, the newest second included, and returns when nothing does.
    ///
    /// - Throws: `SignalError` with code `unavailable` when the channel is paused, `cancelled` when the uploader is stopped.
    public func drain() async throws {
        if isRunning {
            return try await withCheckedThrowingContinuation {
                drainers.append($0)
                wake()
                sleeping?.cancel()
            }
        }
        isRunning = true
        defer { ended() }
        while !isStopping {
            let step = await step(includingNewest: true)
            writeStatus()
            switch step {
            case .done: continue
            case .wait(let seconds): await pause(seconds)
            case .idle: return settleDrainers()
            case .paused:
                settleDrainers()
                throw pausedError
            }
        }
        throw Self.stopped
    }

    /// Whether the channel has a row of a second already, as far as this uploader sent it: one more would be refused, so
    /// whoever says everything again after an interruption leaves it out.
    public func hasSent(second: Int) -> Bool { memory.sentSeconds.contains(Int64(second)) }

    /// The seconds whose points wait to be sent.
    ///
    /// - Throws: `SignalError` with code `unreadable` when the disk does not give them.
    public func waitingSeconds() throws -> Set<Int> {
        var seconds = Set<Int>()
        for first in stride(from: 0, to: queue.count, by: 512) {
            for case let payload? in try queue.payloads(first..<min(queue.count, first + 512)) {
                // What is damaged is found and told when it is sent.
                guard let point = try? JSONDecoder().decode(UploadRow.self, from: Data(payload)) else { continue }
                seconds.insert(Int(point.second))
            }
        }
        return seconds
    }

    /// Ends the uploader: a call in flight may finish within some seconds and is given up then. What waits is sent by the
    /// next start.
    public func stop(within seconds: Double = 10) async {
        guard !isStopping else { return }
        isStopping = true
        sleeping?.cancel()
        wake()
        let limit = Task { [clock] in
            try await clock.sleep(seconds: seconds)
            self.abandon()
        }
        // The call in flight is the only thing that takes time.
        if isRunning { await withCheckedContinuation { enders.append($0) } }
        limit.cancel()
        for submission in submissions { submission.continuation.resume(throwing: Self.stopped) }
        submissions = []
        settleDrainers()
        writeStatus(force: true)
        queue.close()
    }

    /// Lets a paused channel send again.
    public func resume() {
        pausedReason = nil
        (rejectionsInRow, failuresInRow) = (0, 0)
        wake()
    }

    // MARK: Taking

    /// Brings all submissions that there is room for to the disk in one go, in their order.
    private func commit() {
        commitIsScheduled = false
        var group: [[UInt8]] = []
        var count = 0
        while count < submissions.count, queue.hasRoom(for: group + submissions[count].payloads) {
            group += submissions[count].payloads
            count += 1
        }
        guard count > 0 else { return }
        let taken = submissions.prefix(count)
        submissions.removeFirst(count)
        do {
            try queue.append(group, at: Int64(clock.wallSeconds * 1_000))
            diskRefuses = false
            lastTaken = clock.steadySeconds
            for submission in taken { submission.continuation.resume() }
        } catch {
            diskRefuses = true
            note("\(error)")
            for submission in taken { submission.continuation.resume(throwing: error) }
        }
        countDrops()
        writeStatus()
        wake()
    }

    /// Lets those who wait for room have it.
    func madeRoom() {
        if !submissions.isEmpty { commit() }
    }

    func countDrops() {
        let dropped = queue.droppedCount - droppedBefore
        guard dropped > 0 else { return }
        droppedBefore += dropped
        memory.counters.dropped += dropped
        report(
            "\(access): the queue is full or too old; \(dropped) points were dropped, \(memory.counters.dropped) in all"
        )
        if let failure = queue.limitFailure { note("\(failure)") }
    }

    /// Whether the newest second may still get points.
    var newestIsOpen: Bool { clock.steadySeconds - lastTaken < options.settleSeconds }

    /// Seconds until the newest second counts as complete.
    var untilSettled: Double { max(0, lastTaken + options.settleSeconds - clock.steadySeconds) }

    static func isPlausible(_ second: Int64, now: Double) -> Bool {
        second >= WholeSecond.earliestPlausible && Double(second) <= now + 86_400
    }

    // MARK: Waiting

    /// Sends a request in a task of its own, which only ``stop(within:)`` cuts short.
    func perform(_ request: UploadRequest) async throws -> UploadReply {
        guard !isAbandoned else { throw CancellationError() }
        let task = Task { [transport] in try await transport.send(request) }
        sending = task
        defer { sending = nil }
        return try await task.value
    }

    private func abandon() {
        isAbandoned = true
        sending?.cancel()
    }

    private func ended() {
        isRunning = false
        for ender in enders { ender.resume() }
        enders = []
    }

    private func pause(_ seconds: Double) async {
        let task = Task<Void, Never> { [clock] in
            do {
                try await clock.sleep(seconds: seconds)
            } catch {
                // A sleep that is cut short has done its duty.
            }
        }
        sleeping = task
        await task.value
        sleeping = nil
    }

    private func wake() {
        wakeUp?.resume()
        wakeUp = nil
    }

    private func settleDrainers() {
        let error: (any Error)? = isStopping && queue.count > 0 ? Self.stopped : pausedReason == nil ? nil : pausedError
        for drainer in drainers {
            if let error { drainer.resume(throwing: error) } else { drainer.resume() }
        }
        drainers = []
    }

    /// Bytes of the status file.
    private static let statusBytes = 4_096
    private static let stopped = SignalError(.cancelled, "the uploader was stopped")

    private var pausedError: SignalError {
        SignalError(.unavailable, "\(access) takes nothing at present: \(pausedReason ?? ""); what waits is kept")
    }

    // MARK: Telling

    /// Remembers what went wrong, for the status.
    func note(_ text: String) { lastError = (access.redacted(text), clock.wallSeconds) }

    /// How the uploader is doing.
    public func status() -> UploadStatus {
        let now = clock.wallSeconds
        var status = UploadStatus(
            url: access.url, channel: access.channel,
            state: isStopping ? .stopped : pausedReason == nil ? .running : .paused, counters: memory.counters,
            budget: memory.budget, updated: WholeSecond.text(Int64(now)))
        status.pausedReason = pausedReason
        status.queued = queue.count
        status.queuedBytes = queue.byteCount
        status.oldestTakenAt = queue.oldestTakenAt
        status.oldestAge = queue.oldestTakenAt.map { max(0, now - Double($0) / 1_000) }
        status.lastError = lastError?.text
        status.lastErrorTime = lastError.map { WholeSecond.text(Int64($0.time)) }
        status.diskRefuses = diskRefuses
        if pausedReason == nil, !isStopping, queue.count > 0 {
            status.nextAttempt = WholeSecond.text(Int64((now + memory.pacing.remaining(clock)).rounded(.up)))
        }
        return status
    }

    /// Writes the status file, at most once a second.
    private func writeStatus(force: Bool = false) {
        guard force || clock.steadySeconds - statusWritten >= 1 else { return }
        statusWritten = clock.steadySeconds
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        // The file is for people to look at; the counts are in the cursor, so a full disk costs nothing here.
        guard let data = try? encoder.encode(status()) else { return }
        // Of one size at all times, so that a full disk can take it in place of the one before.
        var bytes = [UInt8](data)
        bytes += Array(repeating: UInt8(ascii: " "), count: max(0, Self.statusBytes - 1 - bytes.count)) + [0x0A]
        let path = UploadFolder.status(folder)
        do {
            try disk.replace(path, with: bytes, durably: false)
        } catch {
            try? disk.overwrite(path, with: bytes)
        }
    }
}
