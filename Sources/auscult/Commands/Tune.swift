import ArgumentParser
import Foundation
import Learning
import Reporting
import SignalCore
import SignalIO

/// Searches the options of an algorithm.
struct Tune: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tune",
        abstract: "Seeded random search over the options of a model.",
        discussion: """
            Trials are fitted on the first part of the normal data and judged on the rest, a share of --validation: by how \
            clearly normal stretches are told from the same ones with one column moved, frozen, mirrored or displaced. No \
            label is seen. With --labelled the trials are judged by labelled data instead, and the options are then fitted \
            to these labels: measure them on others.

            Trial 0 is the defaults. What a trial tries depends on the seed and its number alone, so a search can be made \
            longer. With --state it can be interrupted and resumed.

            Examples:
              auscult tune pca --data fan/id_00/normal --trials 30
              auscult tune isolation-forest --data sensors.csv --set table.preset=statistics --trials 50 --state tune.jsonl
            """)

    @Argument(help: ArgumentHelp("The algorithm; see auscult models.", valueName: "model"))
    var model: String

    @Option(
        name: .customLong("data"), parsing: .upToNextOption,
        help: ArgumentHelp("Normal recordings or sensor tables, as in train.", valueName: "path"))
    var data: [String]

    @Option(help: ArgumentHelp("How many trials, the defaults among them.", valueName: "n"))
    var trials = 20

    @Option(help: ArgumentHelp("The share of the normal data that trials are judged on.", valueName: "share"))
    var validation = 0.25

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp("Judge by this labelled data instead of by disturbances.", valueName: "path"))
    var labelled: [String] = []

    @Option(help: ArgumentHelp("Keep finished trials in this file, and go on from it.", valueName: "file"))
    var state: String?

    @Option(help: ArgumentHelp("How a recording's score comes from its frames', as in train.", valueName: "rule"))
    var aggregate = "mean"

    @OptionGroup var features: FeatureOptions
    @OptionGroup var tables: TableFlags
    @OptionGroup var reading: ReadingOptions
    @OptionGroup var normalization: NormalizationOptions
    @OptionGroup var seeds: SeedOptions
    @OptionGroup var jobs: JobOptions
    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions

    @Flag(help: "One JSON document instead of a table.")
    var json = false

    private struct Document: Encodable {
        let model: String
        let basis: String
        let seed: UInt64
        let ranges: [String: String]
        let trials: [SearchTrial]
        let best: SearchTrial?
        /// What to write after `auscult train`.
        let settings: [String]
    }

    func run() async throws {
        let console = common.console
        guard (1...100_000).contains(trials) else {
            throw SignalError(.invalidOption, "--trials is 1 to 100000, not \(trials)")
        }
        guard validation > 0, validation <= 0.9 else {
            throw SignalError(.invalidOption, "--validation is a share above 0 and at most 0.9, not \(validation)")
        }
        let detector = try ModelRegistry.detector(named: model)
        let aggregation = try ClipAggregation(text: aggregate)
        let (seed, jobCount) = (try seeds.value(), try jobs.count())
        var reader = try reader(data, wantsTest: false, seed: seed, jobs: jobCount)
        reader.hasMembers = detector is any CompositeDetector.Type
        let (dataset, fixed) = try await reader.read()
        let search = try RandomSearch(of: detector, fixed: fixed, seed: seed)
        if search.ranges.isEmpty { console.warn("\(model) has no option left to search; only the defaults are tried") }
        let (training, rest) = try split(dataset, seed: seed)
        let judge =
            labelled.isEmpty
            ? try SearchJudge(disturbing: rest, seed: seed)
            : try await labelledJudge(dataset, aggregation, seed: seed, jobs: jobCount)
        let log = try TrialLog(path: state, identity: identity(dataset, fixed, seed: seed))
        for number in 0..<trials where log.trial(number) == nil {
            if Interruption.isRequested { break }
            let title = "\(model) trial \(number + 1)/\(trials)"
            let progress = FittingProgressLine(title, console: console)
            let trial = try search.trial(
                number, training: training, judge: judge,
                context: FittingContext(seed: seed, jobs: jobCount, report: { progress.report($0) }))
            // A fit that was stopped early is no fair trial.
            if Interruption.isRequested { break }
            try log.append(trial)
            let found = trial.quality.map { Text.number($0, digits: 4) } ?? trial.failure ?? ""
            console.detail("\(title): \(found)")
        }
        let done = log.trials.filter { $0.number < trials }
        let best = SearchTrial.best(of: done)
        let document = Document(
            model: model, basis: judge.basis, seed: seed,
            ranges: Dictionary(uniqueKeysWithValues: search.ranges.map { ($0.name, $0.words) }), trials: done,
            best: best,
            settings: (best?.options ?? [:]).sorted { $0.key < $1.key }.map { "--set \($0.key)=\($0.value)" })
        let result = try ResultOutput(path: output.output)
        try result.write(json ? JSONText.document(document) : table(document))
        try result.finish()
        try dataset.failures.conclude(console)
    }

    private func reader(_ paths: [String], wantsTest: Bool, seed: UInt64, jobs: Int) throws -> DatasetReader {
        DatasetReader(
            paths: paths, features: features, reading: reading, normalization: normalization.normalize ?? .none,
            tables: tables, holdout: wantsTest ? nil : 0, wantsTest: wantsTest, jobs: jobs, seed: seed,
            console: common.console)
    }

    /// The data to fit on and the data to judge on: of tables and of a single recording the last part, of several
    /// recordings some chosen by the seed.
    private func split(_ dataset: Dataset, seed: UInt64) throws -> (TrainingData, TrainingData) {
        let data = dataset.training
        if !dataset.isTable, data.segments.count > 1 {
            var generator = SeededGenerator(seed: seed, stream: 0x7E57)
            let order = data.segments.indices.shuffled(using: &generator)
            let count = min(max(1, Int((Double(order.count) * validation).rounded())), order.count - 1)
            return (data.selecting(order.dropFirst(count).sorted()), data.selecting(order.prefix(count).sorted()))
        }
        let edge = Int((Double(data.frames.count) * (1 - validation)).rounded())
        guard edge > 0, edge < data.frames.count else {
            throw SignalError(.insufficientData, "\(data.frames.count) frames are too few to hold some out")
        }
        func part(_ range: Range<Int>) -> TrainingData {
            let segments = data.segments.map { $0.clamped(to: range) }.filter { !$0.isEmpty }
            return TrainingData(
                schema: data.schema, frames: data.frames.frames(in: range),
                segments: segments.map { $0.lowerBound - range.lowerBound..<$0.upperBound - range.lowerBound })
        }
        return (part(0..<edge), part(edge..<data.frames.count))
    }

    /// Judges by labelled data, read as the training data was.
    private func labelledJudge(
        _ dataset: Dataset, _ aggregation: ClipAggregation, seed: UInt64, jobs: Int
    ) async throws -> SearchJudge {
        var reader = try reader(labelled, wantsTest: true, seed: seed, jobs: jobs)
        reader.usesEverythingForTest = true
        reader.hasMembers = true
        let (judged, _) = try await reader.read()
        guard judged.recipe.schema.columns == dataset.recipe.schema.columns else {
            throw SignalError(.mismatch, "the data of --labelled has other columns than that of --data")
        }
        var rows: [LabelledFrames] = []
        var clips: [(frames: FeatureFrames, isAnomalous: Bool)] = []
        for series in judged.test {
            switch series.labels {
            case .recording(let isAnomalous): clips.append((series.frames, isAnomalous))
            case .rows(let labels):
                rows += series.segments.map {
                    LabelledFrames(frames: series.frames.frames(in: $0), labels: Array(labels[$0]))
                }
            }
        }
        return dataset.isTable
            ? SearchJudge(labelled: rows) : SearchJudge(labelled: clips, aggregation: aggregation)
    }

    private func identity(_ dataset: Dataset, _ fixed: [(name: String, text: String)], seed: UInt64) -> String {
        let recipe = dataset.recipe.options.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        return "\(model) \(fixed) \(recipe) \(dataset.digests) \(seed) \(validation) \(labelled) \(aggregate)"
    }

    private func table(_ document: Document) -> String {
        let names = document.ranges.keys.sorted()
        var table = TextTable(["trial", "quality"] + names + ["note"])
        for trial in document.trials.sorted(by: { ($0.quality ?? -1, -$0.number) > ($1.quality ?? -1, -$1.number) }) {
            table.append(
                ["\(trial.number)", trial.quality.map { Text.number($0, digits: 4) } ?? ""]
                    + names.map { trial.options[$0] ?? (trial.number == 0 ? "default" : "") } + [trial.failure ?? ""])
        }
        var text = "quality: AUC of \(document.basis)\n" + table.rendered()
        if let best = document.best {
            text +=
                best.number == 0
                ? "best: the defaults\n"
                : "best: auscult train \(document.model) \(document.settings.joined(separator: " "))\n"
        }
        return text
    }
}

/// Finished trials, one JSON object a line, so that a search can be resumed.
final class TrialLog {
    private struct Header: Codable, Equatable {
        let search: String
    }

    private(set) var trials: [SearchTrial] = []
    private let path: String?
    private let header: Header

    /// Reads what is there; a file of another search is refused.
    init(path: String?, identity: String) throws {
        self.path = path
        header = Header(search: ContentDigest.hexadecimal(ContentDigest.of(identity)))
        guard let path, FileManager.default.fileExists(atPath: path) else { return }
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw SignalError(.unreadable, "cannot be read as the state of a search").at(path: path)
        }
        let lines = text.split(separator: "\n")
        let decoder = JSONDecoder()
        guard let first = lines.first, let found = try? decoder.decode(Header.self, from: Data(first.utf8)) else {
            throw SignalError(.malformed, "is no state of a search; delete it or name another").at(path: path)
        }
        guard found == header else {
            throw SignalError(
                .mismatch,
                "is the state of another search (model, data, options or seed differ); delete it or name another"
            ).at(path: path)
        }
        for (number, line) in lines.enumerated().dropFirst() {
            guard let trial = try? decoder.decode(SearchTrial.self, from: Data(line.utf8)) else {
                throw SignalError(.malformed, "is no trial; delete the line").at(path: path, line: number + 1)
            }
            trials.append(trial)
        }
    }

    /// The trial of a number, when it is done.
    func trial(_ number: Int) -> SearchTrial? { trials.first { $0.number == number } }

    /// Keeps a trial; the file is whole at every moment.
    func append(_ trial: SearchTrial) throws {
        trials.append(trial)
        guard let path else { return }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        var text = String(decoding: try encoder.encode(header), as: UTF8.self) + "\n"
        for trial in trials { text += String(decoding: try encoder.encode(trial), as: UTF8.self) + "\n" }
        try AtomicFile.write(Array(text.utf8), to: path)
    }
}
