/// The members of a JSON object on one line, flattened: `{"a":{"b":1},"c":[2,3]}` has `a.b`, `c.0` and `c.1`.
///
/// More lenient than JSON where boards are: `NaN`, `inf`, `ovf` and the like stand for missing values, and strings that
/// hold numbers are numbers. Stricter otherwise: whatever follows the object makes the line malformed.
///
/// Where arrays are samples, `{"t":7,"x":[1,2]}` has the member `t` and the array `x`.
struct JSONLine {
    /// Levels of nesting that are read.
    private static let maximumDepth = 8
    /// Members that are read.
    private static let maximumMembers = 256
    /// Samples of an array that are read.
    static let maximumSamples = 4_096

    private(set) var members: [(name: String, value: NumberText)] = []
    /// The arrays of a line whose arrays are samples.
    private(set) var arrays: [(name: String, values: [NumberText])] = []
    private let areSamples: Bool
    private let bytes: ArraySlice<UInt8>
    private var index: Int

    /// Reads a line, or gives nil where it is no object.
    init?(_ line: ArraySlice<UInt8>, areSamples: Bool = false) {
        bytes = line
        self.areSamples = areSamples
        index = line.startIndex
        skipSpace()
        guard peek == UInt8(ascii: "{"), readObject(prefix: "", depth: 0) else { return nil }
        skipSpace()
        guard index == bytes.endIndex else { return nil }
    }

    private var peek: UInt8? { index < bytes.endIndex ? bytes[index] : nil }

    private mutating func skipSpace() {
        while let byte = peek, byte == 0x20 || byte == 0x09 { index += 1 }
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        skipSpace()
        guard peek == UInt8(ascii: character) else { return false }
        index += 1
        return true
    }

    private mutating func readObject(prefix: String, depth: Int) -> Bool {
        guard depth < Self.maximumDepth, take("{") else { return false }
        if take("}") { return true }
        repeat {
            skipSpace()
            guard let name = readString(), !name.isEmpty, take(":") else { return false }
            guard readValue(name: prefix + name, depth: depth) else { return false }
        } while take(",")
        return take("}")
    }

    private mutating func readArray(prefix: String, depth: Int) -> Bool {
        guard depth < Self.maximumDepth, take("[") else { return false }
        if take("]") { return true }
        var position = 0
        repeat {
            guard readValue(name: "\(prefix)\(position)", depth: depth) else { return false }
            position += 1
        } while take(",")
        return take("]")
    }

    private mutating func readValue(name: String, depth: Int) -> Bool {
        skipSpace()
        switch peek {
        case UInt8(ascii: "{"): return readObject(prefix: name + ".", depth: depth + 1)
        case UInt8(ascii: "["):
            return areSamples ? readSamples(name: name) : readArray(prefix: name + ".", depth: depth + 1)
        case UInt8(ascii: "\""):
            guard let text = readString() else { return false }
            return append(name, NumberText(text.utf8, decimalComma: true))
        default:
            guard let value = readWord() else { return false }
            return append(name, value)
        }
    }

    private mutating func readSamples(name: String) -> Bool {
        guard arrays.count < Self.maximumMembers, take("[") else { return false }
        var values: [NumberText] = []
        repeat {
            skipSpace()
            guard values.count < Self.maximumSamples, let value = readWord() else { return false }
            values.append(value)
        } while take(",")
        arrays.append((name, values))
        return take("]")
    }

    /// Reads a value that is neither in quotes nor in brackets; nil where it is no number and none of the words for one.
    private mutating func readWord() -> NumberText? {
        let start = index
        while let byte = peek, !Self.isEnd(byte) { index += 1 }
        guard index > start else { return nil }
        let value = NumberText(bytes[start..<index])
        guard value == .text else { return value }
        switch String(decoding: bytes[start..<index], as: UTF8.self) {
        case "true": return .number(1)
        case "false": return .number(0)
        default: return nil
        }
    }

    private static func isEnd(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: ","), UInt8(ascii: "]"), UInt8(ascii: "}"), 0x20, 0x09, UInt8(ascii: "\""),
            UInt8(ascii: "{"), UInt8(ascii: "["), UInt8(ascii: ":"):
            true
        default: false
        }
    }

    private mutating func append(_ name: String, _ value: NumberText) -> Bool {
        guard members.count < Self.maximumMembers else { return false }
        members.append((name, value))
        return true
    }

    /// Reads a string with its escapes; nil where it does not end or an escape is none.
    private mutating func readString() -> String? {
        guard take("\"") else { return nil }
        var text: [UInt8] = []
        while let byte = peek {
            index += 1
            switch byte {
            case UInt8(ascii: "\""):
                return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"):
                guard let escape = peek else { return nil }
                index += 1
                switch escape {
                case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(escape)
                case UInt8(ascii: "b"), UInt8(ascii: "f"), UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
                    text.append(0x20)
                case UInt8(ascii: "u"):
                    guard bytes.endIndex - index >= 4,
                        let code = LineChecksum.hexadecimal(bytes[index..<index + 4])
                    else { return nil }
                    index += 4
                    // Halves of surrogate pairs and control characters have no place in the name of a column.
                    let scalar = code < 0x20 ? nil : Unicode.Scalar(code)
                    text.append(contentsOf: String(Character(scalar ?? "\u{FFFD}")).utf8)
                default: return nil
                }
            default: text.append(byte)
            }
        }
        return nil
    }
}
