public import SignalCore

/// How much the rows of a class weigh.
public enum ClassWeighting: String, OptionChoice {
    /// Every row weighs 1.
    case none
    /// Classes weigh the same: a row of a class weighs rows / (classes x rows of the class), as in scikit-learn.
    case balanced
    /// The same within the rows that a tree is grown from.
    case balancedSubsample = "balanced-subsample"
    /// The weights of the option `weights`, in the order of the classes.
    case given
}

/// Options of ``RandomForestClassifier`` and ``RandomForestRegressor``.
public struct RandomForestOptions: AlgorithmOptions {
    /// The number of trees, 1 to 10,000; default 100, as in scikit-learn.
    public var trees = 100
    /// The most splits between the root and a leaf, 0 (no limit) to 1000; default 0.
    public var maxDepth = 0
    /// The fewest rows of a leaf, 1 to 1,000,000; default 1. Rows drawn several times count once, as in scikit-learn.
    public var minLeafSamples = 1
    /// The columns that are looked at for a split, drawn anew for every node: `sqrt`, `third`, `all`, or a share of the
    /// columns above 0 and up to 1. The default `auto` is `sqrt` for classes (Breiman, and scikit-learn) and `third` for
    /// numbers (Breiman, and R's randomForest; scikit-learn looks at all).
    public var maxFeatures = "auto"
    /// Whether every tree is grown from as many rows drawn with replacement; default true. Without it trees differ by
    /// their columns only, and there are no out-of-bag rows.
    public var bootstrap = true
    /// How much the rows of a class weigh; for classes only.
    public var classWeights = ClassWeighting.none
    /// The weight of a row of each class, for `classWeights=given`.
    public var weights: [Double] = []
    /// The most bins that the values of a column are sorted into, 2 to 65,535; default 4095. Columns with no more distinct
    /// values are split exactly, others at quantiles. Up to 255 take half the memory and a third of the time to fit, and
    /// lose where what matters lies in the tails of a column, as failures do.
    public var bins = 4095

    /// Depth, leaves, columns and bins.
    public static let searchSpace = [
        OptionSearch("trees", .integers(50...500, isLogarithmic: true)),
        OptionSearch("minLeafSamples", .integers(1...20, isLogarithmic: true)),
        OptionSearch("maxFeatures", .choices([.text("sqrt"), .text("third"), .text("0.6"), .text("all")])),
        OptionSearch("bins", .choices([.integer(255), .integer(4095)])),
    ]

    /// The defaults.
    public init() {}

    /// Checks every option's range.
    public func validate() throws {
        try OptionRange.check("trees", trees, in: 1...10_000)
        try OptionRange.check("maxDepth", maxDepth, in: 0...1000)
        try OptionRange.check("minLeafSamples", minLeafSamples, in: 1...1_000_000)
        try OptionRange.check("bins", bins, in: 2...65_535)
        _ = try featureCount(of: 1, forClasses: true)
        guard (classWeights == .given) == !weights.isEmpty else {
            throw SignalError(.invalidOption, "classWeights=given and weights go together")
        }
        for weight in weights { try OptionRange.check("weights", weight, in: 1e-6...1e6) }
    }

    /// How many columns are looked at for a split.
    ///
    /// - Throws: `SignalError` with code `invalidOption` when `maxFeatures` says nothing of the kind.
    func featureCount(of columns: Int, forClasses: Bool) throws -> Int {
        let share: Double
        switch maxFeatures == "auto" ? (forClasses ? "sqrt" : "third") : maxFeatures {
        case "sqrt": return max(1, Int(Double(columns).squareRoot()))
        case "third": return max(1, columns / 3)
        case "all": return columns
        case let text:
            guard let number = Double(text), number > 0, number <= 1 else {
                throw SignalError(
                    .invalidOption,
                    "maxFeatures takes auto, sqrt, third, all or a share of the columns above 0 and up to 1, not '\(text)'"
                )
            }
            share = number
        }
        return max(1, Int(share * Double(columns)))
    }

    /// The limits of a tree.
    func limits(columns: Int, forClasses: Bool) throws -> TreeLimits {
        TreeLimits(
            maximumDepth: maxDepth == 0 ? .max : maxDepth, minimumLeafRows: minLeafSamples,
            columnsPerNode: try featureCount(of: columns, forClasses: forClasses))
    }
}
