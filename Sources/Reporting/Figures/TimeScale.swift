import SignalCore

/// Ticks and words for an axis of time: seconds from a start, or dates.
struct TimeScale {
    /// The axis.
    let axis: Axis
    /// Where ticks stand, in seconds, and what is written there.
    let ticks: [(seconds: Double, text: String)]

    private static let minute = 60.0
    private static let hour = 3600.0
    private static let day = 86400.0

    /// Chooses at most about `most` ticks for a range of seconds.
    init(_ range: ClosedRange<Double>, hasDates: Bool, most: Int = 9) {
        let span = range.upperBound - range.lowerBound
        // Beyond some three million years no calendar is of use.
        if hasDates, range.lowerBound > -1e14, range.upperBound < 1e14 {
            (axis, ticks) = Self.dates(range, span: span, most: min(most, 8))
        } else {
            (axis, ticks) = Self.durations(range, span: span, most: most)
        }
    }

    private static func durations(
        _ range: ClosedRange<Double>, span: Double, most: Int
    ) -> (Axis, [(seconds: Double, text: String)]) {
        let largest = max(abs(range.lowerBound), abs(range.upperBound))
        let (unit, seconds): (String, Double) =
            switch largest {
            case ..<600: ("s", 1)
            case ..<(4 * hour): ("min", minute)
            case ..<(4 * day): ("h", hour)
            default: ("d", day)
            }
        let step = roundStep(atLeast: span / seconds / Double(most)) * seconds
        let ticks = multiples(of: step, in: range).map { value -> (seconds: Double, text: String) in
            let number = (value / seconds * 1e6).rounded() / 1e6
            return (value, number == number.rounded() && abs(number) < 1e15 ? String(Int(number)) : String(number))
        }
        return (Axis("Time", unit: unit), ticks)
    }

    private static func dates(
        _ range: ClosedRange<Double>, span: Double, most: Int
    ) -> (Axis, [(seconds: Double, text: String)]) {
        let steps: [Double] =
            [1, 2, 5, 10, 15, 30].flatMap { [$0, $0 * minute] }.sorted()
            + [1, 2, 3, 6, 12].map { $0 * hour } + [1, 2, 4, 7, 14].map { $0 * day }
        guard let step = steps.first(where: { span / $0 <= Double(most) }) else {
            return (Axis("Date", unit: "UTC"), months(range, span: span, most: most))
        }
        let first = CivilDate(seconds: range.lowerBound)
        let ticks = multiples(of: step, in: range).map { value -> (seconds: Double, text: String) in
            let date = CivilDate(seconds: value)
            if step >= day { return (value, "\(date.day) \(date.monthName)") }
            if step >= minute {
                return (value, date.isMidnight ? "\(date.day) \(date.monthName)" : date.clock(seconds: false))
            }
            return (value, date.clock(seconds: true))
        }
        let last = CivilDate(seconds: range.upperBound)
        let years = first.year == last.year ? "\(first.year)" : "\(first.year)-\(last.year)"
        let place = step >= day ? years : "\(first.day) \(first.monthName) \(first.year)"
        let name = step >= day ? "Date" : "Time of day, from"
        return (Axis("\(name) \(place)", unit: "UTC"), ticks)
    }

    private static func months(
        _ range: ClosedRange<Double>, span: Double, most: Int
    ) -> [(seconds: Double, text: String)] {
        let step = [1, 2, 3, 6, 12, 24, 60, 120].first { span / (Double($0) * 30.4 * day) <= Double(most) } ?? 1200
        let first = CivilDate(seconds: range.lowerBound)
        var month = (first.year * 12 + first.month - 1) / step * step
        var ticks: [(seconds: Double, text: String)] = []
        while ticks.count < 40 {
            let seconds = CivilDate.seconds(year: month / 12, month: month % 12 + 1, day: 1)
            if seconds > range.upperBound { break }
            let date = CivilDate(seconds: seconds)
            if seconds >= range.lowerBound { ticks.append((seconds, "\(date.monthName) \(date.year)")) }
            month += step
        }
        return ticks
    }

    private static func multiples(of step: Double, in range: ClosedRange<Double>) -> [Double] {
        guard step > 0, step.isFinite else { return [] }
        let first = (range.lowerBound / step - 1e-9).rounded(.up)
        let last = (range.upperBound / step + 1e-9).rounded(.down)
        guard first <= last, last - first < 100, abs(first) < 1e15 else { return [] }
        return stride(from: first, through: last, by: 1).map { $0 * step }
    }

    /// The smallest of …, 1, 2, 5, 10, 20, … that is at least `minimum`.
    static func roundStep(atLeast minimum: Double) -> Double {
        guard minimum > 1e-300, minimum.isFinite else { return 1 }
        var power = 1.0
        while power > minimum { power /= 10 }
        while power * 10 < minimum { power *= 10 }
        return [1, 2, 5].map { $0 * power }.first { $0 >= minimum } ?? 10 * power
    }
}

/// A date of the Gregorian calendar in UTC, after Howard Hinnant's `civil_from_days`.
struct CivilDate {
    let year: Int
    let month: Int
    let day: Int
    private let secondOfDay: Int

    /// - Parameter seconds: since 1970; held within some 30 million years.
    init(seconds: Double) {
        let whole = Int(min(max(seconds.isFinite ? seconds : 0, -1e15), 1e15).rounded(.down))
        let days = whole >= 0 ? whole / 86400 : -((86399 - whole) / 86400)
        secondOfDay = whole - days * 86400
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let position = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * position + 2) / 5 + 1
        month = position < 10 ? position + 3 : position - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    /// Seconds since 1970 at which a day begins.
    static func seconds(year: Int, month: Int, day: Int) -> Double {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return Double(era * 146_097 + dayOfEra - 719_468) * 86400
    }

    var monthName: String {
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"][month - 1]
    }

    var isMidnight: Bool { secondOfDay == 0 }

    /// Hours and minutes, with seconds if asked for.
    func clock(seconds: Bool) -> String {
        let parts = [secondOfDay / 3600, secondOfDay / 60 % 60, secondOfDay % 60]
        return parts.prefix(seconds ? 3 : 2).map { $0 < 10 ? "0\($0)" : "\($0)" }.joined(separator: ":")
    }

    /// The time as ISO 8601 in UTC, to the second.
    var iso8601: String {
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let years = String(repeating: "0", count: max(0, 4 - "\(year)".count)) + "\(year)"
        return "\(years)-\(two(month))-\(two(day))T\(clock(seconds: true))Z"
    }
}

extension FigureScript {
    /// Sets range, ticks and name of the lower axis for times in seconds.
    ///
    /// - Parameter isLabelled: whether ticks and name are written; not above the lowest of several plots.
    mutating func timeAxis(_ range: ClosedRange<Double>, hasDates: Bool, isLabelled: Bool = true) {
        let scale = TimeScale(range, hasDates: hasDates)
        command("set xrange [\(range.lowerBound):\(range.upperBound)]")
        let ticks = scale.ticks.map { "'\(isLabelled ? $0.text : "")' \($0.seconds)" }
        command(ticks.isEmpty ? "unset xtics" : "set xtics (\(ticks.joined(separator: ", ")))")
        if isLabelled { label(x: scale.axis) } else { command("unset xlabel") }
    }
}
