internal import Foundation
internal import SignalCore

/// Records on the disk, first in, first out. What ``append(_:at:)`` returned from survives any crash.
///
/// Records are appended to segment files and brought to the disk before they count as taken. A cursor file, replaced as a
/// whole, says how far they are done with; finished segments are deleted. A lock keeps a second process out. The entries
/// that wait are held in memory (32 bytes each), their payloads are not.
///
/// The owner may have the first records in flight (``inFlightCount``); the limits never touch those.
final class DurableQueue {
    /// What was found when the queue was opened.
    struct Recovery: Equatable {
        /// Bytes cut off at the end: a write that did not finish, so nobody was told that it was taken.
        var tornBytes = 0
        /// Stretches in the middle that are no record.
        var damagedCount = 0
        /// Whether the cursor was damaged, so that everything on the disk waits again.
        var cursorWasLost = false
    }

    let folder: String
    let limits: QueueLimits
    let recovery: Recovery
    /// The owner's note, as of the last cursor.
    private(set) var note: [UInt8]
    /// Bytes of waiting records on the disk.
    private(set) var byteCount = 0
    /// Records that the limits made the queue give up, since it was opened.
    private(set) var droppedCount = 0
    /// How many of the first records their owner is sending.
    private(set) var inFlightCount = 0
    /// Why the limits could not be enforced by the last ``append(_:at:)`` that tried.
    private(set) var limitFailure: (any Error)?

    private static let damaged: [UInt8] = [0x21]

    private var waiting: [QueueEntry] = []
    private var head = 0
    private let disk: DiskAccess
    private let lock: QueueLock
    private var active: (number: UInt64, descriptor: Int32, length: Int)?
    private var lastNumber: UInt64 = 0

    /// Opens the queue of a folder, which is made when it is not there.
    ///
    /// - Throws: `SignalError` with code `unavailable` when another process has it or the folder cannot be written,
    ///   `unsupported` when it is of another version.
    init(folder: String, limits: QueueLimits = QueueLimits(), disk: DiskAccess = .system) throws {
        do {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            let code = ((error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError)?.code
            throw DiskAccess.failure("the folder cannot be created", Int32(code ?? Int(EIO)), path: folder)
        }
        (self.folder, self.limits, self.disk) = (folder, limits, disk)
        lock = try QueueLock(folder: folder)
        let cursor = QueueCursor.read(folder)
        note = cursor?.note ?? []
        var recovery = Recovery()
        recovery.cursorWasLost = cursor == nil && FileManager.default.fileExists(atPath: QueueCursor.path(folder))
        let start = cursor?.position ?? QueuePosition(segment: 0, offset: 0)
        try Self.finishCompaction(folder, start, disk)
        let numbers = QueueSegment.numbers(in: folder)
        for number in numbers {
            if number < start.segment {
                FileCalls.remove(QueueSegment.path(folder, number))
                continue
            }
            let scan = try QueueSegment.scan(folder, number, from: number == start.segment ? start.offset : 0)
            waiting += scan.entries
            recovery.damagedCount += scan.damagedCount
            guard scan.tornBytes > 0 else { continue }
            recovery.tornBytes += scan.tornBytes
            let path = QueueSegment.path(folder, number)
            guard FileCalls.truncate(path, to: scan.end) == 0 else {
                throw DiskAccess.failure("cannot be shortened", errno, path: path)
            }
        }
        lastNumber = max(numbers.last ?? 0, start.segment)
        self.recovery = recovery
        byteCount = waiting.reduce(0) { $0 + $1.frameLength }
    }

    deinit { if let active { Foundation.close(active.descriptor) } }

    /// Gives the folder to others. The counts stay, but nothing may be taken or acknowledged any more.
    func close() {
        if let active { Foundation.close(active.descriptor) }
        active = nil
        lock.release()
    }

    /// Records that wait, those in flight among them.
    var count: Int { waiting.count - head }
    /// When the oldest waiting record was taken, in milliseconds since 1970.
    var oldestTakenAt: Int64? { head < waiting.count ? waiting[head].takenAt : nil }

    /// Whether records of these lengths can be taken now; always, unless the policy is to block. Into an empty queue
    /// one lot always goes, so that a small limit cannot stop everything.
    func hasRoom(for payloads: [[UInt8]]) -> Bool {
        limits.policy != .block || count == 0 || Self.frameBytes(payloads) <= limits.maximumBytes - byteCount
    }

    /// Takes records: when this returns they are on the disk, all of them; when it throws, none is taken.
    ///
    /// - Parameter now: milliseconds since 1970.
    /// - Throws: `SignalError` with code `unavailable` when the disk refuses, `limitExceeded` when there is no room and
    ///   the policy is to block, or a record is longer than 1 MiB or empty.
    func append(_ payloads: [[UInt8]], at now: Int64) throws {
        guard !payloads.isEmpty else { return }
        for payload in payloads where payload.isEmpty || payload.count > QueueFrame.maximumPayload {
            throw SignalError(
                .limitExceeded, "a record of \(payload.count) bytes cannot be queued; 1 to 1048576 can be")
        }
        guard hasRoom(for: payloads) else {
            throw SignalError(
                .limitExceeded,
                "the queue is full (\(byteCount) of \(limits.maximumBytes) bytes); wait until it is sent"
            ).at(path: folder)
        }
        var segment = try openSegment()
        var entries: [QueueEntry] = []
        var bytes: [UInt8] = []
        for payload in payloads {
            entries.append(
                QueueEntry(
                    position: QueuePosition(segment: segment.number, offset: segment.length + bytes.count),
                    length: payload.count, takenAt: now))
            bytes += QueueFrame.encoded(payload, takenAt: now)
        }
        let path = QueueSegment.path(folder, segment.number)
        do {
            try disk.writeAll(bytes, to: segment.descriptor, path: path)
            try disk.synchroniseAll(segment.descriptor, path: path)
        } catch {
            // What the disk holds of this write is unknown: cut it off, and do not write behind it in any case.
            _ = ftruncate(segment.descriptor, off_t(segment.length))
            Foundation.close(segment.descriptor)
            active = nil
            throw error
        }
        segment.length += bytes.count
        active = segment
        waiting += entries
        byteCount += bytes.count
        // The records are taken whatever becomes of the older ones, so a failure here is kept, not thrown.
        do { try enforceLimits(at: now) } catch { limitFailure = error }
    }

    /// The payloads of the first records; `nil` for one that was damaged on the disk.
    ///
    /// - Throws: `SignalError` with code `unreadable`.
    func payloads(_ range: Range<Int>) throws -> [[UInt8]?] {
        try QueueSegment.payloads(folder, waiting[head + range.lowerBound..<head + range.upperBound])
    }

    /// Says that the first records are being sent, with the owner's note of it.
    ///
    /// - Throws: `SignalError` with code `unavailable` when the note cannot be written; the records count as in flight
    ///   all the same.
    func beginFlight(_ count: Int, note: [UInt8]) throws {
        inFlightCount = min(count, self.count)
        self.note = note
        try moveCursor()
    }

    /// Is done with the first records, in one instant with the owner's note; none for a change of the note alone.
    ///
    /// When the cursor cannot be written (a full disk), finished segments are deleted first, which makes room and says
    /// the same about their records.
    ///
    /// - Parameters:
    ///   - count: records that are done with.
    ///   - inFlight: records behind those whose fate is still open.
    ///   - note: the owner's note.
    /// - Throws: `SignalError` with code `unavailable`; the records are done with in this process, and the next change
    ///   of the cursor covers them.
    func acknowledge(_ count: Int, inFlight: Int = 0, note: [UInt8]) throws {
        removeFirst(count)
        inFlightCount = min(inFlight, self.count)
        self.note = note
        do {
            try moveCursor()
        } catch {
            deleteFinished()
            try moveCursor()
        }
        deleteFinished()
    }

    /// Gives up records that the limits do not allow any more.
    ///
    /// - Throws: `SignalError` with code `unavailable` when the cursor cannot be moved.
    func enforceLimits(at now: Int64) throws {
        let before = droppedCount
        if let age = limits.maximumAge {
            let end = waiting[(head + inFlightCount)...].firstIndex { Double(now - $0.takenAt) / 1_000 <= age }
            drop(head + inFlightCount..<(end ?? waiting.count))
        }
        while byteCount > limits.maximumBytes, limits.policy != .block {
            let first = head + inFlightCount
            // The newest record stays whatever its size.
            guard waiting.count - first > 1 else { break }
            if limits.policy == .thinOut {
                try thinOut(from: first)
                continue
            }
            var end = first
            var excess = byteCount - limits.maximumBytes
            while excess > 0, end < waiting.count - 1 {
                excess -= waiting[end].frameLength
                end += 1
            }
            drop(first..<end)
        }
        guard droppedCount > before, inFlightCount == 0 else { return }
        try moveCursor()
        deleteFinished()
    }

    /// What waits in a folder, for people to see: nothing is locked, cut or changed.
    ///
    /// - Throws: `SignalError` with code `unreadable` or `unsupported`.
    static func census(_ folder: String) throws -> (entries: [QueueEntry], note: [UInt8]) {
        let cursor = QueueCursor.read(folder)
        let start = cursor?.position ?? QueuePosition(segment: 0, offset: 0)
        let entries = try QueueSegment.numbers(in: folder).filter { $0 >= start.segment }.flatMap { number in
            try QueueSegment.scan(folder, number, from: number == start.segment ? start.offset : 0).entries
        }
        return (entries, cursor?.note ?? [])
    }

    // MARK: Changes of what waits

    private func removeFirst(_ count: Int) {
        for entry in waiting[head..<head + count] { byteCount -= entry.frameLength }
        head += count
        if head > 4_096, head * 2 > waiting.count {
            waiting.removeFirst(head)
            head = 0
        }
    }

    private func drop(_ range: Range<Int>) {
        droppedCount += range.count
        for entry in waiting[range] { byteCount -= entry.frameLength }
        waiting.removeSubrange(range)
    }

    /// Removes every second record of the older half and writes what remains anew, so that the disk has room as well.
    private func thinOut(from first: Int) throws {
        let middle = first + (waiting.count - first + 1) / 2
        var kept = Array(waiting[head..<first])
        kept += waiting[first..<middle].enumerated().filter { $0.offset % 2 == 1 }.map(\.element)
        kept += waiting[middle...]
        let dropped = waiting.count - head - kept.count
        try compact(kept)
        droppedCount += dropped
    }

    /// Writes the records that remain into one new segment. The cursor that points to it makes the change, in one
    /// instant; until then the new file has a temporary name and is removed by the next start.
    private func compact(_ kept: [QueueEntry]) throws {
        let number = lastNumber + 1
        let path = QueueSegment.path(folder, number)
        let descriptor = FileCalls.open(path + ".new", O_WRONLY | O_CREAT | O_TRUNC | O_APPEND)
        guard descriptor >= 0 else { throw DiskAccess.failure("cannot be created", errno, path: path) }
        var bytes = QueueSegment.mark
        var entries: [QueueEntry] = []
        for (entry, payload) in zip(kept, try QueueSegment.payloads(folder, kept)) {
            // A damaged record keeps its place, with a payload that no owner takes for its own.
            let payload = payload ?? Self.damaged
            entries.append(
                QueueEntry(
                    position: QueuePosition(segment: number, offset: bytes.count), length: payload.count,
                    takenAt: entry.takenAt))
            bytes += QueueFrame.encoded(payload, takenAt: entry.takenAt)
        }
        do {
            try disk.writeAll(bytes, to: descriptor, path: path)
            try disk.synchroniseAll(descriptor, path: path)
            try disk.synchroniseFolder(folder)
        } catch {
            Foundation.close(descriptor)
            FileCalls.remove(path + ".new")
            throw error
        }
        // From here on the new segment may be in force for the next start, even if something fails: what is appended
        // from now on goes behind it.
        lastNumber = number
        if let active { Foundation.close(active.descriptor) }
        active = nil
        do {
            let start = QueuePosition(segment: number, offset: QueueSegment.headerLength)
            try QueueCursor(position: start, note: note).write(folder, disk)
            guard FileCalls.rename(path + ".new", to: path) == 0 else {
                throw DiskAccess.failure("cannot be renamed", errno, path: path)
            }
        } catch {
            Foundation.close(descriptor)
            throw error
        }
        active = (number, descriptor, bytes.count)
        (waiting, head) = (entries, 0)
        byteCount = entries.reduce(0) { $0 + $1.frameLength }
        deleteFinished()
    }

    /// Ends a compaction that a crash cut off: a new segment to which the cursor points is in force, any other is not.
    private static func finishCompaction(_ folder: String, _ start: QueuePosition, _ disk: DiskAccess) throws {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        for name in names where name.hasSuffix(".log.new") || name.hasSuffix(".tmp") {
            let path = folder + "/" + name
            if path == QueueSegment.path(folder, start.segment) + ".new" {
                _ = FileCalls.rename(path, to: String(path.dropLast(4)))
            } else {
                FileCalls.remove(path)
            }
        }
        try disk.synchroniseFolder(folder)
    }

    // MARK: Files

    private func moveCursor() throws {
        try QueueCursor(position: start, note: note).write(folder, disk)
    }

    /// Where the first waiting record is, or where the next one will be.
    private var start: QueuePosition {
        if head < waiting.count { return waiting[head].position }
        if let active { return QueuePosition(segment: active.number, offset: active.length) }
        return QueuePosition(segment: lastNumber + 1, offset: 0)
    }

    private func deleteFinished() {
        let first = start.segment
        for number in QueueSegment.numbers(in: folder) where number < first {
            FileCalls.remove(QueueSegment.path(folder, number))
        }
    }

    /// The segment to append to; a new one when there is none, it is full, or the last one ended in a failure.
    private func openSegment() throws -> (number: UInt64, descriptor: Int32, length: Int) {
        if let active {
            if active.length < limits.segmentBytes { return active }
            Foundation.close(active.descriptor)
            self.active = nil
        }
        let number = lastNumber + 1
        let path = QueueSegment.path(folder, number)
        let descriptor = FileCalls.open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND)
        guard descriptor >= 0 else { throw DiskAccess.failure("cannot be created", errno, path: path) }
        do {
            try disk.writeAll(QueueSegment.mark, to: descriptor, path: path)
            try disk.synchroniseFolder(folder)
        } catch {
            Foundation.close(descriptor)
            FileCalls.remove(path)
            throw error
        }
        lastNumber = number
        let segment = (number, descriptor, QueueSegment.headerLength)
        active = segment
        return segment
    }

    private static func frameBytes(_ payloads: [[UInt8]]) -> Int {
        payloads.reduce(0) { $0 + $1.count + QueueFrame.headerLength }
    }
}
