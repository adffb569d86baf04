/// Dates with a time of day: ISO 8601 and its everyday form with a blank in place of the `T`.
enum CalendarTime {
    /// Nanoseconds since 1970-01-01 00:00 UTC and the digits after the seconds' point, or `nil` when it is no such text.
    ///
    /// `YYYY-MM-DD`, then optionally `T` or a blank, `HH:MM`, `:SS`, a fraction after `.` or `,`, and `Z` or an offset
    /// `±HH:MM`. Without an offset the time is taken as UTC: only differences matter here.
    static func nanoseconds(_ bytes: [UInt8], _ range: Range<Int>) -> (value: Int64, fractionDigits: Int)? {
        var scanner = Scanner(bytes: bytes, index: range.lowerBound, end: range.upperBound)
        scanner.skipBlanks()
        guard let year = scanner.number(digits: 4), let separator = scanner.next(of: [0x2D, 0x2F, 0x2E]),
            let month = scanner.number(digits: 2), scanner.next(of: [separator]) != nil,
            let day = scanner.number(digits: 2), isDate(year, month, day)
        else { return nil }
        var seconds = days(year, month, day) * 86400
        var fraction: Int64 = 0
        var digits = 0
        if scanner.next(of: [0x54, 0x74, 0x20]) != nil, !scanner.isAtEnd {
            guard let hour = scanner.number(digits: 2), hour < 24, scanner.next(of: [0x3A]) != nil,
                let minute = scanner.number(digits: 2), minute < 60
            else { return nil }
            seconds += Int64(hour * 3600 + minute * 60)
            if scanner.next(of: [0x3A]) != nil {
                // A minute may have 61 seconds.
                guard let second = scanner.number(digits: 2), second <= 60 else { return nil }
                seconds += Int64(second)
                if scanner.next(of: [0x2E, 0x2C]) != nil {
                    guard let part = scanner.fraction() else { return nil }
                    (fraction, digits) = part
                }
            }
            guard let offset = scanner.offset() else { return nil }
            seconds -= Int64(offset)
        }
        scanner.skipBlanks()
        guard scanner.isAtEnd else { return nil }
        return (seconds * 1_000_000_000 + fraction, digits)
    }

    /// Whether there is such a day, in the years that 64-bit nanoseconds reach.
    static func isDate(_ year: Int, _ month: Int, _ day: Int) -> Bool {
        guard (1700...2250).contains(year), (1...12).contains(month) else { return false }
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        return (1...lengths[month - 1]).contains(day)
    }

    /// Days since 1970-01-01 in the Gregorian calendar, counted in years that begin in March.
    static func days(_ year: Int, _ month: Int, _ day: Int) -> Int64 {
        let year = month <= 2 ? year - 1 : year
        let era = year / 400
        let yearOfEra = year - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return Int64(era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468)
    }

    /// The date of a day counted from 1970-01-01: ``days(_:_:_:)`` backwards.
    static func date(days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let month = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * month + 2) / 5 + 1
        return (yearOfEra + era * 400 + (month >= 10 ? 1 : 0), month < 10 ? month + 3 : month - 9, day)
    }

    private struct Scanner {
        let bytes: [UInt8]
        var index: Int
        let end: Int

        var isAtEnd: Bool { index == end }

        mutating func skipBlanks() {
            while index < end, bytes[index] == 0x20 || bytes[index] == 0x09 { index += 1 }
        }

        /// A number of exactly so many digits.
        mutating func number(digits: Int) -> Int? {
            guard index + digits <= end else { return nil }
            var value = 0
            for byte in bytes[index..<index + digits] {
                guard (0x30...0x39).contains(byte) else { return nil }
                value = value * 10 + Int(byte - 0x30)
            }
            index += digits
            return value
        }

        /// The next byte if it is one of these.
        mutating func next(of known: [UInt8]) -> UInt8? {
            guard index < end, known.contains(bytes[index]) else { return nil }
            index += 1
            return bytes[index - 1]
        }

        /// Digits after the point as nanoseconds (what follows the ninth is dropped), and how many there are.
        mutating func fraction() -> (Int64, Int)? {
            var value: Int64 = 0
            var digits = 0
            while index < end, (0x30...0x39).contains(bytes[index]) {
                if digits < 9 { value = value * 10 + Int64(bytes[index] - 0x30) }
                digits += 1
                index += 1
            }
            guard digits > 0 else { return nil }
            for _ in min(digits, 9)..<9 { value *= 10 }
            return (value, digits)
        }

        /// The offset from UTC in seconds, 0 when there is none, `nil` when it is wrong.
        mutating func offset() -> Int? {
            skipBlanks()
            if isAtEnd || next(of: [0x5A, 0x7A]) != nil { return 0 }
            guard let sign = next(of: [0x2B, 0x2D]), let hours = number(digits: 2), hours <= 18 else { return nil }
            var minutes = 0
            if next(of: [0x3A]) != nil || !isAtEnd {
                guard let stated = number(digits: 2), stated < 60 else { return nil }
                minutes = stated
            }
            return (sign == 0x2D ? -1 : 1) * (hours * 3600 + minutes * 60)
        }
    }
}
