/// Where a record begins: a segment and a byte of it.
struct QueuePosition: Comparable, Sendable {
    var segment: UInt64
    var offset: Int

    static func < (left: QueuePosition, right: QueuePosition) -> Bool {
        (left.segment, left.offset) < (right.segment, right.offset)
    }
}

/// What the queue remembers of a record that waits; the payload stays on the disk.
struct QueueEntry: Sendable {
    let position: QueuePosition
    /// Bytes of the payload.
    let length: Int
    /// When the record was taken, in milliseconds since 1970.
    let takenAt: Int64

    /// Bytes on the disk.
    var frameLength: Int { length + QueueFrame.headerLength }
}

/// A record on the disk: length and checksum (4 bytes each), time taken (8 bytes, milliseconds since 1970), payload; all
/// little-endian. The checksum covers all but itself.
enum QueueFrame {
    static let headerLength = 16
    /// Longer payloads are refused, which keeps a damaged length from being believed.
    static let maximumPayload = 1 << 20

    static func encoded(_ payload: [UInt8], takenAt: Int64) -> [UInt8] {
        let covered = bytes(UInt32(payload.count)) + bytes(UInt64(bitPattern: takenAt)) + payload
        return bytes(UInt32(payload.count)) + bytes(Checksum.of(covered)) + covered.dropFirst(4)
    }

    /// The record that begins at a byte, or `nil` when none does that is whole.
    static func decoded(_ data: [UInt8], at offset: Int) -> (payload: Range<Int>, takenAt: Int64)? {
        guard offset + headerLength <= data.count else { return nil }
        let length = Int(number(data, at: offset, bytes: 4))
        let end = offset + headerLength + length
        // A record has at least one byte, so that a stretch of zeros is no record.
        guard length > 0, length <= maximumPayload, end <= data.count else { return nil }
        let covered = [data[offset..<offset + 4], data[offset + 8..<end]].joined()
        guard number(data, at: offset + 4, bytes: 4) == UInt64(Checksum.of(covered)) else { return nil }
        return (offset + headerLength..<end, Int64(bitPattern: number(data, at: offset + 8, bytes: 8)))
    }

    /// The bytes of a number, lowest first.
    static func bytes(_ value: some FixedWidthInteger) -> [UInt8] {
        (0..<value.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
    }

    /// The number of some bytes, lowest first.
    static func number(_ data: [UInt8], at offset: Int, bytes: Int) -> UInt64 {
        (0..<bytes).reduce(0) { $0 | UInt64(data[offset + $1]) << UInt64($1 * 8) }
    }
}
