import Foundation
import SignalCore
import TestSupport
import Testing

@testable import NeuralNetworks

/// Against PyTorch in double precision.
@Suite(.enabled(if: SharedData.isPresent))
struct GoldenTests {
    @Test func `an LSTM gives PyTorch's output and final states`() throws {
        let golden = try NeuralGolden("lstm_single")
        let network = try SequenceNetwork(
            inputColumns: 4, layers: [.lstm("l", units: 5)], tensors: golden.tensors("weights", prefix: "l."))
        let outputs = try network.outputs(of: golden.windows("input"))
        #expect(Closeness.relativeToPeak(outputs, try golden.array("output").values) < 1e-6)

        let input = try golden.array("input").values.map(Float.init)
        let (h0, c0) = (try golden.array("h0").values, try golden.array("c0").values)
        let stepper = try NetworkStepper(network)
        for sequence in 0..<3 {
            let range = sequence * 5..<(sequence + 1) * 5
            try stepper.restore(h0[range].map(Float.init) + c0[range].map(Float.init))
            var stepped: [Float] = []
            for step in 0..<7 {
                let start = (sequence * 7 + step) * 4
                stepped += try stepper.step(Array(input[start..<start + 4]))
            }
            let expected = try golden.array("output_with_h0_c0").values[sequence * 35..<(sequence + 1) * 35]
            #expect(Closeness.relativeToPeak(stepped, Array(expected)) < 1e-6)
            let states =
                try golden.array("h_n_with_h0_c0").values[range] + golden.array("c_n_with_h0_c0").values[range]
            #expect(Closeness.relativeToPeak(stepper.states, Array(states)) < 1e-6)
        }
    }

    @Test func `every gradient of an LSTM is PyTorch's`() throws {
        let golden = try NeuralGolden("lstm_single")
        try checkGradients(
            golden, layers: [.lstm("l", units: 5)], weights: golden.tensors("weights", prefix: "l."),
            expected: golden.tensors("grad_weights", prefix: "l."))
    }

    @Test func `every gradient of a dense layer is PyTorch's`() throws {
        let golden = try NeuralGolden("dense")
        try checkGradients(
            golden, layers: [.dense("l", units: 3)], weights: golden.tensors("weights", prefix: "l."),
            expected: golden.tensors("grad_weights", prefix: "l."))
    }

    @Test func `every gradient of the autoencoder is PyTorch's`() throws {
        let golden = try NeuralGolden("autoencoder")
        try checkGradients(
            golden, layers: GoldenNetworks.autoencoder(), weights: golden.tensors("weights"),
            expected: golden.tensors("grad_weights"))
        let network = try SequenceNetwork(
            inputColumns: 4, layers: GoldenNetworks.autoencoder(), tensors: golden.tensors("weights"))
        let outputs = try network.outputs(of: golden.windows("input"))
        #expect(Closeness.relativeToPeak(outputs, try golden.array("output").values) < 1e-6)
    }

    @Test func `every gradient through given dropout masks is PyTorch's`() throws {
        let golden = try NeuralGolden("autoencoder_dropout_masks")
        var masks: [UInt16] = []
        for mask in try golden.parts("masks_already_scaled") {
            let array = try NeuralGolden(["mask": mask.content]).array("mask")
            let lanes = array.values.count / 3
            // Shape steps x sequences x columns, or sequences x columns for the last step.
            let sequenceFirst = array.shape[0] == 3 && array.shape.count == 2
            let columns = array.shape[array.shape.count - 1]
            for row in 0..<lanes {
                var bits: UInt16 = 0
                for sequence in 0..<3 {
                    let (step, column) = (row / columns, row % columns)
                    let index =
                        sequenceFirst || array.shape[0] == 3
                        ? sequence * lanes + row : (step * 3 + sequence) * columns + column
                    if array.values[index] > 0 { bits |= 1 << UInt16(sequence) }
                }
                masks.append(bits)
            }
        }
        try checkGradients(
            golden, layers: GoldenNetworks.autoencoder(dropout: 0.2), weights: golden.tensors("weights"),
            expected: golden.tensors("grad_weights"), masks: masks)
    }

    @Test func `every gradient of the forecaster is PyTorch's`() throws {
        let golden = try NeuralGolden("forecaster")
        try checkGradients(
            golden, layers: GoldenNetworks.forecaster, weights: golden.tensors("weights"),
            expected: golden.tensors("grad_weights"))
    }

    private func checkGradients(
        _ golden: NeuralGolden, layers: [NetworkLayer], weights: [String: Tensor], expected: [String: Tensor],
        masks: [UInt16]? = nil
    ) throws {
        let inputs = try golden.windows("input")
        let network = try SequenceNetwork(inputColumns: 4, layers: layers, tensors: weights)
        let examples = try TrainingExamples(inputs: inputs, targets: golden.windows("target"))
        let result = try network.gradient(of: examples, loss: .meanSquaredError, masks: masks)
        #expect(abs(result.loss / (try golden.number("loss_mse_mean")) - 1) < 1e-6)
        #expect(Set(result.tensors.keys) == Set(expected.keys))
        for (name, tensor) in expected {
            let difference = Closeness.relativeToPeak(
                result.tensors[name]?.floats ?? [], tensor.floats.map(Double.init))
            #expect(difference < 1e-4, "\(name)")
        }
    }
}
