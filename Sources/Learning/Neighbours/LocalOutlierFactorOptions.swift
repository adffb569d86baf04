public import SignalCore

/// What a window is compared with by ``LocalOutlierFactor``.
public enum OutlierForm: String, OptionChoice {
    /// All training windows, itself among them if it is one: for data that come after the training.
    case novelty
    /// The other training windows: one that equals the window is left out, as itself. Scores of the training data are
    /// then what scikit-learn calls `-negative_outlier_factor_`, and find the outliers of a data set among its own.
    case outlier
}

/// Options of ``LocalOutlierFactor``.
public struct LocalOutlierFactorOptions: AlgorithmOptions {
    /// The number of nearest neighbours, 1 to 500; default 20, as in scikit-learn.
    public var neighbours = 20
    /// What a window is compared with; default `novelty`.
    public var form = OutlierForm.novelty
    /// Consecutive frames that are looked at together, 1 to 64; default 1. No window reaches from one recording into
    /// the next.
    public var contextFrames = 1
    /// The most training windows that the model keeps, a random selection of more, 2 to 200,000; default 10,000. The
    /// model file grows with it, and the time of a fit with its square.
    public var maximumRows = 10_000
    /// How columns are brought together, so that none counts more for its unit; default mean 0 and deviation 1.
    public var scaling = FrameScaling.standard

    /// Neighbours, context and scaling.
    public static let searchSpace = [
        OptionSearch("neighbours", .integers(5...100, isLogarithmic: true)),
        OptionSearch("contextFrames", .integers(1...10, isLogarithmic: true)),
        OptionSearch("scaling", .choices(FrameScaling.allCases.map { .text($0.rawValue) })),
    ]

    /// The defaults.
    public init() {}

    /// Checks every option's range.
    public func validate() throws {
        try NeighbourhoodOptions.check(
            neighbours: neighbours, contextFrames: contextFrames, maximumRows: maximumRows)
    }
}
