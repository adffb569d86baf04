internal import SignalCore

/// What forecasters have in common that look at every column by itself.
struct ColumnForecasting: Sendable, Equatable {
    /// The number of columns a frame must have.
    let columnCount: Int
    /// The number of columns that are forecast, the first ones.
    let targetCount: Int
    /// The number of frames that are forecast.
    let horizon: Int

    /// - Throws: `SignalError` with code `invalidOption` when there are not as many columns as `targets`.
    init(columnCount: Int, targets: Int, horizon: Int) throws {
        self.columnCount = columnCount
        targetCount = try ForecastNetwork.targetCount(targets, columns: columnCount)
        self.horizon = horizon
    }

    /// Reads the entry `columns`.
    ///
    /// - Throws: `SignalError` naming the entry that is missing or out of range.
    init(archive: ModelArchive, targets: Int, horizon: Int) throws {
        let columnCount = try archive.count("columns")
        guard (1...65_536).contains(columnCount) else {
            throw archive.unusable("columns", String(columnCount), "a whole number from 1 to 65536")
        }
        try self.init(columnCount: columnCount, targets: targets, horizon: horizon)
    }

    /// Checks training data before anything is learnt of it.
    ///
    /// - Throws: `SignalError` with code `insufficientData` when no segment has so many frames in a row, `malformed`
    ///   naming the frame and column of a value that is not finite, or `invalidOption`.
    init(
        _ data: TrainingData, targets: Int, horizon: Int, fewestFrames: Int, for algorithm: String
    ) throws {
        try self.init(columnCount: data.frames.columnCount, targets: targets, horizon: horizon)
        try data.requireFrames(fewestFrames, for: algorithm)
        try data.frames.requireFinite(data.schema)
    }

    /// Writes the entry `columns`.
    func store(in archive: inout ModelArchive) { archive.metadata["columns"] = String(columnCount) }

    /// The forecasts of every window, column by column. Shape: windows x horizon x targets.
    ///
    /// - Parameter body: the forecast of a column after one window, as many values as the horizon has frames.
    /// - Throws: `SignalError` as ``Forecaster/forecasts(_:)``.
    func forecasts(
        _ frames: FeatureFrames, contextLength: Int, _ body: (_ window: ArraySlice<Double>, _ column: Int) -> [Double]
    ) throws -> [Float] {
        try frames.requireColumns(columnCount)
        try frames.requireFinite(nil)
        let windows = max(0, frames.count - contextLength + 1)
        guard windows > 0 else { return [] }
        var forecasts = Array(repeating: Float(0), count: windows * horizon * targetCount)
        for column in 0..<targetCount {
            let values = frames.column(column)
            for window in 0..<windows {
                let steps = body(values[window..<window + contextLength], column)
                for step in 0..<horizon {
                    forecasts[(window * horizon + step) * targetCount + column] = Self.finite(steps[step])
                }
            }
        }
        return forecasts
    }

    /// Single precision, finite whatever a model that grows makes of huge values.
    private static func finite(_ value: Double) -> Float {
        let largest = Float.greatestFiniteMagnitude
        return value.isNaN ? largest : max(-largest, min(largest, Float(value)))
    }
}

extension FeatureFrames {
    /// The values of one column.
    func column(_ column: Int) -> [Double] {
        stride(from: column, to: values.count, by: columnCount).map { Double(values[$0]) }
    }
}

extension TrainingData {
    /// The values of one column, segment by segment.
    func series(_ column: Int) -> [[Double]] {
        let all = frames.column(column)
        return segments.map { Array(all[$0]) }
    }

    /// The length of the longest segment, 0 when there is none.
    var longestSegment: Int { segments.map(\.count).max() ?? 0 }

    /// Refuses data in which no segment has so many frames.
    ///
    /// - Throws: `SignalError` with code `insufficientData`.
    func requireFrames(_ fewest: Int, for algorithm: String) throws {
        guard longestSegment >= fewest, frames.columnCount > 0 else {
            throw SignalError(
                .insufficientData,
                "the longest run has \(longestSegment) frames, too few to fit \(algorithm), which needs at least "
                    + "\(fewest) in a row")
        }
    }
}
