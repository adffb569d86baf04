import FeatureExtraction
import Foundation
import Learning
import SignalCore
import SignalIO

/// One detector with what it is given in SKAB's protocol.
struct SKABConfiguration: Sendable {
    let algorithm: String
    var settings: [(name: String, text: String)] = []
    /// What the distance of the 0.99 quantile of training scores from the usual one is stretched by. Found on
    /// anomaly-free rows alone (`--calibrate`).
    let factor: Double

    /// All configurations. Columns of `tracked` are distances in units of their usual size already, so that detectors
    /// that can leave scaling out do; the recurrent network sees ten rows, as in the published run, held within ten units
    /// so that no single step rules its loss. A Gaussian mixture is not among them: its scores grow with the square of a
    /// distance, and no factor up to 90 keeps anomaly-free rows to a tenth in alarm. The forest has 1000 trees because
    /// the factor of 300 depends on the seed more (4.11 to 4.47 over four seeds; 4.11 to 4.29 over five with 1000).
    static let all = [
        SKABConfiguration(algorithm: "standard-score", settings: [("scaling", "none")], factor: 3.05),
        SKABConfiguration(algorithm: "pca", factor: 25.56),
        SKABConfiguration(algorithm: "mahalanobis", factor: 12.66),
        SKABConfiguration(algorithm: "k-nearest-neighbours", settings: [("scaling", "none")], factor: 9.54),
        SKABConfiguration(algorithm: "local-outlier-factor", settings: [("scaling", "none")], factor: 15.48),
        SKABConfiguration(
            algorithm: "isolation-forest", settings: [("trees", "1000"), ("rangeMargin", "1")], factor: 4.11),
        SKABConfiguration(
            algorithm: "lstm-autoencoder",
            settings: [("sequenceLength", "10"), ("scaling", "none"), ("clip", "10"), ("scoreRule", "mean")],
            factor: 5.85),
    ]

    /// Scores of one file.
    struct Scored: Sendable {
        let training: [Float]
        /// Scores and times of the rows that have a score, from the first training row on.
        let scores: [Float]
        let times: [Double]
        /// How many of the last rows are judged.
        let testCount: Int

        /// Whether each of the judged rows is in alarm.
        func alarms(factor: Double) throws -> [Bool] {
            let threshold = try Threshold(.quantile(0.99), of: training, multiplier: factor, basis: "training rows")
            var policy = AlarmPolicy()
            policy.clearShare = 0.5
            return Array(try policy.alarms(times: times, scores: scores, threshold: threshold).suffix(testCount))
        }
    }

    /// Fits on the training rows of a file and scores all its rows.
    func scores(_ series: SKABSeries, seed: UInt64) throws -> Scored {
        func run<Algorithm: Detector>(_ type: Algorithm.Type) throws -> Scored {
            var options = TabularOptions()
            options.preset = .tracked
            let count = SKABBenchmark.trainingRows
            options = options.learning(from: series.frames.frames(in: 0..<count))
            var pipeline = try TabularPipeline(schema: series.schema, options: options)
            var frames = FeatureFrames(columnCount: pipeline.schema.columns.count)
            try pipeline.transform(series.frames, into: &frames)
            try pipeline.finish(into: &frames)
            // The first rows have no reading yet.
            let training = frames.frames(in: 20..<count)
            let model = try Algorithm.fit(
                TrainingData(schema: pipeline.schema, frames: training, segments: [0..<training.count]),
                options: Algorithm.Options().setting(settings), context: FittingContext(seed: seed))
            let all = frames.frames(in: 20..<frames.count)
            let scores = try model.scores(all)
            return Scored(
                training: Array(scores.prefix(training.count - model.contextLength + 1)), scores: scores,
                times: Array(all.times.suffix(scores.count)), testCount: frames.count - count)
        }
        do {
            return try run(ModelRegistry.detector(named: algorithm))
        } catch let error as SignalError {
            throw error.at(path: series.path)
        }
    }
}

/// One file of SKAB.
struct SKABSeries: Sendable {
    let path: String
    let schema: FeatureSchema
    let frames: FeatureFrames
    /// Labels of the rows after those for training.
    let testLabels: [Bool]
    /// The times of the change points among them.
    let changePoints: [Double]

    private init(
        path: String, schema: FeatureSchema, frames: FeatureFrames, testLabels: [Bool], changePoints: [Double]
    ) {
        self.path = path
        self.schema = schema
        self.frames = frames
        self.testLabels = testLabels
        self.changePoints = changePoints
    }

    /// Reads a file.
    ///
    /// - Throws: `SignalError` with the path.
    init(path: String, isLabelled: Bool = true) throws {
        let content = try SensorTable.read(path: path)
        let count = SKABBenchmark.trainingRows
        guard content.frames.count > count else {
            throw SignalError(
                .insufficientData, "\(content.frames.count) rows are too few; the protocol trains on \(count)"
            ).at(path: path)
        }
        func labels(_ name: String) throws -> [Bool] {
            guard let found = content.labels.first(where: { $0.name.lowercased() == name }) else {
                guard isLabelled else { return content.frames.times.map { _ in false } }
                throw SignalError(.mismatch, "has no column \(name)").at(path: path)
            }
            return found.values.map { $0 == 1 }
        }
        let changes = try labels("changepoint")
        self.init(
            path: path, schema: content.schema, frames: content.frames,
            testLabels: Array(try labels("anomaly")[count...]),
            changePoints: (count..<changes.count).filter { changes[$0] }.map { content.frames.times[$0] })
    }

    /// Overlapping stretches of a series without anomalies, each as if it were a file.
    func pieces(of length: Int, every step: Int) -> [SKABSeries] {
        stride(from: 0, through: frames.count - length, by: step).map { start in
            SKABSeries(
                path: "\(path), from row \(start)", schema: schema, frames: frames.frames(in: start..<start + length),
                testLabels: Array(repeating: false, count: length - SKABBenchmark.trainingRows), changePoints: [])
        }
    }
}
