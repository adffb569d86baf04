public import SignalCore

extension Trainer {
    /// Everything that training needs to go on as if it had not been interrupted: weights, Adam's moments, the best
    /// weights so far, the history, rate and seed, as of the end of the last epoch.
    ///
    /// The random numbers of an epoch come from the seed and the epoch's number, so there is no other state of a
    /// generator.
    public func checkpoint() -> ModelArchive {
        var archive = ModelArchive()
        func add(_ prefix: String, _ values: [Float]) {
            for (name, tensor) in template.layout.tensors(of: values) {
                archive.tensors["\(prefix).\(name)"] = tensor
            }
        }
        add("weights", weights.values)
        add("first_moments", firstMoments.values)
        add("second_moments", secondMoments.values)
        if let best {
            add("best", best.parameters)
            archive.tensors["training.best_loss"] = Tensor(shape: [1], .float64([best.loss]))
        }
        let counts = [stepCount, epochsWithoutImprovement, epochsOnPlateau, Int(bitPattern: UInt(seed))]
        archive.tensors["training.counts"] = Tensor(shape: [counts.count], .int64(counts.map(Int64.init)))
        archive.tensors["training.learning_rate"] = Tensor(shape: [1], .float64([learningRate]))
        let rows: [Double] = history.flatMap { epoch -> [Double] in
            [epoch.trainingLoss, epoch.validationLoss ?? -1, epoch.learningRate, epoch.isBest ? 1 : 0]
        }
        archive.tensors["training.history"] = Tensor(shape: [history.count, 4], .float64(rows))
        archive.metadata["training.options"] = Self.fingerprint(options)
        archive.metadata["training.end"] = end == .stoppedEarly ? "stopped early" : "open"
        return archive
    }

    /// Goes on from a ``checkpoint()``. The trainer must have been made with the same examples, options (but for
    /// ``TrainingOptions/epochs``) and layers; the weights it was made with do not matter.
    ///
    /// - Throws: `SignalError` naming what is missing, misshapen or different.
    public func resume(from archive: ModelArchive) throws {
        guard try archive.text("training.options") == Self.fingerprint(options) else {
            throw SignalError(.mismatch, "the checkpoint was made with other training options; resume with the same")
        }
        let counts = try archive.int64("training.counts", shape: [4]).map(Int.init)
        guard UInt64(UInt(bitPattern: counts[3])) == seed else {
            throw SignalError(.mismatch, "the checkpoint was made with another seed; resume with the same")
        }
        guard counts[0..<3].allSatisfy({ $0 >= 0 }) else {
            throw SignalError(.malformed, "a count is negative").at(tensor: "training.counts")
        }
        let current = try parameters("weights", in: archive)
        let first = try parameters("first_moments", in: archive)
        let second = try parameters("second_moments", in: archive)
        guard second.allSatisfy({ $0 >= 0 }) else {
            throw SignalError(.malformed, "the second moments of the checkpoint have a negative value")
        }
        let rows = try archive.float64("training.history", shape: [nil, 4])
        let rate = try archive.float64("training.learning_rate", shape: [1])[0]
        guard rate >= 0, rows.count / 4 <= 1_000_000 else {
            throw SignalError(.malformed, "the checkpoint's learning rate or history makes no sense")
        }
        if archive.tensors["training.best_loss"] != nil {
            let loss = try archive.float64("training.best_loss", shape: [1])[0]
            best = (loss, try parameters("best", in: archive))
        } else {
            best = nil
        }
        weights.copy(from: current)
        firstMoments.copy(from: first)
        secondMoments.copy(from: second)
        (stepCount, epochsWithoutImprovement, epochsOnPlateau) = (counts[0], counts[1], counts[2])
        learningRate = rate
        let history = (0..<rows.count / 4).map { epoch in
            let row = rows[epoch * 4..<epoch * 4 + 4].map(\.self)
            return EpochSummary(
                epoch: epoch + 1, trainingLoss: row[0], validationLoss: row[1] < 0 ? nil : row[1],
                learningRate: row[2], isBest: row[3] == 1)
        }
        try resume(
            history: history, end: try archive.text("training.end") == "stopped early" ? .stoppedEarly : nil)
    }

    private func parameters(_ prefix: String, in archive: ModelArchive) throws -> [Float] {
        try template.layout.parameters.flatMap {
            try archive.float32("\(prefix).\($0.name)", shape: $0.shape)
        }
    }

    /// The options that must not change, as a text.
    private static func fingerprint(_ options: TrainingOptions) -> String {
        var options = options
        options.epochs = 1
        return "\(options)"
    }
}
