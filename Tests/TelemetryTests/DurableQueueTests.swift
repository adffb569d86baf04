import Foundation
import SignalCore
import TestSupport
import Testing

@testable import Telemetry

/// What was taken survives; what was not is refused aloud.
struct DurableQueueTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func payload(_ number: Int, _ length: Int = 20) -> [UInt8] {
        Array(("\(number):" + String(repeating: "x", count: length)).utf8)
    }

    private func open(_ limits: QueueLimits = QueueLimits(), disk: DiskAccess = .system) throws -> DurableQueue {
        try DurableQueue(folder: folder.path("queue"), limits: limits, disk: disk)
    }

    private func all(_ queue: DurableQueue) throws -> [[UInt8]?] { try queue.payloads(0..<queue.count) }

    @Test func `the checksum is CRC-32C`() {
        // The check value of the catalogue of parametrised CRC algorithms, and RFC 3720's 32 zeros.
        #expect(Checksum.of(Array("123456789".utf8)) == 0xE306_9283)
        #expect(Checksum.of([UInt8](repeating: 0, count: 32)) == 0x8A91_36AA)
    }

    @Test func `records come back in their order, over restarts, and only what is not done with`() throws {
        var queue: DurableQueue? = try open()
        for number in 0..<5 { try queue?.append([payload(2 * number), payload(2 * number + 1)], at: 7) }
        try queue?.acknowledge(3, note: [1, 2])
        #expect(queue?.count == 7)
        queue = nil
        let reopened = try open()
        #expect(reopened.note == [1, 2])
        #expect(try all(reopened) == (3..<10).map { payload($0) })
        #expect(reopened.oldestTakenAt == 7)
        #expect(reopened.recovery == DurableQueue.Recovery())
    }

    /// A crash at any byte of a write: everything before it is there, the torn record is cut, and the queue goes on.
    @Test func `a write that is cut off at any byte loses nothing that was taken`() throws {
        var queue: DurableQueue? = try open()
        try queue?.append([payload(0), payload(1)], at: 1)
        try queue?.append([payload(2)], at: 2)
        queue = nil
        let path = QueueSegment.path(folder.path("queue"), 1)
        let whole = try Data(contentsOf: URL(filePath: path))
        let frame = payload(0).count + QueueFrame.headerLength
        for length in 0...whole.count {
            try whole.prefix(length).write(to: URL(filePath: path))
            let expected = max(0, length - QueueSegment.headerLength) / frame
            var queue: DurableQueue? = try open()
            #expect(try queue.map { try all($0) } == (0..<expected).map { payload($0) }, "\(length) bytes")
            let end = length < QueueSegment.headerLength ? 0 : QueueSegment.headerLength + expected * frame
            #expect(queue?.recovery.tornBytes == length - end)
            try queue?.append([payload(9)], at: 3)
            queue = nil
            queue = try open()
            #expect(try queue.map { try all($0) } == (0..<expected).map { payload($0) } + [payload(9)])
            #expect(queue?.recovery.tornBytes == 0)
            queue = nil
            for number in QueueSegment.numbers(in: folder.path("queue")) where number > 1 {
                try FileManager.default.removeItem(atPath: QueueSegment.path(folder.path("queue"), number))
            }
        }
    }

    @Test(arguments: [0, 4, 9, 20])
    func `a damaged record in the middle costs that record alone`(_ byte: Int) throws {
        var queue: DurableQueue? = try open()
        try queue?.append((0..<5).map { payload($0) }, at: 1)
        queue = nil
        let path = QueueSegment.path(folder.path("queue"), 1)
        var data = try Data(contentsOf: URL(filePath: path))
        let frame = payload(0).count + QueueFrame.headerLength
        data[QueueSegment.headerLength + 2 * frame + byte] ^= 0x40
        try data.write(to: URL(filePath: path))
        let reopened = try open()
        #expect(try all(reopened) == [0, 1, 3, 4].map { payload($0) })
        #expect(reopened.recovery.damagedCount == 1)
        #expect(reopened.recovery.tornBytes == 0)
    }

    @Test func `a damaged cursor sends everything again and says so`() throws {
        var queue: DurableQueue? = try open()
        try queue?.append([payload(0), payload(1)], at: 1)
        try queue?.acknowledge(1, note: [5])
        queue = nil
        let path = QueueCursor.path(folder.path("queue"))
        var data = try Data(contentsOf: URL(filePath: path))
        data[10] ^= 1
        try data.write(to: URL(filePath: path))
        let reopened = try open()
        #expect(reopened.recovery.cursorWasLost)
        #expect(reopened.count == 2)
    }

    @Test func `a second owner is refused with a sentence, and may follow the first`() throws {
        let queue = try open()
        let error = #expect(throws: SignalError.self) { try open() }
        #expect(error?.code == .unavailable)
        #expect(error?.message.contains("in use by another process (process \(getpid()))") == true)
        #expect(QueueLock.isHeld(folder: queue.folder).held)
        queue.close()
        #expect(!QueueLock.isHeld(folder: queue.folder).held)
        #expect(try open().count == 0)
    }

    @Test func `finished segments are deleted`() throws {
        var limits = QueueLimits()
        limits.segmentBytes = 100
        let queue = try open(limits)
        for number in 0..<12 { try queue.append([payload(number)], at: 1) }
        #expect(QueueSegment.numbers(in: queue.folder).count > 3)
        try queue.acknowledge(11, note: [])
        #expect(QueueSegment.numbers(in: queue.folder).count == 1)
        #expect(try all(queue) == [payload(11)])
    }

    @Test func `a full queue refuses, drops the oldest or thins out, as told, and counts`() throws {
        let frame = payload(1).count + QueueFrame.headerLength
        var limits = QueueLimits()
        limits.maximumBytes = 8 * frame
        var queue: DurableQueue? = try open(limits)
        try queue?.append((1...8).map { payload($0) }, at: 1)
        #expect(queue?.hasRoom(for: [payload(9)]) == false)
        let error = #expect(throws: SignalError.self) { try queue?.append([payload(9)], at: 1) }
        #expect(error?.code == .limitExceeded)
        queue = nil

        limits.policy = .dropOldest
        queue = try open(limits)
        try queue?.beginFlight(2, note: [])
        try queue?.append([payload(9)], at: 1)
        // What is in flight is never dropped.
        #expect(try queue.map { try all($0) } == [1, 2, 4, 5, 6, 7, 8, 9].map { payload($0) })
        #expect(queue?.droppedCount == 1)
        try queue?.acknowledge(2, note: [])
        queue = nil

        limits.policy = .thinOut
        limits.maximumBytes = 5 * frame
        queue = try open(limits)
        #expect(queue?.count == 6)
        try queue?.append([payload(3)], at: 1)
        let expected = [5, 7, 8, 9, 3].map { payload($0) }
        #expect(try queue.map { try all($0) } == expected)
        #expect(queue?.droppedCount == 2)
        let size = try FileManager.default.attributesOfItem(atPath: QueueSegment.path(queue?.folder ?? "", 4))[.size]
        #expect(size as? Int == expected.count * frame + QueueSegment.headerLength)
        queue = nil
        #expect(try all(try open(limits)) == expected)
    }

    @Test func `points that are too old go`() throws {
        var limits = QueueLimits()
        limits.maximumAge = 60
        let queue = try open(limits)
        try queue.append([payload(0)], at: 0)
        try queue.append([payload(1)], at: 50_000)
        try queue.enforceLimits(at: 60_000)
        #expect(queue.count == 2)
        try queue.enforceLimits(at: 60_001)
        #expect(try all(queue) == [payload(1)])
        #expect(queue.droppedCount == 1)
        queue.close()
        #expect(try all(try open(limits)) == [payload(1)])
    }

    /// A lot larger than the limit went into the empty queue; growing old, part of it goes, and the cursor with it.
    @Test func `age is a bound also of a queue that is too full`() throws {
        var limits = QueueLimits()
        limits.maximumAge = 60
        limits.maximumBytes = 60
        let queue = try open(limits)
        try queue.append((0..<3).map { payload($0) }, at: 0)
        try queue.enforceLimits(at: 100_000)
        #expect(queue.count == 0 && queue.droppedCount == 3)
        queue.close()
        #expect(try open(limits).count == 0)
    }

    /// The disk takes `budget` more bytes, then none; like a disk that is full, it takes part of a write.
    private func fullDisk(_ budget: Shared<Int>) -> DiskAccess {
        var disk = DiskAccess.system
        disk.write = { descriptor, bytes in
            let allowed = budget.withLock { left in
                let allowed = min(left, bytes.count)
                left -= allowed
                return allowed
            }
            return allowed == 0 ? -Int(ENOSPC) : DiskAccess.system.write(descriptor, bytes.prefix(allowed))
        }
        return disk
    }

    @Test(arguments: 0...90)
    func `a full disk refuses the points and loses none that was taken`(_ bytes: Int) throws {
        let budget = Shared<Int>(1_000)
        let queue = try open(disk: fullDisk(budget))
        try queue.append([payload(0), payload(1)], at: 1)
        budget.withLock { $0 = bytes }
        let frames = 2 * (payload(2).count + QueueFrame.headerLength)
        if bytes < frames {
            let error = #expect(throws: SignalError.self) { try queue.append([payload(2), payload(3)], at: 2) }
            #expect(error?.code == .unavailable)
            #expect(error?.message.contains("make room") == true)
            #expect(try all(queue) == [payload(0), payload(1)])
            budget.withLock { $0 = 1_000 }
        }
        try queue.append([payload(4)], at: 3)
        let expected = [0, 1, 4].map { payload($0) }
        #expect(try all(queue) == expected)
        queue.close()
        #expect(try all(try open()) == expected)
    }

    @Test func `a disk that fails to keep what was written refuses it`() throws {
        let fails = Shared<Int>(0)
        var disk = DiskAccess.system
        disk.synchronise = { descriptor in
            fails.withLock { $0 } > 0 ? -Int(EIO) : DiskAccess.system.synchronise(descriptor)
        }
        let queue = try open(disk: disk)
        try queue.append([payload(0)], at: 1)
        fails.withLock { $0 = 1 }
        #expect(throws: SignalError.self) { try queue.append([payload(1)], at: 1) }
        fails.withLock { $0 = 0 }
        try queue.append([payload(2)], at: 1)
        queue.close()
        #expect(try all(try open()) == [payload(0), payload(2)])
    }

    @Test func `an acknowledgement on a full disk frees what it can`() throws {
        var limits = QueueLimits()
        limits.segmentBytes = 60
        let budget = Shared<Int>(10_000)
        let queue = try open(limits, disk: fullDisk(budget))
        for number in 0..<6 { try queue.append([payload(number)], at: 1) }
        let before = QueueSegment.numbers(in: queue.folder).count
        budget.withLock { $0 = 0 }
        #expect(throws: SignalError.self) { try queue.acknowledge(5, note: []) }
        #expect(QueueSegment.numbers(in: queue.folder).count < before)
        queue.close()
        // Nothing that waits is gone; what was done with may come again.
        #expect(try all(try open(limits)).last == payload(5))
    }

    /// Thinning out writes the queue anew; a disk that fills up at any byte of it costs no more than what is thinned out.
    @Test func `thinning out on a disk that fills up loses nothing else`() throws {
        let frame = payload(0).count + QueueFrame.headerLength
        var limits = QueueLimits()
        limits.maximumBytes = 5 * frame
        limits.policy = .thinOut
        var outcomes = Set<Int>()
        for bytes in 0...frame * 8 {
            try? FileManager.default.removeItem(atPath: folder.path("queue"))
            let budget = Shared(1_000)
            let queue = try open(limits, disk: fullDisk(budget))
            try queue.append((0..<5).map { payload($0) }, at: 1)
            budget.withLock { $0 = bytes }
            let wasTaken = (try? queue.append([payload(5)], at: 1)) != nil
            #expect(wasTaken == (bytes >= frame))
            let expected = !wasTaken ? [0, 1, 2, 3, 4] : queue.droppedCount == 0 ? [0, 1, 2, 3, 4, 5] : [1, 3, 4, 5]
            #expect(try all(queue) == expected.map { payload($0) })
            if expected.count == 6 { #expect(queue.limitFailure != nil) }
            budget.withLock { $0 = 1_000 }
            // What comes after a failure is behind whatever the next start takes for the queue.
            queue.close()
            #expect(try all(try open()) == expected.map { payload($0) }, "\(bytes) bytes")
            outcomes.insert(expected.count)
        }
        #expect(outcomes == [4, 5, 6])
    }

    @Test func `a crash while thinning out leaves the old queue or the new one`() throws {
        let frame = payload(0).count + QueueFrame.headerLength
        var limits = QueueLimits()
        limits.maximumBytes = 5 * frame
        limits.policy = .thinOut
        var queue: DurableQueue? = try open(limits)
        try queue?.append((0..<6).map { payload($0) }, at: 1)
        queue = nil
        // The cursor was written, the name not yet changed.
        let path = QueueSegment.path(folder.path("queue"), 2)
        try FileManager.default.moveItem(atPath: path, toPath: path + ".new")
        queue = try open(limits)
        #expect(try queue.map { try all($0) } == [1, 3, 4, 5].map { payload($0) })
        queue = nil
        // A new file to which no cursor points is none.
        try Data("x".utf8).write(to: URL(filePath: QueueSegment.path(folder.path("queue"), 9) + ".new"))
        queue = try open(limits)
        #expect(try queue.map { try all($0) } == [1, 3, 4, 5].map { payload($0) })
        #expect(QueueSegment.numbers(in: folder.path("queue")) == [2])
    }

    /// Random appends, acknowledgements, limits and restarts, against a list that does the same.
    @Test(arguments: 0..<24)
    func `any sequence of operations does what a list does`(_ seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        var limits = QueueLimits()
        limits.segmentBytes = Int.random(in: 50...400, using: &generator)
        limits.policy = .dropOldest
        let isBounded = seed % 2 == 0
        if isBounded { limits.maximumBytes = 1_200 }
        var queue = try open(limits)
        var model: [[UInt8]] = []
        var next = 0
        for _ in 0..<120 {
            switch Int.random(in: 0..<6, using: &generator) {
            case 0...2:
                let group = (0..<Int.random(in: 1...4, using: &generator)).map { _ in
                    next += 1
                    return payload(next, Int.random(in: 0...60, using: &generator))
                }
                try queue.append(group, at: Int64(next))
                model += group
                while isBounded, model.reduce(0, { $0 + $1.count + QueueFrame.headerLength }) > 1_200 {
                    model.removeFirst()
                }
            case 3...4:
                let count = Int.random(in: 0...model.count, using: &generator)
                try queue.acknowledge(count, note: QueueFrame.bytes(UInt32(next)))
                model.removeFirst(count)
            default:
                let note = queue.note
                queue.close()
                queue = try open(limits)
                #expect(queue.note == note)
            }
            #expect(try all(queue) == model)
        }
    }
}
