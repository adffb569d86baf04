/// What a reply says, written as JSON or XML alike.
indirect enum Document {
    case text(String?)
    case integer(Int?)
    case flag(Bool)
    /// A number that JSON quotes.
    case decimal(String?)
    /// A time in text that XML marks as one.
    case time(String)
    case object([(name: String, value: Document)])
    /// In XML, each value is an element of this name.
    case list(element: String, [Document])
}

/// Compact JSON: clients look for `"key":"value"` without a space.
enum JSONText {
    static func write(_ document: Document, to text: inout String) {
        switch document {
        case .text(let value), .decimal(let value):
            if let value { quote(value, to: &text) } else { text += "null" }
        case .integer(let value): text += value.map(String.init) ?? "null"
        case .flag(let value): text += value ? "true" : "false"
        case .time(let value): quote(value, to: &text)
        case .object(let members):
            text += "{"
            for (index, member) in members.enumerated() {
                if index > 0 { text += "," }
                quote(member.name, to: &text)
                text += ":"
                write(member.value, to: &text)
            }
            text += "}"
        case .list(_, let values):
            text += "["
            for (index, value) in values.enumerated() {
                if index > 0 { text += "," }
                write(value, to: &text)
            }
            text += "]"
        }
    }

    static func quoted(_ value: String) -> String {
        var text = ""
        quote(value, to: &text)
        return text
    }

    private static func quote(_ value: String, to text: inout String) {
        text += "\""
        if isPlain(value.utf8) {
            text += value
        } else {
            for scalar in value.unicodeScalars { escape(scalar, to: &text) }
        }
        text += "\""
    }

    /// Appends a text of UTF-8 in quotes to the bytes of a document.
    static func quote(_ value: ArraySlice<UInt8>, to bytes: inout [UInt8]) {
        guard isPlain(value) else {
            return bytes.append(contentsOf: quoted(String(decoding: value, as: UTF8.self)).utf8)
        }
        bytes.append(0x22)
        bytes.append(contentsOf: value)
        bytes.append(0x22)
    }

    /// Whether a text needs no escape, as nearly all do not.
    private static func isPlain(_ text: some Collection<UInt8>) -> Bool {
        text.allSatisfy { $0 >= 0x20 && $0 != 0x22 && $0 != 0x5C && $0 < 0x7F }
    }

    private static func escape(_ scalar: Unicode.Scalar, to text: inout String) {
        switch scalar {
        case "\"": text += "\\\""
        case "\\": text += "\\\\"
        case "\n": text += "\\n"
        case "\r": text += "\\r"
        case "\t": text += "\\t"
        // The last two end a line in scripts, which JSONP is.
        case "\u{0}"..."\u{1F}", "\u{7F}", "\u{2028}", "\u{2029}":
            let digits = String(scalar.value, radix: 16)
            text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        default: text.unicodeScalars.append(scalar)
        }
    }
}

/// XML with dashed names and types as attributes, as Rails writes it.
enum XMLText {
    static let declaration = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"

    static func write(_ document: Document, as name: String, indent: Int = 0, to text: inout String) {
        let name = name.replacing("_", with: "-")
        text += String(repeating: " ", count: indent) + "<" + name
        switch document {
        case .text(let value): end(value, name: name, type: nil, to: &text)
        case .integer(let value): end(value.map(String.init), name: name, type: "integer", to: &text)
        case .flag(let value): end(value ? "true" : "false", name: name, type: "boolean", to: &text)
        case .decimal(let value): end(value, name: name, type: "decimal", to: &text)
        case .time(let value): end(value, name: name, type: "dateTime", to: &text)
        case .object(let members):
            text += ">\n"
            for member in members { write(member.value, as: member.name, indent: indent + 2, to: &text) }
            text += String(repeating: " ", count: indent) + "</" + name + ">\n"
        case .list(_, let values) where values.isEmpty: text += " type=\"array\"/>\n"
        case .list(let element, let values):
            text += " type=\"array\">\n"
            for value in values { write(value, as: element, indent: indent + 2, to: &text) }
            text += String(repeating: " ", count: indent) + "</" + name + ">\n"
        }
    }

    private static func end(_ value: String?, name: String, type: String?, to text: inout String) {
        if let type { text += " type=\"" + type + "\"" }
        guard let value else {
            text += " nil=\"true\"/>\n"
            return
        }
        text += ">"
        for scalar in value.unicodeScalars {
            switch scalar {
            case "&": text += "&amp;"
            case "<": text += "&lt;"
            case ">": text += "&gt;"
            case "\r": text += "&#13;"
            case "\t", "\n": text.unicodeScalars.append(scalar)
            // These have no place in XML 1.0, not even escaped.
            case "\u{0}"..."\u{1F}", "\u{FFFE}", "\u{FFFF}": text += "\u{FFFD}"
            default: text.unicodeScalars.append(scalar)
            }
        }
        text += "</" + name + ">\n"
    }
}

/// CSV with quotes where RFC 4180 asks for them.
enum CSVText {
    static func line(_ values: [String?], to text: inout String) {
        for (index, value) in values.enumerated() {
            if index > 0 { text += "," }
            guard let value else { continue }
            if value.utf8.contains(where: { $0 == 0x22 || $0 == 0x2C || $0 == 0x0A || $0 == 0x0D }) {
                text += "\"" + value.replacing("\"", with: "\"\"") + "\""
            } else {
                text += value
            }
        }
        text += "\n"
    }
}
