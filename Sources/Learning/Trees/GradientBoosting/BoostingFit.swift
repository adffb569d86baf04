internal import SignalCore

/// Gradient boosting under way.
struct BoostingFit<Code: FixedWidthInteger & UnsignedInteger & Sendable> {
    private let examples: GradientBoosting.Examples
    private let watched: GradientBoosting.Examples?
    private let options: GradientBoostingOptions
    private let objective: BoostingObjective
    private let context: FittingContext
    private let grower: TreeGrower<Code, GradientCriterion>
    private let start: [Double]
    private var ensemble: TreeEnsemble
    private var sums: [Double]
    private var watchedSums: [Double] = []
    private var gains: [[Double]] = []
    private var best = (rounds: 0, loss: Double.infinity)
    private var rounds = 0

    /// The loss on the validation rows after every round; empty without such.
    private(set) var validationLosses: [Double] = []
    /// The loss on the training rows after every round, where somebody wants to know.
    private var losses: [Double] = []

    init(
        _ table: QuantisedColumns<Code>, _ examples: GradientBoosting.Examples,
        watched: GradientBoosting.Examples?, options: GradientBoostingOptions, objective: BoostingObjective,
        context: FittingContext
    ) {
        self.examples = examples
        self.watched = watched
        self.options = options
        self.objective = objective
        self.context = context
        start = objective.start(examples.targets, weights: examples.weights)
        let rowCount = examples.rows.count
        let criterion = GradientCriterion(
            items: Array(repeating: .zero, count: rowCount), penalty: options.l2, minimumWeight: 1e-3,
            scale: options.learningRate, looksForPurity: false, offset: 0)
        grower = TreeGrower(
            table, criterion: criterion, limits: options.limits, capacity: rowCount, jobs: context.jobs)
        ensemble = TreeEnsemble(columnCount: table.columnCount, outputCount: 1, sumCount: objective.sumCount)
        sums = (0..<rowCount).flatMap { [start] _ in start }
        if let watched {
            watchedSums = (0..<watched.rows.count).flatMap { [start] _ in start }
            best.loss = objective.loss(watchedSums, watched.targets, weights: watched.weights)
        }
    }

    /// Whether the loss on the validation rows has not become smaller for so many rounds.
    var isExhausted: Bool { watched != nil && rounds - best.rounds >= options.patience }

    /// Adds a tree for every sum.
    mutating func addRound(_ round: Int) throws {
        // All trees of a round stand on the same sums.
        var next = sums
        for output in 0..<objective.sumCount {
            let number = round * objective.sumCount + output
            var generator = SeededGenerator(seed: context.seed, stream: UInt64(number))
            let chosen = Self.draw(
                of: examples.rows.count, share: options.rowShare, atLeast: 2 * options.minLeafSamples,
                using: &generator)
            let columns = Self.draw(
                of: ensemble.columnCount, share: options.columnShare, atLeast: 1, using: &generator)
            objective.derivatives(
                sums, examples.targets, weights: examples.weights, output: output, into: &grower.criterion.items)
            var tree = try grower.grow(from: chosen, columns: columns.map(Int.init), using: &generator)
            if case .quantile(let level) = objective { renewLeaves(of: &tree, level: level, chosen) }
            gains.append(tree.gains)
            ensemble.append(nodes: tree.nodes, values: tree.values)
            ensemble.add(tree: number, examples.rows, to: &next)
            if let watched { ensemble.add(tree: number, watched.rows, to: &watchedSums) }
        }
        sums = next
        rounds = round + 1
        if context.record != nil {
            losses.append(objective.loss(sums, examples.targets, weights: examples.weights))
        }
        if let watched {
            let loss = objective.loss(watchedSums, watched.targets, weights: watched.weights)
            validationLosses.append(loss)
            if loss < best.loss { best = (rounds, loss) }
        }
    }

    private var keptRounds: Int { watched == nil ? rounds : max(1, best.rounds) }

    /// Hands the losses to whom wants them.
    func record(algorithm: String) {
        context.record?(
            TrainingHistory(
                algorithm: algorithm, step: "round", measure: objective.name, losses: losses,
                validationLosses: validationLosses, keptStep: keptRounds))
    }

    /// The model; with validation rows, up to the round with the smallest loss on them.
    func finished() -> GradientBoosting {
        var ensemble = ensemble
        let kept = keptRounds * objective.sumCount
        ensemble.removeTrees(from: kept)
        var importances = Array(repeating: 0.0, count: ensemble.columnCount)
        for gains in gains.prefix(kept) {
            for (column, gain) in gains.enumerated() { importances[column] += gain }
        }
        let total = importances.reduce(0, +)
        if total > 0 { importances = importances.map { $0 / total } }
        return GradientBoosting(ensemble: ensemble, start: start, importances: importances)
    }

    /// Draws a share without replacement, ascending (Knuth, "The Art of Computer Programming" 2, 3.4.2, algorithm S).
    private static func draw(
        of count: Int, share: Double, atLeast fewest: Int, using generator: inout SeededGenerator
    ) -> [UInt32] {
        let wanted = min(count, max(fewest, Int((share * Double(count)).rounded())))
        guard wanted < count else { return (0..<UInt32(count)).map(\.self) }
        var drawn: [UInt32] = []
        drawn.reserveCapacity(wanted)
        for index in 0..<count where generator.uniform() * Double(count - index) < Double(wanted - drawn.count) {
            drawn.append(UInt32(index))
        }
        return drawn
    }

    /// Gives every leaf the quantile of what is left over among its rows, shrunk: the derivatives of the pinball loss do not
    /// tell how far it is.
    private func renewLeaves(of tree: inout DecisionTree, level: Double, _ chosen: [UInt32]) {
        var single = TreeEnsemble(columnCount: ensemble.columnCount, outputCount: 1, sumCount: 1)
        single.append(nodes: tree.nodes, values: tree.values)
        var residuals: [Int: [Double]] = [:]
        var leaves = Array(repeating: UInt32(0), count: single.blockLength)
        var isChosen = Array(repeating: false, count: examples.rows.count)
        for row in chosen { isChosen[Int(row)] = true }
        for first in stride(from: 0, to: examples.rows.count, by: leaves.count) {
            let block = first..<min(first + leaves.count, examples.rows.count)
            single.findLeaves(0, examples.rows, block, into: &leaves)
            for row in block where isChosen[row] {
                residuals[Int(leaves[row - first]), default: []].append(Double(examples.targets[row]) - sums[row])
            }
        }
        for (leaf, values) in residuals {
            tree.values[leaf] = Float(options.learningRate * Quantile.linear(of: values, level))
        }
    }
}
