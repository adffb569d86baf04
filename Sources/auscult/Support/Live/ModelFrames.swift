import FeatureExtraction
import Learning
import Monitoring
import SignalCore
import SignalIO

/// The frames of one model, live: the same extractor or table pipeline that `detect` runs, fed piece by piece.
struct ModelFrames: LiveFrames {
    private enum Way {
        case signal(FeatureChoice, SignalExpectation)
        case table(TableChoice, TableExpectation)
    }

    private let file: ModelFile
    private let way: Way
    private var format: SignalFormat?
    private var extractor: (any FeatureExtractor)?
    private var pipeline: TabularPipeline?

    let columns: [FeatureColumn]

    /// - Throws: `SignalError` with code `mismatch` for a model that needs to see a whole recording.
    init(_ file: ModelFile) throws {
        self.file = file
        columns = file.model.recipe.schema.columns
        guard file.model.recipe.schema.isCausal else {
            throw SignalError(
                .mismatch,
                "was trained on frames that look ahead (\(file.model.recipe.feature), centred or interpolated), so it cannot run "
                    + "live; train one without"
            ).at(path: file.path)
        }
        switch file.model.input {
        case .signal(let signal):
            guard signal.normalization == .none else {
                throw SignalError(
                    .mismatch,
                    "was trained on recordings of equal loudness, which is known only at the end of each; train one without "
                        + "--normalize rms to run it live"
                ).at(path: file.path)
            }
            way = .signal(try file.feature(), signal)
        case .table(let table):
            way = .table(try TableChoice(model: file.model, table: table, label: nil), table)
        }
    }

    mutating func start(_ origin: StreamOrigin) throws {
        switch way {
        case .signal(let feature, let expectation):
            guard let stated = origin.format else { throw Self.wrongKind("recordings", "a table") }
            let format = stated.adopting(nominalRate: expectation.sampleRate)
            try expectation.requireMatch(format)
            if extractor == nil || format != self.format {
                let made = try feature.makeExtractor(format: format)
                try file.model.recipe.requireMatch(made.schema)
                (extractor, self.format) = (made, format)
            } else {
                extractor?.reset()
            }
        case .table(let choice, let expectation):
            guard origin.format == nil else { throw Self.wrongKind("sensor tables", "a recording") }
            pipeline = try TabularPipeline(
                schema: FeatureSchema(
                    feature: TableChoice.name, columns: expectation.columns, hopSeconds: expectation.rowSpacing),
                options: choice.options, startTime: expectation.hasAbsoluteTimes ? origin.time : nil)
        }
    }

    mutating func take(_ arrival: Arrival, into frames: inout FeatureFrames) throws {
        switch arrival {
        case .start: break
        case .samples(let block): try extractor?.consume(block, into: &frames)
        case .rows(let rows): try pipeline?.transform(rows, into: &frames)
        case .end:
            try extractor?.finish(into: &frames)
            try pipeline?.finish(into: &frames)
        }
    }

    private static func wrongKind(_ wanted: String, _ found: String) -> SignalError {
        SignalError(.mismatch, "the model is of \(wanted), this is \(found)")
    }
}

/// The alarm of a model by a policy.
struct PolicyAlarm: AlarmDecision {
    private let policy: AlarmPolicy
    private let threshold: Threshold
    private var tracker: AlarmTracker

    init(_ policy: AlarmPolicy, threshold: Threshold) throws {
        (self.policy, self.threshold) = (policy, threshold)
        tracker = try AlarmTracker(policy, threshold: threshold)
    }

    mutating func isOn(time: Double, score: Float) throws -> Bool {
        _ = try tracker.consume(time: time, score: score)
        return tracker.isOn
    }

    mutating func reset() throws { tracker = try AlarmTracker(policy, threshold: threshold) }
}

/// A forecaster of the rows of a table, at its last step.
struct TableForecast: LiveForecast {
    let model: CalibratedForecaster
    let names: [String]

    /// - Parameters:
    ///   - columns: the columns of the frames that it will see.
    /// - Throws: `SignalError` with code `mismatch` when they are not the forecaster's.
    init(_ file: ForecasterFile, columns: [FeatureColumn]) throws {
        guard file.forecaster.table.columns.map(\.name) == columns.map(\.name) else {
            throw SignalError(
                .mismatch,
                "forecasts \(file.forecaster.table.columns.map(\.name).joined(separator: ", ")), but the model looks at "
                    + columns.map(\.name).joined(separator: ", ")
            ).at(path: file.path)
        }
        model = file.forecaster.model
        names = file.forecaster.targets.map(\.name)
    }

    var contextLength: Int { model.forecaster.contextLength }

    func forecast(after frames: FeatureFrames) throws -> [(column: String, value: Double)] {
        let all = try model.forecaster.forecasts(frames)
        let last = (model.forecaster.horizon - 1) * names.count
        return names.enumerated().map { (column: $1, value: Double(all[last + $0])) }
    }
}
