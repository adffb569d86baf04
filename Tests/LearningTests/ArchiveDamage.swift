import SignalCore
import Testing

/// Damages model archives at random, as a file system, a network or an enemy might.
enum ArchiveDamage {
    /// Hands damaged copies of an archive to `use`, which must give finite numbers or throw a `SignalError`; at least
    /// a third must be refused.
    static func check(_ archive: ModelArchive, rounds: Int, _ use: (ModelArchive) throws -> [Float]) throws {
        var generator = SeededGenerator(seed: 1)
        var refused = 0
        for round in 0..<rounds {
            let damaged = damage(archive, using: &generator)
            do {
                let results = try use(damaged)
                #expect(results.allSatisfy { $0.isFinite }, "round \(round)")
            } catch let error as SignalError {
                refused += 1
                #expect(!error.message.isEmpty && error.code != .unexpected, "round \(round): \(error)")
            }
        }
        #expect(refused > rounds / 3)
    }

    private static func damage(_ archive: ModelArchive, using generator: inout SeededGenerator) -> ModelArchive {
        var damaged = archive
        let names = archive.tensors.keys.sorted()
        for _ in 0..<Int.random(in: 1...3, using: &generator) {
            let name = names[Int.random(in: names.indices, using: &generator)]
            switch Int.random(in: 0..<6, using: &generator) {
            case 0: damaged.tensors[name] = nil
            case 1:
                let keys = archive.metadata.keys.sorted()
                let key = keys[Int.random(in: keys.indices, using: &generator)]
                let texts = ["", "0", "1", "-1", "3", "7", "64", "300", "65536", "1e9", "99999999999999999999", "nan"]
                damaged.metadata[key] = texts[Int.random(in: texts.indices, using: &generator)]
            case 2:
                guard let tensor = damaged.tensors[name], tensor.shape.count == 1 else { continue }
                damaged.tensors[name] = shortened(tensor)
            default:
                guard let tensor = damaged.tensors[name] else { continue }
                damaged.tensors[name] = changed(tensor, using: &generator)
            }
        }
        return damaged
    }

    private static func shortened(_ tensor: Tensor) -> Tensor {
        let count = max(0, tensor.elements.count - 1)
        return switch tensor.elements {
        case .float32(let values): Tensor(shape: [count], .float32(Array(values.prefix(count))))
        case .float64(let values): Tensor(shape: [count], .float64(Array(values.prefix(count))))
        case .int64(let values): Tensor(shape: [count], .int64(Array(values.prefix(count))))
        }
    }

    /// Random bits in place of one value in eight.
    private static func changed(_ tensor: Tensor, using generator: inout SeededGenerator) -> Tensor {
        func places(_ count: Int) -> [Int] {
            (0..<count / 8 + 1).compactMap { _ in count > 0 ? Int.random(in: 0..<count, using: &generator) : nil }
        }
        switch tensor.elements {
        case .float32(var values):
            for place in places(values.count) {
                values[place] = Float(bitPattern: UInt32(truncatingIfNeeded: generator.next()))
            }
            return Tensor(shape: tensor.shape, .float32(values))
        case .float64(var values):
            for place in places(values.count) { values[place] = Double(bitPattern: generator.next()) }
            return Tensor(shape: tensor.shape, .float64(values))
        case .int64(var values):
            for place in places(values.count) {
                values[place] = Int64(bitPattern: generator.next() >> (generator.next() % 64))
            }
            return Tensor(shape: tensor.shape, .int64(values))
        }
    }
}
