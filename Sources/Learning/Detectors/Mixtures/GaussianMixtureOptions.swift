public import SignalCore

/// The shape of the components of a ``GaussianMixtureDetector``.
public enum MixtureCovariance: String, OptionChoice {
    /// Every component has a covariance of its own.
    case full
    /// Every component has variances of its own and no correlation.
    case diagonal
}

/// Options of ``GaussianMixtureDetector``.
public struct GaussianMixtureOptions: AlgorithmOptions {
    /// The number of components, 1 to 64. 0, the default, tries 1, 2, … up to 8 and takes the number with the least
    /// Bayesian information criterion; two numbers in a row that do not lower it end the search.
    public var components = 0
    /// The shape of the components.
    public var covariance = MixtureCovariance.full
    /// Consecutive frames that are looked at together, 1 to 64; default 1. No window reaches from one recording into
    /// the next.
    public var contextFrames = 1
    /// What is added to every variance of the standardised columns, 1e-9 to 1; default 1e-6, as in scikit-learn.
    public var regularization = 1e-6
    /// Fits from different starts, of which the likeliest is kept, 1 to 100; default 1.
    public var restarts = 1
    /// The most iterations of a fit, 1 to 10000; default 100.
    public var iterations = 100
    /// The gain of the mean log-likelihood of a window below which a fit has converged, 0 to 1; default 0.001.
    public var tolerance = 1e-3

    /// Components and context.
    public static let searchSpace = [
        OptionSearch("components", .integers(1...8, isLogarithmic: false)),
        OptionSearch("contextFrames", .integers(1...5, isLogarithmic: true)),
    ]

    /// The defaults.
    public init() {}

    /// Checks every option's range.
    public func validate() throws {
        try OptionRange.check("components", components, in: 0...64)
        try OptionRange.check("contextFrames", contextFrames, in: 1...64)
        try OptionRange.check("regularization", regularization, in: 1e-9...1)
        try OptionRange.check("restarts", restarts, in: 1...100)
        try OptionRange.check("iterations", iterations, in: 1...10_000)
        try OptionRange.check("tolerance", tolerance, in: 0...1)
    }
}
