/// How a time column is written.
enum TimeNotation: Sendable, Equatable {
    /// Dates with a time of day.
    case calendar
    /// Numbers, and what one stands for in nanoseconds. Absolute ones count from 1970-01-01 UTC.
    case number(unit: Int64, isAbsolute: Bool)

    /// The notation of a field of a record, or `nil` when it is no time.
    ///
    /// - Parameter unit: what the column's name says about its numbers, in nanoseconds. Without it, numbers are seconds
    ///   up to 10^11 (the year 5138), milliseconds up to 10^14, microseconds up to 10^17 and nanoseconds above.
    init?(_ record: TableColumns.Record, _ index: Int, unit: Int64?) {
        if record.isNumber[index], let value = record.numbers(index) {
            let size = abs(value)
            let guessed: Int64 = size < 1e11 ? 1_000_000_000 : size < 1e14 ? 1_000_000 : size < 1e17 ? 1000 : 1
            let unit = unit ?? guessed
            // 10^8 seconds are March 1973; a machine's own clock does not run that long.
            self = .number(unit: unit, isAbsolute: size * Double(unit) >= 1e17)
        } else if record.isTime[index] {
            self = .calendar
        } else {
            return nil
        }
    }

    /// Nanoseconds of a field, and the digits after its point.
    func nanoseconds(_ bytes: [UInt8], _ range: Range<Int>) -> (value: Int64, fractionDigits: Int)? {
        switch self {
        case .calendar: CalendarTime.nanoseconds(bytes, range)
        case .number(let unit, _): DecimalNumber.nanoseconds(bytes, range, unit: unit)
        }
    }

    /// Whether the time of a row is known, not only how long after another it is.
    var isAbsolute: Bool {
        switch self {
        case .calendar: true
        case .number(_, let isAbsolute): isAbsolute
        }
    }

    /// The nanoseconds that one digit of the last place stands for.
    func tick(fractionDigits: Int) -> Double {
        var tick =
            switch self {
            case .calendar: 1e9
            case .number(let unit, _): Double(unit)
            }
        for _ in 0..<min(fractionDigits, 30) { tick /= 10 }
        return tick
    }
}
