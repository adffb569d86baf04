import SignalCore

/// What stands between the fields of a table.
enum Delimiter: Sendable, Equatable {
    case comma, semicolon, tab
    /// Any run of spaces and tabs; what stands before the first field and after the last does not count.
    case whitespace
}

/// Reads delimited text record by record: RFC 4180 quoting, LF or CRLF, with or without a byte order mark, UTF-8.
///
/// Only one record is in memory. Blank lines are skipped. The delimiter is found from the first two lines.
struct DelimitedTextReader {
    /// A record that is longer than this is no record of a table.
    static let longestRecord = 1 << 20

    /// The file that is read.
    let file: RegularFile
    /// What stands between fields.
    let delimiter: Delimiter
    /// The line of the current record, counted from 1; its first one if a quoted field has several.
    private(set) var line = 0
    /// Whether the current record ended with a line break, not with the file.
    private(set) var isTerminated = false
    /// Where the fields of the current record stand in ``buffer``.
    private(set) var fields: [Field] = []
    private(set) var buffer: [UInt8]

    /// A field without its quotes.
    struct Field {
        var range: Range<Int>
        /// Whether it contains doubled quotes, which stand for one.
        var hasDoubledQuotes = false
    }

    private var start = 0
    private var end = 0
    private var filePosition = 0
    private var nextLine = 1
    private var hasReadAll = false

    /// Opens a table.
    ///
    /// - Throws: `SignalError` with code `unsupported` for text in another encoding, and as ``nextRecord()``.
    init(_ file: RegularFile) throws {
        self.file = file
        buffer = Array(repeating: 0, count: 1 << 16)
        delimiter = Self.delimiter(of: try file.bytes(at: 0, count: 1 << 16))
        rewind()
    }

    /// Goes back to the first record.
    mutating func rewind() {
        start = 0
        end = 0
        filePosition = 0
        nextLine = 1
        hasReadAll = false
    }

    /// Goes to the next record; `false` at the end of the file.
    ///
    /// - Throws: `SignalError` with code `malformed` and the line for a quote that is never closed, text that is not
    ///   UTF-8 and binary data; `limitExceeded` for a record of more than 1 MiB.
    mutating func nextRecord() throws -> Bool {
        while true {
            line = nextLine
            switch try splitRecord() {
            case .record where isBlank: continue
            case .record: return true
            case .end: return false
            case .needsMore:
                guard end - start <= Self.longestRecord else {
                    throw SignalError(.limitExceeded, "a line of more than 1 MiB is no row of a table").at(
                        path: file.path, line: line)
                }
                try refill()
            }
        }
    }

    /// The text of a field of the current record.
    func text(_ index: Int) -> String {
        let field = fields[index]
        let text = String(decoding: buffer[field.range], as: UTF8.self)
        return field.hasDoubledQuotes ? text.replacing("\"\"", with: "\"") : text
    }

    /// Whether a field is empty or blank.
    func isEmpty(_ index: Int) -> Bool { buffer[fields[index].range].allSatisfy { $0 == 0x20 || $0 == 0x09 } }

    /// Leaves the last field out.
    mutating func dropLastField() { fields.removeLast() }

    private var isBlank: Bool { fields.count == 1 && isEmpty(0) || fields.isEmpty }

    private enum Outcome { case record, end, needsMore }

    private mutating func refill() throws {
        if start > 0 {
            buffer.replaceSubrange(0..<end - start, with: Array(buffer[start..<end]))
            end -= start
            start = 0
        }
        if end == buffer.count { buffer.append(contentsOf: Array(repeating: 0, count: buffer.count)) }
        let room = end..<buffer.count
        let count = try unsafe buffer.withUnsafeMutableBytes {
            try unsafe file.read(
                at: filePosition, into: UnsafeMutableRawBufferPointer(rebasing: $0[room]))
        }
        if filePosition == 0, count >= 3, buffer[end..<end + 3].elementsEqual([0xEF, 0xBB, 0xBF]) { start += 3 }
        filePosition += count
        end += count
        hasReadAll = count < room.count
    }

    /// Splits the record that begins at ``start``, and moves ``start`` behind it.
    private mutating func splitRecord() throws -> Outcome {
        guard start < end else { return hasReadAll ? .end : .needsMore }
        fields.removeAll(keepingCapacity: true)
        let bytes = buffer
        var position = start
        var union: UInt8 = 0
        var isDone = false
        var lineBreaks = 1
        while !isDone {
            if delimiter == .whitespace { skipBlanks(bytes, &position) }
            var field = Field(range: position..<position)
            if position < end, bytes[position] == 0x22 {
                guard try scanQuoted(bytes, &position, &field, &union, &lineBreaks) else { return .needsMore }
            } else {
                let first = position
                while position < end, !isEndOfField(bytes[position]) {
                    union |= bytes[position]
                    if bytes[position] == 0 { throw binaryError() }
                    position += 1
                }
                field.range = first..<position
            }
            guard position < end || hasReadAll else { return .needsMore }
            isDone = position >= end || bytes[position] == 0x0A
            if isDone, field.range.upperBound > field.range.lowerBound, bytes[field.range.upperBound - 1] == 0x0D {
                field.range = field.range.lowerBound..<field.range.upperBound - 1
            }
            if !(delimiter == .whitespace && isDone && field.range.isEmpty) { fields.append(field) }
            position += 1
        }
        isTerminated = position <= end
        if union >= 0x80, String(validating: bytes[start..<min(position, end)], as: UTF8.self) == nil {
            throw SignalError(.malformed, "the text is not UTF-8; convert it, for example with iconv").at(
                path: file.path, line: line)
        }
        start = min(position, end)
        nextLine += lineBreaks
        return .record
    }

    private func skipBlanks(_ bytes: [UInt8], _ position: inout Int) {
        while position < end, bytes[position] == 0x20 || bytes[position] == 0x09 { position += 1 }
    }

    private func isEndOfField(_ byte: UInt8) -> Bool {
        switch delimiter {
        case .comma: byte == 0x2C || byte == 0x0A
        case .semicolon: byte == 0x3B || byte == 0x0A
        case .tab: byte == 0x09 || byte == 0x0A
        case .whitespace: byte == 0x20 || byte == 0x09 || byte == 0x0A
        }
    }

    /// Reads a quoted field; `false` when the buffer ends before it does.
    private func scanQuoted(
        _ bytes: [UInt8], _ position: inout Int, _ field: inout Field, _ union: inout UInt8, _ lineBreaks: inout Int
    ) throws -> Bool {
        position += 1
        let first = position
        while position < end {
            let byte = bytes[position]
            union |= byte
            if byte == 0 { throw binaryError() }
            if byte == 0x0A { lineBreaks += 1 }
            if byte == 0x22 {
                guard position + 1 < end || hasReadAll else { return false }
                guard position + 1 < end, bytes[position + 1] == 0x22 else { break }
                field.hasDoubledQuotes = true
                position += 1
            }
            position += 1
        }
        guard position < end else {
            if !hasReadAll { return false }
            throw SignalError(.malformed, "a quote that opens here is never closed").at(path: file.path, line: line)
        }
        field.range = first..<position
        position += 1
        while position < end, !isEndOfField(bytes[position]) {
            guard bytes[position] == 0x0D || bytes[position] == 0x20 else {
                throw SignalError(.malformed, "text follows a closing quote; a quote inside a field is doubled").at(
                    path: file.path, line: line)
            }
            position += 1
        }
        return true
    }

    private func binaryError() -> SignalError {
        SignalError(.malformed, "holds a zero byte; this is binary data, not text").at(path: file.path, line: line)
    }

    /// The delimiter that cuts the first two lines into equally many fields; a single column has commas by default.
    private static func delimiter(of head: [UInt8]) -> Delimiter {
        let lines = head.split(separator: 0x0A, maxSplits: 8).map { $0.last == 0x0D ? $0.dropLast() : $0 }
            .filter { line in line.contains { $0 != 0x20 && $0 != 0x09 } }.prefix(2)
        guard let first = lines.first, let last = lines.last else { return .comma }
        func count(_ byte: UInt8, _ line: ArraySlice<UInt8>) -> Int {
            var isQuoted = false
            return line.reduce(into: 0) { count, next in
                if next == 0x22 { isQuoted.toggle() }
                if next == byte, !isQuoted { count += 1 }
            }
        }
        func words(_ line: ArraySlice<UInt8>) -> Int { line.split { $0 == 0x20 || $0 == 0x09 }.count }
        let marks: [(Delimiter, UInt8)] = [(.tab, 0x09), (.semicolon, 0x3B), (.comma, 0x2C)]
        if let match = marks.first(where: { count($0.1, first) > 0 && count($0.1, first) == count($0.1, last) }) {
            return match.0
        }
        if words(first) > 1, words(first) == words(last), count(0x2C, first) == 0 { return .whitespace }
        return marks.first { count($0.1, first) > 0 }?.0 ?? .comma
    }
}
