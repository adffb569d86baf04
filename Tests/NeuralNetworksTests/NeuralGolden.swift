import Foundation
import SignalCore
import TestSupport

@testable import NeuralNetworks

/// A reference result of PyTorch, in double precision.
struct NeuralGolden {
    let content: [String: Any]

    init(_ name: String) throws {
        let data = try Data(contentsOf: SharedData.golden("neural/\(name).json"))
        guard let content = try JSONSerialization.jsonObject(with: data) as? [String: Any] else {
            throw CocoaError(.fileReadCorruptFile)
        }
        self.content = content
    }

    init(_ content: [String: Any]) { self.content = content }

    func array(_ name: String) throws -> (shape: [Int], values: [Double]) {
        guard let entry = content[name] as? [String: Any], let shape = entry["shape"] as? [Int],
            let values = entry["data"] as? [Double]
        else { throw CocoaError(.fileReadCorruptFile) }
        return (shape, values)
    }

    func number(_ name: String) throws -> Double {
        guard let number = content[name] as? Double else { throw CocoaError(.fileReadCorruptFile) }
        return number
    }

    func part(_ name: String) throws -> NeuralGolden {
        guard let part = content[name] as? [String: Any] else { throw CocoaError(.fileReadCorruptFile) }
        return NeuralGolden(part)
    }

    func parts(_ name: String) throws -> [NeuralGolden] {
        guard let parts = content[name] as? [[String: Any]] else { throw CocoaError(.fileReadCorruptFile) }
        return parts.map(NeuralGolden.init)
    }

    /// All arrays of a part as tensors, with a prefix before the names.
    func tensors(_ name: String, prefix: String = "") throws -> [String: Tensor] {
        let part = try part(name)
        var tensors: [String: Tensor] = [:]
        for key in part.content.keys {
            let (shape, values) = try part.array(key)
            tensors[prefix + key] = Tensor(shape: shape, .float32(values.map(Float.init)))
        }
        return tensors
    }

    /// An array of sequences as windows that lie one after another.
    func windows(_ name: String) throws -> SequenceWindows {
        let (shape, values) = try array(name)
        let columns = shape[shape.count - 1]
        let length = shape.count == 3 ? shape[1] : 1
        return try SequenceWindows(
            values: values.map(Float.init), columnCount: columns, length: length,
            starts: (0..<shape[0]).map { $0 * length })
    }
}

extension Tensor {
    var floats: [Float] {
        if case .float32(let values) = elements { values } else { [] }
    }
}

extension SequenceNetwork {
    /// The loss of a batch and its derivatives by every weight, by name.
    func gradient(
        of examples: TrainingExamples, loss: Loss, masks: [UInt16]? = nil, jobs: Int = 1
    ) throws -> (loss: Double, tensors: [String: Tensor], norm: Double) {
        let trainer = try gradientTrainer(examples, loss: loss, jobs: jobs)
        if let masks { trainer.shards.setMasks(masks) }
        let value = try trainer.shards.compute(examples, Array(0..<examples.count)[...], dropoutSeed: nil)
        let count = trainer.shards.stride
        let shardCount = GradientShards.shardCount(examples.count)
        let parts = trainer.shards.gradients.values
        var sum = Array(parts[0..<count])
        for shard in 1..<max(1, shardCount) {
            for index in 0..<count { sum[index] += parts[shard * count + index] }
        }
        return (value, layout.tensors(of: sum), trainer.gradientNorm())
    }

    private func gradientTrainer(_ examples: TrainingExamples, loss: Loss, jobs: Int) throws -> Trainer {
        var options = TrainingOptions()
        options.loss = loss
        options.batchSize = examples.count
        options.validationShare = 0
        return try Trainer(self, examples: examples, options: options, seed: 0, jobs: jobs)
    }
}

/// The networks of the reference results.
enum GoldenNetworks {
    static func autoencoder(dropout: Double? = nil) -> [NetworkLayer] {
        let layers: [NetworkLayer?] = [
            .lstm("e1", units: 5), dropout.map { .dropout("m1", rate: $0) },
            .lstm("e2", units: 3, output: .lastStep), dropout.map { .dropout("m2", rate: $0) },
            .dense("z", units: 2), .repeatVector("r", count: 7),
            .lstm("d1", units: 3), dropout.map { .dropout("m3", rate: $0) },
            .lstm("d2", units: 5), dropout.map { .dropout("m4", rate: $0) },
            .dense("o", units: 4),
        ]
        return layers.compactMap(\.self)
    }

    static let forecaster: [NetworkLayer] = [
        .lstm("l", units: 5, output: .lastStep), .dense("o", units: 12),
    ]
}
