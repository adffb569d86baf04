/// One verdict on one row, as `detect` gives it.
public struct AnomalyReading: Sendable {
    /// In seconds, on the clock of the table.
    public var time: Double
    /// Whether the row is anomalous.
    public var isAnomalous: Bool
    /// `low`, `medium`, `high`, or `none`.
    public var severity: String
    /// The column that is most to blame.
    public var column: String

    /// Makes a reading.
    public init(time: Double, isAnomalous: Bool, severity: String, column: String) {
        self.time = time
        self.isAnomalous = isAnomalous
        self.severity = severity
        self.column = column
    }
}

/// How often a column was to blame, how badly, and whether that becomes more.
public struct AnomalyHistory: Sendable, Equatable, Codable {
    /// Equal parts of the time that ``perPart`` counts.
    public static let parts = 20

    /// The column.
    public let column: String
    /// Anomalous rows that it was blamed for, and runs of such rows that follow each other.
    public let rowCount: Int
    /// Runs of such rows that follow each other.
    public let episodeCount: Int
    /// Episodes a day of the time that the readings cover.
    public let episodesPerDay: Double
    /// Anomalous rows of each severity.
    public let lowCount: Int
    /// Anomalous rows of medium severity.
    public let mediumCount: Int
    /// Anomalous rows of high severity.
    public let highCount: Int
    /// When it was first and last to blame.
    public let firstTime: Double
    /// When it was last to blame.
    public let lastTime: Double
    /// Anomalous rows in each of twenty equal parts of the time.
    public let perPart: [Int]
    /// The trend of these counts (rows in a part, per part); Mann and Kendall's test.
    public let trend: RobustTrend?

    /// Sums up readings, a history for every column that was ever to blame, the most often blamed first.
    ///
    /// - Parameter readings: in the order of time.
    public static func summing(_ readings: [AnomalyReading]) -> [AnomalyHistory] {
        guard let first = readings.first, let last = readings.last else { return [] }
        let span = last.time - first.time
        var rows: [String: [Int]] = [:]
        for (index, reading) in readings.enumerated() where reading.isAnomalous {
            rows[reading.column, default: []].append(index)
        }
        return rows.map { column, rows in
            var counts = Array(repeating: 0, count: parts)
            for row in rows {
                let share = span > 0 ? (readings[row].time - first.time) / span : 0
                counts[min(parts - 1, max(0, Int(share * Double(parts))))] += 1
            }
            let episodes = 1 + zip(rows, rows.dropFirst()).count { $1 != $0 + 1 }
            func count(_ severity: String) -> Int { rows.count { readings[$0].severity == severity } }
            return AnomalyHistory(
                column: column, rowCount: rows.count, episodeCount: episodes,
                episodesPerDay: span > 0 ? Double(episodes) / (span / 86_400) : 0, lowCount: count("low"),
                mediumCount: count("medium"), highCount: count("high"), firstTime: readings[rows[0]].time,
                lastTime: readings[rows[rows.count - 1]].time, perPart: counts,
                trend: RobustTrend(counts.map(Double.init), times: counts.indices.map(Double.init)))
        }.sorted { ($1.rowCount, $0.column) < ($0.rowCount, $1.column) }
    }
}
