internal import Foundation
internal import SignalCore

extension ThingSpeakUploader {
    /// What one step came to.
    enum Step {
        /// Something was done; there may be more.
        case done
        /// Nothing may be done for some seconds.
        case wait(Double)
        /// Nothing waits.
        case idle
        /// Nothing may be done until a person has acted.
        case paused
    }

    /// Rows refused one after the other, none stored between, after which it is the channel that is wrong, not the rows.
    static let rejectionsUntilPause = 8
    /// Failed attempts to read back after which rows are sent again all the same: the channel takes a second only once.
    static let readBacksUntilResend = 3

    /// Makes one call, if there is anything to send and the time has come.
    func step(includingNewest: Bool) async -> Step {
        do {
            try queue.enforceLimits(at: Int64(clock.wallSeconds * 1_000))
            countDrops()
            if pausedReason != nil { return .paused }
            guard queue.count > 0 else { return .idle }
            let wait = memory.pacing.remaining(clock)
            guard wait <= 0 else { return .wait(wait) }
            let batch = try nextBatch(newestIsOpen: !includingNewest && newestIsOpen)
            guard batch.recordCount > 0 else { return .wait(max(untilSettled, 0.01)) }
            try await send(batch)
        } catch {
            // The disk: reading points, or writing dead letters or the cursor. It may be mended meanwhile.
            note("\(error)")
            backOff(retryAfter: nil)
        }
        return pausedReason == nil ? .done : .paused
    }

    private func nextBatch(newestIsOpen: Bool) throws -> UploadBatch {
        let isOpen = memory.recordsInFlight > 0
        return try UploadBatch(
            queue,
            UploadBatch.Bounds(
                rows: suspectCount > 0 ? min(sizeLimit, max(1, suspectCount / 2)) : sizeLimit,
                bytes: options.maximumBytes - 200,
                records: isOpen ? memory.recordsInFlight : .max, merge: options.merge,
                newestIsOpen: newestIsOpen && !isOpen),
            sent: memory.sentSeconds)
    }

    private func send(_ batch: UploadBatch) async throws {
        var rows = batch.rows
        var outcome = Outcome(batch)
        outcome.refused = batch.late.map { ($0, "the channel has a row of this second already; a second is sent once") }
        if memory.recordsInFlight > 0, !rows.isEmpty, let key = access.readKey {
            guard let found = await readBack(rows, key: key) else { return }
            rows = found.absent
            outcome.duplicates = found.same
            outcome.refused += found.different.map {
                ($0, "the channel has another row of this second, which was not sent by this uploader")
            }
        }
        guard !rows.isEmpty else { return try conclude(outcome) }

        let before = memory.recordsInFlight
        memory.recordsInFlight = max(before, batch.recordCount)
        memory.counters.calls += 1
        memory.pacing.hold(for: options.interval, clock)
        // Without this mark a crash now would only cost the look into what has arrived; a full disk must not stop the
        // sending, which is what empties it.
        do { try queue.beginFlight(memory.recordsInFlight, note: encodedMemory()) } catch { note("\(error)") }
        let request =
            options.usesSingleUpdates ? UploadRequest.single(rows[0], to: access) : UploadRequest.bulk(rows, to: access)
        var reply: UploadReply?
        let verdict: ReplyVerdict
        do {
            let received = try await perform(request)
            reply = received
            verdict = ReplyVerdict.of(received, single: options.usesSingleUpdates)
        } catch let failure as TransportFailure {
            verdict = failure.mayHaveArrived ? .unknown(failure.description) : .retry(failure.description)
        } catch {
            verdict = .unknown("the call was given up")
        }
        memory.pacing.hold(for: options.interval, clock)
        if verdict != .stored { memory.counters.failedCalls += 1 }
        let retryAfter = reply?.header("Retry-After").flatMap { RetryAfter.seconds($0, now: clock.wallSeconds) }
        switch verdict {
        case .stored:
            outcome.stored = rows
            (failuresInRow, rejectionsInRow) = (0, 0)
            suspectCount = max(0, suspectCount - rows.count)
            return try conclude(outcome)
        case .tooLarge(let why), .badRow(let why):
            if rows.count == 1, before > 0, reply?.status == 409 {
                // It was sent before, with an unknown outcome: the second that is taken is taken by it.
                suspectCount = 0
                outcome.duplicates.append(rows[0])
                return try conclude(outcome)
            }
            if rows.count == 1 {
                suspectCount = 0
                rejectionsInRow += 1
                outcome.refused.append((rows[0], access.redacted(why)))
                note(why)
                try conclude(outcome)
                if rejectionsInRow >= Self.rejectionsUntilPause {
                    halt("\(rejectionsInRow) rows were refused one after the other, the last one because \(why)")
                }
                return
            }
            if case .tooLarge = verdict { sizeLimit = rows.count / 2 } else { suspectCount = rows.count }
            memory.recordsInFlight = before
            note(why)
        case .retry(let why):
            memory.recordsInFlight = before
            note(why)
            backOff(retryAfter: retryAfter)
        case .unknown(let why):
            note(why)
            backOff(retryAfter: retryAfter)
        case .paused(let why):
            memory.recordsInFlight = before
            halt(why)
        }
        do {
            try queue.acknowledge(0, inFlight: memory.recordsInFlight, note: encodedMemory())
        } catch {
            // A full disk. Memory knows what it does not; after a crash, the outcome of the call counts as unknown.
            note("\(error)")
        }
    }

    /// What became of the records of a batch.
    private struct Outcome {
        let batch: UploadBatch
        var stored: [UploadRow] = []
        var duplicates: [UploadRow] = []
        var refused: [(row: UploadRow, reason: String)] = []

        init(_ batch: UploadBatch) { self.batch = batch }
    }

    /// Is done with the records of a batch: dead letters first, then counts and cursor in one instant.
    private func conclude(_ outcome: Outcome) throws {
        for (row, reason) in outcome.refused {
            try deadLetters.append([row], reason: reason, at: clock.wallSeconds)
            report("\(access): a row of \(WholeSecond.text(row.second)) was refused: \(reason)")
        }
        let arrived = outcome.stored + outcome.duplicates
        for row in arrived { memory.sentSeconds.insert(row.second) }
        memory.counters.sent += outcome.stored.count
        memory.counters.duplicatesSkipped += outcome.duplicates.count
        memory.counters.rejected += outcome.refused.count
        memory.counters.merged += outcome.batch.mergedCount
        memory.counters.damaged += outcome.batch.damagedCount
        let warnings = memory.budget.count(
            arrived.count, at: clock.wallSeconds, daily: options.dailyMessages, yearly: options.yearlyMessages)
        for warning in warnings { report("\(access): \(warning)") }
        let records = outcome.batch.recordCount
        memory.recordsInFlight = max(0, memory.recordsInFlight - records)
        readBackFailures = 0
        do {
            try queue.acknowledge(records, inFlight: memory.recordsInFlight, note: encodedMemory())
        } catch {
            // The records are done with in this process; the next cursor says so to the next one.
            note("\(error)")
        }
        madeRoom()
    }

    /// Asks the channel which rows of an unknown outcome it has; `nil` when it has to be asked again later.
    private func readBack(
        _ rows: [UploadRow], key: String
    ) async -> (absent: [UploadRow], same: [UploadRow], different: [UploadRow])? {
        var found: (absent: [UploadRow], same: [UploadRow], different: [UploadRow]) = ([], [], [])
        // A reply holds 8000 rows at most, and there may be rows of others between ours.
        for start in stride(from: 0, to: rows.count, by: 4_000) {
            let part = rows[start..<min(rows.count, start + 4_000)]
            let request = UploadRequest.readBack(
                from: part[start].second, to: part[part.endIndex - 1].second, key: key, of: access)
            var problem = "it cannot be asked what has arrived"
            var stored: StoredRows?
            do {
                let reply = try await perform(request)
                stored = StoredRows(reply)
                problem += " (\(reply.status))"
            } catch {
                problem += " (\(error))"
            }
            guard let stored else {
                readBackFailures += 1
                note(problem)
                guard readBackFailures >= Self.readBacksUntilResend else {
                    backOff(retryAfter: nil)
                    return nil
                }
                return (rows, [], [])
            }
            for row in part {
                switch stored.match(row) {
                case .absent: found.absent.append(row)
                case .same: found.same.append(row)
                case .different: found.different.append(row)
                }
            }
        }
        readBackFailures = 0
        return found
    }

    /// Waits longer after every failure in a row; only a success makes the waits short again.
    private func backOff(retryAfter: Double?) {
        failuresInRow += 1
        memory.pacing.hold(
            for: Backoff.seconds(
                failures: failuresInRow, uniform: generator.uniform(), interval: options.interval,
                retryAfter: retryAfter),
            clock)
    }

    private func halt(_ why: String) {
        pausedReason = access.redacted(why)
        note(why)
        report("\(access) is paused, points are kept: \(access.redacted(why))")
    }

    private func encodedMemory() -> [UInt8] {
        // Numbers and texts only: encoding cannot fail, and without its memory the uploader would still lose nothing.
        [UInt8]((try? JSONEncoder().encode(memory)) ?? Data())
    }
}
