internal import Foundation
internal import SignalCore

/// A row that will never be stored, and why.
public struct DeadLetter: Codable, Equatable, Sendable {
    /// When it was given up, UTC.
    public let time: String
    /// Why, as a sentence.
    public let reason: String
    /// The row as the service would have got it.
    public let row: [String: String]
}

/// Rows that were refused, one JSON object a line; nothing is ever removed from it.
struct DeadLetterFile {
    let path: String
    let disk: DiskAccess

    /// Adds rows and brings them to the disk.
    ///
    /// - Throws: `SignalError` with code `unavailable`; an unfinished line is then cut off.
    func append(_ rows: [UploadRow], reason: String, at wallSeconds: Double) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var lines: [UInt8] = []
        for row in rows {
            let values = try JSONDecoder().decode([String: String].self, from: Data(UploadRequest.json(row).utf8))
            let letter = DeadLetter(time: WholeSecond.text(Int64(wallSeconds)), reason: reason, row: values)
            lines += try encoder.encode(letter) + [UInt8(ascii: "\n")]
        }
        let descriptor = FileCalls.open(path, O_WRONLY | O_CREAT | O_APPEND)
        guard descriptor >= 0 else { throw DiskAccess.failure("cannot be opened", errno, path: path) }
        defer { close(descriptor) }
        let length = lseek(descriptor, 0, SEEK_END)
        do {
            try disk.writeAll(lines, to: descriptor, path: path)
            try disk.synchroniseAll(descriptor, path: path)
        } catch {
            _ = ftruncate(descriptor, length)
            throw error
        }
    }

    /// The rows of a file; none when there is no file. A line that a crash cut off is left out.
    static func read(_ path: String) -> [DeadLetter] {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return [] }
        return text.split(separator: "\n").compactMap {
            try? JSONDecoder().decode(DeadLetter.self, from: Data($0.utf8))
        }
    }
}
