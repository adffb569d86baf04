/// Writes times as a table's own time column does: dates with the same separators and offset, numbers in the same unit
/// with as many decimals.
public struct TimeText: Sendable, Equatable {
    private enum Notation: Equatable {
        /// The separator of the date, what stands before the time of day (nothing for dates alone), whether seconds are
        /// written, what stands before a fraction, what follows, and the offset from UTC in seconds.
        case calendar(
            date: String, time: String?, hasSeconds: Bool, fraction: String, suffix: String, offset: Int64)
        /// What 1 stands for, in nanoseconds.
        case number(unit: Int64)
    }

    private let notation: Notation
    /// Digits after the point.
    private let digits: Int
    /// The first row's time, in nanoseconds.
    private let first: Int64

    /// - Parameters:
    ///   - text: the time of the first row, which is of the notation.
    ///   - first: the same in nanoseconds.
    ///   - step: the usual nanoseconds from row to row: what is too short for the first row's form adds to it.
    init(_ text: String, notation: TimeNotation, first: Int64, step: Double) {
        self.first = first
        let text = text.filter { $0 != "\t" }.trimmingBlanks
        switch notation {
        case .number(let unit, _):
            self.notation = .number(unit: unit)
            let parts = text.split(separator: ".", omittingEmptySubsequences: false)
            let stated = parts.count == 2 && !text.contains(where: { "eE".contains($0) }) ? parts[1].count : 0
            digits = max(stated, Self.digits(of: step / Double(unit)))
        case .calendar:
            let day = text.prefix(10)
            let separator = day.count > 4 ? String(day[day.index(day.startIndex, offsetBy: 4)]) : "-"
            var rest = text.dropFirst(10)
            let joint = rest.first.map(String.init)
            rest = rest.dropFirst()
            let clock = rest.prefix { $0.isNumber || $0 == ":" || $0 == "." || $0 == "," }
            let suffix = String(rest.dropFirst(clock.count))
            let fraction = clock.firstIndex { $0 == "." || $0 == "," }
            let stated = fraction.map { clock.distance(from: $0, to: clock.endIndex) - 1 } ?? 0
            digits = max(stated, Self.digits(of: step / 1e9))
            let hasSeconds = clock.count(where: { $0 == ":" }) > 1 || digits > 0 || !Self.isMultiple(step, of: 60e9)
            let hasTime = !clock.isEmpty || !Self.isMultiple(step, of: 86400e9)
            self.notation = .calendar(
                date: separator, time: hasTime ? joint ?? " " : nil, hasSeconds: hasSeconds,
                fraction: fraction.map { String(clock[$0]) } ?? ".", suffix: suffix, offset: Self.offset(suffix))
        }
    }

    /// The time so many seconds after the first row.
    public func text(secondsAfterFirst seconds: Double) -> String {
        let nanoseconds = (seconds * 1e9).rounded()
        guard nanoseconds.magnitude < 9e18 else { return "" }
        let (time, overflow) = first.addingReportingOverflow(Int64(nanoseconds))
        guard !overflow else { return "" }
        switch notation {
        case .number(let unit):
            return Self.decimal(time, unit: unit, digits: digits)
        case .calendar(let date, let joint, let hasSeconds, let point, let suffix, let offset):
            // Rounded to the digits that are written, so that a second is not 59.9999.
            var unit: Int64 = hasSeconds ? 1_000_000_000 : 60_000_000_000
            for _ in 0..<min(digits, 9) { unit /= 10 }
            let local = Self.floored(time + offset * 1_000_000_000 + unit / 2, unit) * unit
            let seconds = Self.floored(local, 1_000_000_000)
            let days = Self.floored(seconds, 86400)
            let (year, month, day) = CalendarTime.date(days: days)
            var text = "\(Self.padded(year, 4))\(date)\(Self.padded(month, 2))\(date)\(Self.padded(day, 2))"
            guard let joint else { return text }
            let clock = seconds - days * 86400
            text += "\(joint)\(Self.padded(clock / 3600, 2)):\(Self.padded(clock / 60 % 60, 2))"
            guard hasSeconds else { return text + suffix }
            text += ":\(Self.padded(clock % 60, 2))"
            if digits > 0 {
                let fraction = Self.padded(local - seconds * 1_000_000_000, 9)
                text += point + fraction.prefix(digits) + String(repeating: "0", count: max(0, digits - 9))
            }
            return text + suffix
        }
    }

    private static func floored(_ value: Int64, _ divisor: Int64) -> Int64 {
        let quotient = value / divisor
        return value % divisor < 0 ? quotient - 1 : quotient
    }

    private static func padded(_ value: Int64, _ length: Int) -> String {
        let text = String(value)
        return String(repeating: "0", count: max(0, length - text.count)) + text
    }

    /// A number of units with so many digits after the point.
    private static func decimal(_ time: Int64, unit: Int64, digits: Int) -> String {
        var place = unit
        var shown = 0
        while shown < digits, place > 1 {
            place /= 10
            shown += 1
        }
        let rounded = floored(time + place / 2, place)
        let size = rounded.magnitude
        var whole = unit / place
        if whole < 1 { whole = 1 }
        let fraction = size % UInt64(whole)
        let sign = rounded < 0 ? "-" : ""
        let text = sign + String(size / UInt64(whole))
        guard shown > 0 else { return text }
        let after = String(fraction)
        return text + "." + String(repeating: "0", count: max(0, shown - after.count)) + after
    }

    private static func isMultiple(_ step: Double, of unit: Double) -> Bool {
        step.truncatingRemainder(dividingBy: unit) == 0
    }

    /// How many decimals tell a step apart, up to six.
    private static func digits(of step: Double) -> Int {
        var scale = 1.0
        for digits in 0..<6 {
            if abs(step * scale - (step * scale).rounded()) < 1e-6 * max(step * scale, 1) { return digits }
            scale *= 10
        }
        return 6
    }

    /// The seconds that an offset such as `+02:00` stands for.
    private static func offset(_ suffix: String) -> Int64 {
        let text = suffix.trimmingBlanks
        guard let sign = text.first, sign == "+" || sign == "-" else { return 0 }
        let numbers = text.dropFirst().filter { $0.isNumber }
        guard let hours = Int64(numbers.prefix(2)) else { return 0 }
        let minutes = Int64(numbers.dropFirst(2).prefix(2)) ?? 0
        return (hours * 3600 + minutes * 60) * (sign == "-" ? -1 : 1)
    }
}

extension String {
    /// Without blanks at either end.
    fileprivate var trimmingBlanks: String {
        let front = drop { $0 == " " }
        return String(front.reversed().drop { $0 == " " }.reversed())
    }
}
