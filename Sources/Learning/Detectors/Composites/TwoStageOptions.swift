public import SignalCore

/// Options of ``TwoStageDetector``, and of its members as `screen.NAME` and `careful.NAME`.
public struct TwoStageOptions: CompositeOptions {
    /// The fast algorithm that looks at every window; by default linear, which also sees what is odd only in how columns go
    /// together. An isolation forest does not.
    public var screen = "pca"
    /// The algorithm that looks at what the screen passes on.
    public var careful = "gaussian-mixture"
    /// The quantile of the screen's scores of normal data from which on a window is suspect, 0 to 1; default 0.9, which
    /// passes a tenth of normal windows on.
    public var screenQuantile = 0.9
    /// Options of the members, as assignments joined by commas: `screen.components=0.9,careful.restarts=3`.
    public var settings = ""

    /// Both members and the quantile.
    public static let searchSpace = [
        OptionSearch(
            "screen",
            .choices(["pca", "isolation-forest", "standard-score", "mahalanobis"].map { .text($0) })),
        OptionSearch(
            "careful",
            .choices(["gaussian-mixture", "k-nearest-neighbours", "local-outlier-factor"].map { .text($0) })),
        OptionSearch("screenQuantile", .numbers(0.5...0.99, isLogarithmic: false)),
    ]

    /// The defaults.
    public init() {}

    /// The screen and the careful model.
    public var roles: [(role: String, algorithm: String)] { [("screen", screen), ("careful", careful)] }

    /// Checks every option's range, those of the members included.
    public func validate() throws {
        try OptionRange.check("screenQuantile", screenQuantile, in: 0...1)
        try validateMembers()
    }
}
