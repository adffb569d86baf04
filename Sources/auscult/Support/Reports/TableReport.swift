import Foundation
import Learning
import Reporting
import SeriesAnalysis
import SignalCore
import SignalIO

/// Sections of a report on sensor tables.
struct TableReport {
    let file: ModelFile
    /// The scores of every series.
    let traces: [ScoreTrace]

    /// Figures of more series than this would fill a book; the numbers of all are in the tables.
    private static let mostSeries = 3

    /// How well the score tells anomalous rows, by labels.
    func quality(_ evaluation: SeriesEvaluation, baselines: [LabelledSeries]) -> Report.Section {
        let scores = traces.flatMap(\.scores)
        let labels = traces.flatMap { $0.labels ?? [] }
        let all = evaluation.overall
        var section = Report.Section("How well it finds anomalies")
        section.show(
            Self.table(evaluation),
            caption:
                "Rows and events: an event is found when a row of it is in alarm. Intervals are 95 % by bootstrap over blocks "
                + "of rows. Below the model stand trivial rules, which a model of use must beat clearly.")
        section.say(
            "\(all.events.counts.foundCount) of \(all.events.counts.foundCount + all.events.counts.missedCount) events were found"
                + (all.events.falseAlarmsPerHour.map { ", with \(Text.number($0, digits: 2)) false alarms an hour." }
                    ?? "."))
        section.showQuality(
            of: file.model.algorithm, scores: scores, isAnomalous: labels, ranking: all.ranking,
            classification: all.classification, threshold: Double(evaluation.threshold), unit: "rows",
            beside: curves(baselines, all))
        if evaluation.series.count > 1 {
            section.show(
                QualityFigure(
                    title: "Quality by series", machines: evaluation.series.map { $0.name ?? "" },
                    values: evaluation.series.map { $0.ranking.auc ?? .nan },
                    lower: evaluation.series.map { $0.ranking.aucLower ?? .nan },
                    upper: evaluation.series.map { $0.ranking.aucUpper ?? .nan }))
        }
        return section
    }

    private func curves(_ series: [LabelledSeries], _ all: SeriesEvaluation.Group) -> [RankingCurve] {
        let names = Set(series.flatMap(\.baselines.keys)).sorted()
        return names.map { name in
            RankingCurve.receiverOperatingCharacteristic(
                name: name, scores: series.flatMap { one in (one.baselines[name] ?? []).map(Double.init) },
                isAnomalous: series.flatMap { $0.baselines[name] == nil ? [] : $0.labels },
                area: all.baselines.first { $0.name == name }?.ranking.auc)
        }
    }

    private static func table(_ evaluation: SeriesEvaluation) -> NumberTable {
        var rows: [(name: String, rule: String, ranking: RankingMetrics, group: SeriesEvaluation.Group?)] = []
        for group in (evaluation.series.count > 1 ? evaluation.series : []) + [evaluation.overall] {
            let name = "\(group.name ?? "all") (\(group.rowCount) rows, \(group.anomalousRowCount) anomalous)"
            rows.append((name, "model", group.ranking, group))
            for baseline in group.baselines { rows.append((name, baseline.name, baseline.ranking, nil)) }
        }
        return NumberTable([
            .init("series", rows.map(\.name)), .init("score", rows.map(\.rule)),
            .init("AUC", unit: "share", rows.map { $0.ranking.auc ?? .nan }),
            .init("lower", unit: "95 %", rows.map { $0.ranking.aucLower ?? .nan }),
            .init("upper", unit: "95 %", rows.map { $0.ranking.aucUpper ?? .nan }),
            .init("AP", unit: "share", rows.map { $0.ranking.averagePrecision ?? .nan }),
            .init("VUS-PR", unit: "share", rows.map { $0.group?.volume.vusPr ?? .nan }),
            .init("precision", unit: "share", rows.map { $0.group?.classification.precision ?? .nan }),
            .init("recall", unit: "share", rows.map { $0.group?.classification.recall ?? .nan }),
            .init("F1", unit: "share", rows.map { $0.group?.classification.f1 ?? .nan }),
            .init(
                "false alarms", unit: "% of normal rows",
                rows.map { ($0.group?.classification.falseAlarmRate ?? .nan) * 100 }),
        ])
    }

    /// Scores over time, anomalies by stretch of time, the threshold, and what is to blame.
    func findings() -> [Report.Section] {
        let threshold = file.model.frameThreshold
        var timeline = Report.Section("Scores over time")
        for (number, trace) in traces.prefix(Self.mostSeries).enumerated() {
            timeline.show(
                TimelineFigure(
                    name: "timeline-\(number + 1)", title: "Score over time: \(trace.name)", times: trace.times,
                    hasDates: trace.hasDates, scores: trace.scores, threshold: Double(threshold.value),
                    alarms: trace.alarms, labels: trace.labels))
            guard trace.severity.count == trace.times.count else { continue }
            timeline.show(
                AnomalyHistoryFigure(
                    name: "anomaly-history-\(number + 1)", title: "Anomalous rows: \(trace.name)", times: trace.times,
                    hasDates: trace.hasDates, severities: ScoreTrace.severities.map(\.rawValue),
                    severity: trace.severity))
            if let parameters = parameters(of: trace) {
                timeline.show(
                    parameters, caption: "Anomalous rows by the parameter that is most to blame: \(trace.name).")
            }
        }
        if traces.count > Self.mostSeries {
            timeline.say("The first \(Self.mostSeries) of \(traces.count) series are shown.")
        }

        var reason = Report.Section("Threshold and its reason")
        let isLabelled = traces.contains { $0.labels != nil }
        let scores = traces.flatMap { trace in
            trace.scores.indices.filter { !(trace.labels?[$0] ?? false) }.map { trace.scores[$0] }
        }
        reason.show(
            ThresholdFigure(
                scores: scores, threshold: Double(threshold.value),
                source: isLabelled ? "rows that are not labelled anomalous" : "all rows given, of whatever state",
                rule: threshold.rule.description))
        reason.say("The threshold was learnt from \(threshold.scoreCount) scores: \(threshold.basis). It saw no label.")

        var blame = Report.Section("What they are blamed on")
        let columns = file.model.recipe.schema.columns.map(\.name)
        func sums(_ part: KeyPath<ScoreTrace, [Double]>) -> [Double] {
            columns.indices.map { column in
                traces.reduce(0) { $0 + (column < $1[keyPath: part].count ? $1[keyPath: part][column] : 0) }
            }
        }
        if traces.contains(where: { $0.alarms.contains(true) }), sums(\.blame).contains(where: { $0 > 0 }) {
            blame.show(BlameFigure(columns: columns, contributions: sums(\.blame), usual: sums(\.usual)))
        } else {
            blame.say("No column is to blame: nothing was reported, or blame was not worked out.")
        }
        return [timeline, reason, blame]
    }

    /// How often each parameter was to blame, how badly, and whether that becomes more; `nil` where none was.
    private func parameters(of trace: ScoreTrace) -> NumberTable? {
        guard trace.topColumn.count == trace.times.count, let sensors = file.model.table?.columns else { return nil }
        let columns = file.model.recipe.schema.columns
        let readings = trace.times.indices.map { row in
            AnomalyReading(
                time: trace.times[row], isAnomalous: trace.alarms[row],
                severity: trace.severity[row].map { ScoreTrace.severities[$0].rawValue } ?? "none",
                column: columns[trace.topColumn[row]].name)
        }
        let histories = AnomalyHistory.summing(readings.byParameter(of: sensors))
        guard !histories.isEmpty else { return nil }
        func time(_ value: Double) -> String {
            trace.hasDates ? RowTime.date(value).description : Text.number(value, digits: 1)
        }
        return NumberTable([
            .init("parameter", histories.map(\.column)),
            .init("anomalous rows", unit: "count", histories.map { Double($0.rowCount) }),
            .init("episodes", unit: "count", histories.map { Double($0.episodeCount) }),
            .init("rate", unit: "episodes a day", histories.map(\.episodesPerDay)),
            .init("low", unit: "rows", histories.map { Double($0.lowCount) }),
            .init("medium", unit: "rows", histories.map { Double($0.mediumCount) }),
            .init("high", unit: "rows", histories.map { Double($0.highCount) }),
            .init("first", histories.map { time($0.firstTime) }), .init("last", histories.map { time($0.lastTime) }),
            .init("trend", histories.map { $0.trend?.direction ?? "steady" }),
        ])
    }

    /// What the columns of the tables did: over time, distributions, trends, seasons, correlation, energy.
    func history(jobs: Int) throws -> [Report.Section] {
        guard let expectation = file.model.table else { return [] }
        let choice = try TableChoice(model: file.model, table: expectation, label: nil)
        var seen = Set<String>()
        let paths = traces.map(\.path).filter { seen.insert($0).inserted }
        return try paths.prefix(Self.mostSeries).flatMap { path in
            let content = try SensorTable.read(path: path, options: choice.reading)
            let alarms = traces.filter { $0.path == path }.flatMap { Stretch.marked($0.alarms, times: $0.times) }
            return try TableHistory(path: path, content: content).sections(
                title: "Columns of \(path)", alarms: alarms, jobs: jobs)
        }
    }
}
