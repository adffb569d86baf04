public import SignalCore

/// How an ``EnsembleDetector`` brings the scores of its members together.
public enum ScoreCombination: String, OptionChoice {
    /// The mean of the ranks among scores of normal data; beyond the largest of them the logarithm of the distance, so
    /// that no member outshouts the others.
    case rank
    /// The mean of the scores, standardised by median and median absolute deviation of normal data.
    case standardized
}

/// Options of ``EnsembleDetector``, and of its members under their names, such as `pca.components`.
public struct EnsembleOptions: CompositeOptions {
    /// The algorithms, two to sixteen, joined by `+` on the command line.
    public var members = ["pca", "isolation-forest", "k-nearest-neighbours"]
    /// How their scores come together.
    public var combination = ScoreCombination.rank
    /// Options of the members, as assignments joined by commas: `pca.components=0.9,isolation-forest.trees=50`.
    public var settings = ""

    /// Members that are quickly fitted and unlike each other, and how their scores come together.
    public static let searchSpace = [
        OptionSearch(
            "members",
            .choices(
                [
                    "pca+isolation-forest+k-nearest-neighbours", "pca+isolation-forest", "pca+k-nearest-neighbours",
                    "mahalanobis+isolation-forest", "pca+gaussian-mixture+local-outlier-factor",
                ].map { .text($0) })),
        OptionSearch("combination", .choices(ScoreCombination.allCases.map { .text($0.rawValue) })),
    ]

    /// The defaults.
    public init() {}

    /// The members, each called by its algorithm's name.
    public var roles: [(role: String, algorithm: String)] { members.map { ($0, $0) } }

    /// Checks every option's range, those of the members included.
    public func validate() throws {
        guard (2...16).contains(members.count) else {
            throw SignalError(.invalidOption, "members takes 2 to 16 algorithms joined by +, not \(members.count)")
        }
        if let twice = members.first(where: { name in members.count { $0 == name } > 1 }) {
            throw SignalError(.invalidOption, "members names \(twice.escapingControlCharacters) twice")
        }
        try validateMembers()
    }
}
