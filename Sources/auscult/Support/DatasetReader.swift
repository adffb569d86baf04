import FeatureExtraction
import Foundation
import Learning
import SignalCore
import SignalIO
import Synchronization

/// What was read to learn from and to be judged by.
struct Dataset: Sendable {
    /// A series to be judged by: a recording with its label, or the rows of a table with theirs.
    struct TestSeries: Sendable {
        var item: DatasetItem
        var frames: FeatureFrames
        /// Frames that must not be joined: the machines of a table.
        var segments: [Range<Int>]
        /// Whether the recording is anomalous, or every frame of a table.
        var labels: Labels
        /// RMS as recorded in dB; `nil` for a table.
        var level: Double?
    }

    enum Labels: Sendable {
        case recording(isAnomalous: Bool)
        case rows([Bool])
    }

    var training: TrainingData
    var test: [TestSeries] = []
    var recipe: FeatureRecipe
    var input: InputExpectation
    var digests: [Int64]
    var rowCounts: [Int64] = []
    var machines: [String] = []
    /// Inputs (or rows of tables) that are known to be anomalous and were left out of training.
    var leftOut = 0
    /// Inputs (or rows of tables) that are held out of training.
    var heldOut = 0
    var failures: Failures

    var isTable: Bool { input.table != nil }
}

/// Reads recordings or sensor tables for training: not what is labelled abnormal, not what is held out.
struct DatasetReader {
    let paths: [String]
    let features: FeatureOptions
    let reading: ReadingOptions
    let normalization: LoudnessNormalization
    let tables: TableFlags
    /// The share that is held out: of normal recordings by the seed, of the rows of tables the last ones.
    let holdout: Double?
    /// Whether what is held out and what is labelled is wanted as test data.
    var wantsTest = false
    /// Whether all that is labelled is wanted as test data, what is trained on too: to judge other models by.
    var usesEverythingForTest = false
    /// Whether settings under a dotted name may belong to a part of the model.
    var hasMembers = false
    let jobs: Int
    let seed: UInt64
    let console: Console

    /// Reads everything.
    ///
    /// - Returns: the data, and the settings of `--set` that belong to no feature.
    func read() async throws -> (dataset: Dataset, options: [(name: String, text: String)]) {
        if let holdout, !(0..<1).contains(holdout) {
            throw SignalError(.invalidOption, "--holdout is a share from 0 to less than 1, not \(holdout)")
        }
        let kind = try features.kind(paths: paths, members: hasMembers)
        switch kind {
        case .tables(let settings, let options):
            let choice = try TableChoice(
                settings: settings, reading: tables.resolved(unit: reading.unit), label: tables.label)
            return (try await readTables(choice), options)
        case .recordings(let choice, let options):
            return (try await readRecordings(choice), options)
        }
    }

    /// The inputs that paths stand for, and those that cannot be used.
    func items() throws -> (items: [DatasetItem], failures: Failures) {
        let walk = InputWalk(paths: paths, endsWithNull: false)
        var items: [DatasetItem] = []
        var failures = Failures()
        while let next = walk.next() {
            switch next {
            case .success(let item): items.append(item)
            case .failure(let error): failures.add(error)
            }
        }
        return (items, failures)
    }
}

/// What a command works on, as `--feature` and the inputs say.
enum FeatureKind {
    /// Recordings through one feature; and the settings that belong to the algorithm.
    case recordings(FeatureChoice, options: [(name: String, text: String)])
    /// Sensor tables, with the settings of the feature `table`.
    case tables(settings: [(name: String, text: String)], options: [(name: String, text: String)])
}

extension FeatureOptions {
    /// Decides between recordings and tables: by the feature asked for, else by what the first input is.
    ///
    /// - Parameter members: whether settings under a dotted name may belong to a part of the model.
    func kind(paths: [String], members: Bool) throws -> FeatureKind {
        let name = try feature ?? Self.usualFeature(of: paths)
        guard name == TableChoice.name else {
            var (chosen, options) = try FeatureChoice.parse(name, settings: settings, members: members)
            guard chosen.count == 1 else {
                throw SignalError(.invalidOption, "a model is trained on one feature, not on \(chosen.count)")
            }
            return .recordings(chosen.removeFirst(), options: options)
        }
        let prefix = TableChoice.name + "."
        let all = try settings.map { text in
            guard let mark = text.firstIndex(of: "=") else {
                throw SignalError(.invalidOption, "--set takes key=value, not '\(text.escapingControlCharacters)'")
            }
            return (name: String(text[..<mark]), text: String(text[text.index(after: mark)...]))
        }
        return .tables(
            settings: all.filter { $0.name.hasPrefix(prefix) }.map {
                (String($0.name.dropFirst(prefix.count)), $0.text)
            },
            options: all.filter { !$0.name.hasPrefix(prefix) })
    }

    private static func usualFeature(of paths: [String]) throws -> String {
        // Inputs of standard input are recordings, or named by --feature: looking at them would use them up.
        guard !paths.contains("-") else { return "log-mel" }
        var walker = DatasetWalker(paths: paths)
        while let next = walker.next() {
            if case .success(let item) = next {
                return try SensorTable.isLikely(item.path) ? TableChoice.name : "log-mel"
            }
        }
        return "log-mel"
    }
}
