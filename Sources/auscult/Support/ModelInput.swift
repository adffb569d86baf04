import FeatureExtraction
import Learning
import SignalCore
import SignalIO

/// Reads recordings or tables as a model wants them. One object serves one thread.
final class ModelInput {
    /// One input as the model sees it.
    struct Loaded: Sendable {
        var frames: FeatureFrames
        /// Frames that must not be joined: the machines of a table.
        var segments: [Range<Int>]
        /// The row of a table that every frame belongs to; empty for a recording.
        var rows: [Int] = []
        /// The label of every frame of a table that has labels.
        var labels: [Bool]?
        /// Whether times are seconds from 1970-01-01 UTC.
        var hasAbsoluteTimes = false
        /// RMS of a recording in dB, where it was asked for.
        var level: Double?
        var warnings: [String]
        var isIncomplete: Bool
    }

    private enum Way {
        case recordings(FeaturePipeline, SignalExpectation)
        case tables(TableChoice, TableExpectation)
    }

    private let model: TrainedModel
    private let way: Way

    /// - Parameters:
    ///   - label: the label column of tables, where their usual one is not meant.
    ///   - normalization: refused when it is another than the model was trained with.
    ///   - measuresLevel: whether the level of recordings is wanted.
    init(
        _ file: ModelFile, _ options: ReadingOptions, label: String? = nil, normalization: LoudnessNormalization?,
        measuresLevel: Bool = false
    ) throws {
        model = file.model
        switch file.model.input {
        case .signal(let signal):
            way = .recordings(
                try file.pipeline(options, normalization: normalization, measuresLevel: measuresLevel), signal)
        case .table(let table):
            do {
                way = .tables(try TableChoice(model: file.model, table: table, label: label), table)
            } catch let error as SignalError {
                throw error.at(path: file.path)
            }
        }
    }

    /// Reads an input and checks it against what the model was trained on.
    ///
    /// - Throws: `SignalError` with the path.
    func load(_ path: String) throws -> Loaded {
        do {
            switch way {
            case .recordings(let pipeline, let signal):
                let (frames, summary) = try pipeline.allFrames(path)
                try signal.requireMatch(summary.format)
                try model.recipe.requireMatch(pipeline.schemas[0])
                return Loaded(
                    frames: frames[0], segments: [0..<frames[0].count], level: summary.level,
                    warnings: summary.warnings, isIncomplete: summary.isIncomplete)
            case .tables(let choice, let expectation):
                return try load(path, choice, expectation)
            }
        } catch let error as SignalError {
            throw error.at(path: path)
        }
    }

    private func load(_ path: String, _ choice: TableChoice, _ expectation: TableExpectation) throws -> Loaded {
        let content = try SensorTable.read(path: path, options: choice.reading)
        if content.hasTime {
            try expectation.requireMatch(
                rowSpacing: content.schema.hopSeconds, hasAbsoluteTimes: content.startTime != nil)
        }
        let made = try choice.frames(of: content)
        var schema = made.schema
        // Rows need not lie apart to the bit as in training; what matters was checked.
        schema.hopSeconds = model.recipe.schema.hopSeconds
        schema.frameSeconds = model.recipe.schema.frameSeconds
        try model.recipe.requireMatch(schema)
        let labels = choice.labels(of: content)
        return Loaded(
            frames: made.frames, segments: made.segments, rows: made.rows,
            labels: labels.map { labels in made.rows.map { labels[$0] } },
            hasAbsoluteTimes: content.startTime != nil, warnings: content.warnings,
            isIncomplete: content.isIncomplete)
    }
}
