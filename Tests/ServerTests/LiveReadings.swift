import SignalCore

/// Readings to tell a page of.
enum LiveReadings {
    static let mark = StreamMark(input: 0, frames: 0, seconds: 0, startTime: 0)

    /// One a second; the threshold is 1, the alarm is on above 2.
    static func make(
        _ scores: [Float], from start: Double = 1_700_000_000, source: String = "pump.csv", columns: Int = 2
    ) -> [Reading] {
        let columns = (0..<columns).map { FeatureColumn("c\($0)", unit: "V") }
        return scores.enumerated().map { index, score in
            Reading(
                time: start + Double(index), source: source, columns: columns,
                values: columns.indices.map { score + Float($0) },
                verdict: Verdict(
                    time: Double(index), score: score, threshold: 1, isAnomalous: score > 1,
                    severity: score > 1 ? .low : .none, topColumn: 1, contributions: columns.map { _ in 0 }),
                isAlarm: score > 2)
        }
    }
}
