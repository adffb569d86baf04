import SignalCore
import Testing

@testable import Learning

/// The engine of trees against the slow and obvious.
@Suite struct TreeGrowingTests {
    /// The best first split by trying all: Gini for classes, squared errors for numbers.
    private func slowBestSplit(_ data: LabelledData) -> (column: Int, threshold: Float, gain: Double) {
        func impurity(_ rows: [Int]) -> Double {
            guard !rows.isEmpty else { return 0 }
            let count = Double(rows.count)
            switch data.targets {
            case .classes(let classes, let names):
                var sum = count
                for index in names.indices {
                    let hits = Double(rows.count { classes[$0] == index })
                    sum -= hits * hits / count
                }
                return sum
            case .numbers(let numbers):
                let mean = rows.reduce(0.0) { $0 + Double(numbers[$1]) } / count
                return rows.reduce(0.0) { $0 + (Double(numbers[$1]) - mean) * (Double(numbers[$1]) - mean) }
            }
        }
        let all = Array(0..<data.count)
        let whole = impurity(all)
        var best = (column: 0, threshold: Float(0), gain: -1.0)
        for column in 0..<data.frames.columnCount {
            let values = all.map { data.frames.values[$0 * data.frames.columnCount + column] }
            let distinct = Set(values).sorted()
            for (low, high) in zip(distinct, distinct.dropFirst()) {
                let left = all.filter { values[$0] <= low }
                let right = all.filter { values[$0] > low }
                let gain = whole - impurity(left) - impurity(right)
                if gain > best.gain + 1e-9 { best = (column, low / 2 + high / 2, gain) }
            }
        }
        return best
    }

    private func stump() -> RandomForestOptions {
        var options = RandomForestOptions()
        options.trees = 1
        options.maxDepth = 1
        options.bootstrap = false
        options.maxFeatures = "all"
        options.bins = 500
        return options
    }

    @Test(arguments: [20, 60, 300]) func `The first split is the best of all, by sorting and by histogram`(rows: Int)
        throws
    {
        for seed in 1...4 as ClosedRange<UInt64> {
            for classCount in [2, 3] {
                let data = LabelledTables.classes(seed: seed, rows: rows, columns: 3, count: classCount)
                let tree = try RandomForestClassifier.fit(
                    data, validation: nil, options: stump(), context: FittingContext())
                let best = slowBestSplit(data)
                #expect(tree.ensemble.nodes[0].column == best.column)
                #expect(abs(tree.ensemble.nodes[0].threshold - best.threshold) < 1e-6)
            }
            let data = LabelledTables.numbers(seed: seed, rows: rows, columns: 3)
            let tree = try RandomForestRegressor.fit(
                data, validation: nil, options: stump(), context: FittingContext())
            let best = slowBestSplit(data)
            #expect(tree.ensemble.nodes[0].column == best.column)
            #expect(abs(tree.ensemble.nodes[0].threshold - best.threshold) < 1e-6)
        }
    }

    @Test func `Each leaf says the mean of its rows, and a full tree repeats what it learnt`() throws {
        let data = LabelledTables.numbers(seed: 5, rows: 200)
        guard case .numbers(let numbers) = data.targets else { return }
        var options = stump()
        options.maxDepth = 3
        let tree = try RandomForestRegressor.fit(data, validation: nil, options: options, context: FittingContext())
        let predictions = try tree.predictions(data.frames)
        for value in Set(predictions) {
            let rows = predictions.indices.filter { predictions[$0] == value }
            let mean = rows.reduce(0.0) { $0 + Double(numbers[$1]) } / Double(rows.count)
            #expect(abs(Double(value) - mean) < 1e-5)
        }
        options.maxDepth = 0
        let full = try RandomForestRegressor.fit(data, validation: nil, options: options, context: FittingContext())
        for (own, expected) in zip(try full.predictions(data.frames), numbers) { #expect(abs(own - expected) < 1e-5) }
    }

    @Test func `Taking the smaller child out of its parent changes no split`() throws {
        // Looking at all columns keeps histograms; drawing all of them in some order does not.
        let data = LabelledTables.numbers(seed: 6, rows: 3000, columns: 4)
        guard case .numbers(let numbers) = data.targets else { return }
        let table = try QuantisedColumns<UInt8>(data.frames, bins: 64, jobs: 1)
        let criterion = GradientCriterion(
            items: numbers.map { SIMD4(1, Double($0), 1, 0) }, penalty: 0, minimumWeight: 0, scale: 1,
            looksForPurity: false, offset: 0)
        func grow(maximumLeaves: Int, jobs: Int, columnsPerNode: Int) throws -> DecisionTree {
            let grower = TreeGrower(
                table, criterion: criterion,
                limits: TreeLimits(
                    maximumLeaves: maximumLeaves, minimumLeafRows: 5, minimumGain: 1e-9,
                    columnsPerNode: columnsPerNode), capacity: 3000, jobs: jobs)
            var generator = SeededGenerator(seed: 1)
            return try grower.grow(from: Array(0..<3000), columns: [0, 1, 2, 3], using: &generator)
        }
        let kept = try grow(maximumLeaves: 40, jobs: 1, columnsPerNode: .max)
        #expect(kept.nodes.count == 79)
        #expect(try grow(maximumLeaves: 40, jobs: 3, columnsPerNode: .max) == kept)
        // The gain of every split, recomputed from the rows.
        var slow = Array(repeating: 0.0, count: 4)
        var rows: [[Int]] = Array(repeating: [], count: kept.nodes.count)
        rows[0] = Array(0..<3000)
        func score(_ rows: [Int]) -> Double {
            let sum = rows.reduce(0.0) { $0 + Double(numbers[$1]) }
            return rows.isEmpty ? 0 : sum * sum / Double(rows.count)
        }
        for (place, node) in kept.nodes.enumerated() where !node.isLeaf {
            let child = Int(node.child)
            for row in rows[place] {
                rows[child + (data.frames.values[row * 4 + node.column] > node.threshold ? 1 : 0)].append(row)
            }
            #expect(min(rows[child].count, rows[child + 1].count) >= 5)
            slow[node.column] += score(rows[child]) + score(rows[child + 1]) - score(rows[place])
        }
        for column in 0..<4 { #expect(abs(slow[column] - kept.gains[column]) < 1e-6 * max(1, slow[column])) }
    }

    @Test func `Bins hold about as many rows each, and few values have a bin each`() throws {
        var generator = SeededGenerator(seed: 7)
        var frames = FeatureFrames(columnCount: 3)
        for row in 0..<5000 {
            let few = Float(Int(generator.uniform() * 7))
            frames.append(
                time: Double(row), row: [Float(generator.uniform() - 0.5), few, row % 10 == 0 ? .nan : few * few])
        }
        let table = try QuantisedColumns<UInt8>(frames, bins: 50, jobs: 2)
        #expect(table.ranges[0].count == 50 && table.ranges[1].count == 7 && table.ranges[2].count == 7)
        var counts = Array(repeating: 0, count: 50)
        for row in 0..<5000 {
            let code = Int(table.codes[row])
            counts[code] += 1
            let value = frames.values[row * 3]
            #expect(table.ranges[0][code].low <= value && value <= table.ranges[0][code].high)
            #expect((table.codes[10_000 + row] == 7) == (row % 10 == 0))
        }
        #expect(counts.allSatisfy { $0 == 100 })
        for (left, right) in zip(table.ranges[0], table.ranges[0].dropFirst()) { #expect(left.high < right.low) }
    }

    @Test func `Numbers are sorted by value, then by place`() {
        var generator = SeededGenerator(seed: 8)
        let values = (0..<3000).map { place in
            let value = Float(bitPattern: UInt32(truncatingIfNeeded: generator.next()))
            return (value: place % 7 == 0 || !value.isFinite ? Float(place % 5) - 2 : value, place: place)
        }
        let sorted = RadixSort.sorted(values)
        let expected = values.sorted { ($0.value, $0.place) < ($1.value, $1.place) }
        #expect(sorted.map { RadixSort.place(of: $0) } == expected.map(\.place))
        #expect(sorted.map { RadixSort.value(of: $0) } == expected.map(\.value))
    }

    @Test func `Missing values go the way that is better`() throws {
        // Where the first column is missing the class is 1, as it is above zero.
        var generator = SeededGenerator(seed: 9)
        var frames = FeatureFrames(columnCount: 2)
        var classes: [Int] = []
        for row in 0..<400 {
            let value = Float(2 * generator.uniform() - 1)
            let isMissing = row % 4 == 0
            frames.append(time: Double(row), row: [isMissing ? .nan : value, Float(generator.uniform())])
            classes.append(isMissing || value > 0 ? 1 : 0)
        }
        for flipped in [false, true] {
            let data = LabelledData(
                schema: LabelledTables.schema(2), frames: frames,
                targets: .classes(classes.map { flipped ? 1 - $0 : $0 }, names: ["a", "b"]))
            var options = stump()
            options.bins = 20
            let tree = try RandomForestClassifier.fit(
                data, validation: nil, options: options, context: FittingContext())
            #expect(tree.ensemble.nodes[0].sendsMissingToSecond)
            let probabilities = try tree.probabilities(frames)
            for row in stride(from: 0, to: 400, by: 4) { #expect(probabilities[2 * row + (flipped ? 0 : 1)] > 0.9) }
        }
        // Missing or not is a split by itself.
        let missing = LabelledData(
            schema: LabelledTables.schema(2), frames: frames,
            targets: .classes((0..<400).map { $0 % 4 == 0 ? 1 : 0 }, names: ["a", "b"]))
        let tree = try RandomForestClassifier.fit(
            missing, validation: nil, options: stump(), context: FittingContext())
        #expect(
            LabelledTables.likeliest(try tree.probabilities(frames), 2) == (0..<400).map { $0 % 4 == 0 ? 1 : 0 })
    }
}
