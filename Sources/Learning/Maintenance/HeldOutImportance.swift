/// How much worse a predictor becomes on units that it did not learn from when the features of one reading are dealt anew
/// among rows, all of them together (see ``PermutationImportance``).
public struct HeldOutImportance: Sendable, Equatable {
    /// The part of a predictor that was measured.
    public enum Part: String, Sendable, CaseIterable {
        /// The failure probability, by the mean negative log-likelihood.
        case failure
        /// The remaining useful life, by the mean squared error.
        case life
    }

    /// The part that was measured.
    public var part: Part
    /// The reading or combination whose features were dealt anew.
    public var source: String
    /// The mean rise of the loss over folds and rounds; about 0 for what tells nothing.
    public var rise: Double
    /// Its standard deviation over folds and rounds.
    public var deviation: Double

    /// What the loss of a part is, for people.
    public static func measure(of part: Part, lifeUnit: LifeUnit) -> (quantity: String, unit: String) {
        switch part {
        case .failure: ("Rise of the negative log-likelihood", "nats a row")
        case .life: ("Rise of the mean squared error", "\(lifeUnit.rawValue) squared")
        }
    }
}

/// Gathers the rises of several folds.
struct HeldOutImportances {
    /// The source of every feature, in the order of the features.
    let sources: [String]
    let rounds: Int
    private var folds: [[PermutationImportance]] = []

    init(sources: [String], rounds: Int) {
        (self.sources, self.rounds) = (sources, rounds)
    }

    /// The sources, each once, in the order of their first features.
    private var names: [String] {
        var seen = Set<String>()
        return sources.filter { seen.insert($0).inserted }
    }

    /// The features of every source.
    var groups: [[Int]] { names.map { name in sources.indices.filter { sources[$0] == name } } }

    mutating func add(_ fold: [PermutationImportance]) { folds.append(fold) }

    /// The means over folds, the largest first; deviations are of rounds and folds together.
    func all(_ part: HeldOutImportance.Part) -> [HeldOutImportance] {
        guard !folds.isEmpty else { return [] }
        let count = Double(folds.count)
        return names.enumerated().map { index, name in
            let own = folds.map { $0[index] }
            let mean = own.reduce(0) { $0 + $1.mean } / count
            let variance = own.reduce(0) {
                $0 + $1.deviation * $1.deviation + ($1.mean - mean) * ($1.mean - mean)
            }
            return HeldOutImportance(
                part: part, source: name, rise: mean, deviation: (variance / count).squareRoot())
        }.sorted { $0.rise == $1.rise ? $0.source < $1.source : $0.rise > $1.rise }
    }
}
