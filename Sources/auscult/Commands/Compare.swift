import ArgumentParser
import Foundation
import Learning
import Reporting
import SignalCore
import SignalIO

/// Measures several algorithms on the same split of the same data, beside trivial rules.
struct Compare: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Several models on the same split, beside trivial rules: quality and time.",
        discussion: """
            Every model is trained on the same normal data with its own defaults and judged on the same rest: recordings as a \
            whole, rows of a table one by one. What is held out of training: of normal recordings 0.4, chosen by the seed, \
            unless the data set says itself what is for testing; of a table the last 0.2 of its rows.

            With --seeds, models are trained that often with other seeds (and the same split), and the table shows mean and \
            standard deviation. Thresholds see no label.

            Examples:
              auscult compare --models pca,isolation-forest,lstm-autoencoder --data fan/id_00
              auscult compare --models all --data sensors.csv --set table.preset=statistics --set pca.components=0.9
            """)

    @Option(help: ArgumentHelp("Algorithms, separated by commas, or all.", valueName: "names"))
    var models: String

    @Option(
        name: .customLong("data"), parsing: .upToNextOption,
        help: ArgumentHelp("Labelled recordings or tables: files, folders, a CSV index, or -.", valueName: "path"))
    var data: [String]

    @OptionGroup var features: FeatureOptions

    @Option(help: ArgumentHelp("Leave this share out of training, to judge by.", valueName: "share"))
    var holdout: Double?

    @Option(help: ArgumentHelp("How often every model is trained, with consecutive seeds.", valueName: "n"))
    var seeds = 1

    @Option(help: ArgumentHelp("How thresholds are chosen, as in train.", valueName: "rule"))
    var threshold = "quantile:0.99"

    @Option(help: ArgumentHelp("How a recording's score comes from its frames', as in train.", valueName: "rule"))
    var aggregate = "mean"

    @Option(
        help: ArgumentHelp(
            "Also write comparison.json, comparison.csv and a report with figures (index.html) to this folder.",
            valueName: "dir"))
    var report: String?

    @OptionGroup var tables: TableFlags
    @OptionGroup var reading: ReadingOptions
    @OptionGroup var normalization: NormalizationOptions
    @OptionGroup var seed: SeedOptions
    @OptionGroup var jobs: JobOptions
    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions

    @Flag(help: "One JSON document instead of a table.")
    var json = false

    func run() async throws {
        let console = common.console
        guard (1...100).contains(seeds) else {
            throw SignalError(.invalidOption, "--seeds is 1 to 100, not \(seeds)")
        }
        let names = try modelNames()
        let (settings, own) = try split(names)
        for name in names { try Self.check(name, own[name] ?? []) }
        var features = features
        features.settings = settings
        let firstSeed = try seed.value()
        let reader = DatasetReader(
            paths: data, features: features, reading: reading, normalization: normalization.normalize ?? .none,
            tables: tables, holdout: holdout, wantsTest: true, jobs: try jobs.count(), seed: firstSeed,
            console: console)
        let (dataset, others) = try await reader.read()
        if let other = others.first {
            throw SignalError(
                .invalidOption,
                "--set \(other.name): name the model it is for, as in \(names[0]).\(other.name)=\(other.text)")
        }
        var trainer = ModelTrainer(toolVersion: ToolVersion.current)
        trainer.rule = try ThresholdRule(text: threshold)
        trainer.aggregation = try ClipAggregation(text: aggregate)
        let comparison = ModelComparison(dataset: dataset, trainer: trainer, jobs: try jobs.count(), seed: firstSeed)
        var results: [ModelComparison.Line] = []
        for name in names {
            try Interruption.check()
            let progress = FittingProgressLine(name, console: console)
            do {
                results.append(
                    try comparison.line(
                        ModelRegistry.detector(named: name), options: own[name] ?? [], seeds: seeds
                    ) { progress.report($0) })
            } catch let error as SignalError where [.insufficientData, .limitExceeded].contains(error.code) {
                results.append(ModelComparison.Line(model: name, failure: error.message))
                console.warn("\(name): \(error.message)")
            }
        }
        let document = ModelComparison.Document(
            feature: dataset.recipe.feature, seed: firstSeed, seeds: seeds, thresholdRule: threshold,
            trainingFrames: dataset.training.frames.count, columns: dataset.training.frames.columnCount,
            test: comparison.testSize, lines: results + (try comparison.baselines()))
        let result = try ResultOutput(path: output.output)
        let text = try JSONText.document(document)
        try result.write(json ? text : document.table)
        try result.finish()
        if let report {
            try AtomicFile.write(Array(text.utf8), to: report + "/comparison.json")
            try AtomicFile.write(Array(document.csv.utf8), to: report + "/comparison.csv")
            try await writeReport(document, dataset, to: report, console)
        }
        try dataset.failures.conclude(console)
        if results.allSatisfy({ $0.failure != nil }) { throw ExitCode(ExitStatus.someFailed) }
    }

    private func writeReport(
        _ document: ModelComparison.Document, _ dataset: Dataset, to folder: String, _ console: Console
    ) async throws {
        let lines = document.lines
        let measured = lines.filter { $0.auc != nil }
        func column(_ name: String, _ unit: String, _ path: KeyPath<ModelComparison.Line, Double?>)
            -> NumberTable.Column
        {
            NumberTable.Column(name, unit: unit, lines.map { $0[keyPath: path] ?? .nan })
        }
        var quality = Report.Section("Quality and time")
        quality.show(
            NumberTable([
                .init("model", lines.map(\.model)), column("AUC", "share", \.auc), column("lower", "95 %", \.aucLower),
                column("upper", "95 %", \.aucUpper), column("AP", "share", \.averagePrecision),
                column("precision", "share", \.precision), column("recall", "share", \.recall),
                column("F1", "share", \.f1),
                column("time to fit", "s", \.fitSeconds), column("time of one score", "µs", \.scoreMicroseconds),
                .init("failed since", lines.map { $0.failure ?? "" }),
            ]),
            caption:
                "Every model with its own defaults on the same split; thresholds (\(document.thresholdRule)) saw no label. The "
                + "last lines are trivial rules.")
        quality.show(
            ModelComparisonFigure(
                models: measured.map(\.model), microseconds: measured.map { $0.scoreMicroseconds ?? .nan },
                quality: measured.map { $0.auc ?? .nan }, lower: measured.map { $0.aucLower ?? .nan },
                upper: measured.map { $0.aucUpper ?? .nan }))
        var report = ReportMaker.report("Comparison of \(lines.count) models and rules")
        let best = measured.max { ($0.auc ?? 0) < ($1.auc ?? 0) }
        report.summary = [
            "Judged by \(document.test.normal) normal and \(document.test.anomalous) anomalous \(document.test.unit). "
                + (best.map { "The highest AUC has \($0.model): \(Text.number($0.auc ?? 0, digits: 3)). " } ?? "")
                + "The best of several looks better than it is, since it was chosen by these labels."
        ]
        report.sections = [
            ReportMaker.data(
                [
                    ("frames or rows trained on", document.trainingFrames),
                    ("normal \(document.test.unit) judged by", document.test.normal),
                    ("anomalous \(document.test.unit) judged by", document.test.anomalous),
                    ("known to be anomalous, left out of training", dataset.leftOut),
                    ("held out of training", dataset.heldOut), ("files rejected", dataset.failures.count),
                ], dataset.failures), quality,
            Report.Section(
                "Configuration",
                [
                    .table(
                        NumberTable([
                            .init("setting", ["feature", "columns", "threshold rule", "seed", "seeds a model"]),
                            .init(
                                "value",
                                [
                                    document.feature, "\(document.columns)", document.thresholdRule, "\(document.seed)",
                                    "\(document.seeds)",
                                ]),
                        ]), caption: "What all models have in common.")
                ]),
        ]
        if let training = ReportMaker.training(lines.flatMap(\.histories)) { report.sections.append(training) }
        report.sections.append(ReportMaker.howToReproduce())
        try await ReportMaker.write(report, to: folder, jobs: try jobs.count(), console)
    }

    private func modelNames() throws -> [String] {
        if models == "all" { return ModelRegistry.names }
        let names = models.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
        guard !names.isEmpty else { throw SignalError(.invalidOption, "--models names at least one algorithm") }
        for name in names {
            _ = try ModelRegistry.detector(named: name)
            if names.count(where: { $0 == name }) > 1 {
                throw SignalError(.invalidOption, "--models names \(name) twice")
            }
        }
        return names
    }

    /// Tells the settings of models from those of the feature, by the name in front.
    private func split(
        _ names: [String]
    ) throws -> (feature: [String], models: [String: [(name: String, text: String)]]) {
        var own: [String: [(name: String, text: String)]] = [:]
        var rest: [String] = []
        for text in features.settings {
            guard let dot = text.firstIndex(of: "."), let mark = text.firstIndex(of: "="), dot < mark,
                names.contains(String(text[..<dot]))
            else {
                rest.append(text)
                continue
            }
            let assignment = (
                name: String(text[text.index(after: dot)..<mark]), text: String(text[text.index(after: mark)...])
            )
            own[String(text[..<dot]), default: []].append(assignment)
        }
        return (rest, own)
    }

    private static func check(_ name: String, _ options: [(name: String, text: String)]) throws {
        func check<Algorithm: Detector>(_ type: Algorithm.Type) throws { _ = try Algorithm.Options().setting(options) }
        do {
            try check(ModelRegistry.detector(named: name))
        } catch let error as SignalError {
            throw SignalError(error.code, "\(name): \(error.message)")
        }
    }
}
