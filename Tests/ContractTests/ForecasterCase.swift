import Learning
import SignalCore

/// What every registered forecaster is tried on: two columns with a season of eight frames, a slope and noise.
enum ForecasterCase {
    static let names = ModelRegistry.forecasters.map { $0.name }

    static let schema = FeatureSchema(feature: "table", columns: [FeatureColumn("a"), FeatureColumn("b")])

    static func frames(seed: UInt64, count: Int) -> FeatureFrames {
        var generator = SeededGenerator(seed: seed)
        let season: [Double] = [3, 5, 2, 0, -2, -5, -4, 1]
        var frames = FeatureFrames(columnCount: 2)
        for frame in 0..<count {
            let noise = generator.uniform() - 0.5
            frames.append(
                time: Double(frame),
                row: [
                    Float(40 + 0.01 * Double(frame) + season[frame % 8] + noise),
                    Float(-7 + 2 * season[(frame + 3) % 8] + generator.uniform()),
                ])
        }
        return frames
    }

    static func data(seed: UInt64 = 1) -> TrainingData {
        TrainingData(schema: schema, frames: frames(seed: seed, count: 600), segments: [0..<300, 300..<600])
    }

    /// Fits small.
    static func fit(
        _ name: String, on data: TrainingData = data(), _ settings: [(name: String, text: String)] = [],
        context: FittingContext = FittingContext()
    ) throws -> any Forecaster {
        func fit<Algorithm: Forecaster>(_ type: Algorithm.Type) throws -> any Forecaster {
            let small =
                name == "lstm"
                ? [("sequenceLength", "8"), ("units", "6"), ("epochs", "4"), ("learningRate", "0.01")] : []
            return try Algorithm.fit(data, options: Algorithm.Options().setting(small + settings), context: context)
        }
        return try fit(ModelRegistry.forecaster(named: name))
    }
}
