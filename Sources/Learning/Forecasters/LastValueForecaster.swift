public import SignalCore

/// Options of ``LastValueForecaster``.
public struct LastValueForecasterOptions: AlgorithmOptions {
    /// The number of frames that are forecast, 1 to 1000; default 1.
    public var horizon = 1
    /// The number of first columns that are forecast, 0 (all) to 65536; default 0.
    public var targets = 0

    /// The defaults.
    public init() {}

    /// Checks every option's range.
    public func validate() throws {
        try OptionRange.check("horizon", horizon, in: 1...1000)
        try OptionRange.check("targets", targets, in: 0...65_536)
    }
}

/// Forecasts that everything stays as it is: what every other forecaster has to beat.
public struct LastValueForecaster: Forecaster {
    /// The name used on the command line and in files.
    public static let name = "last-value"
    /// One line for listings.
    public static let summary = "the last frame once more: the baseline for all others"

    /// The options the model was fitted with.
    public let options: LastValueForecasterOptions
    /// The number of columns a frame must have.
    public let columnCount: Int
    /// The number of columns that are forecast.
    public var targetCount: Int { options.targets == 0 ? columnCount : options.targets }
    /// One frame.
    public var contextLength: Int { 1 }
    /// The number of frames that are forecast.
    public var horizon: Int { options.horizon }

    /// Learns the number of columns.
    ///
    /// - Throws: `SignalError` with code `insufficientData` when there is no frame with one that follows, `malformed`
    ///   naming the frame and column of a value that is not finite, or `invalidOption`.
    public static func fit(
        _ data: TrainingData, options: LastValueForecasterOptions, context: FittingContext
    ) throws -> LastValueForecaster {
        try options.validate()
        _ = try ForecastNetwork.targetCount(options.targets, columns: data.frames.columnCount)
        _ = try data.windowStarts(length: 1 + options.horizon, stride: 1, fewest: 1, for: name)
        try data.frames.requireFinite(data.schema)
        return LastValueForecaster(options: options, columnCount: data.frames.columnCount)
    }

    /// The forecast after every frame. Shape: frames x horizon x targets.
    public func forecasts(_ frames: FeatureFrames) throws -> [Float] {
        try frames.requireColumns(columnCount)
        try frames.requireFinite(nil)
        var forecasts: [Float] = []
        forecasts.reserveCapacity(frames.count * horizon * targetCount)
        for frame in 0..<frames.count {
            let row = frames.values[frames.range(ofFrame: frame)].prefix(targetCount)
            for _ in 0..<horizon { forecasts += row }
        }
        return forecasts
    }
}

extension LastValueForecaster {
    /// Reads a fitted model back.
    ///
    /// - Throws: `SignalError` naming the entry that is missing or out of range.
    public init(archive: ModelArchive) throws {
        try archive.requireAlgorithm(Self.name)
        let options = try archive.options(LastValueForecasterOptions.self)
        let columnCount = try archive.count("columns")
        guard (1...65_536).contains(columnCount) else {
            throw archive.unusable("columns", String(columnCount), "a whole number from 1 to 65536")
        }
        _ = try ForecastNetwork.targetCount(options.targets, columns: columnCount)
        self.init(options: options, columnCount: columnCount)
    }

    /// The fitted model: its options and the entry `columns`.
    public func archived() throws -> ModelArchive {
        var archive = ModelArchive(metadata: ["columns": String(columnCount)])
        try archive.store(algorithm: Self.name, options: options)
        return archive
    }
}
