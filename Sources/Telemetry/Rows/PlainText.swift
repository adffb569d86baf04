/// The texts in which values travel: plain decimals, no control characters, at most 255 bytes.
public enum PlainText {
    /// The most bytes a field or a status may have.
    public static let maximumBytes = 255

    /// A number without an exponent, in the fewest digits that give the same number back; `nil` when it is not finite,
    /// or so large that its digits do not fit. Digits behind the 255th byte are cut off.
    public static func decimal(_ value: some BinaryFloatingPoint & CustomStringConvertible) -> String? {
        guard value.isFinite else { return nil }
        var digits = Array(value.description.utf8)
        let isNegative = digits.first == UInt8(ascii: "-")
        if isNegative { digits.removeFirst() }
        var exponent = 0
        if let mark = digits.firstIndex(of: UInt8(ascii: "e")) {
            exponent = Int(String(decoding: digits[(mark + 1)...], as: UTF8.self)) ?? 0
            digits = Array(digits[..<mark])
        }
        let point = digits.firstIndex(of: UInt8(ascii: ".")) ?? digits.count
        digits.removeAll { $0 == UInt8(ascii: ".") }
        var wholeCount = point + exponent
        if wholeCount < 1 {
            digits.insert(contentsOf: repeatElement(UInt8(ascii: "0"), count: 1 - wholeCount), at: 0)
            wholeCount = 1
        }
        digits += repeatElement(UInt8(ascii: "0"), count: max(0, wholeCount - digits.count))
        let sign = isNegative ? "-" : ""
        guard sign.utf8.count + wholeCount <= maximumBytes else { return nil }
        let whole = String(decoding: digits[..<wholeCount], as: UTF8.self)
        var fraction = digits[wholeCount...].prefix(max(0, maximumBytes - sign.utf8.count - wholeCount - 1))
        while fraction.last == UInt8(ascii: "0") { fraction.removeLast() }
        if fraction.isEmpty { return whole == "0" ? "0" : sign + whole }
        return sign + whole + "." + String(decoding: fraction, as: UTF8.self)
    }

    /// A text without control characters, cut to 255 bytes between two characters.
    public static func cleaned(_ text: String) -> String {
        var cleaned = ""
        var bytes = 0
        for character in text {
            let kept = String(
                String.UnicodeScalarView(
                    character.unicodeScalars.filter { $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) }))
            bytes += kept.utf8.count
            guard bytes <= maximumBytes else { break }
            cleaned += kept
        }
        return cleaned
    }

    /// A text with everything outside RFC 3986's unreserved characters percent-encoded.
    static func percentEncoded(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF")
        var encoded = ""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                encoded.append(Character(UnicodeScalar(byte)))
            default: encoded += ["%", digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return encoded
    }
}
