import Learning
import SignalCore

/// The scores of one series over time, with all that a report shows of them.
struct ScoreTrace: Sendable {
    /// The input, and which machine of it where there are several.
    var name: String
    /// The input.
    var path: String
    var hasDates: Bool
    var times: [Double] = []
    var scores: [Double] = []
    var alarms: [Bool] = []
    /// The severity of what is in alarm, by its place in ``severities``.
    var severity: [Int?] = []
    /// The feature that is most to blame for what is in alarm; empty where blame was not worked out.
    var topColumn: [Int] = []
    var labels: [Bool]?
    /// What every column adds to the score, summed over rows in alarm.
    var blame: [Double]
    /// The same over all other rows.
    var usual: [Double]

    /// The severities of anomalies, the mildest first.
    static let severities: [Severity] = [.low, .medium, .high]

    init(name: String, path: String, hasDates: Bool, columns: Int) {
        self.name = name
        self.path = path
        self.hasDates = hasDates
        blame = Array(repeating: 0, count: columns)
        usual = blame
    }

    /// Appends verdicts in the order of time.
    ///
    /// - Parameter threshold: in place of the model's, which severities are steps of.
    mutating func append(_ verdicts: [Verdict], threshold: Float? = nil) {
        for verdict in verdicts {
            let isAnomalous = threshold.map { verdict.score > $0 } ?? verdict.isAnomalous
            times.append(verdict.time)
            scores.append(Double(verdict.score))
            alarms.append(isAnomalous)
            severity.append(isAnomalous ? Self.severities.firstIndex(of: verdict.severity) ?? 0 : nil)
            add(verdict.contributions[...], isAlarm: isAnomalous)
        }
    }

    /// Takes what every column adds to the scores of all rows, whose alarms are there already.
    ///
    /// - Parameter contributions: rows x columns.
    mutating func blame(_ contributions: [Float]) {
        for (row, isAlarm) in alarms.enumerated() {
            add(contributions[row * blame.count..<(row + 1) * blame.count], isAlarm: isAlarm)
        }
    }

    private mutating func add(_ contributions: ArraySlice<Float>, isAlarm: Bool) {
        guard let top = contributions.indices.max(by: { contributions[$0] < contributions[$1] }) else { return }
        topColumn.append(top - contributions.startIndex)
        for (column, part) in contributions.enumerated() {
            if isAlarm { blame[column] += Double(part) } else { usual[column] += Double(part) }
        }
    }
}

/// The verdict on one recording, with all that a report shows of it.
struct ClipTrace: Sendable {
    var path: String
    var machine: String
    var isAnomalous: Bool?
    var score: Double
    var isReported: Bool
    var contributions: [Float]
    /// The scores of trivial rules by their names, where they were computed.
    var baselines: [String: Double] = [:]
}
