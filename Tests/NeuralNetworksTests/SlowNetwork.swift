import Foundation
import SignalCore

@testable import NeuralNetworks

/// The same networks once more, slow and obvious, in double precision: one number after another.
struct SlowNetwork {
    let layers: [NetworkLayer]
    var tensors: [String: [Double]]

    init(_ network: SequenceNetwork) {
        layers = network.layers
        tensors = network.tensors.mapValues { $0.floats.map(Double.init) }
    }

    func output(_ input: [[Double]]) -> [[Double]] {
        var sequence = input
        for layer in layers {
            switch layer.operation {
            case .lstm(let units, let output):
                sequence = recurrent(layer.name, units, sequence) { state, cells, x, h in
                    for unit in 0..<units {
                        let gate = { (index: Int) in x[index * units + unit] + h[index * units + unit] }
                        cells[unit] = sigmoid(gate(1)) * cells[unit] + sigmoid(gate(0)) * tanh(gate(2))
                        state[unit] = sigmoid(gate(3)) * tanh(cells[unit])
                    }
                }
                if output == .lastStep { sequence = [sequence[sequence.count - 1]] }
            case .gru(let units, let output):
                sequence = recurrent(layer.name, units, sequence) { state, _, x, h in
                    for unit in 0..<units {
                        let reset = sigmoid(x[unit] + h[unit])
                        let update = sigmoid(x[units + unit] + h[units + unit])
                        let candidate = tanh(x[2 * units + unit] + reset * h[2 * units + unit])
                        state[unit] = (1 - update) * candidate + update * state[unit]
                    }
                }
                if output == .lastStep { sequence = [sequence[sequence.count - 1]] }
            case .dense(_, let activation):
                sequence = sequence.map { row in
                    product("\(layer.name).weight", "\(layer.name).bias", row).map {
                        switch activation {
                        case .linear: $0
                        case .relu: max(0, $0)
                        case .tanh: tanh($0)
                        case .sigmoid: sigmoid($0)
                        }
                    }
                }
            case .dropout: break
            case .repeatVector(let count): sequence = Array(repeating: sequence[0], count: count)
            }
        }
        return sequence
    }

    private func recurrent(
        _ name: String, _ units: Int, _ sequence: [[Double]],
        _ step: (inout [Double], inout [Double], [Double], [Double]) -> Void
    ) -> [[Double]] {
        var state = Array(repeating: 0.0, count: units)
        var cells = state
        return sequence.map { row in
            let x = product("\(name).weight_ih_l0", "\(name).bias_ih_l0", row)
            let h = product("\(name).weight_hh_l0", "\(name).bias_hh_l0", state)
            step(&state, &cells, x, h)
            return state
        }
    }

    private func product(_ weight: String, _ bias: String, _ x: [Double]) -> [Double] {
        let (weight, bias) = (tensors[weight] ?? [], tensors[bias] ?? [])
        return bias.indices.map { row in
            x.indices.reduce(bias[row]) { $0 + weight[row * x.count + $1] * x[$1] }
        }
    }

    private func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }

    func loss(_ examples: TrainingExamples, _ loss: Loss) -> Double {
        var (sum, count) = (0.0, 0)
        for index in 0..<examples.count {
            let target = Self.values(examples.targets, index)
            let output = self.output(
                Self.rows(Self.values(examples.inputs, index), examples.inputs.columnCount))
            if loss == .crossEntropy {
                for (step, row) in output.enumerated() {
                    sum += log(row.reduce(0) { $0 + exp($1) }) - row[Int(target[step])]
                    count += 1
                }
                continue
            }
            for (y, t) in zip(output.flatMap(\.self), target) {
                let difference = abs(y - t)
                switch loss {
                case .meanAbsoluteError: sum += difference
                case .huber(let delta):
                    let delta = Double(delta)
                    sum += difference <= delta ? difference * difference / 2 : delta * (difference - delta / 2)
                default: sum += difference * difference
                }
                count += 1
            }
        }
        return sum / Double(count)
    }

    static func values(_ windows: SequenceWindows, _ index: Int) -> [Double] {
        let start = windows.starts[index] * windows.columnCount
        return windows.values[start..<start + windows.valueCount].map(Double.init)
    }

    static func rows(_ values: [Double], _ columns: Int) -> [[Double]] {
        stride(from: 0, to: values.count, by: columns).map { Array(values[$0..<$0 + columns]) }
    }
}

/// Made-up sequences.
enum Sequences {
    static func values(_ count: Int, seed: UInt64) -> [Float] {
        var generator = SeededGenerator(seed: seed)
        return (0..<count).map { Float(sin(Double($0) * 0.37) + generator.uniform() - 0.5) }
    }

    static func windows(_ count: Int, length: Int = 6, columns: Int = 3, seed: UInt64 = 5) throws -> SequenceWindows {
        try SequenceWindows(
            values: values((count + length - 1) * columns, seed: seed), columnCount: columns, length: length,
            starts: Array(0..<count))
    }
}
