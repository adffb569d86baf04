/// Whole seconds of UTC as text, and back. Proleptic Gregorian calendar, without leap seconds, as POSIX counts.
enum WholeSecond {
    /// 2010-01-01 00:00:00 UTC; an earlier time is that of a clock that was never set.
    static let earliestPlausible: Int64 = 1_262_304_000

    /// `2019-02-20T22:07:28Z`.
    static func text(_ second: Int64) -> String { parts(second, "T") + "Z" }

    /// `2019-02-20 22:07:28`.
    static func spacedText(_ second: Int64) -> String { parts(second, " ") }

    /// The year, for the allowance of messages, and the day since 1970.
    static func yearAndDay(_ second: Int64) -> (year: Int, day: Int) {
        let day = floorDivide(second, 86_400)
        return (date(day).year, Int(day))
    }

    /// The second of `2019-02-20T22:07:28Z`, or with an offset `+hh:mm`, or with a space in place of `T` or before `UTC`.
    static func parse(_ text: String) -> Int64? {
        guard
            let match = text.wholeMatch(
                of: #/(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:\.\d+)? ?(?:Z|UTC|([+-])(\d\d):?(\d\d))?/#),
            let year = Int64(match.1), let month = Int64(match.2), let day = Int64(match.3), let hour = Int64(match.4),
            let minute = Int64(match.5), let second = Int64(match.6), (1...12).contains(month), (1...31).contains(day)
        else { return nil }
        var total = days(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second
        if let sign = match.7, let hours = match.8.flatMap({ Int64($0) }), let minutes = match.9.flatMap({ Int64($0) })
        {
            total += (sign == "-" ? 1 : -1) * (hours * 3_600 + minutes * 60)
        }
        return total
    }

    private static func parts(_ second: Int64, _ separator: String) -> String {
        let day = floorDivide(second, 86_400)
        let rest = second - day * 86_400
        let date = date(day)
        return [
            two(date.year, width: 4) + "-" + two(date.month) + "-" + two(date.day),
            two(Int(rest / 3_600)) + ":" + two(Int(rest / 60 % 60)) + ":" + two(Int(rest % 60)),
        ].joined(separator: separator)
    }

    private static func two(_ value: Int, width: Int = 2) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    private static func floorDivide(_ value: Int64, _ divisor: Int64) -> Int64 {
        value >= 0 ? value / divisor : -((-value + divisor - 1) / divisor)
    }

    /// The date of a day since 1970, by Howard Hinnant's `civil_from_days` (chrono-compatible low-level date algorithms).
    private static func date(_ day: Int64) -> (year: Int, month: Int, day: Int) {
        let shifted = day + 719_468
        let era = floorDivide(shifted, 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (Int(year), Int(month), Int(dayOfYear - (153 * shiftedMonth + 2) / 5 + 1))
    }

    /// The day since 1970 of a date, by Howard Hinnant's `days_from_civil`.
    private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = floorDivide(shiftedYear, 400)
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }
}
