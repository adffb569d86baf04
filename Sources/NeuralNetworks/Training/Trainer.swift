internal import CNeuralKernels
internal import SignalCore

/// Trains a network, epoch by epoch.
///
/// ```swift
/// let trainer = try Trainer(network, examples: examples, options: options, seed: 42, jobs: 2)
/// while let epoch = try trainer.nextEpoch() { print(epoch.trainingLoss) }
/// let best = trainer.bestNetwork
/// ```
///
/// The same seed gives the same weights to the bit, on any number of threads, and whether or not training was
/// interrupted and resumed from a ``checkpoint()``.
public final class Trainer {
    /// The options.
    public let options: TrainingOptions
    /// The seed of the order of examples and of dropout.
    public let seed: UInt64
    /// All epochs so far.
    public private(set) var history: [EpochSummary] = []
    /// Why training is over, once it is.
    public private(set) var end: TrainingEnd?
    /// The network as it was given, which says what the weights are for.
    let template: SequenceNetwork
    let shards: GradientShards
    let weights: LaneBuffer
    let firstMoments: LaneBuffer
    let secondMoments: LaneBuffer
    var stepCount = 0
    var learningRate: Double
    /// The best weights and their loss; `nil` before the first epoch.
    var best: (loss: Double, parameters: [Float])?
    /// Epochs since the loss was last better, for early stopping and for the rate.
    var epochsWithoutImprovement = 0
    var epochsOnPlateau = 0
    private let training: TrainingExamples
    private let validation: TrainingExamples?
    private let jobs: Int
    private var order: [Int]

    /// Prepares training.
    ///
    /// - Parameters:
    ///   - network: where to begin.
    ///   - examples: in the order of time, of which the last share is held back for validation.
    ///   - validation: examples that judge instead of that share.
    ///   - seed: for the order of examples and dropout.
    ///   - jobs: the most threads to use. The result does not depend on it.
    /// - Throws: `SignalError` with code `invalidOption` (an option), `mismatch` (windows that do not fit the network),
    ///   `insufficientData` (no examples) or `malformed` (a value that is not finite, with its frame).
    public init(
        _ network: SequenceNetwork, examples: TrainingExamples, validation: TrainingExamples? = nil,
        options: TrainingOptions, seed: UInt64, jobs: Int = 1
    ) throws {
        try options.validate()
        guard examples.count > 0 else {
            throw SignalError(.insufficientData, "there is not one example; training needs at least one")
        }
        if let validation {
            (training, self.validation) = (examples, validation.count > 0 ? validation : nil)
        } else {
            (training, self.validation) = examples.splitChronologically(validationShare: options.validationShare)
        }
        let steps = try network.layout.inputSteps(examples.inputs)
        let pieceSteps = try Self.pieceSteps(network, steps: steps, options: options)
        shards = try GradientShards(
            layout: network.layout, kernels: network.kernels, loss: options.loss, steps: pieceSteps,
            batchSize: min(options.batchSize, training.count), jobs: jobs)
        let outputSteps = try network.outputShape(inputSteps: steps).steps
        for set in [training, self.validation].compactMap(\.self) {
            guard try network.layout.inputSteps(set.inputs) == steps else {
                throw SignalError(.mismatch, "windows for training and for validation have different lengths")
            }
            try Self.check(set, network: network, outputSteps: outputSteps, loss: options.loss)
        }
        template = network
        self.options = options
        self.seed = seed
        self.jobs = jobs
        weights = LaneBuffer(network.parameters)
        firstMoments = LaneBuffer(count: network.parameterCount, zeroed: true)
        secondMoments = LaneBuffer(count: network.parameterCount, zeroed: true)
        learningRate = options.learningRate
        order = Array(0..<training.count)
        try shards.pack(weights)
    }

    /// The network with the weights as they are now.
    public var network: SequenceNetwork { template.withParameters(weights.values) }

    /// The network with the best weights so far: those after the epoch with the lowest loss.
    public var bestNetwork: SequenceNetwork { best.map { template.withParameters($0.parameters) } ?? network }

    /// The lowest loss so far; `nil` before the first epoch.
    public var bestLoss: Double? { best?.loss }

    /// Trains to the end.
    ///
    /// - Parameters:
    ///   - onBatch: called after every batch on the calling thread; may ask to stop.
    ///   - onEpoch: called after every epoch; may ask to stop.
    /// - Returns: why training is over.
    @discardableResult
    public func run(
        onBatch: (TrainingProgress) throws -> TrainingDecision = { _ in .proceed },
        onEpoch: (EpochSummary) throws -> TrainingDecision = { _ in .proceed }
    ) throws -> TrainingEnd {
        while let epoch = try nextEpoch(onBatch: onBatch) {
            if try onEpoch(epoch) == .stop, end == nil { end = .stoppedOnRequest }
        }
        return end ?? .completed
    }

    /// Trains one epoch.
    ///
    /// - Parameter onBatch: called after every batch on the calling thread; may ask to stop, which leaves the weights
    ///   where the epoch began (and makes what the cut epoch reached the best, if it is).
    /// - Returns: what was reached; `nil` once training is over, of which ``end`` is the reason.
    public func nextEpoch(
        onBatch: (TrainingProgress) throws -> TrainingDecision = { _ in .proceed }
    ) throws -> EpochSummary? {
        guard end == nil else { return nil }
        guard history.count < options.epochs else {
            end = .completed
            return nil
        }
        let start = Snapshot(of: self)
        let epoch = history.count + 1
        guard let loss = try trainEpoch(epoch, onBatch: onBatch) else {
            if end == .stoppedOnRequest { try judgeCutEpoch() }
            restore(start)
            return nil
        }
        let validationLoss = try self.validationLoss()
        let summary = judge(epoch: epoch, trainingLoss: loss, validationLoss: validationLoss)
        guard summary.judgedLoss.isFinite else {
            end = .diverged(epoch: epoch)
            restore(start)
            return nil
        }
        history.append(summary)
        if let patience = options.patience, epochsWithoutImprovement >= patience { end = .stoppedEarly }
        return summary
    }
}

extension Trainer {
    /// What a cut epoch is taken back to.
    private struct Snapshot {
        let weights: [Float]
        let firstMoments: [Float]
        let secondMoments: [Float]
        let stepCount: Int

        init(of trainer: Trainer) {
            weights = trainer.weights.values
            firstMoments = trainer.firstMoments.values
            secondMoments = trainer.secondMoments.values
            stepCount = trainer.stepCount
        }
    }

    private func restore(_ snapshot: Snapshot) {
        weights.copy(from: snapshot.weights)
        firstMoments.copy(from: snapshot.firstMoments)
        secondMoments.copy(from: snapshot.secondMoments)
        stepCount = snapshot.stepCount
    }

    /// Returns the mean loss, or `nil` when the epoch was cut, of which ``end`` is the reason.
    private func trainEpoch(
        _ epoch: Int, onBatch: (TrainingProgress) throws -> TrainingDecision
    ) throws -> Double? {
        var generator = SeededGenerator(seed: seed, stream: UInt64(epoch))
        for index in order.indices { order[index] = index }
        if options.shuffles { order.shuffle(using: &generator) }
        let batchCount = (training.count + options.batchSize - 1) / options.batchSize
        let pieceSteps = shards.plan.inputSteps
        let pieceCount = try template.layout.inputSteps(training.inputs) / pieceSteps
        var lossSum = 0.0
        for batch in 0..<batchCount {
            let first = batch * options.batchSize
            let indices = order[first..<min(first + options.batchSize, order.count)]
            let states =
                pieceCount > 1
                ? GradientShards.ShardStates(shardCount: GradientShards.shardCount(indices.count)) : nil
            for piece in 0..<pieceCount {
                let loss = try shards.compute(
                    training, indices, dropoutSeed: generator.next(),
                    piece: GradientShards.Piece(firstStep: piece * pieceSteps, states: states))
                guard loss.isFinite, try step(shardCount: GradientShards.shardCount(indices.count)) else {
                    end = .diverged(epoch: epoch)
                    return nil
                }
                lossSum += loss * Double(indices.count) / Double(pieceCount)
            }
            let progress = TrainingProgress(
                epoch: epoch, epochCount: options.epochs, batch: batch + 1, batchCount: batchCount,
                loss: lossSum / Double(first + indices.count), learningRate: learningRate)
            if try onBatch(progress) == .stop {
                end = .stoppedOnRequest
                return nil
            }
        }
        return lossSum / Double(training.count)
    }

    private func validationLoss() throws -> Double? {
        guard let validation else { return nil }
        let losses = try network.losses(of: validation, loss: options.loss, jobs: jobs)
        return losses.reduce(0, +) / Double(losses.count)
    }

    private func judge(epoch: Int, trainingLoss: Double, validationLoss: Double?) -> EpochSummary {
        let loss = validationLoss ?? trainingLoss
        let rate = learningRate
        let isBest = best.map { loss < $0.loss - options.leastImprovement } ?? loss.isFinite
        if isBest {
            best = (loss, weights.values)
            epochsWithoutImprovement = 0
            epochsOnPlateau = 0
        } else {
            epochsWithoutImprovement += 1
            epochsOnPlateau += 1
            if let patience = options.plateauPatience, epochsOnPlateau >= patience {
                learningRate = max(learningRate * options.plateauFactor, min(rate, options.lowestLearningRate))
                epochsOnPlateau = 0
            }
        }
        return EpochSummary(
            epoch: epoch, trainingLoss: trainingLoss, validationLoss: validationLoss, learningRate: rate,
            isBest: isBest)
    }

    /// Keeps the weights of an epoch that was cut, where they are better than those of all before; without validation,
    /// which tells, only where there are none before.
    private func judgeCutEpoch() throws {
        let loss = try validationLoss()
        guard let best else {
            self.best = (loss ?? .infinity, weights.values)
            return
        }
        if let loss, loss < best.loss { self.best = (loss, weights.values) }
    }

    func resume(history: [EpochSummary], end: TrainingEnd?) throws {
        self.history = history
        self.end = end
        try shards.pack(weights)
    }

    private static func pieceSteps(_ network: SequenceNetwork, steps: Int, options: TrainingOptions) throws -> Int {
        guard let truncation = options.truncation, truncation < steps else { return steps }
        for layer in network.layout.layers {
            if case .repeatVector = layer.operation {
                throw SignalError(.invalidOption, "a network that repeats a vector cannot be trained in pieces of time")
            }
            if layer.recurrent?.output == .lastStep {
                throw SignalError(
                    .invalidOption, "a network that gives its last step only cannot be trained in pieces of time")
            }
        }
        guard steps.isMultiple(of: truncation) else {
            throw SignalError(
                .invalidOption, "sequences of \(steps) steps cannot be cut into pieces of \(truncation); take a divisor"
            )
        }
        return truncation
    }

    private static func check(
        _ examples: TrainingExamples, network: SequenceNetwork, outputSteps: Int, loss: Loss
    ) throws {
        let columns = loss.targetColumns(outputColumns: network.outputColumns)
        try SequenceNetwork.check(examples.targets, steps: outputSteps, columns: columns)
        for windows in [examples.inputs, examples.targets] {
            if let place = windows.values.firstIndex(where: { !$0.isFinite }) {
                throw SignalError(
                    .malformed,
                    "the value in frame \(place / windows.columnCount), column \(place % windows.columnCount) is not finite"
                )
            }
        }
        guard loss == .crossEntropy else { return }
        let classes = Float(network.outputColumns)
        for start in examples.targets.starts {
            let first = start * examples.targets.columnCount
            for value in examples.targets.values[first..<first + examples.targets.valueCount]
            where value < 0 || value >= classes || value != value.rounded() {
                throw SignalError(
                    .mismatch, "\(value) is no class number below the network's \(network.outputColumns) outputs")
            }
        }
    }
}
