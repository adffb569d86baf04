import SignalCore

/// The rows of a comma-separated file (RFC 4180; CRLF or LF, a byte order mark is skipped), pulled one by one.
struct CSVRows: Sendable {
    /// One row.
    struct Row: Equatable {
        /// The line it begins on, counted from 1.
        let line: Int
        /// Where it stands in the file, line end included.
        let bytes: Range<Int>
        /// Whether its line end is there; that of a file's last row may be missing.
        let isTerminated: Bool
        let fields: [String]
    }

    /// A row longer than this is no row of an index; more likely the quote that ends a field is missing.
    private static let lengthLimit = 1 << 20

    private let path: String
    private var reader: ByteReader
    private var line = 1
    private var isTerminated = true

    init(_ file: InputFile) {
        path = file.path
        reader = ByteReader(file)
    }

    /// The next row that is not blank, or `nil` at the end.
    ///
    /// - Throws: `SignalError` with the line when a row is damaged; the next call goes on after it. Nothing follows a row that is
    ///   too long, or a failure to read.
    mutating func next() throws -> Row? {
        while true {
            let start = (line: line, offset: reader.offset)
            guard let fields = try nextFields() else { return nil }
            if fields.count == 1 && fields[0].isEmpty { continue }
            return Row(
                line: start.line, bytes: start.offset..<reader.offset, isTerminated: isTerminated,
                fields: try fields.enumerated().map { index, bytes in
                    let isFirst = start.offset == 0 && index == 0
                    let text = bytes.starts(with: [0xEF, 0xBB, 0xBF]) && isFirst ? bytes[3...] : bytes[...]
                    guard let field = String(validating: text, as: UTF8.self) else {
                        throw SignalError(.malformed, "the row is not valid UTF-8").at(path: path, line: start.line)
                    }
                    return field
                })
        }
    }

    private mutating func nextFields() throws -> [[UInt8]]? {
        let start = (line: line, offset: reader.offset)
        var fields: [[UInt8]] = []
        var field: [UInt8] = []
        var isQuoted = false
        var wasQuoted = false
        var isDamaged = false
        while let byte = try reader.next() {
            if byte == UInt8(ascii: "\n") { line += 1 }
            guard reader.offset - start.offset <= Self.lengthLimit else {
                reader.stop()
                throw SignalError(.limitExceeded, "the row is longer than 1 MiB; is the end of a quoted field missing?")
                    .at(path: path, line: start.line)
            }
            switch byte {
            case UInt8(ascii: "\"") where isQuoted:
                isQuoted = false
                wasQuoted = true
            case UInt8(ascii: "\"") where wasQuoted:
                // A doubled quote inside a quoted field is a quote.
                field.append(byte)
                isQuoted = true
                wasQuoted = false
            case UInt8(ascii: "\"") where field.isEmpty:
                isQuoted = true
            case _ where isQuoted:
                field.append(byte)
            case UInt8(ascii: ","):
                fields.append(field)
                field = []
                wasQuoted = false
            case UInt8(ascii: "\n"):
                fields.append(field)
                guard !isDamaged else {
                    throw SignalError(.malformed, "text follows the closing quote of a field")
                        .at(path: path, line: start.line)
                }
                return fields
            case UInt8(ascii: "\r"):
                break
            default:
                isDamaged = isDamaged || wasQuoted
                field.append(byte)
            }
        }
        guard reader.offset > start.offset else { return nil }
        isTerminated = false
        guard !isQuoted, !isDamaged else {
            throw SignalError(.malformed, "the closing quote of a field is missing").at(path: path, line: start.line)
        }
        fields.append(field)
        return fields
    }
}
