import Foundation

/// Numbers in the texts of fields, by the rules of ThingSpeak's server.
public enum NumericText {
    /// The number a field holds for sums and rounding: optional sign, digits, and digits after a point or comma.
    ///
    /// Exponents, `nan`, `inf` and a leading point are not numbers.
    public static func number(_ text: String) -> Double? {
        var bytes = Array(text.utf8)
        var index = 0
        if let first = bytes.first, first == UInt8(ascii: "-") || first == UInt8(ascii: "+") { index = 1 }
        let whole = bytes[index...].prefix { (48...57).contains($0) }.count
        guard whole > 0 else { return nil }
        index += whole
        if index < bytes.count {
            guard bytes[index] == UInt8(ascii: ".") || bytes[index] == UInt8(ascii: ",") else { return nil }
            bytes[index] = UInt8(ascii: ".")
            let fraction = bytes[(index + 1)...].prefix { (48...57).contains($0) }.count
            guard fraction > 0, index + 1 + fraction == bytes.count else { return nil }
        }
        return Double(String(decoding: bytes, as: UTF8.self))
    }

    /// The number a field holds for `min` and `max`, where exponents count and decimal commas do not.
    public static func comparable(_ text: String) -> Double? {
        guard let value = Double(text), value.isFinite else { return nil }
        return value
    }

    /// The shortest text that reads back as the same number, with at least one decimal: `51.0`, `7.285714285714286`.
    static func shortest(_ value: Double) -> String {
        guard value.isFinite else { return "\(value)" }
        let text = "\(value)"
        guard text.contains("e") else { return text }
        // Sums of long columns of digits reach where Swift changes to an exponent; readers of ThingSpeak do not expect it.
        let digits = abs(value) >= 1 ? 1 : min(340, 17 - Int(log10(abs(value)).rounded(.down)))
        var plain = rounded(value, decimals: digits)
        while plain.hasSuffix("0"), !plain.hasSuffix(".0") { plain.removeLast() }
        return plain
    }

    /// The number with exactly so many decimals.
    static func rounded(_ value: Double, decimals: Int) -> String {
        String(format: "%.\(decimals)f", value)
    }
}
