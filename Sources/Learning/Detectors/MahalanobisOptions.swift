public import SignalCore

/// How a ``MahalanobisDetector`` estimates the covariance of the columns.
public enum CovarianceEstimate: String, OptionChoice {
    /// The covariance of the training windows with divisor n - 1; Ledoit and Wolf's where they are fewer than ten a
    /// column and the plain one is unreliable.
    case automatic
    /// The covariance of the training windows with divisor n - 1.
    case empirical
    /// Shrunk towards equal variances by the share that Ledoit and Wolf ("A well-conditioned estimator for
    /// large-dimensional covariance matrices", Journal of Multivariate Analysis 88, 2004) find best for the data.
    case ledoitWolf = "ledoit-wolf"
    /// Shrunk towards equal variances by the share given as `shrinkage`.
    case shrunk
}

/// Options of ``MahalanobisDetector``.
public struct MahalanobisOptions: AlgorithmOptions {
    /// How the covariance is estimated.
    public var covariance = CovarianceEstimate.automatic
    /// The share by which the estimate `shrunk` moves the covariance towards equal variances, 0 to 1; default 0.1, as
    /// scikit-learn's `ShrunkCovariance`. No other estimate looks at it.
    public var shrinkage = 0.1
    /// Consecutive frames that are looked at together, 1 to 64; default 1. No window reaches from one recording into
    /// the next.
    public var contextFrames = 1

    /// The estimate and the context.
    public static let searchSpace = [
        OptionSearch("covariance", .choices(CovarianceEstimate.allCases.map { .text($0.rawValue) })),
        OptionSearch("shrinkage", .numbers(0.01...1, isLogarithmic: true)),
        OptionSearch("contextFrames", .integers(1...10, isLogarithmic: true)),
    ]

    /// The defaults.
    public init() {}

    /// Checks every option's range.
    public func validate() throws {
        try OptionRange.check("shrinkage", shrinkage, in: 0...1)
        try OptionRange.check("contextFrames", contextFrames, in: 1...64)
    }
}
