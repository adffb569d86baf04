import Learning
import SignalCore
import SignalIO

extension ForecastSeries {
    /// The frames of a recording.
    ///
    /// - Parameters:
    ///   - names: the columns to forecast, all when empty.
    /// - Throws: `SignalError` with the path.
    init(recording path: String, feature: FeatureChoice, reading: SignalReadingOptions, names: [String]) throws {
        let pipeline = FeaturePipeline(features: [feature], reading: reading, normalization: .none)
        do {
            let (frames, _) = try pipeline.allFrames(path)
            try self.init(frames[0], schema: pipeline.schemas[0], path: path, names: names)
        } catch let error as SignalError {
            throw error.at(path: path)
        }
    }

    private init(_ frames: FeatureFrames, schema: FeatureSchema, path: String, names: [String]) throws {
        let all = schema.columns.map(\.name)
        let chosen =
            try names.isEmpty
            ? Array(all.indices)
            : names.map { name in
                guard let index = all.firstIndex(of: name) else {
                    throw SignalError(.invalidOption, NearestName.unknown("column", name, among: all))
                }
                return index
            }
        guard chosen.count <= Self.mostColumns else {
            throw SignalError(
                .limitExceeded,
                "\(schema.feature) has \(chosen.count) columns, more than the \(Self.mostColumns) that are forecast at once; "
                    + "choose some with --columns, or --feature vibration for the loudness")
        }
        var values: [Float] = []
        values.reserveCapacity(frames.count * chosen.count)
        for frame in 0..<frames.count {
            for column in chosen { values.append(frames.values[frame * frames.columnCount + column]) }
        }
        try self.init(
            FeatureFrames(columnCount: chosen.count, times: frames.times, values: values),
            columns: chosen.map { schema.columns[$0] }, path: path)
    }

    /// The most columns of a feature.
    private static let mostColumns = 128

    /// The scores that a detector gives every row or frame of an input; its threshold is what should not be reached.
    ///
    /// - Throws: `SignalError` with the path.
    init(scores path: String, model: ModelFile, reading: ReadingOptions, label: String?) throws {
        let input = try ModelInput(model, reading, label: label, normalization: nil)
        let loaded = try input.load(path)
        let detector = model.model.detector
        do {
            let run = loaded.segments.last ?? 0..<0
            let scores = try detector.scores(loaded.frames.frames(in: run))
            // A score belongs to the last frame it looks at.
            let times = loaded.frames.times[run].suffix(scores.count)
            try self.init(
                FeatureFrames(columnCount: 1, times: Array(times), values: scores),
                columns: [FeatureColumn("score")], path: path)
        } catch let error as SignalError {
            throw error.at(path: path)
        }
        threshold = Double(model.model.frameThreshold.value)
        if loaded.hasAbsoluteTimes {
            startTime = 0
            timeText = { RowTime.date($0).description }
        }
    }

    private init(_ frames: FeatureFrames, columns: [FeatureColumn], path: String) throws {
        guard frames.count > 1 else {
            throw SignalError(
                .insufficientData, "gives \(frames.count) frames, which say nothing of how they go on")
        }
        let steps = zip(frames.times.dropFirst(), frames.times).map { $0 - $1 }.sorted()
        self.init(
            path: path, columns: columns, frames: frames, segments: [0..<frames.count], spacing: steps[steps.count / 2],
            startTime: nil, timeText: { String(($0 * 1e6).rounded() / 1e6) })
    }
}
