import SignalCore

/// Reads the part of JSON (RFC 8259) that a safetensors header consists of: objects, strings and arrays of whole
/// numbers that are not negative.
///
/// Who calls says what must come next, so nothing recurses and no nesting can exhaust the stack; and doubled names,
/// which a general parser merges silently, reach the caller.
struct FlatJSONReader {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Reads an object; `member` is handed every name and must read the value.
    mutating func object(_ member: (inout FlatJSONReader, String) throws -> Void) throws {
        try expect("{")
        if take("}") { return }
        repeat {
            let name = try string()
            try expect(":")
            try member(&self, name)
        } while take(",")
        try expect("}")
    }

    /// Reads an array of whole numbers.
    mutating func integers() throws -> [Int] {
        try expect("[")
        if take("]") { return [] }
        var values: [Int] = []
        repeat { values.append(try integer()) } while take(",")
        try expect("]")
        return values
    }

    /// Reads a string.
    mutating func string() throws -> String {
        try expect("\"")
        var content: [UInt8] = []
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let text = String(validating: content, as: UTF8.self) else {
                    throw malformed("a string is not valid UTF-8")
                }
                return text
            case UInt8(ascii: "\\"):
                content.append(contentsOf: String(try escaped()).utf8)
            case 0..<0x20:
                throw malformed("a string holds a control character")
            default:
                content.append(byte)
            }
        }
        throw malformed("a string does not end")
    }

    /// Makes sure that nothing but blanks is left.
    mutating func end() throws {
        skipBlanks()
        guard position == bytes.count else { throw malformed("something follows the end") }
    }

    private mutating func integer() throws -> Int {
        skipBlanks()
        let start = position
        var value = 0
        while position < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[position]) {
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(Int(bytes[position] - UInt8(ascii: "0")))
            guard !overflow, !carry else { throw malformed("a number is too large") }
            value = sum
            position += 1
        }
        let hasLeadingZero = position > start + 1 && bytes[start] == UInt8(ascii: "0")
        guard position > start, !hasLeadingZero else { throw malformed("a whole number, 0 or larger, is expected") }
        return value
    }

    private mutating func escaped() throws -> Unicode.Scalar {
        guard position < bytes.count else { throw malformed("a string does not end") }
        let byte = bytes[position]
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"):
            let unit = try hexadecimal()
            if let scalar = Unicode.Scalar(unit) { return scalar }
            // A character beyond the first 65,536 is written as two escapes.
            guard unit < 0xDC00, bytes[position...].starts(with: "\\u".utf8) else {
                throw malformed("half a character is escaped")
            }
            position += 2
            let second = try hexadecimal()
            guard (0xDC00...0xDFFF).contains(second),
                let scalar = Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (second - 0xDC00))
            else { throw malformed("half a character is escaped") }
            return scalar
        default: throw malformed("an unknown escape stands in a string")
        }
    }

    private mutating func hexadecimal() throws -> UInt32 {
        let digits = bytes[position...].prefix(4)
        let isHexadecimal = digits.count == 4 && digits.allSatisfy { Unicode.Scalar($0).properties.isASCIIHexDigit }
        guard isHexadecimal, let value = UInt32(String(decoding: digits, as: UTF8.self), radix: 16) else {
            throw malformed("four hexadecimal digits are expected")
        }
        position += 4
        return value
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        skipBlanks()
        guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    private mutating func expect(_ character: Unicode.Scalar) throws {
        guard take(character) else { throw malformed("'\(character)' is expected") }
    }

    private mutating func skipBlanks() {
        while position < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[position]) { position += 1 }
    }

    private func malformed(_ fault: String) -> SignalError {
        SignalError(.malformed, "the header is not the JSON of a safetensors file: \(fault) at byte \(position) of it")
    }
}
