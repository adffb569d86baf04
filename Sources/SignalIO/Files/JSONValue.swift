public import SignalCore

/// A JSON document (RFC 8259) to be written. The members of an object keep their order.
public enum JSONValue: Sendable {
    /// `null`.
    case null
    /// `true` or `false`.
    case flag(Bool)
    /// A whole number.
    case integer(Int)
    /// A number, as its shortest text that reads back the same; `null` where it is not finite, for which JSON has no
    /// text.
    case number(Double)
    /// A string.
    case text(String)
    /// An array.
    case list([JSONValue])
    /// An object.
    case object([(name: String, value: JSONValue)])

    /// An option's value.
    public init(_ value: OptionValue) {
        switch value {
        case .flag(let value): self = .flag(value)
        case .integer(let value): self = .integer(value)
        case .number(let value): self = .number(value)
        case .text(let value): self = .text(value)
        case .list(let values): self = .list(values.map { JSONValue($0) })
        }
    }

    /// An algorithm's options by name.
    public init(_ values: OptionValues) {
        self = .object(values.entries.map { ($0.name, JSONValue($0.value)) })
    }

    /// The document on one line.
    public var serialized: String {
        var bytes: [UInt8] = []
        write(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    private static let quote = UInt8(ascii: "\"")
    private static let backslash = UInt8(ascii: "\\")

    private static func write(_ text: String, to bytes: inout [UInt8]) {
        bytes.append(quote)
        let start = bytes.count
        bytes.append(contentsOf: text.utf8)
        if bytes[start...].allSatisfy({ $0 >= 0x20 && $0 != quote && $0 != backslash }) {
            bytes.append(quote)
            return
        }
        bytes.removeSubrange(start...)
        for byte in text.utf8 {
            switch byte {
            case quote: bytes += [backslash, quote]
            case backslash: bytes += [backslash, backslash]
            case UInt8(ascii: "\n"): bytes += [backslash, UInt8(ascii: "n")]
            case UInt8(ascii: "\r"): bytes += [backslash, UInt8(ascii: "r")]
            case UInt8(ascii: "\t"): bytes += [backslash, UInt8(ascii: "t")]
            case 0..<0x20: bytes += "\\u00\(byte < 0x10 ? "0" : "")\(String(byte, radix: 16))".utf8
            default: bytes.append(byte)
            }
        }
        bytes.append(quote)
    }

    private func write(to bytes: inout [UInt8]) {
        switch self {
        case .null: bytes += "null".utf8
        case .flag(let value): bytes += (value ? "true" : "false").utf8
        case .integer(let value): bytes += String(value).utf8
        case .number(let value): bytes += (value.isFinite ? value.description : "null").utf8
        case .text(let value): Self.write(value, to: &bytes)
        case .list(let values):
            bytes.append(UInt8(ascii: "["))
            for (index, value) in values.enumerated() {
                if index > 0 { bytes += ", ".utf8 }
                value.write(to: &bytes)
            }
            bytes.append(UInt8(ascii: "]"))
        case .object(let members):
            bytes.append(UInt8(ascii: "{"))
            for (index, member) in members.enumerated() {
                if index > 0 { bytes += ", ".utf8 }
                Self.write(member.name, to: &bytes)
                bytes += ": ".utf8
                member.value.write(to: &bytes)
            }
            bytes.append(UInt8(ascii: "}"))
        }
    }
}
