import ArgumentParser
import Foundation
import Learning
import Reporting
import SignalCore
import SignalIO

/// Four synthetic sensors, by their published protocol.
struct SyntheticSensorsBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "synthetic-4",
        abstract: "Four synthetic sensors by the published protocol: windows of 50, the last fifth judged.",
        discussion: """
            DIR holds sensors.csv: timestamp, sensor_1 to sensor_4, anomaly. Windows of 50 rows with stride 1; of the first \
            80 % those without an anomalous row are for training, the last 20 % are judged; a window is anomalous if one of \
            its rows is. Whatever is learnt (scaling, thresholds) is learnt from training windows. The score of a window is \
            the detector's, or where it looks at fewer rows the largest within the window. Thresholds are quantiles of the \
            normal training windows' scores: 0.99, ours, and 0.95 as published. Intervals are 95 %, by blocks of windows.

            Example: auscult benchmark synthetic-4 --data synthetic-4-sensors
            """)

    @OptionGroup var protocolOptions: ProtocolOptions

    @Option(help: ArgumentHelp("Configurations to run, separated by commas (default: all).", valueName: "names"))
    var models: String?

    @Option(help: ArgumentHelp("Runs with consecutive seeds; the table shows mean and deviation.", valueName: "n"))
    var runs = 1

    /// One fixed configuration.
    struct Configuration: Sendable {
        let algorithm: String
        var settings: [(name: String, text: String)] = []
        var title: String?

        /// The title, or the algorithm, with the number of rows it looks at where that is not its default.
        var name: String {
            if let title { return title }
            return settings.first { $0.name == "contextFrames" }.map { "\(algorithm) \($0.text)" } ?? algorithm
        }
    }

    /// Every detector at its defaults; and with a context of the whole window those whose statistic is of a window,
    /// because a slow drift is invisible in single rows.
    static let configurations: [Configuration] =
        ["seasonal-residual", "pca", "mahalanobis", "k-nearest-neighbours"].map {
            Configuration(algorithm: $0, settings: [("contextFrames", "50")])
        }
        + ModelRegistry.names.map { name in
            // A forecast looks at the rows before it, which have to fit into the window too.
            Configuration(
                algorithm: name,
                settings: name == ForecastErrorDetector.name ? [("forecaster.sequenceLength", "40")] : [])
        }

    /// Forecasts every row as the one before: what a model has to be better than.
    private static let lastValue = Configuration(
        algorithm: ForecastErrorDetector.name,
        settings: [("forecaster", LastValueForecaster.name), ("smoothing", "1")], title: "last value")

    struct Line: Encodable {
        let model: String
        var auc: Double?
        var aucLower: Double?
        var aucUpper: Double?
        var aucDeviation: Double?
        var precision: Double?
        var recall: Double?
        var f1: Double?
        var f1Deviation: Double?
        var publishedRulePrecision: Double?
        var publishedRuleRecall: Double?
        var publishedRuleF1: Double?
        var fitSeconds: Double?
        var failure: String?
    }

    private struct Report: ProtocolReport {
        let windows: Int
        let anomalousShare: Double
        let runs: Int
        let machine: String
        let lines: [Line]

        var text: String {
            var table = TextTable([
                "model", "AUC", "95 %", "precision", "recall", "F1", "precision at 0.95", "recall at 0.95",
                "F1 at 0.95",
                "fit s",
            ])
            for line in lines {
                func number(_ value: Double?, _ deviation: Double? = nil) -> String {
                    let spread = deviation.map { " (\(Text.number($0, digits: 3)))" } ?? ""
                    return value.map { Text.number($0, digits: 3) + spread } ?? ""
                }
                let interval = line.aucLower.flatMap { lower in
                    line.aucUpper.map { "\(number(lower))-\(number($0))" }
                }
                table.append([
                    line.model, line.failure == nil ? number(line.auc, line.aucDeviation) : "failed", interval ?? "",
                    number(line.precision), number(line.recall), number(line.f1, line.f1Deviation),
                    number(line.publishedRulePrecision), number(line.publishedRuleRecall), number(line.publishedRuleF1),
                    line.fitSeconds.map { Text.number($0, digits: 2) } ?? "",
                ])
            }
            let spread = runs > 1 ? "; mean (standard deviation) over \(runs) seeds" : ""
            return """
                \(windows) test windows, \(Text.number(100 * anomalousShare, digits: 1)) % anomalous\(spread); \(machine)

                """ + table.rendered()
        }
    }

    func run() async throws {
        guard (1...100).contains(runs) else { throw SignalError(.invalidOption, "--runs is 1 to 100, not \(runs)") }
        let series = try WindowSeries(path: protocolOptions.data + "/sensors.csv")
        let wanted = models?.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
        let chosen = Self.configurations.filter { wanted?.contains($0.algorithm) ?? true }
        for name in wanted ?? [] { _ = try ModelRegistry.detector(named: name) }
        let seed = try protocolOptions.seeds.value()
        let jobs = try protocolOptions.jobs.count()
        var lines: [Line] = []
        for configuration in chosen {
            try Interruption.check()
            let progress = FittingProgressLine(configuration.name, console: protocolOptions.common.console)
            lines.append(
                try measure(configuration, series, seed: seed, jobs: jobs) { progress.report($0) })
        }
        lines.append(try measure(Self.lastValue, series, seed: seed, jobs: jobs) { _ in .proceed })
        lines += try trivial(series, seed: seed) + Self.published
        try protocolOptions.write(
            Report(
                windows: series.testLabels.count,
                anomalousShare: Double(series.testLabels.count { $0 }) / Double(series.testLabels.count), runs: runs,
                machine: BenchmarkMachine.words, lines: lines))
    }

    private func measure(
        _ configuration: Configuration, _ series: WindowSeries, seed: UInt64, jobs: Int,
        report: @escaping @Sendable (FittingProgress) throws -> FittingDecision
    ) throws -> Line {
        var lines: [Line] = []
        do {
            for run in 0..<runs {
                lines.append(
                    try line(
                        configuration, ModelRegistry.detector(named: configuration.algorithm), series,
                        context: FittingContext(seed: seed &+ UInt64(run), jobs: jobs, report: report)))
            }
        } catch let error as SignalError where [.insufficientData, .limitExceeded].contains(error.code) {
            protocolOptions.common.console.warn("\(configuration.name): \(error.message)")
            return Line(model: configuration.name, failure: error.message)
        }
        var line = lines[0]
        guard runs > 1 else { return line }
        for path in [
            \Line.auc, \Line.aucLower, \Line.aucUpper, \Line.precision, \Line.recall, \Line.f1,
            \Line.publishedRulePrecision, \Line.publishedRuleRecall, \Line.publishedRuleF1, \Line.fitSeconds,
        ] as [WritableKeyPath<Line, Double?>] {
            line[keyPath: path] = SeedSummary(lines.compactMap { $0[keyPath: path] })?.mean
        }
        line.aucDeviation = SeedSummary(lines.compactMap(\.auc))?.standardDeviation
        line.f1Deviation = SeedSummary(lines.compactMap(\.f1))?.standardDeviation
        return line
    }

    private func line<Algorithm: Detector>(
        _ configuration: Configuration, _ type: Algorithm.Type, _ series: WindowSeries, context: FittingContext
    ) throws -> Line {
        let start = ContinuousClock.now
        // As train does: what is fitted once watches the last fifth of the training rows and is not fitted on them.
        var (training, context) = (series.training, context)
        if Algorithm.usualFolds == 1 {
            let edge = training.frames.count * 4 / 5
            context.validation = training.rows(edge..<training.frames.count)
            training = training.rows(0..<edge)
        }
        let model = try Algorithm.fit(
            training, options: Algorithm.Options().setting(configuration.settings), context: context)
        let seconds = ProgressLine.seconds(ContinuousClock.now - start)
        try Interruption.check()
        let scores = try series.windowScores(model, jobs: context.jobs)
        let usual = series.normalTrainingWindows.map { scores[$0] }
        let ours = try Threshold(.quantile(0.99), of: usual, basis: "normal training windows").value
        let published = try Threshold(.quantile(0.95), of: usual, basis: "normal training windows").value
        let test = Array(scores[series.testWindows])
        let evaluation = try SeriesEvaluation([series.labelled(test)], threshold: ours, seed: context.seed).overall
        let atPublished = ClassificationMetrics(
            zip(test, series.testLabels).map { (score: Double($0), isAnomalous: $1) }, threshold: Double(published))
        return Line(
            model: configuration.name, auc: evaluation.ranking.auc, aucLower: evaluation.ranking.aucLower,
            aucUpper: evaluation.ranking.aucUpper, precision: evaluation.classification.precision,
            recall: evaluation.classification.recall, f1: evaluation.classification.f1,
            publishedRulePrecision: atPublished.precision, publishedRuleRecall: atPublished.recall,
            publishedRuleF1: atPublished.f1, fitSeconds: seconds)
    }

    private func trivial(_ series: WindowSeries, seed: UInt64) throws -> [Line] {
        let constant = series.testLabels.map { _ in Float(1) }
        let evaluation = try SeriesEvaluation([series.labelled(constant)], threshold: 0, seed: seed).overall
        var lines = [
            Line(
                model: "every window anomalous", precision: evaluation.classification.precision,
                recall: evaluation.classification.recall, f1: evaluation.classification.f1)
        ]
        lines += evaluation.baselines.filter { $0.name == "random" }.map {
            Line(
                model: "random", auc: $0.ranking.auc, aucLower: $0.ranking.aucLower, aucUpper: $0.ranking.aucUpper)
        }
        return lines
    }

    /// What was published for the file of seed 42 (the threshold is the 0.95 quantile; the seconds are those of a GPU).
    private static let published = [
        Line(
            model: "published: LSTM autoencoder", auc: 0.868, publishedRulePrecision: 0.495,
            publishedRuleRecall: 0.890, publishedRuleF1: 0.636, fitSeconds: 95.5),
        Line(model: "published: local outlier factor on points", auc: 0.710, publishedRuleF1: 0.225),
        Line(model: "published: isolation forest on points", auc: 0.640, publishedRuleF1: 0.191),
    ]
}

extension TrainingData {
    /// The data of a range of rows.
    fileprivate func rows(_ range: Range<Int>) -> TrainingData {
        let parts = segments.map { $0.clamped(to: range) }.filter { !$0.isEmpty }
        return TrainingData(
            schema: schema, frames: frames.frames(in: range),
            segments: parts.map { $0.lowerBound - range.lowerBound..<$0.upperBound - range.lowerBound })
    }
}

/// A table in overlapping windows, the first four fifths for training.
struct WindowSeries: Sendable {
    static let length = 50

    let frames: FeatureFrames
    /// Runs of rows that lie in a normal training window.
    let training: TrainingData
    /// The training windows without an anomalous row.
    let normalTrainingWindows: [Int]
    let testWindows: Range<Int>
    let testLabels: [Bool]

    /// Reads the table.
    ///
    /// - Throws: `SignalError` with the path.
    init(path: String) throws {
        let content = try SensorTable.read(path: path)
        do { try self.init(content) } catch let error as SignalError { throw error.at(path: path) }
    }

    private init(_ content: SensorTableContent) throws {
        guard let labels = content.labels.first?.values.map({ $0 == 1 }) else {
            throw SignalError(.mismatch, "has no label column named anomaly")
        }
        let length = Self.length
        let count = content.frames.count - length + 1
        guard count >= 500 else {
            throw SignalError(
                .insufficientData, "\(content.frames.count) rows are too few for the protocol; it needs at least 549")
        }
        guard content.missingCells.allSatisfy({ $0 == 0 }) else {
            throw SignalError(.malformed, "has missing values, which the protocol does not know")
        }
        frames = content.frames
        // How many anomalous rows there are before every row.
        var before = [0]
        for label in labels { before.append(before[before.count - 1] + (label ? 1 : 0)) }
        func isAnomalous(_ window: Int) -> Bool { before[window + length] > before[window] }
        let split = count * 8 / 10
        let normal = (0..<split).filter { !isAnomalous($0) }
        normalTrainingWindows = normal
        testWindows = split..<count
        testLabels = (split..<count).map(isAnomalous)
        var joined = FeatureFrames(columnCount: frames.columnCount)
        var segments: [Range<Int>] = []
        var start = 0
        for index in normal.indices {
            let isLast = index + 1 == normal.count || normal[index + 1] != normal[index] + 1
            guard isLast else { continue }
            let rows = normal[start]..<normal[index] + length
            segments.append(joined.count..<joined.count + rows.count)
            joined.append(contentsOf: content.frames.frames(in: rows))
            start = index + 1
        }
        training = TrainingData(schema: content.schema, frames: joined, segments: segments)
    }

    /// The score of every window: the detector's, or the largest of those within the window.
    func windowScores(_ detector: some Detector, jobs: Int) throws -> [Float] {
        guard detector.contextLength <= Self.length else {
            throw SignalError(
                .insufficientData, "a score looks at \(detector.contextLength) rows, a window has \(Self.length)")
        }
        let parts = 16
        let count = frames.count - detector.contextLength + 1
        let scores = try ConcurrentLoop.map(count: parts, jobs: jobs) { part in
            let range = count * part / parts..<count * (part + 1) / parts
            guard !range.isEmpty else { return [Float]() }
            return try detector.scores(
                frames.frames(in: range.lowerBound..<range.upperBound + detector.contextLength - 1))
        }.flatMap(\.self)
        let inside = Self.length - detector.contextLength + 1
        guard inside > 1 else { return scores }
        return (0...scores.count - inside).map { window in scores[window..<window + inside].max() ?? 0 }
    }

    /// Scores of the test windows with their labels.
    func labelled(_ scores: [Float]) -> LabelledSeries {
        LabelledSeries(
            name: "test", times: testWindows.map { frames.times[$0 + Self.length - 1] }, scores: scores,
            labels: testLabels)
    }
}
