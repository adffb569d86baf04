import ArgumentParser
import Foundation
import Learning
import Reporting
import SignalCore
import SignalIO
import Synchronization

extension Evaluate {
    /// The result for tables.
    private struct TableDocument: Encodable {
        let model: String
        let algorithm: String
        let feature: String
        let thresholdRule: String
        let tables: Int
        let trainedOnRowsLeftOut: Int
        let unlabelledLeftOut: Int
        let failed: Int
        let alarmPolicy: [String: String]
        let evaluation: SeriesEvaluation
    }

    /// The rows of one table on the way from a worker.
    private struct ScoredTable: Sendable {
        var item: DatasetItem
        var series: [LabelledSeries]
        /// What every column adds to the score of every row, series by series; empty when no report is wanted.
        var contributions: [[Float]]
        var hasDates: Bool
        var isLabelled: Bool
        var trainedRows: Int
        var loaded: (warnings: [String], isIncomplete: Bool)
    }

    /// Evaluates row by row.
    func evaluateTables(_ file: ModelFile, _ console: Console) async throws {
        let policy = try alarms.policy()
        let (scored, failures) = try await scoreTables(file, policy, console)
        if scored.isEmpty { try failures.conclude(console) }
        let unlabelled = scored.count { !$0.isLabelled }
        if unlabelled > 0 { console.note("\(unlabelled) tables have no label column and are left out; see --label") }
        let trained = scored.reduce(0) { $0 + $1.trainedRows }
        if trained > 0 {
            console.note(
                includeTrained
                    ? "\(trained) rows were trained on; the result flatters"
                    : "\(trained) rows were trained on and are left out")
        }
        let series = scored.flatMap(\.series)
        guard !series.isEmpty else {
            throw SignalError(
                .insufficientData,
                "no labelled row is left to evaluate on; train with --holdout 0.2, or give other tables with --data")
        }
        let evaluation = try SeriesEvaluation(series, threshold: file.model.frameThreshold.value, seed: seeds.value())
        let document = TableDocument(
            model: model, algorithm: file.model.algorithm, feature: file.model.recipe.feature,
            thresholdRule: file.model.frameThreshold.rule.description, tables: scored.count - unlabelled,
            trainedOnRowsLeftOut: includeTrained ? 0 : trained, unlabelledLeftOut: unlabelled, failed: failures.count,
            alarmPolicy: Dictionary(
                uniqueKeysWithValues: try policy.values().entries.map { ($0.name, $0.value.description) }),
            evaluation: evaluation)
        let text = try JSONText.document(document)
        let result = try ResultOutput(path: output.output)
        try result.write(text)
        try result.finish()
        if let report {
            try write(text, series, file.model.frameThreshold.value, to: report)
            let lines = [
                ("tables given", scored.count + failures.count), ("tables rejected", failures.count),
                ("tables without labels, left out", unlabelled), ("rows evaluated", evaluation.overall.rowCount),
                ("rows trained on" + (includeTrained ? "" : ", left out"), trained),
            ]
            try await writeReport(file, scored, evaluation, ReportMaker.data(lines, failures), to: report, console)
        }
        console.note(SeriesEvaluationTable.rendered(evaluation))
        if let reason = evaluation.overall.ranking.reason { console.warn(reason) }
        try gate(evaluation.overall.ranking.auc)
        try failures.conclude(console)
    }

    private func scoreTables(
        _ file: ModelFile, _ policy: AlarmPolicy, _ console: Console
    ) async throws -> ([ScoredTable], Failures) {
        let walk = InputWalk(paths: data, endsWithNull: false)
        let progress = ProgressLine("evaluate", total: Console.isTerminal ? walk.count() : nil, console: console)
        let (readingOptions, normalize, label, includeTrained, wantsBlame) = (
            reading, normalization.normalize, tables.label, includeTrained, report != nil
        )
        let state = Mutex((scored: [ScoredTable](), failures: Failures()))
        try await ParallelWork.run(jobs: jobs.count()) {
            walk.next()
        } makeWorker: {
            try ModelInput(file, readingOptions, label: label, normalization: normalize)
        } work: { (input: ModelInput, item: Result<DatasetItem, SignalError>) -> Result<ScoredTable, SignalError> in
            item.flatMap { item in
                Result.capturing(path: item.path) {
                    let digest = Int64(bitPattern: try ContentDigest.of(file: item.path))
                    let trainedRows = file.model.provenance.rowCount(digest: digest)
                    let loaded = try input.load(item.path)
                    var contributions: [[Float]] = []
                    let series = try loaded.labels.map { labels in
                        try RowScoring.series(
                            name: item.path, frames: loaded.frames, segments: loaded.segments, labels: labels,
                            contextLength: file.model.detector.contextLength,
                            scores: { try file.model.detector.scores($0) },
                            isUsed: { includeTrained || loaded.rows[$0] >= trainedRows },
                            alarms: { try policy.alarms(times: $0, scores: $1, threshold: file.model.frameThreshold) },
                            onSeries: { frames, used in
                                guard wantsBlame else { return }
                                let all = try file.model.detector.contributions(frames)
                                let columns = file.model.detector.columnCount
                                contributions.append(used.flatMap { all[$0 * columns..<($0 + 1) * columns] })
                            })
                    }
                    return ScoredTable(
                        item: item, series: series ?? [], contributions: contributions,
                        hasDates: loaded.hasAbsoluteTimes, isLabelled: series != nil,
                        trainedRows: trainedRows,
                        loaded: (loaded.warnings, loaded.isIncomplete))
                }
            }
        } deliver: { result in
            state.withLock { state in
                switch result {
                case .success(let scored):
                    state.scored.append(scored)
                    state.failures.note(
                        warnings: scored.loaded.warnings, isIncomplete: scored.loaded.isIncomplete,
                        of: scored.item.path,
                        console)
                    progress.advance()
                case .failure(let error):
                    state.failures.add(error)
                    progress.advance(failed: true)
                }
            }
        }
        try Interruption.check()
        return state.withLock { ($0.scored, $0.failures) }
    }

    private func writeReport(
        _ file: ModelFile, _ scored: [ScoredTable], _ evaluation: SeriesEvaluation, _ data: Report.Section,
        to folder: String, _ console: Console
    ) async throws {
        let traces = scored.flatMap { table in
            zip(table.series, table.contributions).map { series, contributions in
                var trace = ScoreTrace(
                    name: series.name, path: table.item.path, hasDates: table.hasDates,
                    columns: file.model.recipe.schema.columns.count)
                trace.times = series.times
                trace.scores = series.scores.map(Double.init)
                trace.labels = series.labels
                trace.alarms = series.alarms ?? series.scores.map { $0 > file.model.frameThreshold.value }
                trace.severity = zip(series.scores, trace.alarms).map { score, isAlarm in
                    isAlarm
                        ? ScoreTrace.severities.firstIndex(of: file.model.frameThreshold.severity(of: score)) ?? 0 : nil
                }
                trace.blame(contributions)
                return trace
            }
        }
        let maker = TableReport(file: file, traces: traces)
        let overall = evaluation.overall
        var report = ReportMaker.report("Evaluation of \(model)")
        let auc = overall.ranking.auc.map { Text.number($0, digits: 3) } ?? "not defined"
        let rules = overall.baselines.map {
            "\($0.name) \($0.ranking.auc.map { Text.number($0, digits: 3) } ?? "none")"
        }
        report.summary = [
            "\(file.model.algorithm) on \(overall.rowCount) rows, \(overall.anomalousRowCount) of them anomalous: AUC \(auc) "
                + "(95 %: \(SeriesEvaluationTable.interval(overall.ranking))). Trivial rules on the same rows: "
                + "\(rules.joined(separator: ", ")).",
            "At its threshold, which saw no label: \(overall.events.counts.foundCount) of "
                + "\(overall.events.counts.foundCount + overall.events.counts.missedCount) events found, precision "
                + "\(Text.number(overall.classification.precision, digits: 3)) and recall "
                + "\(Text.number(overall.classification.recall, digits: 3)) by rows.",
        ]
        report.sections =
            [data, ReportMaker.configuration(file, seed: try seeds.value())]
            + [maker.quality(evaluation, baselines: scored.flatMap(\.series))] + maker.findings()
            + (try maker.history(jobs: try jobs.count()))
            + [ReportMaker.training(file.model.provenance.histories), ReportMaker.howToReproduce()].compactMap(\.self)
        try await ReportMaker.write(report, to: folder, jobs: try jobs.count(), console)
    }

    private func write(_ document: String, _ series: [LabelledSeries], _ threshold: Float, to folder: String) throws {
        try AtomicFile.write(Array(document.utf8), to: folder + "/evaluation.json")
        let file = try AtomicFile(path: folder + "/scores.csv")
        try file.append("source,time,label,score,alarm\n")
        for one in series {
            for row in one.scores.indices {
                let isAlarm = one.alarms?[row] ?? (one.scores[row] > threshold)
                try file.append(
                    CSVText.row([
                        one.name, String(one.times[row]), one.labels[row] ? "1" : "0", String(one.scores[row]),
                        isAlarm ? "1" : "0",
                    ]))
            }
        }
        try file.finish()
    }
}

/// The table of an evaluation of rows, for people.
enum SeriesEvaluationTable {
    static func rendered(_ evaluation: SeriesEvaluation) -> String {
        var table = TextTable([
            "series", "score", "rows", "anomalous", "AUC", "95 %", "AP", "VUS-PR", "precision", "recall", "F1", "FAR %",
            "MAR %", "events", "delay s", "false/h",
        ])
        var groups = evaluation.series
        if groups.count != 1 { groups.append(evaluation.overall) }
        for group in groups {
            let rows = group.classification
            let events = group.events
            table.append([
                group.name ?? "all", "model", "\(group.rowCount)", "\(group.anomalousRowCount)",
                number(group.ranking.auc), interval(group.ranking), number(group.ranking.averagePrecision),
                number(group.volume.vusPr), number(rows.precision), number(rows.recall), number(rows.f1),
                percent(rows.falseAlarmRate), percent(rows.missedAlarmRate),
                "\(events.counts.foundCount)/\(events.counts.foundCount + events.counts.missedCount)",
                events.meanDelay.map { Text.number($0, digits: 0) } ?? "",
                events.falseAlarmsPerHour.map { Text.number($0, digits: 2) } ?? "",
            ])
            for baseline in group.baselines {
                table.append(
                    [
                        "", baseline.name, "", "", number(baseline.ranking.auc), interval(baseline.ranking),
                        number(baseline.ranking.averagePrecision), number(baseline.vusPr),
                    ] + Array(repeating: "", count: 8))
            }
        }
        return table.rendered().trimmingCharacters(in: .newlines)
    }

    static func interval(_ ranking: RankingMetrics) -> String {
        guard let lower = ranking.aucLower, let upper = ranking.aucUpper else { return "" }
        return "\(number(lower))-\(number(upper))"
    }

    static func number(_ value: Double?) -> String { value.map { Text.number($0, digits: 3) } ?? "" }

    static func percent(_ value: Double?) -> String { value.map { Text.number(100 * $0, digits: 1) } ?? "" }
}
