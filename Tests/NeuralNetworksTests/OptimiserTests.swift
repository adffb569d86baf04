import Foundation
import SignalCore
import TestSupport
import Testing

@testable import NeuralNetworks

struct OptimiserTests {
    @Test(
        .enabled(if: SharedData.isPresent),
        arguments: ["lstm_single", "dense", "autoencoder", "forecaster"])
    func `three steps of Adam give PyTorch's weights`(name: String) throws {
        let golden = try NeuralGolden(name)
        let layers: [String: [NetworkLayer]] = [
            "lstm_single": [.lstm("l", units: 5)], "dense": [.dense("l", units: 3)],
            "autoencoder": GoldenNetworks.autoencoder(), "forecaster": GoldenNetworks.forecaster,
        ]
        let prefix = ["lstm_single", "dense"].contains(name) ? "l." : ""
        let network = try SequenceNetwork(
            inputColumns: 4, layers: #require(layers[name]), tensors: golden.tensors("weights", prefix: prefix))
        let adam = try golden.part("adam")
        var options = TrainingOptions()
        options.validationShare = 0
        options.shuffles = false
        options.epochs = 3
        options.learningRate = try adam.number("lr")
        options.firstDecay = try adam.number("beta1")
        options.secondDecay = try adam.number("beta2")
        options.epsilon = try adam.number("eps")
        options.penalty = try adam.number("weight_decay")
        let examples = try TrainingExamples(inputs: golden.windows("input"), targets: golden.windows("target"))
        let trainer = try Trainer(network, examples: examples, options: options, seed: 1)
        for step in try adam.parts("steps") {
            let epoch = try #require(try trainer.nextEpoch())
            #expect(abs(epoch.trainingLoss / (try step.number("loss_before")) - 1) < 1e-5)
            for (key, expected) in try step.tensors("weights_after", prefix: prefix) {
                let weights = trainer.network.tensors[key]?.floats ?? []
                let difference = Closeness.relativeToPeak(weights, expected.floats.map(Double.init))
                #expect(difference < 1e-4, "\(key)")
            }
        }
        #expect(try trainer.nextEpoch() == nil)
        #expect(trainer.end == .completed)
    }

    @Test(.enabled(if: SharedData.isPresent))
    func `the gradient's norm is PyTorch's, and a limit scales the step by it`() throws {
        let golden = try NeuralGolden("clip_grad_norm")
        let forecaster = try NeuralGolden("forecaster")
        let before = try golden.tensors("grad_before")
        let network = try SequenceNetwork(
            inputColumns: 4, layers: GoldenNetworks.forecaster, tensors: forecaster.tensors("weights"))
        var options = TrainingOptions()
        options.validationShare = 0
        options.largestGradientNorm = try golden.number("max_norm")
        options.learningRate = 0.25
        options.firstDecay = 0
        options.secondDecay = 0
        // So large that the step is the clipped gradient times the rate, to the last bits.
        options.epsilon = 1
        let examples = try TrainingExamples(
            inputs: forecaster.windows("input"), targets: forecaster.windows("target"))
        let trainer = try Trainer(network, examples: examples, options: options, seed: 1)
        let gradients = trainer.shards.gradients
        for parameter in network.layout.parameters {
            for (index, value) in (before[parameter.name]?.floats ?? []).enumerated() {
                unsafe gradients.start[parameter.range.lowerBound + index] = value
            }
        }
        #expect(abs(trainer.gradientNorm() / (try golden.number("total_norm")) - 1) < 1e-6)
        #expect(try trainer.step(shardCount: 1))
        let after = trainer.network.tensors
        for (name, expected) in try golden.tensors("grad_after") {
            let old = network.tensors[name]?.floats ?? []
            let steps = zip(old, after[name]?.floats ?? []).map { Double($0) - Double($1) }
            let reference = expected.floats.map { 0.25 * Double($0) / (abs(Double($0)) + 1) }
            #expect(Closeness.largestDifference(steps, reference) < 1e-7, "\(name)")
        }
    }

    @Test func `decoupled decay shrinks weights that have no gradient`() throws {
        let network = try SequenceNetwork(inputColumns: 2, layers: [.dense("l", units: 1)], seed: 4)
        let windows = try SequenceWindows(values: [0, 0, 0, 0], columnCount: 2, length: 1, starts: [0, 1])
        let targets = try SequenceWindows(values: [0, 0], columnCount: 1, length: 1, starts: [0, 1])
        var options = TrainingOptions()
        options.validationShare = 0
        options.epochs = 1
        options.learningRate = 0.5
        options.decoupledWeightDecay = 0.1
        let trainer = try Trainer(
            network, examples: TrainingExamples(inputs: windows, targets: targets), options: options, seed: 1)
        try trainer.run()
        let before = network.tensors["l.weight"]?.floats ?? []
        let after = trainer.network.tensors["l.weight"]?.floats ?? []
        #expect(Closeness.largestDifference(after, before.map { 0.95 * Double($0) }) < 1e-7)
    }
}
