import Foundation
import Learning
import Reporting
import SignalCore
import SignalIO

/// Trains and judges algorithms on one data set.
struct ModelComparison {
    let dataset: Dataset
    let trainer: ModelTrainer
    let jobs: Int
    let seed: UInt64

    /// What was measured of one model or trivial rule.
    struct Line: Encodable {
        var model: String
        /// Why there is nothing else.
        var failure: String?
        var auc: Double?
        var aucLower: Double?
        var aucUpper: Double?
        /// The standard deviation of the AUC over seeds.
        var aucDeviation: Double?
        var partialAuc: Double?
        var averagePrecision: Double?
        var vusPr: Double?
        var precision: Double?
        var recall: Double?
        var f1: Double?
        var f1Deviation: Double?
        var falseAlarmRate: Double?
        var eventsFound: Int?
        /// Seconds to fit and to choose thresholds.
        var fitSeconds: Double?
        /// Microseconds to score one window, in batches.
        var scoreMicroseconds: Double?
        /// The losses of iterative fits, with the first seed.
        var histories: [TrainingHistory] = []
    }

    /// All lines, and what they were measured on.
    struct Document: Encodable {
        let feature: String
        let seed: UInt64
        let seeds: Int
        let thresholdRule: String
        let trainingFrames: Int
        let columns: Int
        let test: TestSize
        let lines: [Line]
    }

    /// What is judged by.
    struct TestSize: Encodable {
        let normal: Int
        let anomalous: Int
        let unit: String
    }

    var testSize: TestSize {
        var (normal, anomalous) = (0, 0)
        for series in dataset.test {
            switch series.labels {
            case .recording(let isAnomalous):
                if isAnomalous { anomalous += 1 } else { normal += 1 }
            case .rows(let labels):
                anomalous += labels.count { $0 }
                normal += labels.count { !$0 }
            }
        }
        return TestSize(normal: normal, anomalous: anomalous, unit: dataset.isTable ? "rows" : "recordings")
    }

    /// Trains an algorithm, `seeds` times with consecutive seeds, and judges it.
    func line(
        _ detector: any Detector.Type, options: [(name: String, text: String)], seeds: Int,
        report: @escaping @Sendable (FittingProgress) throws -> FittingDecision
    ) throws -> Line {
        guard !dataset.test.isEmpty else { throw Self.nothingToJudgeBy }
        var lines: [Line] = []
        for number in 0..<seeds {
            let clock = ContinuousClock()
            let start = clock.now
            let model = try trainer.train(
                detector, options: options, on: dataset.training, recipe: dataset.recipe, input: dataset.input,
                context: FittingContext(seed: seed &+ UInt64(number), jobs: jobs, report: report))
            let fitSeconds = ProgressLine.seconds(clock.now - start)
            try Interruption.check()
            var line = try judge(model)
            line.fitSeconds = fitSeconds
            line.histories = model.provenance.histories
            lines.append(line)
        }
        return Self.summary(lines)
    }

    private static let nothingToJudgeBy = SignalError(
        .insufficientData,
        "there is nothing labelled to judge by; give normal and abnormal recordings, or a table with a label column")

    private func judge(_ model: TrainedModel) throws -> Line {
        var windows = 0
        let clock = ContinuousClock()
        var time = Duration.zero
        func scores(_ frames: FeatureFrames) throws -> [Float] {
            let start = clock.now
            let scores = try model.detector.scores(frames)
            time += clock.now - start
            windows += scores.count
            return scores
        }
        var line: Line
        if dataset.isTable {
            let series = try rowSeries(contextLength: model.detector.contextLength, scores)
            let evaluation = try SeriesEvaluation(series, threshold: model.frameThreshold.value, seed: seed).overall
            line = Line(model: model.algorithm, ranking: evaluation.ranking)
            line.vusPr = evaluation.volume.vusPr
            line.add(evaluation.classification)
            line.eventsFound = evaluation.events.counts.foundCount
        } else {
            let items = try clipItems { model.aggregation.score(of: try scores($0)) }
            let evaluation = try Evaluation(items, threshold: Double(model.clipThreshold.value), seed: seed).overall
            line = Line(model: model.algorithm, ranking: evaluation.ranking)
            line.add(evaluation.classification)
        }
        line.scoreMicroseconds = windows > 0 ? 1e6 * ProgressLine.seconds(time) / Double(windows) : nil
        return line
    }

    /// The trivial rules on the same test data.
    func baselines() throws -> [Line] {
        guard !dataset.test.isEmpty else { return [] }
        if dataset.isTable {
            let series = try rowSeries(contextLength: 1) { $0.times.map { _ in 0 } }
            return try SeriesEvaluation(series, threshold: 0, seed: seed).overall.baselines.map { baseline in
                var line = Line(model: baseline.name, ranking: baseline.ranking)
                line.vusPr = baseline.vusPr
                return line
            }
        }
        let items = try clipItems { _ in 0 }
        return try Evaluation(items, threshold: 0, seed: seed).overall.baselines.map {
            Line(model: $0.name, ranking: $0.ranking)
        }
    }

    private func rowSeries(
        contextLength: Int, _ scores: (FeatureFrames) throws -> [Float]
    ) throws -> [LabelledSeries] {
        try dataset.test.flatMap { series -> [LabelledSeries] in
            guard case .rows(let labels) = series.labels else { return [] }
            return try RowScoring.series(
                name: series.item.path, frames: series.frames, segments: series.segments, labels: labels,
                contextLength: contextLength, scores: scores)
        }
    }

    private func clipItems(_ score: (FeatureFrames) throws -> Float?) throws -> [EvaluationItem] {
        try dataset.test.compactMap { series in
            guard case .recording(let isAnomalous) = series.labels, let score = try score(series.frames) else {
                return nil
            }
            // To a hundredth of a dB, so that clips of equal level tie instead of being ranked by rounding.
            let level = ((series.level ?? 0) * 100).rounded() / 100
            return EvaluationItem(
                score: Double(score), isAnomalous: isAnomalous, machine: series.item.machine ?? "",
                id: series.item.id ?? "", baselines: ["constant": 0, "loudness": level])
        }
    }

    /// Means and deviations of the same model in several runs.
    static func summary(_ lines: [Line]) -> Line {
        var summary = lines[0]
        guard lines.count > 1 else { return summary }
        func spread(_ path: KeyPath<Line, Double?>) -> SeedSummary? {
            let values = lines.compactMap { $0[keyPath: path] }
            return values.count == lines.count ? SeedSummary(values) : nil
        }
        for path in Line.measures { summary[keyPath: path] = spread(path)?.mean }
        summary.aucDeviation = spread(\.auc)?.standardDeviation
        summary.f1Deviation = spread(\.f1)?.standardDeviation
        return summary
    }
}

extension ModelComparison.Line {
    /// The members that are averaged over seeds.
    static var measures: [WritableKeyPath<Self, Double?>] {
        [
            \.auc, \.aucLower, \.aucUpper, \.partialAuc, \.averagePrecision, \.vusPr, \.precision, \.recall, \.f1,
            \.falseAlarmRate, \.fitSeconds, \.scoreMicroseconds,
        ]
    }

    init(model: String, failure: String) {
        self.model = model
        self.failure = failure
    }

    init(model: String, ranking: RankingMetrics) {
        self.model = model
        auc = ranking.auc
        aucLower = ranking.aucLower
        aucUpper = ranking.aucUpper
        partialAuc = ranking.partialAuc
        averagePrecision = ranking.averagePrecision
    }

    mutating func add(_ classification: ClassificationMetrics) {
        precision = classification.precision
        recall = classification.recall
        f1 = classification.f1
        falseAlarmRate = classification.falseAlarmRate
    }
}

extension ModelComparison {
    /// Lines for people.
    static func table(_ lines: [Line]) -> TextTable {
        var table = TextTable([
            "model", "AUC", "95 %", "pAUC(0.1)", "AP", "VUS-PR", "precision", "recall", "F1", "FAR %", "fit s",
            "us/window",
        ])
        for line in lines { table.append(line.cells) }
        return table
    }
}

extension ModelComparison.Document {
    /// The comparison for people.
    var table: String {
        let table = ModelComparison.table(lines)
        let size =
            "\(feature), \(columns) columns; trained on \(trainingFrames) frames; judged by \(test.normal) normal and "
            + "\(test.anomalous) anomalous \(test.unit); threshold \(thresholdRule)"
        let spread = seeds > 1 ? "; mean (standard deviation) over \(seeds) seeds" : ""
        return size + spread + "\n" + table.rendered()
    }

    /// The comparison as CSV.
    var csv: String {
        var text =
            "model,auc,auc_lower,auc_upper,auc_deviation,partial_auc,average_precision,vus_pr,precision,recall,f1,f1_deviation,false_alarm_rate,fit_seconds,score_microseconds,failure\n"
        for line in lines {
            let values = [
                line.auc, line.aucLower, line.aucUpper, line.aucDeviation, line.partialAuc, line.averagePrecision,
                line.vusPr, line.precision, line.recall, line.f1, line.f1Deviation, line.falseAlarmRate,
                line.fitSeconds, line.scoreMicroseconds,
            ]
            text += CSVText.row([line.model] + values.map { $0.map { String($0) } ?? "" } + [line.failure ?? ""])
        }
        return text
    }
}

extension ModelComparison.Line {
    fileprivate var cells: [String] {
        if failure != nil { return [model, "failed"] + Array(repeating: "", count: 10) }
        func number(_ value: Double?, _ deviation: Double? = nil) -> String {
            guard let value else { return "" }
            let spread = deviation.map { " (\(Text.number($0, digits: 3)))" } ?? ""
            return Text.number(value, digits: 3) + spread
        }
        let interval = aucLower.flatMap { lower in aucUpper.map { "\(number(lower))-\(number($0))" } } ?? ""
        return [
            model, number(auc, aucDeviation), interval, number(partialAuc), number(averagePrecision), number(vusPr),
            number(precision), number(recall), number(f1, f1Deviation), SeriesEvaluationTable.percent(falseAlarmRate),
            fitSeconds.map { Text.number($0, digits: 2) } ?? "",
            scoreMicroseconds.map { Text.number($0, digits: 1) } ?? "",
        ]
    }
}
