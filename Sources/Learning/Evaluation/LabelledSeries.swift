internal import SignalCore

/// Scores and labels of a series, row by row: what ``SeriesEvaluation`` judges.
public struct LabelledSeries: Sendable, Equatable {
    /// The name, such as that of the file.
    public var name: String
    /// The time of every row in seconds, ascending.
    public var times: [Double]
    /// The model's score of every row, higher for more anomalous.
    public var scores: [Float]
    /// The label of every row.
    public var labels: [Bool]
    /// The alarm of every row, where it is decided otherwise than by the threshold alone, as by ``AlarmPolicy`` or
    /// ``DynamicThreshold``; `nil` for scores above the threshold.
    public var alarms: [Bool]?
    /// Scores of trivial rules by their name, such as `constant`, `last value` or `loudness`; the same names in every
    /// series of an evaluation.
    public var baselines: [String: [Float]]

    /// Makes a series.
    public init(
        name: String, times: [Double], scores: [Float], labels: [Bool], alarms: [Bool]? = nil,
        baselines: [String: [Float]] = [:]
    ) {
        self.name = name
        self.times = times
        self.scores = scores
        self.labels = labels
        self.alarms = alarms
        self.baselines = baselines
    }

    /// Refuses a series that cannot be judged.
    func check() throws {
        func refuse(_ code: SignalError.Code, _ message: String) -> SignalError {
            SignalError(code, "series '\(name.escapingControlCharacters)': \(message)")
        }
        let counts = [times.count, labels.count, alarms?.count ?? scores.count] + baselines.values.map(\.count)
        guard counts.allSatisfy({ $0 == scores.count }) else {
            throw refuse(.mismatch, "times, scores, labels, alarms and baselines must have one entry for every row")
        }
        guard !scores.isEmpty else { throw refuse(.insufficientData, "there are no rows to evaluate on") }
        guard scores.allSatisfy(\.isFinite), baselines.values.allSatisfy({ $0.allSatisfy(\.isFinite) }) else {
            throw refuse(.malformed, "a score is not finite")
        }
        guard times.allSatisfy(\.isFinite), zip(times, times.dropFirst()).allSatisfy({ $0 <= $1 }) else {
            throw refuse(.malformed, "times must be finite and in ascending order; sort the rows by time")
        }
    }
}
