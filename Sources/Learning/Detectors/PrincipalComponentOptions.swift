public import SignalCore

/// What a ``PrincipalComponentDetector`` measures.
public enum PrincipalComponentStatistic: String, OptionChoice {
    /// Both together, each relative to its limit (Yue and Qin 2001).
    case combined
    /// Hotelling's T²: how far a frame lies from the mean within the usual directions.
    case hotelling
    /// The residual Q, also called squared prediction error: how far a frame lies from the usual directions.
    case residual
}

/// Options of ``PrincipalComponentDetector``.
public struct PrincipalComponentOptions: AlgorithmOptions {
    /// The share of the variance that the kept components carry together, above 0 and below 1; default 0.95.
    public var components = 0.95
    /// The number of components to keep; 0, the default, keeps as many as the share needs.
    public var componentCount = 0
    /// Consecutive frames that are looked at together, 1 to 64; default 1. Five is what the baseline of DCASE 2020
    /// task 2 uses. No window reaches from one recording into the next.
    public var contextFrames = 1
    /// What is measured.
    public var statistic = PrincipalComponentStatistic.combined
    /// The quantile of the training values of T² and of Q that counts as their limit, 0.5 to 1; default 0.99.
    public var limitQuantile = 0.99

    /// The share of variance, the context and the statistic.
    public static let searchSpace = [
        OptionSearch("components", .numbers(0.5...0.995, isLogarithmic: false)),
        OptionSearch("contextFrames", .integers(1...10, isLogarithmic: true)),
        OptionSearch("statistic", .choices(PrincipalComponentStatistic.allCases.map { .text($0.rawValue) })),
    ]

    /// The defaults.
    public init() {}

    /// Checks every option's range.
    public func validate() throws {
        guard components > 0, components < 1 else {
            throw SignalError(
                .invalidOption,
                "components is a share of the variance above 0 and below 1, not \(components); "
                    + "to set their number use componentCount")
        }
        guard (0...16_384).contains(componentCount) else {
            throw SignalError(
                .invalidOption, "componentCount is 0 (by share of variance) to 16384, not \(componentCount)")
        }
        guard (1...64).contains(contextFrames) else {
            throw SignalError(.invalidOption, "contextFrames is 1 to 64, not \(contextFrames)")
        }
        guard (0.5...1).contains(limitQuantile) else {
            throw SignalError(.invalidOption, "limitQuantile is 0.5 to 1, not \(limitQuantile)")
        }
    }
}
