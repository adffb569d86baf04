import Foundation
import SignalCore
import TestSupport
import Testing

@testable import Learning

/// Trees and forests against scikit-learn's.
@Suite(.enabled(if: SharedData.isPresent)) struct RandomForestGoldenTests {
    private func doubles(_ object: Any?) throws -> [Double] { try #require(object as? [Double]) }

    /// An ensemble of scikit-learn's trees.
    private func ensemble(_ trees: [[String: Any]], columns: Int) throws -> TreeEnsemble {
        var ensemble = TreeEnsemble(columnCount: columns, outputCount: 3, sumCount: 3)
        for tree in trees {
            let features = try #require(tree["feature"] as? [Int])
            let left = try #require(tree["left"] as? [Int])
            let right = try #require(tree["right"] as? [Int])
            let thresholds = try doubles(tree["threshold"])
            let values = try #require(tree["value"] as? [[Double]])
            // Level by level, so that children stand side by side.
            var order = [0]
            var nodes: [TreeNode] = []
            var next = 0
            while next < order.count {
                let node = order[next]
                if features[node] < 0 {
                    nodes.append(.leaf(at: next))
                } else {
                    nodes.append(
                        TreeNode(
                            threshold: Float(thresholds[node]), columnBits: UInt32(features[node]),
                            child: UInt32(order.count)))
                    order += [left[node], right[node]]
                }
                next += 1
            }
            ensemble.append(nodes: nodes, values: order.flatMap { values[$0].map(Float.init) })
        }
        return ensemble
    }

    @Test func `Probabilities of the same trees are scikit-learn's`() throws {
        let golden = try SharedData.json("tabular/random_forest.json")
        let trees = try #require(golden["trees"] as? [[String: Any]])
        let expected = try #require(golden["predict_proba"] as? [[Double]])
        let ensemble = try ensemble(trees, columns: 4)
        let rows = try CheckedRows(TestData.reference(), columnCount: 4)
        let sums = ensemble.sums(rows, from: [0, 0, 0]).map { $0 / Double(trees.count) }
        #expect(Closeness.largestDifference(sums, expected.flatMap(\.self)) < 1e-6)
        let predicted = try #require(golden["predict"] as? [Int])
        #expect(LabelledTables.likeliest(sums.map(Float.init), 3) == predicted)
    }

    @Test func `A tree of all rows and columns is scikit-learn's decision tree`() throws {
        let golden = try SharedData.json("tabular/decision_tree.json")
        let expected = try #require(golden["predict_proba"] as? [[Double]])
        let data = try LabelledTables.reference()
        var options = RandomForestOptions()
        options.trees = 1
        options.bootstrap = false
        options.maxFeatures = "all"
        options.maxDepth = 4
        options.bins = 1000
        let tree = try RandomForestClassifier.fit(
            data.selecting(Array(0..<400)), validation: nil, options: options, context: FittingContext())
        #expect(tree.outOfBagProbabilities == nil)
        let own = try tree.probabilities(data.frames)
        #expect(Closeness.largestDifference(own, expected.flatMap(\.self)) < 1e-6)
        let importances = try doubles(golden["feature_importances"])
        #expect(Closeness.largestDifference(tree.importances, importances) < 1e-9)
        // The same splits, at the same thresholds.
        let reference = try #require(golden["tree"] as? [String: Any])
        let same = try ensemble([reference], columns: 4)
        #expect(tree.ensemble.nodes.map(\.column) == same.nodes.map(\.column))
        #expect(tree.ensemble.nodes.map(\.child) == same.nodes.map(\.child))
        for (own, expected) in zip(tree.ensemble.nodes, same.nodes) {
            #expect(own.threshold == expected.threshold || abs(own.threshold - expected.threshold) < 1e-6)
        }
    }

    @Test func `An own forest is as accurate as scikit-learn's`() throws {
        let bounds = try SharedData.json("tabular/quality_bounds.json")
        let bound = try #require(bounds["rf100_holdout_accuracy"] as? Double)
        let golden = try SharedData.json("tabular/random_forest.json")
        let importances = try doubles(golden["feature_importances"])
        let data = try LabelledTables.reference()
        guard case .classes(let labels, _) = data.targets else { return }
        let forest = try RandomForestClassifier.fit(
            data.selecting(Array(0..<400)), validation: nil, options: RandomForestOptions(), context: FittingContext())
        let own = try forest.probabilities(data.frames.frames(in: 400..<500))
        var hits = 0
        for row in 0..<100 where LabelledTables.likeliest(own, 3)[row] == labels[400 + row] { hits += 1 }
        // One row of the hundred may fall to chance.
        #expect(Double(hits) / 100 >= bound - 0.011)
        // Five shallow trees of scikit-learn's and a hundred of ours find the same columns useful.
        var shallow = RandomForestOptions()
        shallow.maxDepth = 4
        let other = try RandomForestClassifier.fit(
            data.selecting(Array(0..<400)), validation: nil, options: shallow, context: FittingContext())
        #expect(Closeness.largestDifference(other.importances, importances) < 0.1)
    }
}
