public import SignalCore

/// What gradient boosting makes small.
public enum BoostingObjectiveChoice: String, OptionChoice {
    /// The logistic loss for two classes, that of softmax for more, the squared error for numbers.
    case auto
    /// The absolute error: the median. For numbers.
    case absoluteError = "absolute-error"
    /// The pinball loss of the option `quantile`: that quantile, such as the lower end of an interval. For numbers.
    case quantile
}

/// Options of ``GradientBoostingClassifier`` and ``GradientBoostingRegressor``.
public struct GradientBoostingOptions: AlgorithmOptions {
    /// The most rounds, 1 to 10,000; default 300. A round adds a tree, or one a class where there are more than two.
    public var rounds = 300
    /// By how much a tree's values are shrunk, above 0 to 1; default 0.1.
    public var learningRate = 0.1
    /// The most leaves of a tree, 2 to 65,536; default 31, as in LightGBM and scikit-learn. The split with the largest gain
    /// is made first.
    public var maxLeaves = 31
    /// The most splits between the root and a leaf, 0 (no limit) to 1000; default 0.
    public var maxDepth = 0
    /// The fewest rows of a leaf, 1 to 1,000,000; default 20, as in LightGBM and scikit-learn.
    public var minLeafSamples = 20
    /// The penalty on squared leaf values, 0 to 1e6; default 1, as in XGBoost.
    public var l2 = 1.0
    /// The least gain of a split, `G^2 / (H + l2)` of both sides less that of the whole, 0 to 1e6; default 0.
    public var minGain = 0.0
    /// The share of the rows that a tree is grown from, drawn without replacement, above 0 to 1; default 1.
    public var rowShare = 1.0
    /// The share of the columns that a tree looks at, above 0 to 1; default 1.
    public var columnShare = 1.0
    /// Rounds without a smaller loss on validation rows after which the fit ends, 1 to 10,000; default 30. The trees up to
    /// the smallest loss are kept.
    public var patience = 30
    /// The share of the training rows, in whole groups, on which the number of rounds is found when no validation rows are
    /// given; the model is then fitted anew, for so many rounds, on all of them. 0 (all rounds are made) to 0.5; default 0.
    public var validationShare = 0.0
    /// What is made small.
    public var objective = BoostingObjectiveChoice.auto
    /// The quantile of `objective=quantile`, above 0 and below 1; default 0.5.
    public var quantile = 0.5
    /// How much the rows of a class weigh: `none`, `balanced` or `given`; for classes only.
    public var classWeights = ClassWeighting.none
    /// The weight of a row of each class, for `classWeights=given`.
    public var weights: [Double] = []
    /// The most bins that the values of a column are sorted into, 2 to 65,535; default 255. Columns with no more distinct
    /// values are split exactly, others at quantiles.
    public var bins = 255

    /// Rate, size and shares.
    public static let searchSpace = [
        OptionSearch("rounds", .integers(50...1000, isLogarithmic: true)),
        OptionSearch("learningRate", .numbers(0.01...0.3, isLogarithmic: true)),
        OptionSearch("maxLeaves", .integers(4...64, isLogarithmic: true)),
        OptionSearch("minLeafSamples", .integers(1...100, isLogarithmic: true)),
        OptionSearch("l2", .numbers(0.01...100, isLogarithmic: true)),
        OptionSearch("rowShare", .numbers(0.5...1, isLogarithmic: false)),
        OptionSearch("columnShare", .numbers(0.3...1, isLogarithmic: false)),
    ]

    /// The defaults.
    public init() {}

    /// Checks every option's range.
    public func validate() throws {
        try OptionRange.check("rounds", rounds, in: 1...10_000)
        try OptionRange.check("learningRate", learningRate, in: 1e-6...1)
        try OptionRange.check("maxLeaves", maxLeaves, in: 2...65_536)
        try OptionRange.check("maxDepth", maxDepth, in: 0...1000)
        try OptionRange.check("minLeafSamples", minLeafSamples, in: 1...1_000_000)
        try OptionRange.check("l2", l2, in: 0...1e6)
        try OptionRange.check("minGain", minGain, in: 0...1e6)
        try OptionRange.check("rowShare", rowShare, in: 1e-3...1)
        try OptionRange.check("columnShare", columnShare, in: 1e-6...1)
        try OptionRange.check("patience", patience, in: 1...10_000)
        try OptionRange.check("validationShare", validationShare, in: 0...0.5)
        try OptionRange.check("quantile", quantile, in: 1e-6...1 - 1e-6)
        try OptionRange.check("bins", bins, in: 2...65_535)
        guard classWeights != .balancedSubsample else {
            throw SignalError(.invalidOption, "classWeights=balanced-subsample is for random forests; use balanced")
        }
        guard (classWeights == .given) == !weights.isEmpty else {
            throw SignalError(.invalidOption, "classWeights=given and weights go together")
        }
        for weight in weights { try OptionRange.check("weights", weight, in: 1e-6...1e6) }
    }

    /// The limits of a tree.
    var limits: TreeLimits {
        TreeLimits(
            maximumDepth: maxDepth == 0 ? .max : maxDepth, maximumLeaves: maxLeaves, minimumLeafRows: minLeafSamples,
            minimumGain: max(minGain, 1e-12))
    }
}
