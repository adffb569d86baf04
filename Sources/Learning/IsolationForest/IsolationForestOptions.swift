public import SignalCore

/// Options of ``IsolationForest``.
public struct IsolationForestOptions: AlgorithmOptions {
    /// The number of trees, 1 to 10,000; default 100, beyond which the paper saw path lengths settle.
    public var trees = 100
    /// The windows that a tree is grown from, drawn without replacement, 2 to 65,536; default 256, as in the paper.
    /// With fewer windows in training every tree sees all of them.
    public var sampleSize = 256
    /// Consecutive frames that are looked at together, 1 to 64; default 1. No window reaches from one recording into
    /// the next.
    public var contextFrames = 1
    /// The share of the columns (of all stacked frames) that a tree may split, above 0 to 1; default 1.
    public var maxFeatures = 1.0
    /// How far thresholds may lie outside the values of a node, as a share of their range on either side, 0 to 10;
    /// default 0.5.
    ///
    /// With 0, as in the paper, a value far beyond all of training goes the same way as the largest one there and is
    /// no more anomalous. A threshold outside sets such values apart at once. Half-space trees widen their ranges
    /// for the same reason (Tan, Ting and Liu, "Fast Anomaly Detection for Streaming Data", IJCAI, 2011).
    public var rangeMargin = 0.5

    /// The size of the samples, the context and the reach of thresholds.
    public static let searchSpace = [
        OptionSearch("sampleSize", .integers(64...1024, isLogarithmic: true)),
        OptionSearch("contextFrames", .integers(1...10, isLogarithmic: true)),
        OptionSearch("rangeMargin", .numbers(0...2, isLogarithmic: false)),
    ]

    /// The defaults.
    public init() {}

    /// Checks every option's range.
    public func validate() throws {
        try OptionRange.check("trees", trees, in: 1...10_000)
        try OptionRange.check("sampleSize", sampleSize, in: 2...65_536)
        try OptionRange.check("contextFrames", contextFrames, in: 1...64)
        guard maxFeatures > 0, maxFeatures <= 1 else {
            throw SignalError(
                .invalidOption, "maxFeatures is a share of the columns above 0 and up to 1, not \(maxFeatures)")
        }
        try OptionRange.check("rangeMargin", rangeMargin, in: 0...10)
        guard trees * sampleSize <= Self.largestForest else {
            throw SignalError(
                .invalidOption,
                "\(trees) trees of a sampleSize of \(sampleSize) are too large a forest; trees times sampleSize is at "
                    + "most \(Self.largestForest)")
        }
    }

    /// The most leaves of all trees together: some 300 MB of model.
    static let largestForest = 1 << 23
}
