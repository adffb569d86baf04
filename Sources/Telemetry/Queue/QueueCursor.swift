internal import Foundation

/// How far the queue is done with, and a note of its owner that changes in the same instant.
struct QueueCursor {
    var position: QueuePosition
    var note: [UInt8]

    private static let mark = Array("AUSC0001".utf8)

    static func path(_ folder: String) -> String { folder + "/cursor" }

    /// Reads the cursor; `nil` when there is none or it is damaged.
    static func read(_ folder: String) -> QueueCursor? {
        guard let file = try? Data(contentsOf: URL(filePath: path(folder))) else { return nil }
        let data = [UInt8](file)
        guard data.count >= 28, Array(data[..<8]) == mark,
            QueueFrame.number(data, at: data.count - 4, bytes: 4) == UInt64(Checksum.of(data.dropLast(4)))
        else { return nil }
        let offset = QueueFrame.number(data, at: 16, bytes: 8)
        return QueueCursor(
            position: QueuePosition(
                segment: QueueFrame.number(data, at: 8, bytes: 8), offset: Int(truncatingIfNeeded: offset)),
            note: Array(data[24..<data.count - 4]))
    }

    /// Writes the cursor, whole or not at all.
    ///
    /// - Throws: `SignalError` with code `unavailable`.
    func write(_ folder: String, _ disk: DiskAccess) throws {
        let body = Self.mark + QueueFrame.bytes(position.segment) + QueueFrame.bytes(UInt64(position.offset)) + note
        try disk.replace(Self.path(folder), with: body + QueueFrame.bytes(Checksum.of(body)))
    }
}
