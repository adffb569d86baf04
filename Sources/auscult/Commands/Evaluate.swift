import ArgumentParser
import Foundation
import Learning
import Reporting
import SignalCore
import SignalIO
import Synchronization

/// Measures a model against labelled recordings, beside trivial rules.
struct Evaluate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate",
        abstract: "Measure a model against labels: AUC, partial AUC, average precision, precision and recall.",
        discussion: """
            A model of recordings is measured by whole recordings. A model of sensor tables is measured row by row, and by \
            events: a run of rows labelled anomalous is found when at least one of its rows is in alarm; a run of alarm \
            rows that touches none is false. Rows trained on are left out.

            A model of failures and remaining life (random-forest, gradient-boosting) is measured on one table of other \
            units than it was trained on, against --label, --target or --run-to-failure, as train was given; failures at \
            the threshold of training, lives in rows.

            Recordings that the model was trained on are recognised by their content and left out. Without a label a \
            recording is left out too. Beside the model stand trivial rules: a random score, and loudness (the RMS level, \
            as recorded and as the model hears it). A model that is not clearly better has learnt nothing of use.

            The partial AUC is taken up to a false-positive rate of 0.1 and standardised as in DCASE (McClish 1989): \
            0.5 is chance. Intervals are 95 %, by stratified bootstrap.

            Example:
              auscult evaluate --model fan.safetensors --data fan/id_00 --min-auc 0.8
              auscult evaluate --model fleet.safetensors --data held-out.csv --run-to-failure
            """)

    @Option(help: ArgumentHelp("The model file.", valueName: "file"))
    var model: String

    @Option(
        name: .customLong("data"), parsing: .upToNextOption,
        help: ArgumentHelp("Labelled recordings: files, folders, a CSV index, or -.", valueName: "path"))
    var data: [String]

    @Option(
        help: ArgumentHelp(
            "Stretch the threshold's distance from the usual score by this, in place of what training did.",
            valueName: "factor"))
    var thresholdMultiplier: Double?

    @Option(help: ArgumentHelp("Exit with 1 when the AUC over all is below this.", valueName: "auc"))
    var minAuc: Double?

    @Option(
        help: ArgumentHelp(
            "Also write evaluation.json, scores.csv and a report with figures (index.html) to this folder.",
            valueName: "dir"))
    var report: String?

    @Option(
        help: ArgumentHelp(
            "The column of the true remaining life (random-forest, gradient-boosting).", valueName: "name"))
    var target: String?

    @Flag(help: "The last row of every unit is its failure (random-forest, gradient-boosting).")
    var runToFailure = false

    @Flag(help: "Score recordings that the model was trained on, too; the result then flatters.")
    var includeTrained = false

    @OptionGroup var alarms: AlarmFlags
    @OptionGroup var tables: TableFlags
    @OptionGroup var reading: ReadingOptions
    @OptionGroup var normalization: NormalizationOptions
    @OptionGroup var seeds: SeedOptions
    @OptionGroup var jobs: JobOptions
    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions

    @Flag(help: "The result as one JSON document (the default; kept for symmetry).")
    var json = false

    /// A scored recording.
    private struct Scored: Sendable {
        var item: DatasetItem
        var score: Float
        var recordedLevel: Double
        var heardLevel: Double
        var wasTrainedOn: Bool
        /// What every column adds to the score; empty when no report is wanted.
        var contributions: [Float]
        var warnings: [String]
        var isIncomplete: Bool
    }

    private struct Document: Encodable {
        let model: String
        let algorithm: String
        let feature: String
        let normalization: String
        let thresholdRule: String
        let recordings: Int
        let trainedOnLeftOut: Int
        let unlabelledLeftOut: Int
        let failed: Int
        let evaluation: Evaluation
    }

    func run() async throws {
        let console = common.console
        if let minAuc, !(0...1).contains(minAuc) {
            throw SignalError(.invalidOption, "--min-auc is a number from 0 to 1, not \(minAuc)")
        }
        let archive = try ModelFile.archive(model)
        if TrainedPredictor.isPredictor(archive) {
            return try await evaluatePredictor(PredictorFile(path: model, archive: archive), console)
        }
        guard target == nil, !runToFailure else {
            throw SignalError(
                .invalidOption,
                "--target and --run-to-failure are for models of random-forest and gradient-boosting; this one is judged by labels"
            )
        }
        let file = try ModelFile(path: model, archive: archive, thresholdMultiplier: thresholdMultiplier)
        if file.model.table != nil { return try await evaluateTables(file, console) }
        let (scored, failures) = try await score(file, console)
        if scored.isEmpty { try failures.conclude(console) }

        let trained = scored.count(where: \.wasTrainedOn)
        let unlabelled = scored.count { $0.item.label == nil }
        if trained > 0 {
            console.note(
                includeTrained
                    ? "\(trained) recordings were trained on; the result flatters"
                    : "\(trained) recordings were trained on and are left out")
        }
        if unlabelled > 0 { console.note("\(unlabelled) recordings have no label and are left out") }
        let used = scored.filter { $0.item.label != nil && (includeTrained || !$0.wasTrainedOn) }
        guard !used.isEmpty else {
            throw SignalError(
                .insufficientData,
                "no labelled recording is left to evaluate on; train with --holdout 0.4, or give others with --data")
        }
        let evaluation = try Evaluation(
            used.map { scored in
                EvaluationItem(
                    score: Double(scored.score), isAnomalous: scored.item.label == .abnormal,
                    machine: scored.item.machine ?? "", id: scored.item.id ?? "",
                    baselines: baselines(scored, isNormalized: file.model.signal?.normalization == .rms))
            }, threshold: Double(file.model.clipThreshold.value), seed: seeds.value())
        let document = Document(
            model: model, algorithm: file.model.algorithm, feature: file.model.recipe.feature,
            normalization: file.model.signal?.normalization.rawValue ?? "none",
            thresholdRule: file.model.clipThreshold.rule.description, recordings: used.count,
            trainedOnLeftOut: includeTrained ? 0 : trained, unlabelledLeftOut: unlabelled,
            failed: failures.count, evaluation: evaluation)
        let text = try JSONText.document(document)
        let result = try ResultOutput(path: output.output)
        try result.write(text)
        try result.finish()
        if let report {
            try write(text, used, to: report)
            let lines = [
                ("recordings given", scored.count + failures.count), ("rejected", failures.count),
                ("trained on" + (includeTrained ? "" : ", left out"), trained),
                ("without a label, left out", unlabelled),
                ("evaluated", used.count),
            ]
            try await writeReport(file, used, evaluation, ReportMaker.data(lines, failures), to: report, console)
        }
        console.note(EvaluationTable.rendered(evaluation, title: title(file)))
        if let reason = evaluation.overall.ranking.reason {
            console.warn(
                reason + (trained > 0 ? "; train with --holdout 0.4 to keep normal recordings to evaluate on" : ""))
        }
        try gate(evaluation.overall.ranking.auc)
        try failures.conclude(console)
    }

    /// The level of a recording, and where clips were made equally loud, also the level that the model heard.
    ///
    /// To a hundredth of a dB, so that clips of equal level tie instead of being ranked by rounding.
    private func baselines(_ scored: Scored, isNormalized: Bool) -> [String: Double] {
        let recorded = (scored.recordedLevel * 100).rounded() / 100
        guard isNormalized else { return ["loudness": recorded] }
        return ["loudness as recorded": recorded, "loudness after scaling": (scored.heardLevel * 100).rounded() / 100]
    }

    private func title(_ file: ModelFile) -> String {
        let normalization = file.model.signal?.normalization ?? .none
        return normalization == .rms ? "every clip scaled to equal RMS" : "as recorded"
    }

    /// Ends with "some failed" when the AUC is below what was asked for.
    func gate(_ auc: Double?) throws {
        guard let minAuc, auc ?? -1 < minAuc else { return }
        let found = auc.map { Text.number($0, digits: 3) } ?? "not defined"
        Console.printError("the AUC is \(found), below the gate of \(minAuc)")
        throw ExitCode(ExitStatus.someFailed)
    }

    private func score(_ file: ModelFile, _ console: Console) async throws -> ([Scored], Failures) {
        let walk = InputWalk(paths: data, endsWithNull: false)
        let progress = ProgressLine("evaluate", total: Console.isTerminal ? walk.count() : nil, console: console)
        let (readingOptions, normalize, wantsBlame) = (reading, normalization.normalize, report != nil)
        _ = try ModelInput(file, readingOptions, normalization: normalize)
        let state = Mutex((scored: [Scored](), failures: Failures()))
        try await ParallelWork.run(jobs: jobs.count()) {
            walk.next()
        } makeWorker: {
            try ModelInput(file, readingOptions, normalization: normalize, measuresLevel: true)
        } work: { (input: ModelInput, item: Result<DatasetItem, SignalError>) -> Result<Scored, SignalError> in
            item.flatMap { item in
                Result.capturing(path: item.path) {
                    let digest = Int64(bitPattern: try ContentDigest.of(file: item.path))
                    let loaded = try input.load(item.path)
                    let level = loaded.level ?? 0
                    let isNormalized = file.model.signal?.normalization == .rms && level > Decibels.silence
                    let verdict = wantsBlame ? try file.model.clipVerdict(loaded.frames) : nil
                    return Scored(
                        item: item, score: try verdict?.score ?? file.model.clipScore(loaded.frames),
                        recordedLevel: level,
                        heardLevel: isNormalized
                            ? Decibels.level(amplitude: FeaturePipeline.normalizedLevel) : level,
                        wasTrainedOn: file.model.provenance.includes(digest: digest),
                        contributions: verdict?.contributions ?? [], warnings: loaded.warnings,
                        isIncomplete: loaded.isIncomplete)
                }
            }
        } deliver: { result in
            state.withLock { state in
                switch result {
                case .success(let scored):
                    state.scored.append(scored)
                    state.failures.note(
                        warnings: scored.warnings, isIncomplete: scored.isIncomplete, of: scored.item.path, console)
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
        _ file: ModelFile, _ used: [Scored], _ evaluation: Evaluation, _ data: Report.Section, to folder: String,
        _ console: Console
    ) async throws {
        let isNormalized = file.model.signal?.normalization == .rms
        let clips = used.map { scored in
            ClipTrace(
                path: scored.item.path,
                machine: [scored.item.machine, scored.item.id].compactMap(\.self).joined(separator: "/"),
                isAnomalous: scored.item.label.map { $0 == .abnormal }, score: Double(scored.score),
                isReported: scored.score > file.model.clipThreshold.value, contributions: scored.contributions,
                baselines: baselines(scored, isNormalized: isNormalized))
        }
        let maker = RecordingReport(
            file: file, reading: reading, normalization: normalization.normalize, clips: clips)
        var report = ReportMaker.report("Evaluation of \(model)")
        let overall = evaluation.overall
        let auc = overall.ranking.auc.map { Text.number($0, digits: 3) } ?? "not defined"
        let interval = overall.ranking.aucLower.flatMap { lower in
            overall.ranking.aucUpper.map {
                " (95 %: \(Text.number(lower, digits: 3)) to \(Text.number($0, digits: 3)))"
            }
        }
        let rules = overall.baselines.map {
            "\($0.name) \($0.ranking.auc.map { Text.number($0, digits: 3) } ?? "none")"
        }
        report.summary = [
            "\(file.model.algorithm) on \(overall.normalCount) normal and \(overall.anomalousCount) anomalous recordings: AUC "
                + "\(auc)\(interval ?? ""). Trivial rules on the same recordings: \(rules.joined(separator: ", ")).",
            "At its threshold, which saw no label: precision \(Text.number(overall.classification.precision, digits: 3)), recall "
                + "\(Text.number(overall.classification.recall, digits: 3)), "
                + "\(Text.number(100 * overall.classification.falseAlarmRate, digits: 1)) % false alarms among normal recordings.",
        ]
        if includeTrained, used.contains(where: \.wasTrainedOn) {
            report.summary.append("Some of these recordings were trained on: the result flatters.")
        }
        report.sections =
            [data, ReportMaker.configuration(file, seed: try seeds.value())] + maker.quality(evaluation)
            + maker.findings() + [try maker.examples()]
            + [ReportMaker.training(file.model.provenance.histories), ReportMaker.howToReproduce()].compactMap(\.self)
        try await ReportMaker.write(report, to: folder, jobs: try jobs.count(), console)
    }

    private func write(_ document: String, _ scored: [Scored], to folder: String) throws {
        try AtomicFile.write(Array(document.utf8), to: folder + "/evaluation.json")
        var table = "source,machine,id,label,split,score,level_db\n"
        for row in scored {
            table += CSVText.row([
                row.item.path, row.item.machine ?? "", row.item.id ?? "", row.item.label?.rawValue ?? "",
                row.item.split?.rawValue ?? "", String(row.score), Text.number(row.recordedLevel, digits: 2),
            ])
        }
        try AtomicFile.write(Array(table.utf8), to: folder + "/scores.csv")
    }
}

/// The table of an evaluation, for people.
enum EvaluationTable {
    static func rendered(_ evaluation: Evaluation, title: String) -> String {
        var table = TextTable([
            "machine", "score", "normal", "abnormal", "AUC", "95 %", "pAUC(0.1)", "AP", "precision", "recall", "F1",
        ])
        var groups = evaluation.groups.map { (name: "\($0.machine ?? "")/\($0.id ?? "")", group: $0) }
        groups = groups.map { (name: $0.name == "/" ? "(unknown)" : $0.name, group: $0.group) }
        if groups.count != 1 { groups.append((name: "all", group: evaluation.overall)) }
        for (name, group) in groups {
            let classification = group.classification
            table.append(
                [name, "model", "\(group.normalCount)", "\(group.anomalousCount)"] + cells(group.ranking) + [
                    number(classification.precision), number(classification.recall), number(classification.f1),
                ])
            for baseline in group.baselines {
                table.append(["", baseline.name, "", ""] + cells(baseline.ranking) + ["", "", ""])
            }
        }
        return "\(title):\n" + table.rendered().trimmingCharacters(in: .newlines)
    }

    private static func cells(_ ranking: RankingMetrics) -> [String] {
        let hasInterval = ranking.aucLower != nil && ranking.aucUpper != nil
        let interval = hasInterval ? "\(number(ranking.aucLower))-\(number(ranking.aucUpper))" : ""
        return [number(ranking.auc), interval, number(ranking.partialAuc), number(ranking.averagePrecision)]
    }

    private static func number(_ value: Double?) -> String { value.map { Text.number($0, digits: 3) } ?? "" }
}
