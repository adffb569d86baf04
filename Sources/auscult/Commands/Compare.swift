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

    @Option(help: ArgumentHelp("Also write comparison.json and comparison.csv to this folder.", valueName: "dir"))
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
        }
        try dataset.failures.conclude(console)
        if results.allSatisfy({ $0.failure != nil }) { throw ExitCode(ExitStatus.someFailed) }
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
