import ArgumentParser
import Foundation
import Learning
import Reporting
import SignalCore
import SignalIO

extension Evaluate {
    /// The result for a model of failures and remaining life.
    private struct PredictorDocument: Encodable {
        let model: String
        let algorithm: String
        let rows: Int
        let units: Int
        let threshold: Double?
        let lifeUnit: LifeUnit
        let brierScore: Double?
        /// The Brier score of always saying the share of failures.
        let brierScoreOfShare: Double?
        let failure: Evaluation?
        let life: LifeEvaluation?
    }

    /// What is true of every row, in the order of the features.
    private struct Truths {
        var isFailure: [Bool]?
        var lives: [Double]?
    }

    /// Evaluates a model of random-forest or gradient-boosting on one labelled table.
    func evaluatePredictor(_ file: PredictorFile, _ console: Console) async throws {
        guard data.count == 1, let path = data.first, path != "-" else {
            throw SignalError(
                .invalidOption,
                "a model of failures and remaining life is evaluated on one table; give one CSV with --data")
        }
        if minAuc != nil, file.model.failure == nil {
            throw SignalError(.invalidOption, "--min-auc is for a failure probability, which this model does not tell")
        }
        let table = try file.read(path, unit: nil)
        for warning in table.content.warnings { console.warn("\(path.escapingControlCharacters): \(warning)") }
        let digest = Int64(bitPattern: try ContentDigest.of(file: path))
        if file.model.provenance.includes(digest: digest) {
            guard includeTrained else {
                throw SignalError(
                    .insufficientData,
                    "the model was trained on this very table; give other units, or --include-trained for a result that flatters"
                ).at(path: path)
            }
            console.warn("the model was trained on this table; the result flatters")
        }
        let made = try table.features(file.options)
        let truths = try truths(file, table, order: made.order, path: path)
        var (evaluation, brier): (Evaluation?, Double?)
        var probabilities: [Double] = []
        if let failure = file.model.failure, let isFailure = truths.isFailure {
            probabilities = try file.model.failureProbabilities(made.frames)
            evaluation = try Evaluation(
                zip(probabilities, isFailure).map {
                    EvaluationItem(score: $0, isAnomalous: $1, baselines: ["constant": 0])
                }, threshold: failure.threshold, seed: try seeds.value())
            brier =
                zip(probabilities, isFailure).reduce(0) { $0 + pow($1.0 - ($1.1 ? 1 : 0), 2) }
                / Double(isFailure.count)
        }
        let life = try file.model.life.flatMap { life in
            try truths.lives.map {
                try LifeEvaluation(life, predictions: file.model.remainingLives(made.frames), truths: $0)
            }
        }
        let share = truths.isFailure.map { Double($0.count { $0 }) / Double(max(1, $0.count)) }
        let document = PredictorDocument(
            model: model, algorithm: file.model.algorithm, rows: made.frames.count, units: table.names.count,
            threshold: file.model.failure?.threshold, lifeUnit: file.model.lifeUnit, brierScore: brier,
            brierScoreOfShare: evaluation == nil ? nil : share.map { $0 * (1 - $0) }, failure: evaluation, life: life)
        let text = try JSONText.document(document)
        let result = try ResultOutput(path: output.output)
        try result.write(text)
        try result.finish()
        if let folder = report {
            try AtomicFile.write(Array(text.utf8), to: folder + "/evaluation.json")
            var report = ReportMaker.report("Evaluation of \(model)")
            report.summary = summary(document)
            report.sections = sections(file, document, probabilities, truths.isFailure ?? [])
            try await ReportMaker.write(report, to: folder, jobs: try jobs.count(), console)
        }
        if let evaluation { console.note(EvaluationTable.rendered(evaluation, title: "failures, row by row")) }
        for line in summary(document).dropFirst() { console.note(line) }
        try gate(evaluation?.overall.ranking.auc)
        if table.content.isIncomplete {
            throw SignalError(.malformed, "the last row is cut off and was left out").at(path: path)
        }
    }

    /// Reads what is true of the rows by the flags, as training did.
    private func truths(_ file: PredictorFile, _ table: UnitTable, order: [Int], path: String) throws -> Truths {
        var truths = Truths()
        if runToFailure {
            var lives = Array(repeating: 0.0, count: table.frames.count)
            for rows in table.rows {
                for (position, row) in rows.enumerated() { lives[row] = Double(rows.count - 1 - position) }
            }
            truths.lives = order.map { lives[$0] }
        } else if let target {
            var options = SensorTableOptions()
            options.columns = [target]
            options.unit = file.model.unitColumn
            options.time = file.model.timeColumn
            let values = try SensorTable.read(path: path, options: options).frames.values
            truths.lives = order.map { Double(values[$0]) }
            if let row = values.firstIndex(where: { !$0.isFinite }) {
                throw SignalError(.malformed, "the target of row \(row + 1) is missing; mend or remove the row").at(
                    path: path, column: target)
            }
        }
        if let failure = file.model.failure {
            if let horizon = failure.horizon {
                truths.isFailure = truths.lives.map { $0.map { $0 <= Double(horizon) } }
            } else if let label = tables.label {
                var options = SensorTableOptions()
                options.columns = file.model.table.columns.map(\.name)
                options.texts = [label]
                options.unit = file.model.unitColumn
                options.time = file.model.timeColumn
                let texts = try SensorTable.read(path: path, options: options).texts[0]
                let names = failure.classifier.classNames
                if let row = texts.firstIndex(where: { !names.contains($0) }) {
                    throw SignalError(
                        .malformed,
                        "the label of row \(row + 1), '\(texts[row].escapingControlCharacters)', is none of the model's classes: "
                            + names.joined(separator: ", ")
                    ).at(path: path, column: label)
                }
                truths.isFailure = order.map { texts[$0] != names[failure.normalClass] }
            }
        }
        guard truths.isFailure != nil || (file.model.life != nil && truths.lives != nil) else {
            let wanted =
                file.model.life == nil && file.model.failure?.horizon == nil
                ? "--label NAME, the column that tells failures"
                : "--run-to-failure, or --target NAME, the column of the remaining life"
            throw SignalError(.invalidOption, "the model is judged by what is true of every row: give \(wanted)")
        }
        return truths
    }

    private func summary(_ document: PredictorDocument) -> [String] {
        func number(_ value: Double?) -> String { value.map { Text.number($0, digits: 3) } ?? "not defined" }
        var lines = ["\(document.algorithm) on \(document.rows) rows of \(document.units) units."]
        if let overall = document.failure?.overall {
            lines.append(
                "failures: AUC \(number(overall.ranking.auc)), average precision \(number(overall.ranking.averagePrecision)); at "
                    + "the threshold \(number(document.threshold)) of training precision \(number(overall.classification.precision)), "
                    + "recall \(number(overall.classification.recall)), F1 \(number(overall.classification.f1)); Brier score "
                    + "\(number(document.brierScore)), \(number(document.brierScoreOfShare)) for always the share of failures"
            )
        }
        if let life = document.life {
            lines.append(
                "remaining life: RMSE \(number(life.rootMeanSquaredError)) \(document.lifeUnit.rawValue), \(number(life.errorOfMean)) for always the mean; MAE "
                    + "\(number(life.meanAbsoluteError)), mean error \(number(life.meanError)); mean PHM 2008 score "
                    + "\(number(life.meanScore)); \(Text.number(100 * life.level, digits: 0)) % intervals hold "
                    + "\(Text.number(100 * life.coverage, digits: 1)) %")
        }
        return lines
    }

    private func sections(
        _ file: PredictorFile, _ document: PredictorDocument, _ probabilities: [Double], _ isFailure: [Bool]
    ) -> [Report.Section] {
        var sections: [Report.Section] = []
        if let evaluation = document.failure {
            var section = Report.Section("How well it tells failures")
            section.showQuality(
                of: document.algorithm, scores: probabilities, isAnomalous: isFailure,
                ranking: evaluation.overall.ranking,
                classification: evaluation.overall.classification, threshold: evaluation.threshold, unit: "rows")
            section.show(CalibrationFigure(probabilities: probabilities, cameTrue: isFailure))
            sections.append(section)
        }
        if let life = document.life {
            var section = Report.Section("How well it tells the remaining life")
            section.show(
                NumberTable([
                    .init("measure", ["RMSE", "RMSE of always the mean", "MAE", "mean error", "mean PHM 2008 score"]),
                    .init(
                        "value", unit: "\(document.lifeUnit.rawValue); the score none",
                        [
                            life.rootMeanSquaredError, life.errorOfMean, life.meanAbsoluteError, life.meanError,
                            life.meanScore,
                        ]),
                ]),
                caption:
                    "Lives above the cap count as the cap. \(Text.number(100 * life.level, digits: 0)) % intervals hold "
                    + "\(Text.number(100 * life.coverage, digits: 1)) % of \(life.rowCount) rows.")
            sections.append(section)
        }
        if let basis = MaintenanceReport.basis(file.model) { sections.append(basis) }
        if let training = ReportMaker.training(file.model.provenance.histories) { sections.append(training) }
        return sections + [ReportMaker.howToReproduce()]
    }
}
