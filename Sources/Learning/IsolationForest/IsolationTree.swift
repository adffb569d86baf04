internal import RealModule
internal import SignalCore

/// A binary tree of random splits, laid out as a heap: node i has its children at 2 i + 1 and 2 i + 2, and all leaves
/// lie on one level.
///
/// An isolation tree is never deeper than the logarithm of its sample, so the full heap is at most twice as large as
/// the largest tree, and no link between nodes can be wrong. A leaf further up is a node that sends everything left;
/// its path length stands at the leftmost place below it.
struct IsolationTree: Sendable, Equatable {
    /// A split: a window goes left when its element `feature` is at most `threshold`.
    struct Node: Sendable, Equatable {
        /// Which element of a window is looked at.
        var feature: Int32
        /// The largest value that goes left.
        var threshold: Float

        /// A node that does not split: every finite value goes left.
        static let leaf = Node(feature: 0, threshold: .greatestFiniteMagnitude)
    }

    /// The nodes above the leaves. Shape: 2^depth - 1.
    var nodes: [Node]
    /// The path length at every place of the lowest level. Shape: 2^depth.
    var pathLengths: [Double]

    /// The depth at which a tree that is grown from so many windows ends: the logarithm to base 2, rounded up.
    static func depthLimit(sampleCount: Int) -> Int {
        sampleCount < 2 ? 0 : Int.bitWidth - (sampleCount - 1).leadingZeroBitCount
    }

    /// The mean length of an unsuccessful search in a binary search tree of `count` keys: what is added to the depth of
    /// a leaf that holds several windows, and what path lengths are measured by (c(n) of the paper, equation 1).
    ///
    /// 0 for no key and one, 1 for two, as in scikit-learn.
    static func averagePathLength(_ count: Int) -> Double {
        guard count > 2 else { return count == 2 ? 1 : 0 }
        let keys = Double(count)
        let eulerGamma = 0.577_215_664_901_532_9
        return 2 * (Double.log(keys - 1) + eulerGamma) - 2 * (keys - 1) / keys
    }
}
