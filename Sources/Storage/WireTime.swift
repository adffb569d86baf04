public import Foundation

/// Times as ThingSpeak writes and reads them: whole seconds since 1970, UTC unless a zone is named.
public enum WireTime {
    /// Seconds since 1970 of a time in one of the forms clients send, or nil.
    ///
    /// Forms: ISO 8601 with `T` or a space, with or without time, fraction (cut off) and offset; seconds since 1970 as
    /// digits, when `allowsEpoch`; and Java's `Wed Feb 20 22:07:28 GMT 2019`, which one of the clients sends.
    ///
    /// - Parameters:
    ///   - text: The time.
    ///   - zone: The zone of times that name none.
    ///   - allowsEpoch: Whether plain digits are seconds since 1970.
    public static func seconds(_ text: String, zone: TimeZone = .gmt, allowsEpoch: Bool = false) -> Int? {
        var scanner = Scanner(text)
        scanner.skip(" ")
        if let first = scanner.peek, first >= UInt8(ascii: "A") { return javaSeconds(text) }
        if allowsEpoch, let epoch = epochSeconds(text) { return epoch }
        guard let year = scanner.number(4), scanner.take("-"), let month = scanner.number(2), scanner.take("-"),
            let day = scanner.number(2)
        else { return nil }
        var clock = (hour: 0, minute: 0, second: 0)
        var offset: Int?
        if !scanner.isAtEnd {
            guard scanner.take("T") || scanner.take("t") || scanner.take(" ") || scanner.take("+"),
                let hour = scanner.number(2), scanner.take(":"), let minute = scanner.number(2)
            else { return nil }
            clock = (hour, minute, 0)
            if scanner.take(":") {
                guard let second = scanner.number(2) else { return nil }
                clock.second = second
                if scanner.take(".") || scanner.take(",") {
                    guard scanner.digits() > 0 else { return nil }
                }
            }
            scanner.skip(" ")
            guard scanner.offset(into: &offset) else { return nil }
            scanner.skip(" ")
            guard scanner.isAtEnd else { return nil }
        }
        return seconds(year: year, month: month, day: day, clock: clock, offset: offset, zone: zone)
    }

    /// A time as it stands in JSON and XML: `2019-02-20T22:07:28Z`, or with an offset in another zone than UTC.
    public static func iso(_ seconds: Int, zone: TimeZone? = nil) -> String {
        var bytes: [UInt8] = []
        writeISO(seconds, zone: zone, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Appends a time as it stands in JSON and XML.
    public static func writeISO(_ seconds: Int, zone: TimeZone? = nil, to bytes: inout [UInt8]) {
        guard let zone else {
            write(seconds, separator: UInt8(ascii: "T"), to: &bytes)
            return bytes.append(UInt8(ascii: "Z"))
        }
        let offset = zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(seconds)))
        let minutes = abs(offset) / 60
        write(seconds + offset, separator: UInt8(ascii: "T"), to: &bytes)
        bytes.append(offset < 0 ? UInt8(ascii: "-") : UInt8(ascii: "+"))
        write(minutes / 60, digits: 2, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
        write(minutes % 60, digits: 2, to: &bytes)
    }

    /// A time as it stands in CSV: `2019-02-20 22:07:28 UTC`, or with `+hhmm` in another zone.
    public static func csv(_ seconds: Int, zone: TimeZone? = nil) -> String {
        var bytes: [UInt8] = []
        if let zone {
            let offset = zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(seconds)))
            let minutes = abs(offset) / 60
            write(seconds + offset, separator: UInt8(ascii: " "), to: &bytes)
            bytes.append(contentsOf: (offset < 0 ? " -" : " +").utf8)
            write(minutes / 60 * 100 + minutes % 60, digits: 4, to: &bytes)
        } else {
            write(seconds, separator: UInt8(ascii: " "), to: &bytes)
            bytes.append(contentsOf: " UTC".utf8)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Seconds of a whole number of them, within the years 0 to 9999.
    static func epochSeconds(_ text: String) -> Int? {
        let digits = text.utf8.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        let rest = text.utf8[digits.endIndex...]
        guard (1...12).contains(digits.count), let seconds = Int(text[..<digits.endIndex]), seconds <= 253_402_300_799
        else { return nil }
        // A fraction is cut off, as in the other forms.
        guard
            rest.isEmpty || (rest.first == UInt8(ascii: ".") && rest.dropFirst().allSatisfy { (48...57).contains($0) })
        else { return nil }
        return seconds
    }

    private static let months = [
        "Jan": 1, "Feb": 2, "Mar": 3, "Apr": 4, "May": 5, "Jun": 6, "Jul": 7, "Aug": 8, "Sep": 9, "Oct": 10, "Nov": 11,
        "Dec": 12,
    ]

    private static func javaSeconds(_ text: String) -> Int? {
        let words = text.split(separator: " ")
        guard words.count == 6, let month = months[String(words[1])], let day = Int(words[2]), let year = Int(words[5]),
            let zone = TimeZone(abbreviation: String(words[4]))
        else { return nil }
        let parts = words[3].split(separator: ":").map { Int($0) ?? -1 }
        guard parts.count == 3 else { return nil }
        return seconds(
            year: year, month: month, day: day, clock: (parts[0], parts[1], parts[2]), offset: nil, zone: zone)
    }

    private static func seconds(
        year: Int, month: Int, day: Int, clock: (hour: Int, minute: Int, second: Int), offset: Int?, zone: TimeZone
    ) -> Int? {
        guard (1...9999).contains(year), (1...12).contains(month), day >= 1, day <= daysIn(month: month, year: year),
            (0...23).contains(clock.hour), (0...59).contains(clock.minute), (0...60).contains(clock.second)
        else { return nil }
        let local =
            days(year: year, month: month, day: day) * 86400 + clock.hour * 3600 + clock.minute * 60 + clock.second
        if let offset { return local - offset }
        if zone == .gmt { return local }
        // The offset at the local time read as UTC is right except within hours of a change; asking again mends that.
        let first = zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(local)))
        return local - zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(local - first)))
    }

    private static func daysIn(month: Int, year: Int) -> Int {
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        return [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
    }

    /// Days since 1970-01-01 in the Gregorian calendar (H. Hinnant, "chrono-Compatible Low-Level Date Algorithms").
    private static func days(year: Int, month: Int, day: Int) -> Int {
        let shifted = month <= 2 ? year - 1 : year
        let era = shifted / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return era * 146097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719468
    }

    /// Appends date and time of day, byte by byte: a listing has thousands of them.
    private static func write(_ seconds: Int, separator: UInt8, to bytes: inout [UInt8]) {
        let day = Int((Double(seconds) / 86400).rounded(.down))
        let clock = seconds - day * 86400
        let shifted = day + 719468
        let era = (shifted >= 0 ? shifted : shifted - 146096) / 146097
        let dayOfEra = shifted - era * 146097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        write(year, digits: 4, to: &bytes)
        for (part, before) in [
            (month, UInt8(ascii: "-")), (dayOfYear - (153 * shiftedMonth + 2) / 5 + 1, UInt8(ascii: "-")),
            (clock / 3600, separator), (clock / 60 % 60, UInt8(ascii: ":")), (clock % 60, UInt8(ascii: ":")),
        ] {
            bytes.append(before)
            write(part, digits: 2, to: &bytes)
        }
    }

    /// Appends a number with at least so many digits.
    private static func write(_ number: Int, digits: Int, to bytes: inout [UInt8]) {
        let text = String(number)
        bytes.append(contentsOf: repeatElement(UInt8(ascii: "0"), count: max(0, digits - text.utf8.count)))
        bytes.append(contentsOf: text.utf8)
    }

    /// Reads a text byte by byte.
    private struct Scanner {
        private var bytes: ArraySlice<UInt8>

        init(_ text: String) { bytes = ArraySlice(Array(text.utf8)) }

        var isAtEnd: Bool { bytes.isEmpty }
        var peek: UInt8? { bytes.first }

        private var isNumber: Bool { bytes.first.map { (48...57).contains($0) } ?? false }

        mutating func take(_ character: Unicode.Scalar) -> Bool {
            guard bytes.first == UInt8(ascii: character) else { return false }
            bytes.removeFirst()
            return true
        }

        mutating func skip(_ character: Unicode.Scalar) {
            while take(character) {}
        }

        /// A number of exactly so many digits.
        mutating func number(_ count: Int) -> Int? {
            let digits = bytes.prefix(count)
            guard digits.count == count, digits.allSatisfy({ (48...57).contains($0) }) else { return nil }
            bytes.removeFirst(count)
            return digits.reduce(0) { $0 * 10 + Int($1) - 48 }
        }

        /// Passes over digits and counts them.
        mutating func digits() -> Int {
            let count = bytes.prefix { (48...57).contains($0) }.count
            bytes.removeFirst(count)
            return count
        }

        /// Reads `Z`, `UTC`, `+hh`, `+hhmm`, `+hh:mm` or nothing; false when there is something else.
        mutating func offset(into seconds: inout Int?) -> Bool {
            if isAtEnd { return true }
            if take("Z") || take("z") {
                seconds = 0
                return true
            }
            if take("U") {
                seconds = 0
                return take("T") && take("C")
            }
            // A form turns an unescaped `+` into a space, which `seconds` has passed over.
            let isNegative = take("-")
            guard isNegative || take("+") || isNumber, let hours = number(2), hours <= 18 else { return false }
            _ = take(":")
            var minutes = 0
            if let first = peek, first != UInt8(ascii: " ") {
                guard let value = number(2), value < 60 else { return false }
                minutes = value
            }
            seconds = (hours * 3600 + minutes * 60) * (isNegative ? -1 : 1)
            return true
        }
    }
}
