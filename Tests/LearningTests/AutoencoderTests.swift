import SignalCore
import Synchronization
import Testing

@testable import Learning
@testable import NeuralNetworks

@Suite struct AutoencoderTests {
    private static func options(_ settings: [(name: String, text: String)] = []) throws -> LSTMAutoencoderOptions {
        try LSTMAutoencoderOptions().setting(
            [("sequenceLength", "6"), ("encoderUnits", "8+4"), ("bottleneck", "3"), ("epochs", "4")] + settings)
    }

    private static func fit(
        _ data: TrainingData, _ settings: [(name: String, text: String)] = [], context: FittingContext = .init()
    ) throws -> LSTMAutoencoderDetector {
        try .fit(data, options: options(settings), context: context)
    }

    @Test func `The default network is the published one`() {
        let layers = LSTMAutoencoderOptions().layers(columns: 4).filter { !$0.name.hasSuffix("dropout") }
        #expect(
            layers == [
                .lstm("encoder.0", units: 64), .lstm("encoder.1", units: 32, output: .lastStep),
                .dense("bottleneck", units: 16, activation: .relu), .repeatVector("repeat", count: 50),
                .lstm("decoder.0", units: 32), .lstm("decoder.1", units: 64), .dense("output", units: 4),
            ])
        let dense = AutoencoderOptions().layers(columns: 128)
        #expect(dense.count == 10 && dense.last?.operation == .dense(units: 640, activation: .linear))
    }

    @Test func `Tensors bear PyTorch's names and shapes`() throws {
        let tensors = try Self.fit(TestData.correlated(seed: 1)).archived().tensors
        #expect(tensors["encoder.0.weight_ih_l0"]?.shape == [32, 8])
        #expect(tensors["encoder.1.weight_hh_l0"]?.shape == [16, 4])
        #expect(tensors["decoder.1.bias_hh_l0"]?.shape == [32])
        #expect(tensors["output.weight"]?.shape == [8, 8])
    }

    @Test(arguments: ReconstructionScore.allCases)
    func `Scores are what the outputs of the network give by hand`(rule: ReconstructionScore) throws {
        let data = TestData.correlated(seed: 1)
        let detector = try Self.fit(data, [("scoreRule", rule.rawValue)])
        let frames = TestData.correlated(seed: 2, clips: 1, framesPerClip: 20).frames
        let scores = try detector.scores(frames)
        let contributions = try detector.contributions(frames)
        let model = detector.model
        for window in scores.indices {
            let rows = (window..<window + 6).map { frame in
                (0..<8).map { column in
                    (Double(frames.values[frame * 8 + column]) - model.input.scaler.offset[column])
                        / model.input.scaler.scale[column]
                }
            }
            let output = try model.network.outputs(
                of: SequenceWindows(values: rows.joined().map { Float($0) }, columnCount: 8, length: 6, starts: [0]))
            let columns = (0..<8).map { column in
                let residuals = (0..<6).map { rows[$0][column] - Double(output[$0 * 8 + column]) }
                return switch rule {
                case .mean: residuals.reduce(0) { $0 + $1 * $1 } / 6
                case .maximum: residuals.map { abs($0) }.max()! / Double(model.residualScale[column])
                case .lastFrame: residuals[5] * residuals[5]
                }
            }
            let expected = rule == .maximum ? columns.max()! : columns.reduce(0, +) / 8
            #expect(abs(Double(scores[window]) - expected) < 1e-3 * max(expected, 0.1))
            for column in 0..<8 {
                let share = columns[column] / model.usual[column]
                #expect(abs(Double(contributions[window * 8 + column]) - share) < 1e-3 * max(share, 0.1))
            }
        }
    }

    @Test func `Any number of threads gives the same model, another seed another one`() throws {
        let data = TestData.correlated(seed: 1)
        let one = try Self.fit(data, context: FittingContext(jobs: 1)).archived()
        #expect(try Self.fit(data, context: FittingContext(jobs: 3)).archived() == one)
        #expect(try Self.fit(data, context: FittingContext(seed: 43)).archived() != one)
    }

    @Test func `Reports tell of epochs and losses, and a stop keeps the best weights so far`() throws {
        let log = Recorder<FittingProgress>()
        let data = TestData.correlated(seed: 1)
        _ = try Self.fit(
            data,
            context: FittingContext {
                log.append($0); return .proceed
            })
        let epochs = log.entries.filter { $0.validationLoss != nil }
        #expect(epochs.map(\.step) == ["epoch 1", "epoch 2", "epoch 3", "epoch 4"])
        #expect(epochs.map(\.completed) == [1, 2, 3, 4] && epochs.allSatisfy { $0.total == 4 && $0.loss != nil })
        #expect(epochs[3].validationLoss! < epochs[0].validationLoss!)
        let stopped = try Self.fit(data, context: FittingContext { $0.completed == 2 ? .stop : .proceed })
        let short = try Self.fit(data, [("epochs", "2")])
        #expect(stopped.model.network == short.model.network)
    }

    @Test func `Validation data that is given judges instead of the last fifth`() throws {
        let data = TestData.correlated(seed: 1)
        let log = Recorder<Double?>()
        for validation in [TestData.correlated(seed: 5), TestData.correlated(seed: 6)] {
            _ = try Self.fit(
                data, [("epochs", "1")],
                context: FittingContext(validation: validation) { progress in
                    if progress.completed == 1 { log.append(progress.validationLoss) }
                    return .proceed
                })
        }
        #expect(log.entries.count == 2 && log.entries[0] != log.entries[1])
    }

    @Test func `A fit that is interrupted resumes to the same model; a foreign checkpoint is refused`() throws {
        let data = TestData.correlated(seed: 1)
        let saved = Recorder<ModelArchive>()
        let checkpoint = FittingCheckpoint(load: { saved.entries.last }, save: { saved.append($0) })
        struct Interruption: Error {}
        #expect(throws: Interruption.self) {
            try Self.fit(
                data,
                context: FittingContext(checkpoint: checkpoint) { progress in
                    if progress.completed == 2 { throw Interruption() }
                    return .proceed
                })
        }
        #expect(saved.entries.count == 2)
        let resumed = try Self.fit(data, context: FittingContext(checkpoint: checkpoint))
        #expect(saved.entries.count == 4)
        #expect(try resumed.archived() == Self.fit(data).archived())
        let error = #expect(throws: SignalError.self) {
            try Self.fit(TestData.correlated(seed: 7), context: FittingContext(checkpoint: checkpoint))
        }
        #expect(error?.code == .mismatch)
    }

    @Test func `A loss that is no longer finite ends with the best weights and a sentence`() throws {
        let data = TestData.correlated(seed: 1)
        let saved = Recorder<ModelArchive>()
        let first = try Self.fit(
            data, [("epochs", "1")],
            context: FittingContext(checkpoint: .init(load: { nil }, save: { saved.append($0) })))
        // Weights that overflow at the first step of the second epoch.
        var archive = saved.entries[0]
        archive.tensors["weights.output.weight"] = Tensor(shape: [8, 8], .float32(Array(repeating: 3e38, count: 64)))
        let damaged = archive
        let steps = Recorder<String>()
        let second = try Self.fit(
            data, [("epochs", "3")],
            context: FittingContext(checkpoint: .init(load: { damaged }, save: { _ in })) { progress in
                steps.append(progress.step)
                return .proceed
            })
        #expect(second.model.network == first.model.network)
        #expect(steps.entries.contains { $0.contains("not finite in epoch 2") && $0.contains("learningRate") })
    }

    @Test func `A loss that is not finite from the start is refused with the remedy`() throws {
        let fitting = NetworkFitting(
            algorithm: "lstm-autoencoder", layers: [.dense("a", units: 1)],
            input: NetworkInput(scaler: FrameScaler(mean: [0], scale: [1]), clip: 0),
            options: try Self.options([("validationShare", "0")]).training, context: .init())
        let network = try SequenceNetwork(
            inputColumns: 1, layers: [.dense("a", units: 1)],
            tensors: [
                "a.weight": Tensor(shape: [1, 1], .float32([3e38])), "a.bias": Tensor(shape: [1], .float32([0])),
            ])
        let windows = try SequenceWindows(values: [10, 20, 30], columnCount: 1, length: 1, starts: [0, 1, 2])
        let error = #expect(throws: SignalError.self) {
            _ = try fitting.train(network, on: TrainingExamples(reconstructing: windows), validation: nil)
        }
        #expect(error?.code == .invalidOption && error?.message.contains("learningRate") == true)
    }

    @Test func `Too few frames are refused with the number that is needed, constant columns with a sentence`() throws {
        let few = #expect(throws: SignalError.self) {
            _ = try Self.fit(TestData.correlated(seed: 1, clips: 1, framesPerClip: 14))
        }
        #expect(few?.code == .insufficientData && few?.message.contains("at least 10") == true)
        #expect(few?.message.contains("15 frames in a row") == true)
        let still = TestData.correlated(seed: 1)
        let frames = FeatureFrames(
            columnCount: 8, times: still.frames.times, values: still.frames.values.map { _ in 3 })
        let error = #expect(throws: SignalError.self) {
            _ = try Self.fit(TrainingData(schema: still.schema, frames: frames, segments: still.segments))
        }
        #expect(error?.message.contains("constant") == true)
        #expect(throws: SignalError.self) { try Self.options([("encoderUnits", "0")]) }
        #expect(throws: SignalError.self) { try Self.options([("dropout", "1")]) }
    }

    @Test func `A damaged model file gives a sentence or finite scores`() throws {
        let data = TestData.correlated(seed: 1)
        for archive in [
            try Self.fit(data, [("epochs", "1")]).archived(),
            try AutoencoderDetector.fit(
                data, options: AutoencoderOptions().setting([("units", "8"), ("epochs", "1")]), context: .init()
            ).archived(),
        ] {
            for name in archive.tensors.keys.sorted() {
                var without = archive
                without.tensors[name] = nil
                #expect(throws: SignalError.self) { try ModelRegistry.detector(archive: without) }
                var wrong = archive
                wrong.tensors[name] = Tensor(shape: [1], .float32([.nan]))
                #expect(throws: SignalError.self) { try ModelRegistry.detector(archive: wrong) }
            }
            var huge = archive
            let weights = try archive.float32("output.weight", shape: [nil, nil])
            huge.tensors["output.weight"] = Tensor(
                shape: archive.tensors["output.weight"]!.shape, .float32(weights.map { $0 < 0 ? -3e38 : 3e38 }))
            let model = try ModelRegistry.detector(archive: huge)
            #expect(try model.scores(data.frames).allSatisfy(\.isFinite))
            #expect(try model.contributions(data.frames).allSatisfy { $0.isFinite && $0 >= 0 })
        }
    }

    @Test func `The dense network learns the relations between columns`() throws {
        let data = TestData.correlated(seed: 1)
        let options = try AutoencoderOptions().setting([("contextFrames", "1"), ("units", "16"), ("bottleneck", "3")])
        let detector = try AutoencoderDetector.fit(data, options: options, context: .init())
        // Three causes explain most of eight standardised columns, whose mean square is 1.
        let scores = try detector.scores(TestData.correlated(seed: 2).frames)
        #expect(scores.reduce(0, +) / Float(scores.count) < 0.6)
    }
}
