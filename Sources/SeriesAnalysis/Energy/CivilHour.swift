/// The calendar of a time, as far as tariffs need it: arithmetic alone, no time zone. Times are taken as they stand in
/// the table.
struct CivilHour: Hashable, Comparable {
    /// Days since 1970-01-01.
    let day: Int
    /// 0 to 23.
    let hour: Int

    init(_ seconds: Double) {
        let hours = Int((seconds / 3_600).rounded(.down))
        day = (hours >= 0 ? hours : hours - 23) / 24
        hour = hours - day * 24
    }

    init(day: Int, hour: Int) {
        self.day = day
        self.hour = hour
    }

    /// 0 for Monday to 6 for Sunday; 1970-01-01 was a Thursday.
    var weekday: Int { ((day + 3) % 7 + 7) % 7 }
    /// Its first moment, in seconds since 1970-01-01.
    var start: Double { Double(day) * 86_400 + Double(hour) * 3_600 }

    static func < (left: CivilHour, right: CivilHour) -> Bool { (left.day, left.hour) < (right.day, right.hour) }
}
