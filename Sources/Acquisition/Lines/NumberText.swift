/// What a text says that should be a number.
enum NumberText: Equatable {
    /// A finite number.
    case number(Double)
    /// A word that boards send for a value they do not have: `NaN`, `inf`, `ovf` (AVR's print of too large a number),
    /// `null`, or nothing at all.
    case missing
    /// A number too large for a reading.
    case overflow
    /// No number.
    case text

    private static let missingWords: Set<String> = [
        "", "nan", "-nan", "+nan", "inf", "-inf", "+inf", "infinity", "-infinity", "+infinity", "ovf", "-ovf", "+ovf",
        "null", "none", "n/a", "na", "-", "--",
    ]

    /// Reads a number, plain or with an exponent; nothing else that programming languages call one.
    ///
    /// - Parameter decimalComma: whether a comma may stand for the decimal point.
    init(_ bytes: some Collection<UInt8>, decimalComma: Bool = false) {
        var index = bytes.startIndex
        var digits = 0
        func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }
        func skipDigits() -> Int {
            var count = 0
            while index < bytes.endIndex, isDigit(bytes[index]) {
                index = bytes.index(after: index)
                count += 1
            }
            return count
        }
        func skip(_ accepted: (UInt8) -> Bool) -> Bool {
            guard index < bytes.endIndex, accepted(bytes[index]) else { return false }
            index = bytes.index(after: index)
            return true
        }
        let isSign = { (byte: UInt8) in byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-") }
        _ = skip(isSign)
        digits += skipDigits()
        if skip({ $0 == UInt8(ascii: ".") || decimalComma && $0 == UInt8(ascii: ",") }) { digits += skipDigits() }
        var isNumber = digits > 0
        if isNumber, skip({ $0 == UInt8(ascii: "e") || $0 == UInt8(ascii: "E") }) {
            _ = skip(isSign)
            isNumber = skipDigits() > 0
        }
        guard isNumber, index == bytes.endIndex else {
            self = bytes.count <= 9 && Self.isMissing(bytes) ? .missing : .text
            return
        }
        guard let value = Self.exact(bytes) ?? Self.general(bytes) else {
            self = .text
            return
        }
        self = abs(value) <= Double(Float.greatestFiniteMagnitude) ? .number(value) : .overflow
    }

    /// A number without an exponent whose digits, at most 15, are a whole number that 64 bits hold exactly: divided by a power
    /// of ten that is exact too, it is rounded once (Clinger, "How to read floating point numbers accurately", PLDI 1990).
    private static func exact(_ bytes: some Collection<UInt8>) -> Double? {
        guard bytes.count <= 16 else { return nil }
        var (whole, digits, fraction) = (Int64(0), 0, -1)
        var isNegative = false
        for byte in bytes {
            switch byte {
            case 0x30...0x39:
                whole = whole * 10 + Int64(byte - 0x30)
                digits += 1
                if fraction >= 0 { fraction += 1 }
            case UInt8(ascii: "."), UInt8(ascii: ","): fraction = 0
            case UInt8(ascii: "-"): isNegative = true
            case UInt8(ascii: "+"): break
            default: return nil
            }
        }
        guard digits <= 15 else { return nil }
        let magnitude = fraction > 0 ? Double(whole) / powers[fraction] : Double(whole)
        return isNegative ? -magnitude : magnitude
    }

    private static let powers: [Double] = [
        1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
    ]

    private static func general(_ bytes: some Collection<UInt8>) -> Double? {
        let plain = bytes.map { $0 == UInt8(ascii: ",") ? UInt8(ascii: ".") : $0 }
        // Digits that end with the point are numbers to boards, but not to the library.
        return Double(String(decoding: plain, as: UTF8.self)) ?? Double(String(decoding: plain, as: UTF8.self) + "0")
    }

    private static func isMissing(_ bytes: some Collection<UInt8>) -> Bool {
        missingWords.contains(String(decoding: bytes, as: UTF8.self).lowercased())
    }
}
