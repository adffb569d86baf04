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
        abstract: "Learn the normal state of a machine from recordings, and save it as a model.",
        discussion: """
            Recordings labelled abnormal, and those of a test split, are never trained on. The model file remembers which \
            recordings it was trained on, so that evaluate can leave them out.

            Examples:
              auscult train pca --data fan/id_00/normal -o fan.safetensors
              auscult train pca --data fan/id_00 --holdout 0.4 -o fan.safetensors
              auscult train pca --data fan -f log-mel --set log-mel.melBands=128 \\
                --set components=0.9 -o fan.safetensors
            """)

    @Argument(help: ArgumentHelp("The algorithm; see auscult models.", valueName: "model"))
    var model: String

    @Option(
        name: .customLong("data"), parsing: .upToNextOption,
        help: ArgumentHelp("Normal recordings: files, folders, a CSV index, or -.", valueName: "path"))
    var data: [String]

    @Option(name: .shortAndLong, help: ArgumentHelp("The model file to write.", valueName: "file"))
    var output: String

    @OptionGroup var features: FeatureOptions

    @Option(
        help: ArgumentHelp(
            "How the threshold is chosen from scores of normal data: quantile:0.99 or sigma:4.", valueName: "rule"))
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
            "Leave this share of the normal recordings out of training, chosen by the seed, to evaluate on.",
            valueName: "share"))
    var holdout = 0.0

    @OptionGroup var reading: ReadingOptions
    @OptionGroup var normalization: NormalizationOptions
    @OptionGroup var seeds: SeedOptions
    @OptionGroup var jobs: JobOptions
    @OptionGroup var common: CommonOptions

    @Flag(help: "Print the summary as one JSON document.")
    var json = false

    func run() async throws {
        let console = common.console
        let detector = try ModelRegistry.detector(named: model)
        var (chosen, options) = try FeatureChoice.parse(features.feature ?? "log-mel", settings: features.settings)
        guard chosen.count == 1 else {
            throw SignalError(.invalidOption, "a model is trained on one feature, not on \(chosen.count)")
        }
        let choice = chosen.removeFirst()
        guard (0..<1).contains(holdout) else {
            throw SignalError(.invalidOption, "--holdout is a share from 0 to less than 1, not \(holdout)")
        }
        var trainer = ModelTrainer(toolVersion: ToolVersion.current)
        trainer.rule = try ThresholdRule(text: threshold)
        trainer.thresholdMultiplier = thresholdMultiplier
        trainer.folds = folds
        trainer.aggregation = try ClipAggregation(text: aggregate)
        try check(options, for: detector)

        let readingOptions = try reading.resolved()
        let collected = try await collect(choice, readingOptions, console)
        let progress = Console(isQuiet: common.quiet || !common.verbose, isVerbose: common.verbose)
        let trained = try trainer.train(
            detector, options: options, on: collected.data,
            recipe: FeatureRecipe(
                schema: collected.data.schema,
                options: Dictionary(
                    uniqueKeysWithValues: choice.options.entries.map { ($0.name, $0.value.description) })),
            signal: SignalExpectation(
                sampleRate: collected.format.sampleRate, unit: collected.format.unit,
                channels: try (readingOptions.channels ?? SignalOpener.usualChannels(of: collected.firstPath))
                    .description,
                normalization: normalization.normalize ?? .none),
            digests: collected.digests, machines: collected.machines,
            context: FittingContext(seed: try seeds.value(), jobs: try jobs.count()) { step in
                try Interruption.check()
                progress.detail("\(step.step) (\(step.completed + 1) of \(step.total))")
                return .proceed
            })
        try SafetensorsFile.write(trained.archived(), to: output)
        try AtomicFile.write(Array(trained.card.utf8), to: cardPath)
        for warning in trained.provenance.warnings { console.warn(warning) }
        try report(trained, collected, console)
        try collected.failures.conclude(console)
    }

    /// The card lies beside the model, as Markdown.
    private var cardPath: String {
        let base = output.hasSuffix(".safetensors") ? String(output.dropLast(12)) : output
        return base + ".md"
    }

    /// Refuses wrong options before hours of features are computed.
    private func check(_ options: [(name: String, text: String)], for detector: any Detector.Type) throws {
        func check<Algorithm: Detector>(_ type: Algorithm.Type) throws { _ = try Algorithm.Options().setting(options) }
        try check(detector)
    }

    /// What was read for training.
    private struct Collected {
        var data: TrainingData
        var format: SignalFormat
        var firstPath: String
        var digests: [Int64]
        var machines: [String]
        var skipped: Int
        var heldOut: Int
        var failures: Failures
    }

    /// One recording's frames on the way from a worker.
    private struct Clip: Sendable {
        var item: DatasetItem
        var frames: FeatureFrames
        var schema: FeatureSchema
        var format: SignalFormat
        var digest: Int64
        var summary: FeaturePipeline.Summary
    }

    private func collect(
        _ choice: FeatureChoice, _ reading: SignalReadingOptions, _ console: Console
    ) async throws -> Collected {
        let (items, skipped, heldOut, unusable) = try inputs(console)
        let progress = ProgressLine("reading", total: items.count, console: console)
        let clips = Mutex<[Clip]>([])
        let failures = Mutex(unusable)
        let normalize = normalization.normalize ?? .none
        // Tables of one sensor differ a little in their measured rates; the first one's serves for all.
        let rate = try? SignalOpener.open(items[0].path, options: reading).format.sampleRate
        try await ParallelWork.run(jobs: jobs.count(), over: items) {
            FeaturePipeline(
                features: [choice], reading: reading, normalization: normalize, nominalRate: rate)
        } work: { (pipeline: FeaturePipeline, item: DatasetItem) -> Result<Clip, SignalError> in
            Result.capturing(path: item.path) {
                let (frames, summary) = try pipeline.allFrames(item.path)
                let digest = Int64(bitPattern: try ContentDigest.of(file: item.path))
                return Clip(
                    item: item, frames: frames[0], schema: pipeline.schemas[0], format: summary.format,
                    digest: digest, summary: summary)
            }
        } deliver: { result in
            switch result {
            case .success(let clip):
                progress.advance(seconds: Double(clip.frames.count) * clip.schema.hopSeconds)
                clips.withLock { $0.append(clip) }
                failures.withLock { $0.note(clip.summary, of: clip.item.path, console) }
            case .failure(let error):
                progress.advance(failed: true)
                failures.withLock { $0.add(error) }
            }
        }
        try Interruption.check()
        let failed = failures.withLock { $0 }
        let collected = clips.withLock { $0 }
        if collected.isEmpty { try failed.conclude(console) }
        return try join(collected, skipped: skipped, heldOut: heldOut, failures: failed)
    }

    /// The recordings to train on: not abnormal, not of a test split, and not held out.
    private func inputs(
        _ console: Console
    ) throws -> (items: [DatasetItem], skipped: Int, heldOut: Int, failures: Failures) {
        let walk = InputWalk(paths: data, endsWithNull: false)
        var items: [DatasetItem] = []
        var skipped = 0
        var failures = Failures()
        while let next = walk.next() {
            switch next {
            case .success(let item) where item.label == .abnormal || item.split == .test: skipped += 1
            case .success(let item): items.append(item)
            case .failure(let error): failures.add(error)
            }
        }
        if skipped > 0 { console.note("\(skipped) recordings labelled abnormal or meant for testing are left out") }
        let heldOut = Int((Double(items.count) * holdout).rounded())
        if heldOut > 0 {
            var generator = SeededGenerator(seed: try seeds.value(), stream: 0x401D)
            let dropped = Set(items.indices.shuffled(using: &generator).prefix(heldOut))
            items = items.indices.filter { !dropped.contains($0) }.map { items[$0] }
            console.note("\(heldOut) normal recordings are held out of training")
        }
        guard !items.isEmpty else {
            try failures.conclude(console)
            throw SignalError(
                .insufficientData, "there is no normal recording to train on in \(data.joined(separator: " "))")
        }
        let machines = Set(items.map { "\($0.machine ?? "")/\($0.id ?? "")" })
        if machines.count > 1 {
            console.warn("\(machines.count) different machines are trained on together; a model of each hears more")
        }
        return (items, skipped, heldOut, failures)
    }

    private func join(_ clips: [Clip], skipped: Int, heldOut: Int, failures: Failures) throws -> Collected {
        guard let first = clips.first else {
            throw SignalError(.insufficientData, "none of the recordings could be read")
        }
        var frames = FeatureFrames(columnCount: first.schema.columns.count)
        frames.reserveCapacity(clips.reduce(0) { $0 + $1.frames.count })
        var segments: [Range<Int>] = []
        for clip in clips {
            guard clip.format == first.format else {
                throw SignalError(
                    .mismatch,
                    "\(Self.words(clip.format)), but \(first.item.path) has \(Self.words(first.format)); train on "
                        + "recordings of one kind"
                ).at(path: clip.item.path)
            }
            guard !clip.frames.isEmpty else {
                throw SignalError(.insufficientData, "too short for one frame of the feature").at(path: clip.item.path)
            }
            segments.append(frames.count..<frames.count + clip.frames.count)
            frames.append(contentsOf: clip.frames)
        }
        let machines = Set(
            clips.compactMap { clip in
                clip.item.machine.map { machine in clip.item.id.map { "\(machine)/\($0)" } ?? machine }
            })
        return Collected(
            data: TrainingData(schema: first.schema, frames: frames, segments: segments), format: first.format,
            firstPath: first.item.path,
            digests: clips.map(\.digest), machines: machines.sorted(), skipped: skipped, heldOut: heldOut,
            failures: failures)
    }

    private static func words(_ format: SignalFormat) -> String {
        "\(OptionValue.number(format.sampleRate)) Hz in \(format.unit.rawValue), channels "
            + format.channelNames.joined(separator: " ")
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

    private func report(_ trained: TrainedModel, _ collected: Collected, _ console: Console) throws {
        let summary = Summary(
            model: trained.algorithm, feature: trained.recipe.feature, output: output, card: cardPath,
            recordings: trained.provenance.recordingCount, frames: trained.provenance.frameCount,
            columns: trained.detector.columnCount, leftOut: collected.skipped, heldOut: collected.heldOut,
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
                \(summary.model) on \(summary.feature): \(summary.recordings) recordings, \(summary.frames) frames of \
                \(summary.columns) columns
                threshold \(summary.clipThreshold) a recording, \(summary.frameThreshold) a frame \
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
