import SignalCore

/// What a kilowatt hour costs: one price, or prices by weekday and hour.
public struct Tariff: Sendable, Equatable, Codable, CustomStringConvertible {
    /// A price that holds on some days between some hours; of several that hold, the last one counts.
    public struct Rule: Sendable, Equatable, Codable {
        /// Weekdays, 0 for Monday to 6 for Sunday.
        public var weekdays: ClosedRange<Int>
        /// The first hour, and the one at which it ends, 0 to 24.
        public var hours: Range<Int>
        /// Of a kilowatt hour.
        public var price: Double
    }

    /// The price where no rule holds.
    public var basePrice: Double
    /// Further prices.
    public var rules: [Rule] = []
    /// As it was written.
    public let description: String

    private static let days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

    /// Reads `0.30` or `0.22,6-22=0.34,mon-fri:7-20=0.36,sun=0.2`: the base price first, then prices of hours, of
    /// weekdays with hours, or of weekdays.
    ///
    /// - Throws: `SignalError` with code `invalidOption`, naming the part that is not understood.
    public init(_ text: String) throws {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false).map {
            $0.lowercased().filter { $0 != " " }
        }
        guard let first = parts.first, let price = Self.price(first) else {
            throw SignalError(
                .invalidOption,
                "a tariff begins with a price of 0 to 1000 a kilowatt hour, such as 0.30 or 0.22,6-22=0.34; not '\(text.prefix(60).description.escapingControlCharacters)'"
            )
        }
        basePrice = price
        description = text
        rules = try parts.dropFirst().map { part in
            guard let rule = Self.rule(part) else {
                throw SignalError(
                    .invalidOption,
                    "'\(part.prefix(60).description.escapingControlCharacters)' is no part of a tariff; write hours, weekdays or both, and a price: 6-22=0.34, sat-sun=0.2, mon-fri:7-20=0.36"
                )
            }
            return rule
        }
    }

    private static func price(_ text: some StringProtocol) -> Double? {
        Double(text).flatMap { (0...1_000).contains($0) ? $0 : nil }
    }

    private static func rule(_ text: String) -> Rule? {
        let sides = text.split(separator: "=", omittingEmptySubsequences: false)
        guard sides.count == 2, let price = price(sides[1]) else { return nil }
        let terms = sides[0].split(separator: ":", omittingEmptySubsequences: false)
        var (weekdays, hours): (ClosedRange<Int>?, Range<Int>?) = (nil, nil)
        for term in terms {
            let ends = term.split(separator: "-", omittingEmptySubsequences: false)
            guard let first = ends.first, let last = ends.last, ends.count <= 2 else { return nil }
            if let from = days.firstIndex(of: String(first)), let to = days.firstIndex(of: String(last)), from <= to,
                weekdays == nil
            {
                weekdays = from...to
            } else if ends.count == 2, let from = Int(first), let to = Int(last), (0...24).contains(from),
                (0...24).contains(to), from < to, hours == nil
            {
                hours = from..<to
            } else {
                return nil
            }
        }
        return Rule(weekdays: weekdays ?? 0...6, hours: hours ?? 0..<24, price: price)
    }

    /// Whether the price depends on the time.
    public var isByTime: Bool { !rules.isEmpty }

    func price(_ hour: CivilHour) -> Double {
        rules.last { $0.weekdays.contains(hour.weekday) && $0.hours.contains(hour.hour) }?.price ?? basePrice
    }
}
