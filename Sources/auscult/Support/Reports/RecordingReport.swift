import Foundation
import Learning
import Reporting
import SignalCore
import SignalIO

/// Sections of a report on recordings.
struct RecordingReport {
    let file: ModelFile
    let reading: ReadingOptions
    let normalization: LoudnessNormalization?
    /// The recordings that were scored, without those trained on.
    let clips: [ClipTrace]

    /// How well the score tells anomalies, by labels.
    func quality(_ evaluation: Evaluation) -> [Report.Section] {
        let labelled = clips.filter { $0.isAnomalous != nil }
        let scores = labelled.map(\.score)
        let labels = labelled.map { $0.isAnomalous == true }
        let all = evaluation.overall
        let threshold = evaluation.threshold
        var section = Report.Section("How well it finds anomalies")
        section.show(Self.table(evaluation), caption: Self.honesty)
        section.showQuality(
            of: file.model.algorithm, scores: scores, isAnomalous: labels, ranking: all.ranking,
            classification: all.classification, threshold: threshold, unit: "recordings",
            beside: Self.curves(labelled, all))
        var sections = [section]
        if evaluation.groups.count > 1 {
            let groups = evaluation.groups
            var machines = Report.Section("By machine")
            let loudness = groups.map { $0.baselines.first { $0.name != "random" }?.ranking.auc ?? .nan }
            machines.show(
                QualityFigure(
                    machines: groups.map { "\($0.machine ?? "")/\($0.id ?? "")" },
                    values: groups.map { $0.ranking.auc ?? .nan }, lower: groups.map { $0.ranking.aucLower ?? .nan },
                    upper: groups.map { $0.ranking.aucUpper ?? .nan }, baseline: loudness,
                    baselineName: groups.first?.baselines.first { $0.name != "random" }?.name ?? "loudness"))
            sections.append(machines)
        }
        return sections
    }

    /// What trivial rules reach, so that the model's lead is seen and not only read.
    private static func curves(_ clips: [ClipTrace], _ all: Evaluation.Group) -> [RankingCurve] {
        Set(clips.flatMap(\.baselines.keys)).sorted().map { name in
            let scored = clips.filter { $0.baselines[name] != nil }
            let ranking = all.baselines.first { $0.name == name }?.ranking
            return RankingCurve.receiverOperatingCharacteristic(
                name: name, scores: scored.compactMap { $0.baselines[name] },
                isAnomalous: scored.map { $0.isAnomalous == true }, area: ranking?.auc, lower: ranking?.aucLower,
                upper: ranking?.aucUpper)
        }
    }

    private static let honesty =
        "Intervals are 95 % by stratified bootstrap over recordings; the partial AUC is up to a false-positive rate of 0.1, "
        + "standardised. Below each model stand trivial rules: one that a model of use must beat clearly."

    private static func table(_ evaluation: Evaluation) -> NumberTable {
        var rows: [(group: String, rule: String, ranking: RankingMetrics, classification: ClassificationMetrics?)] = []
        var groups = evaluation.groups.map { ("\($0.machine ?? "")/\($0.id ?? "")", $0) }
        if groups.count != 1 { groups.append(("all", evaluation.overall)) }
        for (name, group) in groups {
            let title = "\(name) (\(group.normalCount) normal, \(group.anomalousCount) anomalous)"
            rows.append((title, "model", group.ranking, group.classification))
            for baseline in group.baselines { rows.append((title, baseline.name, baseline.ranking, nil)) }
        }
        return NumberTable([
            .init("machine", rows.map(\.group)), .init("score", rows.map(\.rule)),
            .init("AUC", unit: "share", rows.map { $0.ranking.auc ?? .nan }),
            .init("lower", unit: "95 %", rows.map { $0.ranking.aucLower ?? .nan }),
            .init("upper", unit: "95 %", rows.map { $0.ranking.aucUpper ?? .nan }),
            .init("pAUC(0.1)", unit: "share", rows.map { $0.ranking.partialAuc ?? .nan }),
            .init("AP", unit: "share", rows.map { $0.ranking.averagePrecision ?? .nan }),
            .init("precision", unit: "share", rows.map { $0.classification?.precision ?? .nan }),
            .init("recall", unit: "share", rows.map { $0.classification?.recall ?? .nan }),
            .init("F1", unit: "share", rows.map { $0.classification?.f1 ?? .nan }),
        ])
    }

    /// Scores and threshold, the recordings that stand out, and what they are blamed on.
    func findings() -> [Report.Section] {
        let threshold = file.model.clipThreshold
        let normal = clips.filter { $0.isAnomalous == false }
        let isLabelled = !normal.isEmpty
        var reason = Report.Section("Threshold and its reason")
        reason.show(
            ThresholdFigure(
                scores: (isLabelled ? normal : clips).map(\.score), threshold: Double(threshold.value),
                source: isLabelled
                    ? "normal recordings that were not trained on"
                    : "all recordings given, of whatever state, since nothing says which are normal",
                rule: threshold.rule.description))
        reason.say(
            "The threshold was learnt from \(threshold.scoreCount) scores: \(threshold.basis). It saw no label and none of the "
                + "recordings shown here.")

        var blame = Report.Section("What they are blamed on")
        let reported = clips.filter(\.isReported)
        let columns = file.model.recipe.schema.columns
        if reported.isEmpty {
            blame.say("Nothing was reported, so that nothing is to blame.")
        } else {
            func sums(_ clips: [ClipTrace]) -> [Double] {
                columns.indices.map { column in
                    clips.reduce(0) { $0 + Double(column < $1.contributions.count ? $1.contributions[column] : 0) }
                }
            }
            let quiet = clips.filter { !$0.isReported }
            blame.show(
                BlameFigure(
                    columns: columns.map { column in
                        column.band.map {
                            "\(column.name), \(Text.number($0.lowerBound, digits: 0))-\(Text.number($0.upperBound, digits: 0)) Hz"
                        } ?? column.name
                    }, contributions: sums(reported), usual: quiet.isEmpty ? [] : sums(quiet)))
        }

        var list = Report.Section("The recordings with the highest scores")
        let worst = clips.sorted { ($0.score, $1.path) > ($1.score, $0.path) }.prefix(30)
        list.show(
            NumberTable([
                .init("recording", worst.map(\.path)), .init("machine", worst.map(\.machine)),
                .init("label", worst.map { $0.isAnomalous.map { $0 ? "anomalous" : "normal" } ?? "none" }),
                .init("score", unit: "no unit", worst.map(\.score)),
                .init("verdict", worst.map { $0.isReported ? "anomalous" : "normal" }),
            ]), caption: "Up to 30 of \(clips.count) recordings, the highest score first.")
        return [reason, list, blame]
    }

    /// The recordings with the highest and the lowest scores as the model saw them.
    func examples() throws -> Report.Section {
        var section = Report.Section("Worst and best recordings")
        let columns = file.model.recipe.schema.columns
        let frequencies = columns.compactMap { $0.band.map { ($0.lowerBound + $0.upperBound) / 2 } }
        guard frequencies.count == columns.count, columns.allSatisfy({ $0.unit == "dB" }) else {
            section.say(
                "The feature \(file.model.recipe.feature) is no series of levels in bands, so that there is no spectrogram to show."
            )
            return section
        }
        let ranked = clips.sorted { ($0.score, $1.path) > ($1.score, $0.path) }
        let shown =
            ranked.prefix(2).map { ($0, "worst") }
            + ranked.dropFirst(2).suffix(2).reversed().map { ($0, "best") }
        let input = try ModelInput(file, reading, normalization: normalization)
        let context = file.model.detector.contextLength
        for (number, (clip, kind)) in shown.enumerated() {
            let frames: FeatureFrames
            do {
                frames = try input.load(clip.path).frames
            } catch let error as SignalError {
                section.say("\(clip.path) cannot be shown: \(error.message).")
                continue
            }
            let verdicts = try file.model.verdicts(frames)
            let seen = frames.frames(in: context - 1..<frames.count)
            let label = clip.isAnomalous.map { $0 ? ", labelled anomalous" : ", labelled normal" } ?? ""
            section.show(
                ClipFigure(
                    name: "clip-\(kind)-\(number % 2 + 1)",
                    title:
                        "\(kind == "worst" ? "High" : "Low") score: \(clip.machine) \(clip.path.split(separator: "/").last ?? "")",
                    reason:
                        "Score \(Text.number(clip.score, digits: 3)), among the \(kind == "worst" ? "highest" : "lowest") "
                        + "of \(clips.count) recordings\(label): \(clip.path).",
                    frequencies: frequencies, frameTimes: seen.times, levels: seen.values,
                    errors: verdicts.flatMap(\.contributions), times: verdicts.map(\.time),
                    scores: verdicts.map { Double($0.score) }, threshold: Double(file.model.frameThreshold.value)))
        }
        return section
    }
}
