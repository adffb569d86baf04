/// Numbers written in decimal: `-0.088`, `1e-3`, `.5`.
enum DecimalNumber {
    /// The nearest 64-bit number, or `nil` for anything else, `nan`, `inf` and hexadecimal included. Blanks around it
    /// are ignored.
    ///
    /// With up to 15 digits and a power of ten that is exact, one multiplication or division rounds correctly (Clinger,
    /// "How to read floating point numbers accurately", PLDI 1990); the standard library does the rest.
    static func parse(_ bytes: [UInt8], _ range: Range<Int>) -> Double? {
        guard let parts = Parts(bytes, range) else { return nil }
        if parts.digitCount <= 15, abs(parts.exponent) < exactPowers.count {
            let mantissa = Double(parts.mantissa)
            let power = exactPowers[abs(parts.exponent)]
            let magnitude = parts.exponent < 0 ? mantissa / power : mantissa * power
            return parts.isNegative ? -magnitude : magnitude
        }
        return Double(String(decoding: bytes[parts.range], as: UTF8.self))
    }

    /// A number of seconds (or of `unit` nanoseconds) as whole nanoseconds, exactly where it has no more digits, and
    /// how many digits follow the point; `nil` when it is no number or out of range.
    static func nanoseconds(_ bytes: [UInt8], _ range: Range<Int>, unit: Int64) -> (value: Int64, fractionDigits: Int)?
    {
        guard let parts = Parts(bytes, range) else { return nil }
        let digits = max(0, -parts.exponent)
        if parts.digitCount <= 18, digits <= 18, parts.exponent <= 0 {
            var scale: Int64 = 1
            for _ in 0..<digits { scale *= 10 }
            let (whole, fraction) = Int64(parts.mantissa).quotientAndRemainder(dividingBy: scale)
            let (nanoseconds, overflow) = whole.multipliedReportingOverflow(by: unit)
            let rest = Int64((Double(fraction) / Double(scale) * Double(unit)).rounded())
            let (sum, carry) = nanoseconds.addingReportingOverflow(rest)
            guard !overflow, !carry else { return nil }
            return (parts.isNegative ? -sum : sum, digits)
        }
        guard let value = parse(bytes, range), abs(value) * Double(unit) < 9e18 else { return nil }
        return (Int64((value * Double(unit)).rounded()), digits)
    }

    private static let exactPowers: [Double] = [
        1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20, 1e21, 1e22,
    ]

    /// The digits and the power of ten of a number.
    private struct Parts {
        var isNegative = false
        /// All digits as a whole number; meaningful up to 18 digits.
        var mantissa: UInt64 = 0
        /// Digits without leading zeros.
        var digitCount = 0
        var exponent = 0
        var range: Range<Int>

        init?(_ bytes: [UInt8], _ field: Range<Int>) {
            var index = field.lowerBound
            var end = field.upperBound
            while index < end, bytes[index] == 0x20 || bytes[index] == 0x09 { index += 1 }
            while end > index, bytes[end - 1] == 0x20 || bytes[end - 1] == 0x09 { end -= 1 }
            range = index..<end
            if index < end, bytes[index] == 0x2B || bytes[index] == 0x2D {
                isNegative = bytes[index] == 0x2D
                index += 1
            }
            var hasDigits = false
            var hasPoint = false
            while index < end {
                let byte = bytes[index]
                if (0x30...0x39).contains(byte) {
                    hasDigits = true
                    if digitCount > 0 || byte != 0x30 {
                        digitCount += 1
                        mantissa = mantissa &* 10 &+ UInt64(byte - 0x30)
                    }
                    if hasPoint { exponent -= 1 }
                } else if byte == 0x2E, !hasPoint {
                    hasPoint = true
                } else {
                    break
                }
                index += 1
            }
            guard hasDigits else { return nil }
            if index < end, bytes[index] == 0x65 || bytes[index] == 0x45 {
                index += 1
                var isDivisor = false
                if index < end, bytes[index] == 0x2B || bytes[index] == 0x2D {
                    isDivisor = bytes[index] == 0x2D
                    index += 1
                }
                guard index < end else { return nil }
                var power = 0
                while index < end, (0x30...0x39).contains(bytes[index]) {
                    power = min(power * 10 + Int(bytes[index] - 0x30), 100_000)
                    index += 1
                }
                exponent += isDivisor ? -power : power
            }
            guard index == end else { return nil }
        }
    }
}
