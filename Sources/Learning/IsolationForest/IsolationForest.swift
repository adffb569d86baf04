internal import RealModule
public import SignalCore

/// Finds frames that few random splits suffice to set apart from all others (Liu, Ting and Zhou, "Isolation Forest",
/// IEEE International Conference on Data Mining, 2008).
///
/// Every tree splits a small random sample of the training frames at random thresholds of random columns until each is
/// alone. The score of a frame is `2^(-E[h] / c)`, where E[h] is the mean length of its path through the trees and c
/// that of a search in a tree of so many keys: near 1 for what is set apart at once, below 0.5 for what is usual. Given
/// the same trees it is what scikit-learn's `score_samples` gives, but for the sign; trees are grown as the paper's when
/// ``IsolationForestOptions/rangeMargin`` is 0. Columns of different units need
/// no scaling.
///
/// The contribution of a column is by how much it shortens the paths: how much longer they would be on average if the
/// column had its median of the training frames, the rest being the same. Only splits that the path meets can matter,
/// so this costs little more than the score. It is given relative to its mean in training.
public struct IsolationForest: Detector {
    /// The name used on the command line and in files.
    public static let name = "isolation-forest"
    /// One line for listings.
    public static let summary = "isolation forest: how few random splits set a frame apart; any units, fast"

    /// The options the model was fitted with.
    public let options: IsolationForestOptions
    /// The number of columns a frame must have.
    public let columnCount: Int

    /// The windows that every tree was grown from.
    let sampleCount: Int
    /// The nodes of all trees, tree after tree; see ``IsolationTree``.
    let nodes: [IsolationTree.Node]
    /// The path lengths at the lowest level of all trees, tree after tree.
    let pathLengths: [Double]
    /// The median of every column in training.
    let median: [Float]
    /// The mean of every column's share in training, floored so that a column which hardly ever mattered there does
    /// not outdo all others at its first stir.
    let contributionMean: [Double]

    /// The number of consecutive frames that one score looks at.
    public var contextLength: Int { options.contextFrames }

    /// The length of a stacked window.
    var windowWidth: Int { columnCount * options.contextFrames }
    /// The number of levels above the leaves.
    let depth: Int
    /// What the sum of all path lengths is multiplied by to get the exponent of the score.
    let exponentFactor: Double

    /// Makes a forest of its parts.
    ///
    /// - Precondition: there are `options.trees` trees of the depth that `sampleCount` asks for, whose features lie
    ///   within a window; scoring reads without looking.
    init(
        options: IsolationForestOptions, sampleCount: Int, nodes: [IsolationTree.Node], pathLengths: [Double],
        median: [Float], contributionMean: [Double]
    ) {
        self.options = options
        self.sampleCount = sampleCount
        self.nodes = nodes
        self.pathLengths = pathLengths
        self.median = median
        self.contributionMean = contributionMean
        columnCount = median.count
        depth = IsolationTree.depthLimit(sampleCount: sampleCount)
        exponentFactor = -1 / (Double(options.trees) * IsolationTree.averagePathLength(sampleCount))
        let width = Int32(columnCount * options.contextFrames)
        precondition(
            nodes.count == options.trees * (1 << depth - 1) && pathLengths.count == options.trees << depth,
            "every tree is a full heap")
        precondition(nodes.allSatisfy { $0.feature >= 0 && $0.feature < width }, "a feature is part of a window")
    }
}
