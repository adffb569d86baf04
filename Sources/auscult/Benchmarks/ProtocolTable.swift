import Foundation
import SignalCore

/// A comma-separated file of a published data set, read as a whole: a header and rows of as many fields. A field in quotes
/// may hold commas.
struct ProtocolTable {
    let path: String
    let header: [String]
    let rows: [[Substring]]

    /// Reads a file.
    ///
    /// - Throws: `SignalError` with code `unreadable` or `malformed`, naming the file and the line.
    init(_ path: String) throws {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw SignalError(.unreadable, "cannot be read as text").at(path: path)
        }
        let lines = text.split(whereSeparator: \.isNewline)
        guard let first = lines.first, lines.count > 1 else {
            throw SignalError(.malformed, "needs a header and at least one row").at(path: path)
        }
        let header = Self.fields(first).map(String.init)
        self.path = path
        self.header = header
        rows = try lines.dropFirst().enumerated().map { index, line in
            let fields = Self.fields(line)
            guard fields.count == header.count else {
                throw SignalError(
                    .malformed, "row \(index + 1) has \(fields.count) fields, but the header has \(header.count)"
                ).at(path: path)
            }
            return fields
        }
    }

    /// The number in a field.
    func number(row: Int, column: Int) throws -> Double {
        guard let value = Double(rows[row][column]), value.isFinite else {
            throw SignalError(
                .malformed,
                "row \(row + 1) has '\(rows[row][column])' in column '\(header[column])', where a finite number is expected"
            ).at(path: path)
        }
        return value
    }

    private static func fields(_ line: Substring) -> [Substring] {
        var isQuoted = false
        return line.split(omittingEmptySubsequences: false) { character in
            if character == "\"" { isQuoted.toggle() }
            return character == "," && !isQuoted
        }.map { field in
            field.count > 1 && field.first == "\"" && field.last == "\"" ? field.dropFirst().dropLast() : field
        }
    }
}
