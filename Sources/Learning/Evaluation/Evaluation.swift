internal import SignalCore

/// One labelled item of an evaluation: a recording with its score.
public struct EvaluationItem: Sendable, Equatable {
    /// The model's score.
    public var score: Double
    /// The label.
    public var isAnomalous: Bool
    /// The machine, such as `fan`; empty where unknown.
    public var machine: String
    /// The machine's id, such as `id_00`; empty where unknown.
    public var id: String
    /// Scores of trivial rules by their name, such as `loudness`; the same names in every item.
    public var baselines: [String: Double]

    /// Makes an item.
    public init(
        score: Double, isAnomalous: Bool, machine: String = "", id: String = "", baselines: [String: Double] = [:]
    ) {
        self.score = score
        self.isAnomalous = isAnomalous
        self.machine = machine
        self.id = id
        self.baselines = baselines
    }
}

/// The result of judging a model by labelled items: over all, by machine and id, and the mean over these, each beside
/// trivial baselines. A model that is not clearly better than `random` and `loudness` has learnt nothing of use.
public struct Evaluation: Sendable, Equatable, Encodable {
    /// The threshold of ``Group/classification``.
    public let threshold: Double
    /// The seed of the bootstrap intervals and of the random baseline.
    public let seed: UInt64
    /// All items together.
    public let overall: Group
    /// The items of every machine and id, by name. Scores of different machines need not be comparable, so this is
    /// what DCASE reports.
    public let groups: [Group]
    /// The arithmetic mean over ``groups``; a group without a measure is left out of that measure.
    public let mean: Mean

    /// What was measured on some of the items.
    public struct Group: Sendable, Equatable, Encodable {
        /// The machine; `nil` for all.
        public let machine: String?
        /// The machine's id; `nil` for all.
        public let id: String?
        /// The number of normal items.
        public let normalCount: Int
        /// The number of anomalous items.
        public let anomalousCount: Int
        /// How well the score ranks.
        public let ranking: RankingMetrics
        /// How well the threshold decides.
        public let classification: ClassificationMetrics
        /// The same ranking measures for trivial rules: `random` first, then the given ones by name.
        public let baselines: [Baseline]
    }

    /// A trivial rule.
    public struct Baseline: Sendable, Equatable, Encodable {
        /// Its name.
        public let name: String
        /// How well it ranks.
        public let ranking: RankingMetrics
    }

    /// Arithmetic means over groups.
    public struct Mean: Sendable, Equatable, Encodable {
        /// The number of groups with both normal and anomalous items; those of which ranking measures are the mean.
        public let rankedGroupCount: Int
        /// The mean of ``RankingMetrics/auc``.
        public let auc: Double?
        /// The mean of ``RankingMetrics/partialAuc``.
        public let partialAuc: Double?
        /// The mean of ``RankingMetrics/averagePrecision``.
        public let averagePrecision: Double?
        /// The mean of ``ClassificationMetrics/f1`` over the ranked groups.
        public let f1: Double?
        /// The mean AUC of every baseline, by its name.
        public let baselineAuc: [String: Double]
    }

    /// Evaluates scores.
    ///
    /// - Parameters:
    ///   - items: the labelled items; none of them should have been trained on.
    ///   - threshold: the model's threshold.
    ///   - seed: the seed of the bootstrap and of the random baseline.
    /// - Throws: `SignalError` with code `insufficientData` when there are no items, `malformed` when a score is not
    ///   finite, `mismatch` when the items do not have the same baselines.
    public init(_ items: [EvaluationItem], threshold: Double, seed: UInt64) throws {
        guard let first = items.first else {
            throw SignalError(.insufficientData, "there are no labelled recordings to evaluate on")
        }
        let names = first.baselines.keys.sorted()
        guard items.allSatisfy({ $0.baselines.keys.sorted() == names }) else {
            throw SignalError(.mismatch, "some items lack a baseline that others have")
        }
        guard !names.contains("random") else {
            throw SignalError(.mismatch, "the baseline name 'random' is taken; call it otherwise")
        }
        func group(_ indices: [Int], machine: String?, id: String?) throws -> Group {
            func ranking(_ score: (Int) -> Double) throws -> ScoreRanking {
                try ScoreRanking(indices.map { (score: score($0), isAnomalous: items[$0].isAnomalous) })
            }
            let own = try ranking { items[$0].score }
            let random = Baseline(
                name: "random",
                ranking: try RankingMetrics(chanceOfAnomalous: own.anomalousCount, normal: own.normalCount, seed: seed))
            let given = try names.map { name in
                Baseline(
                    name: name,
                    ranking: RankingMetrics(try ranking { items[$0].baselines[name] ?? 0 }, seed: seed))
            }
            return Group(
                machine: machine, id: id, normalCount: own.normalCount, anomalousCount: own.anomalousCount,
                ranking: RankingMetrics(own, seed: seed),
                classification: ClassificationMetrics(
                    indices.map { (score: items[$0].score, isAnomalous: items[$0].isAnomalous) }, threshold: threshold),
                baselines: [random] + given)
        }
        let keyed = Dictionary(grouping: items.indices) { [items[$0].machine, items[$0].id] }
        let keys = keyed.keys.sorted { $0.lexicographicallyPrecedes($1) }
        self.threshold = threshold
        self.seed = seed
        overall = try group(Array(items.indices), machine: nil, id: nil)
        groups = try keys.map { try group(keyed[$0] ?? [], machine: $0[0], id: $0[1]) }
        mean = Mean(groups)
    }
}

extension Evaluation.Mean {
    init(_ groups: [Evaluation.Group]) {
        self.init(
            groups.map { group in
                (group.ranking, group.classification.f1, group.baselines.map { ($0.name, $0.ranking) })
            })
    }

    /// The means over groups of which are known the ranking, the F1 and the rankings of the baselines.
    init(_ groups: [(ranking: RankingMetrics, f1: Double, baselines: [(name: String, ranking: RankingMetrics)])]) {
        func mean(_ values: [Double]) -> Double? {
            values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
        }
        let ranked = groups.filter { $0.ranking.auc != nil }
        rankedGroupCount = ranked.count
        auc = mean(ranked.compactMap(\.ranking.auc))
        partialAuc = mean(ranked.compactMap(\.ranking.partialAuc))
        averagePrecision = mean(ranked.compactMap(\.ranking.averagePrecision))
        f1 = mean(ranked.map(\.f1))
        var baselines: [String: [Double]] = [:]
        for baseline in ranked.flatMap(\.baselines) {
            if let auc = baseline.ranking.auc { baselines[baseline.name, default: []].append(auc) }
        }
        baselineAuc = baselines.compactMapValues(mean)
    }
}
