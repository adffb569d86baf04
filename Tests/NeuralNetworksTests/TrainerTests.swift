import Foundation
import SignalCore
import TestSupport
import Testing

@testable import NeuralNetworks

struct TrainerTests {
    static let layers: [NetworkLayer] = [
        .lstm("a", units: 8), .dropout("b", rate: 0.25), .gru("c", units: 6, output: .lastStep),
        .dense("d", units: 4, activation: .relu), .repeatVector("e", count: 6), .lstm("f", units: 5),
        .dropout("g", rate: 0.1), .dense("h", units: 3),
    ]

    private static func trainer(
        jobs: Int = 1, seed: UInt64 = 9, _ change: (inout TrainingOptions) -> Void = { _ in }
    ) throws -> Trainer {
        var options = TrainingOptions()
        options.epochs = 4
        options.batchSize = 40
        options.learningRate = 0.01
        change(&options)
        let examples = TrainingExamples(reconstructing: try Sequences.windows(130))
        let network = try SequenceNetwork(inputColumns: 3, layers: layers, seed: 2)
        return try Trainer(network, examples: examples, options: options, seed: seed, jobs: jobs)
    }

    @Test func `training gives the same bits on any number of threads`() throws {
        let one = try Self.trainer()
        try one.run()
        for jobs in [2, 3, 8] {
            let many = try Self.trainer(jobs: jobs)
            try many.run()
            #expect(many.network == one.network)
            #expect(many.history == one.history)
        }
        let other = try Self.trainer(seed: 10)
        try other.run()
        #expect(other.network != one.network)
        let losses = one.history.map(\.trainingLoss)
        #expect(try #require(losses.last) < losses[0])
        #expect(one.history.count == 4 && one.end == .completed)
    }

    @Test func `training resumed from a checkpoint gives the bits of one that was not interrupted`() throws {
        let change: (inout TrainingOptions) -> Void = {
            $0.plateauPatience = 1
            $0.leastImprovement = 0.05
            $0.largestGradientNorm = 0.5
        }
        let whole = try Self.trainer(change)
        try whole.run()
        let interrupted = try Self.trainer(change)
        _ = try interrupted.nextEpoch()
        _ = try interrupted.nextEpoch()
        // A stop within an epoch takes it back to its beginning.
        #expect(try interrupted.nextEpoch { $0.batch == 2 ? .stop : .proceed } == nil)
        #expect(interrupted.end == .stoppedOnRequest)
        let resumed = try Self.trainer(change)
        try resumed.resume(from: interrupted.checkpoint())
        #expect(resumed.history.count == 2)
        try resumed.run()
        #expect(resumed.network == whole.network && resumed.history == whole.history)
        #expect(resumed.learningRate == whole.learningRate && whole.learningRate < 0.01)
    }

    @Test func `a checkpoint of something else is refused`() throws {
        let trainer = try Self.trainer()
        _ = try trainer.nextEpoch()
        let checkpoint = trainer.checkpoint()
        #expect(throws: SignalError.self) { try Self.trainer(seed: 1).resume(from: checkpoint) }
        #expect(throws: SignalError.self) { try Self.trainer { $0.learningRate = 1 }.resume(from: checkpoint) }
        for name in checkpoint.tensors.keys {
            var damaged = checkpoint
            damaged.tensors[name] = nil
            guard name != "training.best_loss" else { continue }
            #expect(throws: SignalError.self, "\(name)") { try Self.trainer().resume(from: damaged) }
        }
    }

    @Test func `a loss that is not finite stops with the best weights so far`() throws {
        var values = try Sequences.windows(64).values
        values[3 * 40] = 3e38
        let windows = try SequenceWindows(values: values, columnCount: 3, length: 6, starts: Array(0..<64))
        var options = TrainingOptions()
        options.validationShare = 0
        let network = try SequenceNetwork(inputColumns: 3, layers: Self.layers, seed: 2)
        let trainer = try Trainer(
            network, examples: TrainingExamples(reconstructing: windows), options: options, seed: 1)
        #expect(try trainer.run() == .diverged(epoch: 1))
        #expect(trainer.bestNetwork == network && trainer.history.isEmpty)
    }

    @Test func `training stops early and keeps the best weights`() throws {
        var reached: [SequenceNetwork] = []
        let trainer = try Self.trainer {
            $0.epochs = 200
            $0.learningRate = 0.1
            $0.patience = 3
        }
        while try trainer.nextEpoch() != nil { reached.append(trainer.network) }
        #expect(trainer.end == .stoppedEarly && reached.count < 200)
        let losses = trainer.history.map(\.judgedLoss)
        let best = try #require(losses.indices.min { losses[$0] < losses[$1] })
        #expect(best == losses.count - 4)
        #expect(trainer.bestNetwork == reached[best] && trainer.bestLoss == losses[best])
    }

    @Test func `a stop in the first epoch keeps what was reached`() throws {
        let trainer = try Self.trainer()
        #expect(try trainer.run(onBatch: { $0.batch == 2 ? .stop : .proceed }) == .stoppedOnRequest)
        let start = try SequenceNetwork(inputColumns: 3, layers: Self.layers, seed: 2)
        #expect(trainer.network == start && trainer.bestNetwork != start)
    }

    @Test func `pieces of a sequence carry the state and cut the gradient`() throws {
        let layers: [NetworkLayer] = [.lstm("a", units: 6), .gru("b", units: 5), .dense("c", units: 3)]
        let network = try SequenceNetwork(inputColumns: 3, layers: layers, seed: 6)
        let windows = try Sequences.windows(20, length: 12)
        let examples = TrainingExamples(reconstructing: windows)
        var options = TrainingOptions()
        options.validationShare = 0
        options.epochs = 1
        options.truncation = 4
        options.learningRate = 1e-12
        let trainer = try Trainer(network, examples: examples, options: options, seed: 1, jobs: 2)
        let epoch = try #require(try trainer.nextEpoch())
        // Weights hardly move, so the loss over the pieces is that of whole sequences: states were carried.
        let losses = try network.losses(of: examples, loss: .meanSquaredError)
        #expect(abs(epoch.trainingLoss / (losses.reduce(0, +) / 20) - 1) < 1e-5)
        #expect(trainer.stepCount == 3)
        options.truncation = 5
        #expect(throws: SignalError.self) {
            try Trainer(network, examples: examples, options: options, seed: 1)
        }
    }

    @Test func `validation is the end of the time and shares no frame with training`() throws {
        let examples = TrainingExamples(reconstructing: try Sequences.windows(100))
        let (training, validation) = examples.splitChronologically(validationShare: 0.2)
        #expect(training.inputs.starts == Array(0..<80))
        #expect(validation?.inputs.starts == Array(85..<100))
        #expect(examples.splitChronologically(validationShare: 0).validation == nil)
    }

    @Test func `what cannot be learnt from is refused`() throws {
        let network = try SequenceNetwork(inputColumns: 3, layers: Self.layers, seed: 2)
        let none = TrainingExamples(reconstructing: try Sequences.windows(4).selecting([]))
        #expect(throws: SignalError.self) {
            try Trainer(network, examples: none, options: TrainingOptions(), seed: 1)
        }
        var values = try Sequences.windows(4).values
        values[7] = .infinity
        let infinite = try SequenceWindows(values: values, columnCount: 3, length: 6, starts: [0, 1])
        let error = #expect(throws: SignalError.self) {
            try Trainer(
                network, examples: TrainingExamples(reconstructing: infinite), options: TrainingOptions(), seed: 1)
        }
        #expect(error?.message.contains("frame 2, column 1") == true)
        let short = try TrainingExamples(inputs: Sequences.windows(4), targets: Sequences.windows(4, length: 2))
        #expect(throws: SignalError.self) {
            try Trainer(network, examples: short, options: TrainingOptions(), seed: 1)
        }
        var options = TrainingOptions()
        options.learningRate = .nan
        #expect(throws: SignalError.self) { try options.validate() }
    }
}
