import Foundation
import SignalCore
import Testing

@testable import Learning

/// What holds for forests and boosting whatever the data.
@Suite struct SupervisedPropertyTests {
    private func forest(
        _ data: LabelledData, maxFeatures: String = "all", bootstrap: Bool = true, minLeafSamples: Int = 1
    ) throws -> RandomForestRegressor {
        var options = RandomForestOptions()
        options.trees = 20
        options.maxFeatures = maxFeatures
        options.bootstrap = bootstrap
        options.minLeafSamples = minLeafSamples
        return try RandomForestRegressor.fit(data, validation: nil, options: options, context: FittingContext())
    }

    private func boosting(
        _ data: LabelledData, _ change: (inout GradientBoostingOptions) -> Void = { _ in },
        validation: LabelledData? = nil
    ) throws -> GradientBoostingRegressor {
        var options = GradientBoostingOptions()
        options.rounds = 40
        options.maxLeaves = 8
        change(&options)
        return try GradientBoostingRegressor.fit(
            data, validation: validation, options: options, context: FittingContext())
    }

    private func changing(_ data: LabelledData, _ change: ([Float]) -> [Float]) -> LabelledData {
        let frames = data.frames
        let values = (0..<frames.count).flatMap { change(Array(frames.values[frames.range(ofFrame: $0)])) }
        return LabelledData(
            schema: data.schema,
            frames: FeatureFrames(columnCount: frames.columnCount, times: frames.times, values: values),
            targets: data.targets)
    }

    private func meanSquare(_ predictions: [Float], _ data: LabelledData) -> Double {
        guard case .numbers(let numbers) = data.targets else { return .nan }
        return zip(predictions, numbers).reduce(0) { $0 + pow(Double($1.0 - $1.1), 2) } / Double(numbers.count)
    }

    @Test func `Permuting columns permutes importances`() throws {
        let data = LabelledTables.numbers(seed: 1, rows: 300)
        let order = [3, 0, 4, 1, 2]
        let permuted = changing(data) { row in order.map { row[$0] } }
        for (plain, other) in [
            // Small nodes are often split alike by several columns, of which the first is taken.
            (
                try forest(data, minLeafSamples: 25).importances,
                try forest(permuted, minLeafSamples: 25).importances
            ),
            (try boosting(data).importances, try boosting(permuted).importances),
        ] {
            #expect(abs(plain.reduce(0, +) - 1) < 1e-9)
            for (place, column) in order.enumerated() { #expect(abs(other[place] - plain[column]) < 1e-6) }
            #expect(plain[0] > 0.2 && plain[1] > 0.2 && plain[2...].allSatisfy { $0 < 0.1 })
        }
    }

    @Test func `A monotone transformation of a column leaves predictions alike`() throws {
        let data = LabelledTables.numbers(seed: 2, rows: 300)
        let stretched = changing(data) { row in [exp(row[0])] + row[1...] }
        // Rows between the two sides of a split may fall to either; with all rows in every tree there are none.
        let plain = try forest(data, maxFeatures: "third", bootstrap: false)
        let other = try forest(stretched, maxFeatures: "third", bootstrap: false)
        #expect(try plain.predictions(data.frames) == other.predictions(stretched.frames))
        #expect(try boosting(data).predictions(data.frames) == boosting(stretched).predictions(stretched.frames))
    }

    @Test func `A column that tells nothing has hardly any permutation importance`() throws {
        let train = LabelledTables.numbers(seed: 3, rows: 600)
        let test = LabelledTables.numbers(seed: 4, rows: 400)
        let model = try boosting(train)
        let importances = try PermutationImportance.measure(model, on: test, rounds: 5, seed: 1)
        #expect(importances[0].mean > 0.5 && importances[1].mean > 0.5)
        for importance in importances[2...] { #expect(abs(importance.mean) < 0.03) }
        #expect(try PermutationImportance.measure(model, on: test, rounds: 5, seed: 1, jobs: 3) == importances)
        // Dealt anew together, columns are missed at least as much as the more important of them.
        let together = try PermutationImportance.measure(
            model, on: test, groups: [[0, 1], [2, 3]], rounds: 5, seed: 1)
        #expect(together.map(\.columns) == [[0, 1], [2, 3]])
        #expect(together[0].mean > max(importances[0].mean, importances[1].mean) && abs(together[1].mean) < 0.03)
        let classes = LabelledTables.classes(seed: 3, rows: 600)
        let forest = try RandomForestClassifier.fit(
            classes, validation: nil, options: RandomForestOptions(), context: FittingContext())
        let ofClasses = try PermutationImportance.measure(
            forest, on: LabelledTables.classes(seed: 4, rows: 400), rounds: 5, seed: 1)
        #expect(ofClasses[0].mean > 0.1 && ofClasses[1].mean > 0.1)
        for importance in ofClasses[2...] { #expect(abs(importance.mean) < 0.05) }
    }

    @Test func `Out-of-bag errors are those on rows that were never seen`() throws {
        let train = LabelledTables.numbers(seed: 5, rows: 500)
        let test = LabelledTables.numbers(seed: 6, rows: 500)
        let model = try forest(train, maxFeatures: "third")
        let outOfBag = try #require(model.outOfBagPredictions)
        let known = outOfBag.indices.filter { !outOfBag[$0].isNaN }
        #expect(known.count > 490)
        let inside = meanSquare(try model.predictions(train.frames), train)
        let estimate = meanSquare(known.map { outOfBag[$0] }, train.selecting(known))
        let outside = meanSquare(try model.predictions(test.frames), test)
        #expect(estimate > 2 * inside && abs(estimate / outside - 1) < 0.5)
        // The trees that did not see a row, one by one.
        var sum = 0.0
        var count = 0
        let rows = try CheckedRows(train.frames, columnCount: 5)
        for tree in 0..<20 {
            var generator = SeededGenerator(seed: 42, stream: UInt64(tree))
            guard RandomForest.draws(of: 500, bootstrap: true, using: &generator)[17] == 0 else { continue }
            var sums = Array(repeating: 0.0, count: 500)
            model.ensemble.add(tree: tree, rows, to: &sums)
            sum += sums[17]
            count += 1
        }
        #expect(count > 0 && abs(Double(outOfBag[17]) - sum / Double(count)) < 1e-6)
    }

    @Test func `The first round of boosting is the closed form`() throws {
        let data = LabelledTables.numbers(seed: 7, rows: 200)
        guard case .numbers(let numbers) = data.targets else { return }
        let model = try boosting(data) {
            $0.rounds = 1
            $0.learningRate = 0.5
            $0.l2 = 3
            $0.maxLeaves = 4
        }
        let mean = numbers.reduce(0.0) { $0 + Double($1) } / 200
        let predictions = try model.predictions(data.frames)
        #expect(Set(predictions).count == 4)
        for value in Set(predictions) {
            let rows = predictions.indices.filter { predictions[$0] == value }
            #expect(rows.count >= 20)
            let sum = rows.reduce(0.0) { $0 + Double(numbers[$1]) - mean }
            #expect(abs(Double(value) - mean - 0.5 * sum / (Double(rows.count) + 3)) < 1e-5)
        }
    }

    @Test func `Derivatives are those of the losses`() {
        let sums = [0.3, -1.2, 0.7, 2.1, -0.4, 0.1]
        for (objective, targets) in [
            (BoostingObjective.squaredError, [1, -2, 0.5, 3, 0, 1] as [Float]),
            (.logistic, [1, 0, 0, 1, 1, 0]), (.quantile(0.9), [1, -2, 0.5, 3, 0, 1]), (.softmax(3), [2, 0]),
        ] {
            let weights = Array(repeating: 1.0, count: targets.count)
            for output in 0..<objective.sumCount {
                var items = Array(repeating: SIMD4<Double>.zero, count: targets.count)
                objective.derivatives(sums, targets, weights: weights, output: output, into: &items)
                for row in targets.indices {
                    func loss(_ change: Double) -> Double {
                        var moved = sums
                        moved[row * objective.sumCount + output] += change
                        return objective.loss(moved, targets, weights: weights) * Double(targets.count)
                    }
                    let slope = (loss(1e-4) - loss(-1e-4)) / 2e-4
                    #expect(abs(items[row].y + slope) < 1e-6, "\(objective) \(row)")
                    if case .quantile = objective { continue }
                    let curvature = (loss(1e-4) - 2 * loss(0) + loss(-1e-4)) / 1e-8
                    #expect(abs(items[row].z - curvature) < 1e-5, "\(objective) \(row)")
                }
            }
        }
    }

    @Test func `Quantiles lie above their share of rows`() throws {
        let train = LabelledTables.numbers(seed: 8, rows: 1500, noise: 1)
        let test = LabelledTables.numbers(seed: 9, rows: 1500, noise: 1)
        guard case .numbers(let numbers) = test.targets else { return }
        for level in [0.1, 0.5, 0.9] {
            let model = try boosting(train) {
                $0.objective = .quantile
                $0.quantile = level
                $0.rounds = 60
            }
            let predictions = try model.predictions(test.frames)
            let share = Double(zip(numbers, predictions).count { $0 <= $1 }) / 1500
            #expect(abs(share - level) < 0.06, "\(level)")
        }
    }

    @Test func `Validation rows end the fit at their smallest loss`() throws {
        let train = LabelledTables.numbers(seed: 10, rows: 200, noise: 2)
        let watched = LabelledTables.numbers(seed: 11, rows: 300, noise: 2)
        let all = try boosting(train) {
            $0.rounds = 200; $0.learningRate = 0.3; $0.minLeafSamples = 2
        }
        let early = try boosting(
            train,
            {
                $0.rounds = 200; $0.learningRate = 0.3; $0.minLeafSamples = 2; $0.patience = 10
            },
            validation: watched)
        #expect(early.model.ensemble.treeCount < 100 && all.model.ensemble.treeCount == 200)
        #expect(
            meanSquare(try early.predictions(watched.frames), watched)
                < meanSquare(try all.predictions(watched.frames), watched))
        // Its trees are the first ones of the longer fit.
        let kept = early.model.ensemble
        #expect(Array(all.model.ensemble.nodes.prefix(kept.nodes.count)) == kept.nodes)
        let split = try boosting(train) {
            $0.rounds = 200; $0.validationShare = 0.2; $0.learningRate = 0.3
        }
        #expect(split.model.ensemble.treeCount < 200)
    }

    @Test func `Weights make a rare class heard`() throws {
        var data = LabelledTables.classes(seed: 12, rows: 600, count: 2)
        guard case .classes(let classes, let names) = data.targets else { return }
        let rare = classes.indices.filter { classes[$0] == 0 || $0 % 12 == 0 }
        data = data.selecting(rare)
        func share(_ weights: ClassWeighting) throws -> Double {
            var options = GradientBoostingOptions()
            options.rounds = 5
            options.classWeights = weights
            if weights == .given { options.weights = [1, 10] }
            let model = try GradientBoostingClassifier.fit(
                data, validation: nil, options: options, context: FittingContext())
            let probabilities = try model.probabilities(data.frames)
            return (0..<data.count).reduce(0.0) { $0 + Double(probabilities[2 * $1 + 1]) } / Double(data.count)
        }
        #expect(names.count == 2)
        #expect(try share(.balanced) > 1.2 * share(.none) && share(.given) > 1.2 * share(.none))
    }
}
