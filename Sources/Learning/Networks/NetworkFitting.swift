internal import NeuralNetworks
internal import SignalCore

/// Trains the network of a model as a ``SignalCore/FittingContext`` wants it: with its seed, threads, checkpoint and
/// reports.
struct NetworkFitting {
    /// The name of the algorithm.
    let algorithm: String
    /// What must be the same for a checkpoint to be resumed, beside the training options.
    let signature: String
    let options: TrainingOptions
    let context: FittingContext

    /// Prepares the training of a model.
    ///
    /// - Parameters:
    ///   - layers: the layers of the network; a checkpoint of others is refused.
    ///   - input: how frames are scaled, which tells other training data apart.
    init(
        algorithm: String, layers: [NetworkLayer], input: NetworkInput, options: NetworkTrainingOptions,
        context: FittingContext
    ) {
        self.algorithm = algorithm
        signature = "\(algorithm) \(layers) \(input.offset) \(input.inverseScale)"
        self.options = options.trainingOptions
        self.context = context
    }

    /// Trains.
    ///
    /// A report that answers `stop` ends training with the best weights so far; so does a loss that is no longer finite,
    /// of which a report tells.
    ///
    /// - Throws: `SignalError` with code `invalidOption` when the loss was not finite in the first epoch, `mismatch`
    ///   when a checkpoint is of another training; or what the report or the checkpoint throws.
    func train(
        _ network: SequenceNetwork, on examples: TrainingExamples, validation: TrainingExamples?
    ) throws -> SequenceNetwork {
        let trainer = try Trainer(
            network, examples: examples, validation: validation, options: options, seed: context.seed,
            jobs: context.jobs)
        if let saved = try context.checkpoint?.load() {
            guard saved.metadata["network"] == signature else {
                throw SignalError(
                    .mismatch,
                    "the checkpoint is of another model or other training data; resume with the same, or begin anew")
            }
            try trainer.resume(from: saved)
        }
        let end = try trainer.run(
            onBatch: { batch in
                // Often enough to stop soon, rarely enough to cost nothing.
                guard batch.batch.isMultiple(of: max(1, batch.batchCount / 20)), batch.batch < batch.batchCount else {
                    return .proceed
                }
                return try report(
                    "epoch \(batch.epoch), batch \(batch.batch) of \(batch.batchCount)", completed: batch.epoch - 1,
                    loss: batch.loss)
            },
            onEpoch: { epoch in
                if let checkpoint = context.checkpoint {
                    var state = trainer.checkpoint()
                    state.metadata["network"] = signature
                    try checkpoint.save(state)
                }
                return try report(
                    "epoch \(epoch.epoch)", completed: epoch.epoch, loss: epoch.trainingLoss,
                    validationLoss: epoch.validationLoss)
            })
        if case .diverged(let epoch) = end {
            guard trainer.bestLoss != nil else {
                throw SignalError(
                    .invalidOption,
                    "the loss of \(algorithm) was not finite in the first epoch; lower learningRate, or set gradientClip"
                )
            }
            _ = try report(
                "the loss was not finite in epoch \(epoch); the best weights before are kept (a lower learningRate or a "
                    + "gradientClip helps)",
                completed: epoch - 1)
        }
        context.record?(history(of: trainer))
        return trainer.bestNetwork
    }

    private func history(of trainer: Trainer) -> TrainingHistory {
        let validationLosses = trainer.history.compactMap(\.validationLoss)
        return TrainingHistory(
            algorithm: algorithm, step: "epoch", measure: options.loss.name,
            losses: trainer.history.map(\.trainingLoss),
            validationLosses: validationLosses.count == trainer.history.count ? validationLosses : [],
            keptStep: trainer.history.last(where: \.isBest)?.epoch ?? 0)
    }

    private func report(
        _ step: String, completed: Int, loss: Double? = nil, validationLoss: Double? = nil
    ) throws -> TrainingDecision {
        let decision = try context.report(
            FittingProgress(
                step: step, completed: completed, total: options.epochs, loss: loss, validationLoss: validationLoss))
        return switch decision {
        case .proceed: .proceed
        case .stop: .stop
        }
    }
}
