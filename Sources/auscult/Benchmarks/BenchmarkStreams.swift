import FeatureExtraction
import Foundation
import Learning
import Monitoring
import SignalCore

/// Made-up sounds at 16 kHz, and a model of them.
enum BenchmarkAudio {
    static let rate = 16_000.0

    static func extractor() throws -> any FeatureExtractor {
        try FeatureChoice(name: "log-mel", settings: []).makeExtractor(format: SignalFormat(sampleRate: rate))
    }

    static func model(seed: UInt64) throws -> TrainedModel {
        var extractor = try extractor()
        var frames = FeatureFrames(columnCount: extractor.schema.columns.count)
        try extractor.consume(SignalBlock(startFrame: 0, samples: noise(seconds: 30, seed: seed)), into: &frames)
        return try ModelTrainer(toolVersion: ToolVersion.current).train(
            LSTMAutoencoderDetector.self, options: [(name: "epochs", text: "1")],
            on: TrainingData(schema: extractor.schema, frames: frames, segments: [0..<frames.count]),
            recipe: FeatureRecipe(schema: extractor.schema),
            input: .signal(SignalExpectation(sampleRate: rate)), context: FittingContext(seed: seed))
    }

    static func noise(seconds: Double, seed: UInt64) -> [Float] {
        var generator = SeededGenerator(seed: seed)
        return (0..<Int(seconds * rate)).map { _ in Float(generator.uniform() - 0.5) }
    }

    /// Features of samples as they come.
    struct Frames: LiveFrames {
        var extractor: any FeatureExtractor
        let columns: [FeatureColumn]

        init() throws {
            extractor = try BenchmarkAudio.extractor()
            columns = extractor.schema.columns
        }

        mutating func start(_ origin: StreamOrigin) { extractor.reset() }

        mutating func take(_ arrival: Arrival, into frames: inout FeatureFrames) throws {
            if case .samples(let block) = arrival { try extractor.consume(block, into: &frames) }
        }
    }

    /// Samples in pieces.
    struct Source: ArrivalSource {
        let samples: [Float]
        let piece: Int
        var place = -1

        mutating func next() -> Delivery? {
            guard place >= 0 else {
                place = 0
                return delivery(.start(StreamOrigin(source: "noise", time: 0)))
            }
            guard place < samples.count else { return nil }
            let end = min(place + piece, samples.count)
            let block = SignalBlock(startFrame: place, samples: Array(samples[place..<end]))
            place = end
            return delivery(.samples(block))
        }

        private func delivery(_ arrival: Arrival) -> Delivery {
            let mark = StreamMark(input: 0, frames: place, seconds: 0, startTime: 0)
            return Delivery(arrival, due: Double(place) / BenchmarkAudio.rate, mark: mark)
        }
    }
}

/// Made-up sensors, and a model of them.
enum BenchmarkSensors {
    static func model(columns: Int, seed: UInt64) throws -> (model: TrainedModel, rows: FeatureFrames) {
        let frames = BenchmarkData.sensors(rows: 2000, columns: columns, seed: seed)
        let schema = BenchmarkData.schema(columns: columns)
        var trainer = ModelTrainer(toolVersion: ToolVersion.current)
        trainer.folds = 1
        let model = try trainer.train(
            PrincipalComponentDetector.self,
            on: TrainingData(schema: schema, frames: frames, segments: [0..<frames.count]),
            recipe: FeatureRecipe(schema: schema),
            input: .table(TableExpectation(columns: schema.columns, rowSpacing: 1, hasAbsoluteTimes: false)),
            digests: [1], rowCounts: [2000], context: FittingContext(seed: seed))
        return (model, frames)
    }

    /// Rows as they are.
    struct Frames: LiveFrames {
        let columns: [FeatureColumn]

        mutating func start(_ origin: StreamOrigin) {}

        mutating func take(_ arrival: Arrival, into frames: inout FeatureFrames) {
            if case .rows(let rows) = arrival { frames.append(contentsOf: rows) }
        }
    }

    /// The same rows over and over.
    struct Source: ArrivalSource {
        let rows: FeatureFrames
        let rate: Double
        let count: Int
        let piece: Int
        var place = -1

        mutating func next() -> Delivery? {
            guard place >= 0 else {
                place = 0
                return delivery(.start(StreamOrigin(source: "rows", time: 0)))
            }
            guard place < count else { return nil }
            let end = min(place + piece, count)
            var part = FeatureFrames(columnCount: rows.columnCount)
            for row in place..<end {
                part.append(time: Double(row) / rate, row: rows.values[rows.range(ofFrame: row % rows.count)])
            }
            place = end
            return delivery(.rows(part))
        }

        private func delivery(_ arrival: Arrival) -> Delivery {
            let mark = StreamMark(input: 0, frames: place, seconds: 0, startTime: 0)
            return Delivery(arrival, due: Double(max(place - 1, 0)) / rate, mark: mark)
        }
    }
}

/// Writes every reading as a line of JSON, as `stream` does, to nowhere.
struct BenchmarkTextSink: Sink {
    let name = "text"
    let policy = FullQueuePolicy.block
    private let file = FileHandle(forWritingAtPath: "/dev/null")

    var settled: StreamMark? { nil }

    func receive(_ readings: [Reading], upTo mark: StreamMark) throws {
        try file?.write(contentsOf: Data(readings.map { ReadingText.json($0) }.joined().utf8))
    }

    func finish(isComplete: Bool) {}
}

extension DetectionStage {
    /// A stage of a model with the usual alarms.
    init(benchmarking model: TrainedModel, _ frames: Frames) throws {
        self.init(
            frames: frames, judge: model,
            alarm: try PolicyAlarm(AlarmPolicy(), threshold: model.frameThreshold))
    }
}
