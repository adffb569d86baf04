internal import Foundation
internal import SignalCore

/// What a segment file holds, and what is wrong with it.
struct SegmentScan {
    var entries: [QueueEntry] = []
    /// Where the last whole record ends.
    var end = QueueSegment.headerLength
    /// Bytes behind the last whole record: a write that was cut off.
    var tornBytes = 0
    /// Stretches in the middle that are no record.
    var damagedCount = 0
}

/// One file of the queue: `segment-N.log`, a mark of eight bytes and then records.
enum QueueSegment {
    static let mark: [UInt8] = Array("AUSQ0001".utf8)
    static let headerLength = 8

    static func path(_ folder: String, _ number: UInt64) -> String {
        let digits = String(number)
        return folder + "/segment-" + String(repeating: "0", count: max(0, 12 - digits.count)) + digits + ".log"
    }

    /// The numbers of the segments of a folder, in order.
    static func numbers(in folder: String) -> [UInt64] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.compactMap { name in
            name.hasPrefix("segment-") && name.hasSuffix(".log") ? UInt64(name.dropFirst(8).dropLast(4)) : nil
        }.sorted()
    }

    /// Reads a segment from a byte on.
    ///
    /// Behind a damaged stretch the next whole record is looked for, byte by byte; what is behind the last whole record
    /// is torn.
    ///
    /// - Throws: `SignalError` with code `unreadable`, or `unsupported` when the mark is that of another version.
    static func scan(_ folder: String, _ number: UInt64, from start: Int) throws -> SegmentScan {
        let path = path(folder, number)
        let data: [UInt8]
        do {
            data = [UInt8](try Data(contentsOf: URL(filePath: path)))
        } catch {
            throw SignalError(.unreadable, "cannot be read", cause: error).at(path: path)
        }
        var scan = SegmentScan()
        guard data.count >= headerLength else {
            scan.tornBytes = data.count
            scan.end = 0
            return scan
        }
        guard Array(data[..<headerLength]) == mark else {
            throw SignalError(.unsupported, "is no segment of this version's queue; move it away").at(path: path)
        }
        var offset = min(max(start, headerLength), data.count)
        scan.end = offset
        while offset < data.count {
            if let record = QueueFrame.decoded(data, at: offset) {
                if scan.end < offset { scan.damagedCount += 1 }
                scan.entries.append(
                    QueueEntry(
                        position: QueuePosition(segment: number, offset: offset), length: record.payload.count,
                        takenAt: record.takenAt))
                offset = record.payload.upperBound
                scan.end = offset
            } else {
                offset += 1
            }
        }
        scan.tornBytes = data.count - scan.end
        return scan
    }

    /// Reads the payloads of some records; `nil` for one that was damaged since it was found.
    ///
    /// - Throws: `SignalError` with code `unreadable`.
    static func payloads(_ folder: String, _ entries: some Sequence<QueueEntry>) throws -> [[UInt8]?] {
        var payloads: [[UInt8]?] = []
        var handle: (number: UInt64, file: FileHandle)?
        defer { try? handle?.file.close() }
        for entry in entries {
            let number = entry.position.segment
            let path = path(folder, number)
            do {
                if handle?.number != number {
                    try handle?.file.close()
                    handle = (number, try FileHandle(forReadingFrom: URL(filePath: path)))
                }
                try handle?.file.seek(toOffset: UInt64(entry.position.offset))
                let frame = [UInt8](try handle?.file.read(upToCount: entry.frameLength) ?? Data())
                payloads.append(QueueFrame.decoded(frame, at: 0).map { Array(frame[$0.payload]) })
            } catch {
                throw SignalError(.unreadable, "cannot be read", cause: error).at(path: path)
            }
        }
        return payloads
    }
}
