import Learning
import SignalCore

/// Correlated noise, with faults on request, for every detector alike.
enum DetectorCase {
    static let columnCount = 8

    static func schema(_ columns: Int) -> FeatureSchema {
        FeatureSchema(feature: "table", columns: (0..<columns).map { FeatureColumn("c\($0)") })
    }

    /// Frames whose columns share three causes, with a little noise of their own.
    static func frames(seed: UInt64, count: Int, columns: Int = columnCount) -> FeatureFrames {
        var generator = SeededGenerator(seed: seed)
        func normal() -> Float { Float((0..<12).reduce(-6.0) { sum, _ in sum + generator.uniform() }) }
        var weights = SeededGenerator(seed: 99)
        let mixing = (0..<columns * 3).map { _ in Float(2 * weights.uniform() - 1) }
        var frames = FeatureFrames(columnCount: columns)
        for frame in 0..<count {
            let causes = [normal(), normal(), normal()]
            frames.append(
                time: Double(frame),
                row: (0..<columns).map { column in
                    let shared = (0..<3).reduce(Float(0)) { $0 + mixing[column * 3 + $1] * causes[$1] }
                    return Float(column) + shared + 0.3 * normal()
                })
        }
        return frames
    }

    /// Shifts one column in every frame, another one every 50 frames, and tells which.
    static func injecting(into frames: FeatureFrames, shift: Float) -> (frames: FeatureFrames, columns: [Int]) {
        var values = frames.values
        let columns = (0..<frames.count).map { ($0 / 50 * 3) % frames.columnCount }
        for (frame, column) in columns.enumerated() { values[frame * frames.columnCount + column] += shift }
        return (FeatureFrames(columnCount: frames.columnCount, times: frames.times, values: values), columns)
    }

    /// Puts a value that is not a number into frame 7.
    static func damaged(_ frames: FeatureFrames) -> (frames: FeatureFrames, column: Int) {
        var values = frames.values
        values[7 * frames.columnCount + 3] = .nan
        return (FeatureFrames(columnCount: frames.columnCount, times: frames.times, values: values), 3)
    }

    /// Options that differ from the defaults: networks small enough to be trained many times in a debug build, which
    /// look at few frames at once, so that most windows lie within one injection of 50 frames.
    static let options = [
        "lstm-autoencoder": [("sequenceLength", "5"), ("encoderUnits", "16+8"), ("epochs", "4")],
        "forecast-error": [
            ("smoothing", "2"), ("forecaster.sequenceLength", "3"), ("forecaster.units", "16"),
            ("forecaster.epochs", "4"),
        ],
        "autoencoder": [("units", "32+16"), ("epochs", "8")],
    ]

    /// Fits in clips of 50 frames, with default options but for ``options``.
    static func fit(_ name: String, columns: Int = columnCount) throws -> any Detector {
        try fit(name, on: frames(seed: 1, count: 1000, columns: columns))
    }

    /// Checks that what a search would try is possible.
    static func validate(_ detector: any Detector.Type, _ search: RandomSearch, _ trial: Int) throws {
        func validate<Algorithm: Detector>(_ type: Algorithm.Type) throws {
            _ = try Algorithm.Options().setting(search.assignments(ofTrial: trial))
        }
        try validate(detector)
    }

    static func fit(_ name: String, on frames: FeatureFrames) throws -> any Detector {
        func fit<Algorithm: Detector>(_ type: Algorithm.Type) throws -> any Detector {
            let segments = stride(from: 0, to: frames.count, by: 50).map { $0..<min($0 + 50, frames.count) }
            let data = TrainingData(schema: schema(frames.columnCount), frames: frames, segments: segments)
            return try Algorithm.fit(
                data, options: Algorithm.Options().setting(options[name] ?? []), context: FittingContext())
        }
        return try fit(try ModelRegistry.detector(named: name))
    }
}
