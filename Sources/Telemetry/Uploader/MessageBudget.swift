/// Messages against what the licence allows: every row is one.
public struct MessageBudget: Codable, Equatable, Sendable {
    /// Days since 1970, UTC, that ``sentToday`` is of.
    public private(set) var day = 0
    /// The year, UTC, that ``sentThisYear`` is of.
    public private(set) var year = 0
    /// Rows of the day.
    public private(set) var sentToday = 0
    /// Rows of the year.
    public private(set) var sentThisYear = 0

    /// The share of an allowance at which a warning is given.
    static let warningShare = 0.9

    init() {}

    /// Counts rows, and says so when an allowance is nearly or wholly used up by them.
    mutating func count(_ rows: Int, at wallSeconds: Double, daily: Int?, yearly: Int?) -> [String] {
        let date = WholeSecond.yearAndDay(Int64(wallSeconds))
        if date.day != day { (day, sentToday) = (date.day, 0) }
        if date.year != year { (year, sentThisYear) = (date.year, 0) }
        let before = (sentToday, sentThisYear)
        sentToday += rows
        sentThisYear += rows
        return [
            Self.warning("today", before.0, sentToday, daily),
            Self.warning("this year", before.1, sentThisYear, yearly),
        ].compactMap(\.self)
    }

    private static func warning(_ period: String, _ before: Int, _ after: Int, _ limit: Int?) -> String? {
        guard let limit else { return nil }
        let passed = [limit, Int((Double(limit) * warningShare).rounded(.up))].contains { before < $0 && after >= $0 }
        return passed ? "\(after) of \(limit) messages of the licence are used \(period)" : nil
    }
}
