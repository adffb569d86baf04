import Foundation
import SignalCore
import TestSupport
import Testing

@testable import NeuralNetworks

struct NetworkTests {
    /// Sizes that fill neither panels nor lanes.
    static let mixed: [NetworkLayer] = [
        .gru("a", units: 7), .dense("b", units: 5, activation: .tanh), .lstm("c", units: 6, output: .lastStep),
        .dense("d", units: 3, activation: .sigmoid), .repeatVector("e", count: 6), .dropout("f", rate: 0.5),
        .gru("g", units: 5), .lstm("h", units: 18), .dense("i", units: 9, activation: .relu), .dense("j", units: 3),
    ]

    @Test func `a network gives what the slow computation gives`() throws {
        let network = try SequenceNetwork(inputColumns: 3, layers: Self.mixed, seed: 11)
        let windows = try Sequences.windows(21)
        let slow = SlowNetwork(network)
        let expected = (0..<21).flatMap {
            slow.output(SlowNetwork.rows(SlowNetwork.values(windows, $0), 3)).flatMap(\.self)
        }
        #expect(Closeness.relativeToPeak(try network.outputs(of: windows), expected) < 3e-6)
    }

    @Test func `a window gives the same bits in whatever company`() throws {
        let network = try SequenceNetwork(inputColumns: 3, layers: Self.mixed, seed: 12)
        let windows = try Sequences.windows(53)
        let outputs = try network.outputs(of: windows)
        #expect(try network.outputs(of: windows, jobs: 3) == outputs)
        let each = try (0..<53).flatMap { try network.outputs(of: windows.selecting([$0])) }
        #expect(each == outputs)
        var generator = SeededGenerator(seed: 3)
        for count in [2, 5, 6, 15, 16, 17, 31, 40] {
            let chosen = (0..<53).shuffled(using: &generator).prefix(count)
            let expected = chosen.flatMap { outputs[$0 * 18..<($0 + 1) * 18] }
            #expect(try network.outputs(of: windows.selecting(chosen)) == expected, "\(count)")
        }
    }

    @Test func `steps give the bits of the sequence`() throws {
        let layers: [NetworkLayer] = [
            .lstm("a", units: 19), .dropout("b", rate: 0.3), .gru("c", units: 9), .dense("d", units: 4),
        ]
        let network = try SequenceNetwork(inputColumns: 3, layers: layers, seed: 13)
        let windows = try Sequences.windows(1, length: 40)
        let stepper = try NetworkStepper(network)
        var stepped: [Float] = []
        for step in 0..<40 {
            if step == 17 {
                let states = stepper.states
                stepper.reset()
                try stepper.restore(states)
            }
            stepped += try stepper.step(Array(windows.values[step * 3..<step * 3 + 3]))
        }
        #expect(stepped == (try network.outputs(of: windows)))
    }

    @Test func `windows of several frames can be one vector`() throws {
        let layers: [NetworkLayer] = [.dense("a", units: 4, activation: .relu), .dense("b", units: 18)]
        let network = try SequenceNetwork(inputColumns: 18, layers: layers, seed: 14)
        let windows = try Sequences.windows(9)
        let slow = SlowNetwork(network)
        let expected = (0..<9).flatMap { slow.output([SlowNetwork.values(windows, $0)]).flatMap(\.self) }
        #expect(Closeness.relativeToPeak(try network.outputs(of: windows), expected) < 1e-6)
        #expect(throws: SignalError.self) { try network.outputs(of: Sequences.windows(2, length: 5)) }
    }

    @Test(arguments: [
        Loss.meanSquaredError, .meanAbsoluteError, .huber(delta: 0.3), .crossEntropy,
    ])
    func `gradients are the slopes of the slow computation's loss`(loss: Loss) throws {
        let layers = Self.mixed.filter { $0.name != "f" && $0.name != "i" }
        let network = try SequenceNetwork(inputColumns: 3, layers: layers, seed: 15)
        let windows = try Sequences.windows(18)
        let classes = try SequenceWindows(
            values: (0..<23).map { Float($0 % 3) }, columnCount: 1, length: 6, starts: Array(0..<18))
        let examples =
            loss == .crossEntropy
            ? try TrainingExamples(inputs: windows, targets: classes) : TrainingExamples(reconstructing: windows)
        let result = try network.gradient(of: examples, loss: loss)
        var slow = SlowNetwork(network)
        #expect(abs(result.loss / slow.loss(examples, loss) - 1) < 1e-6)
        let losses = try network.losses(of: examples, loss: loss)
        #expect(abs(losses.reduce(0, +) / 18 / result.loss - 1) < 1e-6)
        for (name, tensor) in result.tensors {
            let values = slow.tensors[name] ?? []
            let places = stride(from: 0, to: values.count, by: max(1, values.count / 3))
            let peak = tensor.floats.reduce(0) { max($0, abs($1)) }
            for place in places {
                // Small, so that no difference changes its side of a corner of the loss.
                let step = 1e-6
                slow.tensors[name]?[place] = values[place] + step
                let above = slow.loss(examples, loss)
                slow.tensors[name]?[place] = values[place] - step
                let slope = (above - slow.loss(examples, loss)) / (2 * step)
                slow.tensors[name]?[place] = values[place]
                #expect(abs(Double(tensor.floats[place]) - slope) < 1e-4 * Double(peak) + 1e-8, "\(name) \(place)")
            }
        }
    }

    @Test func `the initial weights are what they are said to be`() throws {
        let layers: [NetworkLayer] = [.lstm("a", units: 8), .dense("b", units: 4)]
        let network = try SequenceNetwork(inputColumns: 3, layers: layers, seed: 16)
        #expect(network == (try SequenceNetwork(inputColumns: 3, layers: layers, seed: 16)))
        #expect(network != (try SequenceNetwork(inputColumns: 3, layers: layers, seed: 17)))
        #expect(network.tensors["a.weight_ih_l0"]?.shape == [32, 3])
        let bias = network.tensors["a.bias_ih_l0"]?.floats ?? []
        #expect(bias == (0..<32).map { (8..<16).contains($0) ? 1 : 0 })
        let hidden = network.tensors["a.weight_hh_l0"]?.floats ?? []
        for (left, right) in [(0, 0), (3, 3), (1, 6)] {
            let product = (0..<32).reduce(Float(0)) { $0 + hidden[$1 * 8 + left] * hidden[$1 * 8 + right] }
            #expect(abs(product - (left == right ? 1 : 0)) < 1e-5)
        }
        let dense = network.tensors["b.weight"]?.floats ?? []
        let limit = Float(0.5).squareRoot()
        #expect(dense.allSatisfy { abs($0) <= limit } && dense.contains { abs($0) > limit / 2 })
        let copy = try SequenceNetwork(inputColumns: 3, layers: layers, tensors: network.tensors)
        #expect(copy == network)
    }

    @Test func `networks that cannot be are refused`() throws {
        let hostile: [[NetworkLayer]] = [
            [], [.dense("a", units: 0)], [.dense("a", units: 1), .dense("a", units: 1)],
            [.lstm("a", units: 1 << 40)], [.dropout("a", rate: 1)], [.dropout("a", rate: .nan)],
            [.dense("a", units: 60000), .dense("b", units: 60000)],
        ]
        for layers in hostile {
            #expect(throws: SignalError.self) { try SequenceNetwork(inputColumns: 2, layers: layers, seed: 1) }
        }
        let sequence = try SequenceNetwork(
            inputColumns: 3, layers: [.lstm("a", units: 2), .repeatVector("r", count: 3)], seed: 1)
        #expect(throws: SignalError.self) { try sequence.outputs(of: Sequences.windows(2)) }
        #expect(throws: SignalError.self) { try NetworkStepper(sequence) }
        var tensors = sequence.tensors
        tensors["a.weight_hh_l0"] = Tensor(shape: [8, 2], .float32(Array(repeating: .nan, count: 16)))
        let error = #expect(throws: SignalError.self) {
            try SequenceNetwork(inputColumns: 3, layers: sequence.layers, tensors: tensors)
        }
        #expect(error?.place.tensor == "a.weight_hh_l0")
        #expect(throws: SignalError.self) {
            try SequenceWindows(values: [1, 2, 3, 4], columnCount: 2, length: 2, starts: [1])
        }
    }
}
