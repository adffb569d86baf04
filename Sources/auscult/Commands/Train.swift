import ArgumentParser
import Foundation
import Learning
import SignalCore
import SignalIO
import Synchronization

/// Fits a model on recordings of the normal state.
struct Train: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train",
        abstract: "Learn the normal state of a machine from recordings or a sensor table, and save it as a model.",
        discussion: """
            Recordings labelled abnormal, those of a test split, and rows of a table labelled anomalous are never trained \
            on. The model file remembers what it was trained on, so that evaluate can leave it out.

            A table (feature table) is taken column by column as it stands; --set table.preset=statistics adds rolling \
            statistics and differences, --set table.preset=full all there is.

            A forecaster (auto, linear, holt-winters, auto-regressive, lstm, ...) learns how the columns of a table go on; \
            auto chooses one for every column and says why.
            random-forest and gradient-boosting learn from labelled rows what fails and how long a machine still runs: \
            --label NAME (classes), --target NAME (numbers) or --run-to-failure, with --unit NAME where rows belong to \
            machines. --set table.windows=5+20+50, table.baselineRows=20 and table.products=torque*speed choose their features. \
            maintain uses such a model.

            Networks show their loss; Ctrl-C ends their training and keeps the best weights so far.

            Examples:
              auscult train lstm-autoencoder --data sensors.csv --holdout 0.2 -o sensors.safetensors
              auscult train auto --data sensors.csv --horizon 24 -o forecast.safetensors
              auscult train pca --data fan/id_00/normal -o fan.safetensors
              auscult train gradient-boosting --data fleet.csv --unit unit --run-to-failure --cap 125 -o fleet.safetensors
              auscult train pca --data fan/id_00 --holdout 0.4 -o fan.safetensors
              auscult train pca --data fan -f log-mel --set log-mel.melBands=128 \\
                --set components=0.9 -o fan.safetensors
            """)

    @Argument(help: ArgumentHelp("The algorithm; see auscult models.", valueName: "model"))
    var model: String

    @Option(
        name: .customLong("data"), parsing: .upToNextOption,
        help: ArgumentHelp("Normal recordings or sensor tables: files, folders, a CSV index, or -.", valueName: "path"))
    var data: [String]

    @Option(name: .shortAndLong, help: ArgumentHelp("The model file to write.", valueName: "file"))
    var output: String

    @OptionGroup var features: FeatureOptions

    @Option(
        help: ArgumentHelp(
            "How the threshold is chosen from scores of normal data: quantile:0.99, sigma:4, gamma:0.99, evt:1e-3 or dynamic.",
            valueName: "rule"))
    var threshold = "quantile:0.99"

    @Option(
        help: ArgumentHelp("Stretch the threshold's distance from the usual score by this.", valueName: "factor"))
    var thresholdMultiplier = 1.0

    @Option(
        help: ArgumentHelp(
            "Recordings are dealt into so many parts, each scored by a model of the others, for the threshold; 1 holds a fifth out, 0 scores what was trained on (default: 5, for networks 1).",
            valueName: "n"))
    var folds: Int?

    @Option(
        help: ArgumentHelp(
            "How a recording's score comes from its frames': mean, max or quantile:0.9.", valueName: "rule"))
    var aggregate = "mean"

    @Option(
        help: ArgumentHelp(
            "Leave this share out of training, to evaluate on: of normal recordings chosen by the seed, of a table's rows the last.",
            valueName: "share"))
    var holdout = 0.0

    @Option(
        help: ArgumentHelp(
            "Save the state of a network's training here after every epoch, and go on from it when it is there.",
            valueName: "file"))
    var checkpoint: String?

    @Option(help: ArgumentHelp("The steps that a forecaster forecasts (default: 24).", valueName: "n"))
    var horizon: Int?

    @Option(
        help: ArgumentHelp(
            "Rows or cells missing in a row that are filled for a forecaster; more end a run of rows.", valueName: "n"))
    var fillGaps = GapFilling.usual

    @OptionGroup var predictor: PredictorFlags
    @OptionGroup var tables: TableFlags
    @OptionGroup var reading: ReadingOptions
    @OptionGroup var normalization: NormalizationOptions
    @OptionGroup var seeds: SeedOptions
    @OptionGroup var jobs: JobOptions
    @OptionGroup var common: CommonOptions

    @Flag(help: "Print the summary as one JSON document.")
    var json = false

    func run() async throws {
        if ModelRegistry.forecasters.contains(where: { $0.name == model }) { return try trainForecaster() }
        if horizon != nil {
            throw SignalError(.invalidOption, "--horizon is for forecasters, and \(model) is none; see auscult models")
        }
        let console = common.console
        if isPredictor { return try await trainPredictor() }
        if predictor.isUsed {
            throw SignalError(
                .invalidOption,
                "\(model) learns the normal state, not what a column says; --target, --run-to-failure and the like are for random-forest and gradient-boosting"
            )
        }
        let detector = try ModelRegistry.detector(named: model)
        var trainer = ModelTrainer(toolVersion: ToolVersion.current)
        trainer.rule = try ThresholdRule(text: threshold)
        trainer.thresholdMultiplier = thresholdMultiplier
        trainer.folds = folds
        trainer.aggregation = try ClipAggregation(text: aggregate)
        let seed = try seeds.value()
        var reader = DatasetReader(
            paths: data, features: features, reading: reading, normalization: normalization.normalize ?? .none,
            tables: tables, holdout: holdout, jobs: try jobs.count(), seed: seed, console: console)
        reader.hasMembers = detector is any CompositeDetector.Type
        try check(detector)
        let (dataset, options) = try await reader.read()
        let progress = FittingProgressLine(detector.name, console: console)
        let trained = try trainer.train(
            detector, options: options, on: dataset.training, recipe: dataset.recipe, input: dataset.input,
            digests: dataset.digests, rowCounts: dataset.rowCounts, machines: dataset.machines,
            context: FittingContext(
                seed: seed, jobs: try jobs.count(),
                checkpoint: checkpoint.map {
                    CheckpointFile(path: $0).checkpoint(identity: identity(options, dataset, seed: seed))
                },
                report: { progress.report($0) }))
        try SafetensorsFile.write(trained.archived(), to: output)
        try AtomicFile.write(Array(trained.card.utf8), to: cardPath)
        for warning in trained.provenance.warnings { console.warn(warning) }
        try report(trained, dataset)
        try dataset.failures.conclude(console)
    }

    /// What makes this training and no other.
    private func identity(_ options: [(name: String, text: String)], _ dataset: Dataset, seed: UInt64) -> String {
        let recipe = dataset.recipe.options.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        return "\(model) \(options) \(dataset.recipe.feature) \(recipe) \(dataset.digests) \(seed) \(holdout)"
    }

    /// Refuses wrong options before hours of features are computed.
    private func check(_ detector: any Detector.Type) throws {
        let options =
            switch try features.kind(paths: data, members: detector is any CompositeDetector.Type) {
            case .recordings(_, let options), .tables(_, let options): options
            }
        func check<Algorithm: Detector>(_ type: Algorithm.Type) throws { _ = try Algorithm.Options().setting(options) }
        try check(detector)
    }

    /// The card lies beside the model, as Markdown.
    var cardPath: String {
        let base = output.hasSuffix(".safetensors") ? String(output.dropLast(12)) : output
        return base + ".md"
    }

    private struct Summary: Encodable {
        let model: String
        let feature: String
        let output: String
        let card: String
        let recordings: Int
        let frames: Int
        let columns: Int
        let leftOut: Int
        let heldOut: Int
        let clipThreshold: Float
        let frameThreshold: Float
        let thresholdRule: String
        let thresholdBasis: String
        let normalization: String
        let seed: UInt64
        let warnings: [String]
    }

    private func report(_ trained: TrainedModel, _ dataset: Dataset) throws {
        let summary = Summary(
            model: trained.algorithm, feature: trained.recipe.feature, output: output, card: cardPath,
            recordings: trained.provenance.recordingCount, frames: trained.provenance.frameCount,
            columns: trained.detector.columnCount, leftOut: dataset.leftOut, heldOut: dataset.heldOut,
            clipThreshold: trained.clipThreshold.value, frameThreshold: trained.frameThreshold.value,
            thresholdRule: trained.clipThreshold.rule.description, thresholdBasis: trained.clipThreshold.basis,
            normalization: trained.signal?.normalization.rawValue ?? "none", seed: trained.provenance.seed,
            warnings: trained.provenance.warnings)
        let result = try ResultOutput(path: nil)
        if json {
            try result.write(JSONText.document(summary))
        } else {
            try result.write(
                """
                \(summary.model) on \(summary.feature): \(summary.recordings) \(dataset.isTable ? "tables" : "recordings"), \(summary.frames) frames of \
                \(summary.columns) columns
                threshold \(dataset.isTable ? "" : "\(summary.clipThreshold) a recording, ")\(summary.frameThreshold) \
                \(dataset.isTable ? "a row" : "a frame") \
                (\(summary.thresholdRule), \(summary.thresholdBasis))
                model \(output)
                card  \(cardPath)

                """)
        }
        try result.finish()
    }
}

extension Result where Failure == SignalError {
    /// Runs `body` and names the file in whatever goes wrong.
    static func capturing(path: String, _ body: () throws -> Success) -> Self {
        do {
            return .success(try body())
        } catch let error as SignalError {
            return .failure(error.at(path: path))
        } catch {
            return .failure(
                SignalError(.unexpected, "this should not happen; please report it", cause: error).at(path: path))
        }
    }
}
