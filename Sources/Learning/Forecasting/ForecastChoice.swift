/// What was chosen for a column, and why.
public struct ForecastChoice: Sendable, Equatable {
    /// One algorithm that was tried.
    public struct Trial: Sendable, Equatable {
        /// The algorithm and its settings, in words.
        public var label: String
        /// The mean absolute error over all origins, `nil` when it could not be fitted.
        public var meanAbsoluteError: Double?
        /// Whether it is a baseline.
        public var isBaseline: Bool
    }

    /// The algorithm and its settings, in words.
    public var label: String
    /// Why, in a sentence with the figures.
    public var reason: String
    /// All that was tried, with its error.
    public var trials: [Trial]

    /// Chooses by the errors at every origin (`nil` where a candidate could not be fitted): the best baseline, unless
    /// others beat it by more than the standard error of the difference, and also in the last fold; then the best of those.
    ///
    /// On series that wander, the differences are chance, and the last value stays.
    ///
    /// - Parameter last: the origins of the last fold, which is closest to what comes and has the most to learn from; all
    ///   when `nil`.
    /// - Returns: the place of the chosen one among the candidates.
    static func choose(
        labels: [String], baselines: [Bool], errors: [[Double]?], last: Range<Int>? = nil
    ) -> (index: Int, choice: ForecastChoice)? {
        func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
        let means = errors.map { $0.map(mean) }
        let known = means.indices.filter { means[$0] != nil }
        func best(_ indices: [Int]) -> Int? {
            indices.min { (means[$0] ?? .infinity) < (means[$1] ?? .infinity) }
        }
        guard let baseline = best(known.filter { baselines[$0] }), let reference = errors[baseline] else { return nil }
        func advantage(_ index: Int) -> (mean: Double, error: Double) {
            let differences = zip(reference, errors[index] ?? []).map { $0 - $1 }
            let average = mean(differences)
            let variance =
                differences.reduce(0) { $0 + ($1 - average) * ($1 - average) } / Double(max(differences.count - 1, 1))
            return (average, (variance / Double(differences.count)).squareRoot())
        }
        func isBetterAtLast(_ index: Int) -> Bool {
            guard let last, !last.isEmpty else { return true }
            return mean(Array((errors[index] ?? [])[last])) < mean(Array(reference[last]))
        }
        let better = known.filter { index in
            guard !baselines[index] else { return false }
            let (average, error) = advantage(index)
            return average > error && isBetterAtLast(index)
        }
        let chosen = best(better) ?? baseline
        func shown(_ value: Double?) -> String {
            guard let value else { return "-" }
            return Self.short(value)
        }
        let reason: String
        if chosen != baseline {
            let (average, error) = advantage(chosen)
            let percent = (1000 * average / max(means[baseline] ?? 0, 1e-300)).rounded() / 10
            reason =
                "\(labels[chosen]): its mean absolute error over \(reference.count) origins is \(shown(means[chosen])), "
                + "\(percent) % below that of \(labels[baseline]), the best baseline (\(shown(means[baseline]))); the "
                + "difference of \(shown(average)) is more than its standard error of \(shown(error))"
        } else if let rival = best(known.filter { !baselines[$0] }) {
            let (average, error) = advantage(rival)
            let words =
                average > error
                ? "is better by \(shown(average)) in all, but not in the last fold"
                : average > 0
                    ? "is better by \(shown(average)), no more than its standard error of \(shown(error))"
                    : "is not better (\(shown(means[rival])))"
            reason =
                "\(labels[chosen]): the best baseline, with a mean absolute error over \(reference.count) origins of "
                + "\(shown(means[chosen])); the best of the others, \(labels[rival]), \(words)"
        } else {
            reason = "\(labels[chosen]): the best baseline (\(shown(means[chosen]))); nothing else could be fitted"
        }
        let trials = labels.indices.map {
            Trial(label: labels[$0], meanAbsoluteError: means[$0], isBaseline: baselines[$0])
        }
        return (chosen, ForecastChoice(label: labels[chosen], reason: reason, trials: trials))
    }

    /// Four significant digits.
    static func short(_ value: Double) -> String {
        guard value != 0, value.isFinite else { return "\(value)" }
        var scale = 1.0
        while abs(value) * scale < 1000, scale < 1e12 { scale *= 10 }
        while abs(value) * scale >= 10_000, scale > 1e-12 { scale /= 10 }
        let rounded = (value * scale).rounded() / scale
        return rounded == rounded.rounded() && abs(rounded) < 1e15 ? String(Int(rounded)) : String(rounded)
    }
}
