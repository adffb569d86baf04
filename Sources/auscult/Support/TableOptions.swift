import ArgumentParser
import FeatureExtraction
import Learning
import SignalCore
import SignalIO

/// Which columns of sensor tables are what.
struct TableFlags: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Columns of a sensor table to use, separated by commas (default: all numbers).", valueName: "names"))
    var columns: String?

    @Option(
        help: ArgumentHelp(
            "The label column of a sensor table (default: anomaly, label or failure, where there is one).",
            valueName: "name"))
    var label: String?

    /// How tables are read.
    ///
    /// - Parameter unit: the column that tells which machine a row belongs to.
    func resolved(unit: String?) -> SensorTableOptions {
        var options = SensorTableOptions()
        options.columns = columns.map { $0.split(separator: ",").map(String.init) } ?? []
        options.labels = label.map { [$0] } ?? []
        options.unit = unit
        return options
    }
}

/// How sensor tables are read and what is made of their columns: the feature `table`.
struct TableChoice: Sendable {
    /// The name of the feature.
    static var name: String { TabularPipeline.name }

    var options: TabularOptions
    var reading: SensorTableOptions
    /// The label column that was asked for.
    var label: String?

    init(settings: [(name: String, text: String)], reading: SensorTableOptions, label: String?) throws {
        do {
            options = try TabularOptions().setting(settings)
        } catch let error as SignalError {
            throw SignalError(error.code, "\(Self.name): \(error.message)")
        }
        self.reading = reading
        self.label = label
    }

    /// What a model was trained on.
    init(model: TrainedModel, table: TableExpectation, label: String?) throws {
        var reading = SensorTableOptions()
        reading.columns = table.columns.map(\.name)
        reading.labels = label.map { [$0] } ?? []
        try self.init(
            settings: model.recipe.options.sorted { $0.key < $1.key }.map { (name: $0.key, text: $0.value) },
            reading: reading, label: label)
    }

    /// The options as a person would type them, for a model's recipe.
    func texts() throws -> [String: String] {
        Dictionary(uniqueKeysWithValues: try options.values().entries.map { ($0.name, $0.value.description) })
    }

    /// Makes frames of a table.
    ///
    /// - Throws: `SignalError` as ``TabularPipeline``.
    func frames(of content: SensorTableContent) throws -> TableFrames {
        let start = content.startTime
        var pipeline = try TabularPipeline(schema: content.schema, options: options, startTime: start)
        var frames = FeatureFrames(columnCount: pipeline.schema.columns.count)
        var rows: [Int] = []
        var segments: [Range<Int>] = []
        for segment in content.segments {
            pipeline.reset()
            let first = frames.count
            try pipeline.transform(content.frames.frames(in: segment), into: &frames)
            rows += pipeline.sourceRows.map { segment.lowerBound + $0 }
            try pipeline.finish(into: &frames)
            rows += pipeline.sourceRows.map { segment.lowerBound + $0 }
            if frames.count > first { segments.append(first..<frames.count) }
        }
        if let start {
            // Seasons are of the calendar, not of the hour in which a table happens to begin.
            frames = FeatureFrames(
                columnCount: frames.columnCount, times: frames.times.map { $0 + start }, values: frames.values)
        }
        return TableFrames(schema: pipeline.schema, frames: frames, rows: rows, segments: segments)
    }

    /// The labels of the rows: of the column asked for, or the first that labels single rows.
    func labels(of content: SensorTableContent) -> [Bool]? {
        let wanted = label?.lowercased()
        let column =
            content.labels.first { $0.name.lowercased() == wanted }
            ?? content.labels.first { $0.name.lowercased() != "changepoint" }
        return column.map { $0.values.map { $0 == 1 } }
    }
}

/// The frames of one table.
struct TableFrames: Sendable {
    /// What the columns mean.
    let schema: FeatureSchema
    /// The frames; times are seconds from 1970-01-01 UTC where the table tells.
    let frames: FeatureFrames
    /// The row of the table that every frame belongs to, from 0.
    let rows: [Int]
    /// The frames of every machine.
    let segments: [Range<Int>]
}
