import SignalCore
import Testing

@testable import Learning

/// What every detector makes of archives that were tampered with.
enum DamagedArchives {
    /// Expects that every tensor is named when it is missing, misshapen, of another type, not finite or out of range.
    static func expectNamedTensors(
        _ archive: ModelArchive, _ load: (ModelArchive) throws -> some Detector
    ) throws {
        for (name, tensor) in archive.tensors {
            var changes: [Tensor?] = [nil, Tensor(shape: [1] + tensor.shape, tensor.elements)]
            switch tensor.elements {
            case .float32(let values):
                changes += [Float.nan, .infinity, 3e38].map { value in
                    Tensor(shape: tensor.shape, .float32(values.map { _ in value }))
                }
                changes.append(Tensor(shape: tensor.shape, .int64(values.map { _ in 1 })))
            case .float64(let values):
                changes += [Double.nan, .infinity, 1e300].map { value in
                    Tensor(shape: tensor.shape, .float64(values.map { _ in value }))
                }
                changes.append(Tensor(shape: tensor.shape, .int64(values.map { _ in 1 })))
            case .int64(let values): changes.append(Tensor(shape: tensor.shape, .float32(values.map { _ in 1 })))
            }
            for change in changes {
                var damaged = archive
                damaged.tensors[name] = change
                let message = TestData.message { _ = try load(damaged) }
                #expect(message.contains("tensor '\(name)'"), "\(change.map { "\($0.shape)" } ?? "missing")")
            }
        }
    }

    /// Loads archives with one value or text changed at random: they are refused with a sentence, or give finite
    /// scores and contributions.
    static func expectFiniteScores(
        _ archive: ModelArchive, mutations: Int, on frames: FeatureFrames,
        _ load: (ModelArchive) throws -> some Detector
    ) throws {
        var generator = SeededGenerator(seed: 11)
        let names = archive.tensors.keys.sorted()
        let entries = archive.metadata.keys.sorted()
        let values: [Double] = [0, -1, 1, 1e-30, 1e30, -1e30, 1e9, 0.5, -0.001, 1e-9, 3e38, 1e200, 1e-300]
        let texts = ["", "0", "-1", "1e9", "999999999999", "nan", "pca", "true", "+", "a.b=c", "=", "."]
        for _ in 0..<mutations {
            var mutated = archive
            if generator.uniform() < 0.3, let entry = entries.randomElement(using: &generator) {
                mutated.metadata[entry] = texts.randomElement(using: &generator)
            } else if let name = names.randomElement(using: &generator), let tensor = archive.tensors[name],
                tensor.elements.count > 0, let value = values.randomElement(using: &generator)
            {
                let all = generator.uniform() < 0.2
                let index = Int.random(in: 0..<tensor.elements.count, using: &generator)
                func change<Element>(_ elements: [Element], _ value: Element) -> [Element] {
                    var elements = all ? elements.map { _ in value } : elements
                    elements[index] = value
                    return elements
                }
                switch tensor.elements {
                case .float32(let elements):
                    mutated.tensors[name] = Tensor(shape: tensor.shape, .float32(change(elements, Float(value))))
                case .float64(let elements):
                    mutated.tensors[name] = Tensor(shape: tensor.shape, .float64(change(elements, value)))
                case .int64(let elements):
                    let whole = Int64(min(max(value, -9e18), 9e18))
                    mutated.tensors[name] = Tensor(shape: tensor.shape, .int64(change(elements, whole)))
                }
            }
            do {
                let detector = try load(mutated)
                #expect(try detector.scores(frames).allSatisfy { $0.isFinite })
                #expect(try detector.contributions(frames).allSatisfy { $0.isFinite && $0 >= 0 })
            } catch let error as SignalError {
                #expect(!error.message.isEmpty)
            }
        }
    }
}
