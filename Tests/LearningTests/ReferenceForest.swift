import SignalCore
import TestSupport
import Testing

@testable import Learning

/// Trees of scikit-learn as ours.
enum ReferenceForest {
    /// A tree that is given by its nodes: children -1 where it ends, `x[feature] <= threshold` goes left.
    static func tree(
        feature: [Int], threshold: [Double], left: [Int], right: [Int], samples: [Int], depth: Int
    ) -> IsolationTree {
        var tree = IsolationTree(
            nodes: Array(repeating: .leaf, count: 1 << depth - 1), pathLengths: Array(repeating: 0, count: 1 << depth))
        func copy(_ node: Int, at place: Int, level: Int) {
            if left[node] < 0 {
                var lowest = place
                for _ in level..<depth { lowest = 2 * lowest + 1 }
                tree.pathLengths[lowest - tree.nodes.count] =
                    Double(level) + IsolationTree.averagePathLength(samples[node])
                return
            }
            // The largest number in single precision that is not above: values in single precision compare the same.
            var rounded = Float(threshold[node])
            if Double(rounded) > threshold[node] { rounded = rounded.nextDown }
            tree.nodes[place] = .init(feature: Int32(feature[node]), threshold: rounded)
            copy(left[node], at: 2 * place + 1, level: level + 1)
            copy(right[node], at: 2 * place + 2, level: level + 1)
        }
        copy(0, at: 0, level: 0)
        return tree
    }

    /// The forest of `iforest.json`, on its way through an archive.
    static func load() throws -> (forest: IsolationForest, scores: [Double]) {
        let json = try SharedData.json("tabular/iforest.json")
        let sampleCount = try #require(json["max_samples"] as? Int)
        let depth = IsolationTree.depthLimit(sampleCount: sampleCount)
        let trees = try #require(json["trees"] as? [[String: Any]]).map { tree in
            ReferenceForest.tree(
                feature: try #require(tree["feature"] as? [Int]),
                threshold: try #require(tree["threshold"] as? [Double]),
                left: try #require(tree["left"] as? [Int]), right: try #require(tree["right"] as? [Int]),
                samples: try #require(tree["n_node_samples"] as? [Int]), depth: depth)
        }
        var options = IsolationForestOptions()
        options.trees = trees.count
        options.sampleSize = sampleCount
        let forest = IsolationForest(
            options: options, sampleCount: sampleCount, nodes: trees.flatMap(\.nodes),
            pathLengths: trees.flatMap(\.pathLengths), median: [0, 0, 0, 0], contributionMean: [1, 1, 1, 1])
        return (
            try IsolationForest(archive: forest.archived()),
            try #require(json["score_samples"] as? [Double]).map { -$0 }
        )
    }
}

/// Against scikit-learn.
@Suite(.enabled(if: SharedData.isPresent)) struct IsolationForestGoldenTests {
    @Test func `Given the same trees the scores are those of IsolationForest`() throws {
        let (forest, expected) = try ReferenceForest.load()
        let scores = try forest.scores(TestData.reference())
        // Scores are rounded to single precision once, at the end.
        #expect(scores == expected.map(Float.init))
    }

    @Test func `Own trees rank frames as IsolationForest does`() throws {
        let frames = try TestData.reference()
        var options = IsolationForestOptions()
        options.trees = 300
        options.rangeMargin = 0
        let forest = try IsolationForest.fit(
            TestData.oneSegment(frames.frames(in: 0..<400)), options: options, context: FittingContext())
        let expected = try ReferenceArray(SharedData.golden("tabular/iforest_300trees_scores.npy")).values
        let own = try forest.scores(frames)
        #expect(rankCorrelation(own.map { -Double($0) }, expected) > 0.97)
    }

    private func rankCorrelation(_ left: [Double], _ right: [Double]) -> Double {
        func ranks(_ values: [Double]) -> [Double] {
            var ranks = Array(repeating: 0.0, count: values.count)
            for (rank, index) in values.indices.sorted(by: { values[$0] < values[$1] }).enumerated() {
                ranks[index] = Double(rank)
            }
            return ranks
        }
        let mean = Double(left.count - 1) / 2
        let (a, b) = (ranks(left).map { $0 - mean }, ranks(right).map { $0 - mean })
        let norm = a.reduce(0) { $0 + $1 * $1 }
        return zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } / norm
    }
}
