public import SignalCore

/// Finds frames that did not come as forecast.
///
/// The error of a column is the absolute difference of forecast and frame, a mean over the horizon, relative to its mean
/// in training. Some consecutive errors are smoothed by an exponentially weighted mean, as by Hundman et al. ("Detecting
/// Spacecraft Anomalies Using LSTMs and Nonparametric Dynamic Thresholding", KDD 2018); the score is the mean or the
/// largest of the columns that are forecast, and belongs to the last frame. A column's share is its own smoothed error.
public struct ForecastErrorDetector: Detector {
    /// The name used on the command line and in files.
    public static let name = "forecast-error"
    /// One line for listings.
    public static let summary =
        "frames that did not come as forecast; by any forecaster, a recurrent network by default"
    /// A part of the data is held out, since networks take long to fit.
    public static let usualFolds = 1

    /// The options the model was fitted with.
    public let options: ForecastErrorOptions
    let forecaster: any Forecaster
    /// The mean error of every forecast column in training.
    let usual: [Double]
    private let inverseUsual: [Float]

    /// The number of columns a frame must have.
    public var columnCount: Int { forecaster.columnCount }
    /// The number of consecutive frames that one score looks at: those before the first forecast, the horizon, and as
    /// many more as errors are smoothed beyond the first.
    public var contextLength: Int { forecaster.contextLength + forecaster.horizon + options.smoothing - 1 }

    init(options: ForecastErrorOptions, forecaster: any Forecaster, usual: [Double]) {
        self.options = options
        self.forecaster = forecaster
        self.usual = usual
        inverseUsual = usual.map { Float(1 / $0) }
    }

    /// Learns the normal state: fits the forecaster and measures its errors.
    ///
    /// - Throws: `SignalError` with code `insufficientData` when there are fewer than ten windows of frames; or as the
    ///   forecaster's `fit`.
    public static func fit(
        _ data: TrainingData, options: ForecastErrorOptions, context: FittingContext
    ) throws -> ForecastErrorDetector {
        try options.validate()
        let member = try options.member()
        func fit<Member: Forecaster>(_ type: Member.Type) throws -> any Forecaster {
            try Member.fit(data, options: Member.Options().setting(member.settings), context: context)
        }
        let forecaster = try naming("forecaster") { try fit(member.type) }
        let unscaled = ForecastErrorDetector(
            options: options, forecaster: forecaster, usual: Array(repeating: 1, count: forecaster.targetCount))
        _ = try data.windowStarts(length: unscaled.contextLength, stride: 1, fewest: 10, for: name)
        var sums = Array(repeating: 0.0, count: forecaster.targetCount)
        var count = 0
        for segment in data.segments.indices {
            let errors = try unscaled.errors(data.frames(ofSegment: segment))
            for (index, error) in errors.enumerated() { sums[index % sums.count] += Double(error) }
            count += errors.count / sums.count
        }
        let means = sums.map { $0 / Double(max(count, 1)) }
        let typical = max(means.reduce(0, +) / Double(means.count), 1e-30)
        // A hundredth of the typical change of a column would be in units of other columns, so the floor rests on the
        // column's own spread.
        let spread = FrameScaler(data.frames).scale
        let usual = zip(means, spread).map { min(max($0, 0.01 * $1, 1e-6 * typical), 1e36) }
        return ForecastErrorDetector(options: options, forecaster: forecaster, usual: usual)
    }

    /// The score of every window; the same to the bit however the frames are cut into calls.
    public func scores(_ frames: FeatureFrames) throws -> [Float] {
        let columns = usual.count
        let errors = try smoothedErrors(frames)
        return stride(from: 0, to: errors.count, by: columns).map { start in
            let row = errors[start..<start + columns]
            if options.scoreRule == .maximum { return row.reduce(0, max) }
            return min(row.reduce(0) { $0 + $1 / Float(columns) }, .greatestFiniteMagnitude)
        }
    }

    /// Every column's smoothed error, relative to its mean in training; 0 for columns that are not forecast. Shape:
    /// windows x columns.
    public func contributions(_ frames: FeatureFrames) throws -> [Float] {
        let targets = usual.count
        let errors = try smoothedErrors(frames)
        if targets == columnCount { return errors }
        var contributions = Array(repeating: Float(0), count: errors.count / targets * columnCount)
        for (index, error) in errors.enumerated() {
            contributions[index / targets * columnCount + index % targets] = error
        }
        return contributions
    }

    /// The errors relative to usual, smoothed. Shape: windows x targets.
    private func smoothedErrors(_ frames: FeatureFrames) throws -> [Float] {
        let targets = usual.count
        let errors = try errors(frames)
        let windowCount = max(0, errors.count / targets - options.smoothing + 1)
        let alpha = 2 / (Float(options.smoothing) + 1)
        var smoothed = Array(repeating: Float(0), count: windowCount * targets)
        for window in 0..<windowCount {
            for target in 0..<targets {
                func error(_ step: Int) -> Float {
                    min(errors[(window + step) * targets + target] * inverseUsual[target], .greatestFiniteMagnitude)
                }
                var mean = error(0)
                for step in 1..<max(options.smoothing, 1) { mean += alpha * (error(step) - mean) }
                smoothed[window * targets + target] = mean
            }
        }
        return smoothed
    }

    /// The mean absolute error over the horizon, for every frame that a whole forecast ends at. Shape: frames x targets.
    private func errors(_ frames: FeatureFrames) throws -> [Float] {
        let (targets, horizon, columns) = (forecaster.targetCount, forecaster.horizon, forecaster.columnCount)
        let forecasts = try forecaster.forecasts(frames)
        let first = forecaster.contextLength
        let count = max(0, frames.count - first - horizon + 1)
        var errors = Array(repeating: Float(0), count: count * targets)
        let largest = Float.greatestFiniteMagnitude
        for window in 0..<count {
            for step in 0..<horizon {
                for target in 0..<targets {
                    let actual = frames.values[(window + first + step) * columns + target]
                    let forecast = forecasts[(window * horizon + step) * targets + target]
                    errors[window * targets + target] += min(abs(actual - forecast), largest) / Float(horizon)
                }
            }
        }
        return errors.map { min($0, largest) }
    }
}
