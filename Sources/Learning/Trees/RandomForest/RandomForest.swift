internal import SignalCore

/// Trees of which each is grown from rows drawn with replacement, looking at a few columns for every split (Breiman,
/// "Random Forests", Machine Learning 45, 2001). What the classifier and the regressor have in common.
///
/// It differs from scikit-learn's in that columns of more distinct values than bins are split at quantiles only, and that
/// random numbers are others. A tree draws from a random stream of its own, so that the number of threads changes nothing.
struct RandomForest: Sendable {
    let ensemble: TreeEnsemble
    /// By column; they add up to 1, or are all 0.
    let importances: [Double]
    /// The mean of what the trees say that did not see a row; NaN where all of them did. Shape: rows x outputs.
    let outOfBag: [Float]?

    /// Grows the trees.
    ///
    /// - Parameter criterion: of the rows with how often each was drawn for a tree.
    static func fit<Criterion: SplitCriterion>(
        _ rows: CheckedRows, frames: FeatureFrames, options: RandomForestOptions, limits: TreeLimits,
        context: FittingContext, criterion: @Sendable (_ draws: [UInt16]) -> Criterion
    ) throws -> RandomForest {
        if options.bins <= Int(UInt8.max) {
            let table = try QuantisedColumns<UInt8>(frames, bins: options.bins, jobs: context.jobs)
            return try fit(rows, table, options: options, limits: limits, context: context, criterion: criterion)
        }
        let table = try QuantisedColumns<UInt16>(frames, bins: options.bins, jobs: context.jobs)
        return try fit(rows, table, options: options, limits: limits, context: context, criterion: criterion)
    }

    private static func fit<Code, Criterion: SplitCriterion>(
        _ rows: CheckedRows, _ table: QuantisedColumns<Code>, options: RandomForestOptions, limits: TreeLimits,
        context: FittingContext, criterion: @Sendable (_ draws: [UInt16]) -> Criterion
    ) throws -> RandomForest {
        guard table.varies.contains(true) else {
            throw SignalError(.insufficientData, "every column is constant in the training data; nothing can be learnt")
        }
        let columns = Array(0..<table.columnCount)
        var trees: [DecisionTree] = []
        var bags: [[UInt64]] = []
        let outputs = criterion(Array(repeating: 1, count: rows.count)).outputCount
        let batch = max(8, 4 * context.jobs)
        for first in stride(from: 0, to: options.trees, by: batch) {
            let count = min(batch, options.trees - first)
            let grown = try ConcurrentLoop.map(count: count, jobs: context.jobs) { index in
                var generator = SeededGenerator(seed: context.seed, stream: UInt64(first + index))
                let draws = draws(of: rows.count, bootstrap: options.bootstrap, using: &generator)
                let drawn = draws.indices.lazy.filter { draws[$0] > 0 }.map(UInt32.init)
                let grower = TreeGrower(
                    table, criterion: criterion(draws), limits: limits, capacity: rows.count, jobs: 1)
                return (
                    tree: try grower.grow(from: Array(drawn), columns: columns, using: &generator), bag: bits(draws)
                )
            }
            trees += grown.map(\.tree)
            bags += grown.map(\.bag)
            let progress = FittingProgress(step: "trees", completed: first + count, total: options.trees)
            if try context.report(progress) == .stop { break }
        }
        var ensemble = TreeEnsemble(columnCount: table.columnCount, outputCount: outputs, sumCount: outputs)
        for tree in trees { ensemble.append(nodes: tree.nodes, values: tree.values) }
        return RandomForest(
            ensemble: ensemble, importances: importances(trees),
            outOfBag: try options.bootstrap ? outOfBag(ensemble, rows, bags, jobs: context.jobs) : nil)
    }

    /// How often every row is drawn.
    static func draws(of count: Int, bootstrap: Bool, using generator: inout SeededGenerator) -> [UInt16] {
        guard bootstrap else { return Array(repeating: 1, count: count) }
        var draws = Array(repeating: UInt16(0), count: count)
        for _ in 0..<count { draws[Int(generator.uniform() * Double(count))] += 1 }
        return draws
    }

    /// The mean over trees of each tree's importances, which add up to 1, as in scikit-learn.
    private static func importances(_ trees: [DecisionTree]) -> [Double] {
        var sums = Array(repeating: 0.0, count: trees.first?.gains.count ?? 0)
        for tree in trees {
            let total = tree.gains.reduce(0, +)
            guard total > 0 else { continue }
            for (column, gain) in tree.gains.enumerated() { sums[column] += gain / total }
        }
        let total = sums.reduce(0, +)
        return total > 0 ? sums.map { $0 / total } : sums
    }

    /// A bit a row that was drawn.
    private static func bits(_ draws: [UInt16]) -> [UInt64] {
        var bits = Array(repeating: UInt64(0), count: (draws.count + 63) / 64)
        for (row, count) in draws.enumerated() where count > 0 { bits[row / 64] |= 1 << UInt64(row % 64) }
        return bits
    }

    private static func outOfBag(
        _ ensemble: TreeEnsemble, _ rows: CheckedRows, _ bags: [[UInt64]], jobs: Int
    ) throws -> [Float] {
        let length = ensemble.blockLength
        let outputs = ensemble.outputCount
        let blocks = try ConcurrentLoop.map(count: (rows.count + length - 1) / length, jobs: jobs) { index in
            let block = index * length..<min((index + 1) * length, rows.count)
            var leaves = Array(repeating: UInt32(0), count: length)
            var sums = Array(repeating: 0.0, count: block.count * outputs)
            var counts = Array(repeating: 0, count: block.count)
            for (tree, bag) in bags.enumerated() {
                ensemble.findLeaves(tree, rows, block, into: &leaves)
                for row in block where bag[row / 64] & (1 << UInt64(row % 64)) == 0 {
                    let place = row - block.lowerBound
                    let value = (ensemble.roots[tree] + Int(leaves[place])) * outputs
                    for output in 0..<outputs {
                        sums[place * outputs + output] += Double(ensemble.values[value + output])
                    }
                    counts[place] += 1
                }
            }
            return sums.indices.map { Float(sums[$0] / Double(counts[$0 / outputs])) }
        }
        return blocks.flatMap(\.self)
    }
}
