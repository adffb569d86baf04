internal import RealModule
public import SignalCore

/// How far what came was from forecasts that did not know it, step by step and column by column: what the intervals of a
/// forecast are made of (split conformal prediction: Lei et al., "Distribution-Free Predictive Inference for Regression",
/// Journal of the American Statistical Association 113, 2018).
///
/// The residuals come from rolling origins over the end of the training data, by a model that was fitted on what lies
/// before. They are taken relative to how much the column moved from frame to frame just before the origin, half and half
/// with how much it usually moves, so that intervals are wider in restless times; and relative to how much larger than
/// usual the forecasts' own errors were just before, so that they widen when a series leaves what was learnt (in the
/// manner of locally weighted conformal prediction, section 5.2 of the paper). Recent errors never narrow them, for on
/// frames that a model was fitted on its errors say too little. Of so many residuals n, an interval of
/// level p reaches to the ceil((n + 1) p)-th smallest, which holds at least p of new residuals if they are exchangeable
/// with the old ones. Afterwards the model is fitted anew on all data; it knows more then, so its errors are as large or
/// smaller in the mean.
public struct ForecastIntervals: Sendable, Equatable {
    /// The number of steps that are covered.
    public let horizon: Int
    /// The number of columns that are covered.
    public let targetCount: Int
    /// The number of origins that the residuals come from.
    public let originCount: Int
    /// The mean absolute change from frame to frame of every column in training, at least a thousandth of its spread.
    let usualChange: [Double]
    /// The mean residual relative to the change, step by step. Shape: steps x columns; empty in files of before recent
    /// errors were looked at.
    let usualErrors: [Double]
    /// The relative residual that a share of all does not exceed. Shape: steps x columns x 99 shares from 0.01 to 0.99.
    let quantiles: [Float]

    /// How many frames before an origin tell how restless the times are.
    public static let scaleLength = 100
    private static let shareCount = 99
    /// The most origins.
    static let mostOrigins = 1000

    /// Learns intervals of a forecaster from frames that it was not fitted on.
    ///
    /// - Parameters:
    ///   - forecaster: a model fitted on frames before the first origin.
    ///   - frames: a run of frames.
    ///   - first: the first frame that the model does not know.
    /// - Throws: `SignalError` with code `insufficientData` when there are fewer than ten origins.
    public init(_ forecaster: any Forecaster, frames: FeatureFrames, from first: Int) throws {
        try self.init([(forecaster, frames, first, frames.count)])
    }

    /// Learns intervals from several folds of rolling origins, each with the model fitted before it; residuals of all
    /// are taken together.
    init(_ folds: [(forecaster: any Forecaster, frames: FeatureFrames, first: Int, end: Int)]) throws {
        guard let example = folds.first else { preconditionFailure("there is a fold") }
        let (horizon, targets) = (example.forecaster.horizon, example.forecaster.targetCount)
        usualChange = (0..<targets).map { Self.usualChange(example.frames.column($0)) }
        var residuals: [[Double]] = Array(repeating: [], count: horizon * targets)
        var recent: [RecentErrors] = []
        for (forecaster, frames, first, end) in folds {
            let start = max(first, forecaster.contextLength)
            let origins = RollingForecasts.origins(
                Self.mostOrigins / folds.count, from: start, frames: end, horizon: horizon)
            let rolling = try RollingForecasts(forecaster, frames: frames, origins: origins, steps: horizon)
            for (index, origin) in origins.enumerated() {
                recent.append(
                    try RecentErrors(forecaster, frames: frames, before: origin, from: start, usualChange: usualChange))
                for target in 0..<targets {
                    let scale = Self.scale(frames, before: origin, column: target, usual: usualChange[target])
                    for step in 0..<horizon {
                        let place = (index * horizon + step) * targets + target
                        let residual = abs(Double(rolling.actual[place]) - Double(rolling.forecasts[place])) / scale
                        residuals[step * targets + target].append(min(residual, 1e30))
                    }
                }
            }
        }
        let count = residuals[0].count
        guard count >= 10 else {
            throw SignalError(
                .insufficientData,
                "\(count) places to forecast from after the first \(example.first) frames are too few for intervals, which "
                    + "need at least 10; give more rows or lower the horizon")
        }
        self.horizon = horizon
        targetCount = targets
        originCount = count
        let usualErrors = residuals.map { $0.reduce(0, +) / Double(count) }
        let widenings = recent.map { $0.widenings(usualErrors) }
        self.usualErrors = usualErrors
        quantiles = residuals.enumerated().flatMap { place, residuals in
            let sorted = residuals.enumerated().map { Float($1 / widenings[$0][place % targets]) }.sorted()
            return (1...Self.shareCount).map { share in
                sorted[min(Self.rank(share, of: count), count) - 1]
            }
        }
    }

    /// The place, from 1, of the residual that belongs to a share in hundredths; beyond the last where there are too few.
    private static func rank(_ share: Int, of count: Int) -> Int { ((count + 1) * share + 99) / 100 }

    private static func usualChange(_ values: [Double]) -> Double {
        let change = ForecastMetrics.scale(of: values, period: 1)
        let mean = values.reduce(0, +) / Double(max(values.count, 1))
        let spread = values.reduce(0) { $0 + abs($1 - mean) } / Double(max(values.count, 1))
        return max(change, 1e-3 * spread, 1e-6 * abs(mean), 1e-30)
    }

    /// The change from frame to frame that residuals are relative to.
    static func scale(_ frames: FeatureFrames, before origin: Int, column: Int, usual: Double) -> Double {
        let first = max(1, origin - scaleLength + 1)
        guard first < origin else { return usual }
        var sum = 0.0
        for frame in first..<origin {
            let place = frame * frames.columnCount + column
            sum += abs(Double(frames.values[place]) - Double(frames.values[place - frames.columnCount]))
        }
        // Half the usual change keeps intervals from closing when a column stands still for a while, and four times it
        // keeps one spike from opening them without end.
        return usual / 2 + min(sum / Double(origin - first), 4 * usual) / 2
    }

    /// Refuses a level that the residuals cannot tell.
    ///
    /// - Throws: `SignalError` with code `invalidOption` outside 0.01 to 0.99, `insufficientData` when there are too few
    ///   residuals for so high a level.
    public func requireLevel(_ level: Double) throws {
        guard (0.01...0.99).contains(level) else {
            throw SignalError(.invalidOption, "the level of an interval is 0.01 to 0.99, not \(level)")
        }
        guard Self.rank(Self.share(level), of: originCount) <= originCount else {
            let needed = Int((level / (1 - level)).rounded(.up))
            throw SignalError(
                .insufficientData,
                "\(originCount) residuals a step are too few for an interval of level \(level), which needs \(needed); "
                    + "give more rows or lower the level")
        }
    }

    private static func share(_ level: Double) -> Int {
        min(max(Int((level * 100 - 1e-9).rounded(.up)), 1), shareCount)
    }

    /// The most frames before a forecast that its intervals depend on.
    static func historyLength(_ forecaster: any Forecaster) -> Int {
        max(scaleLength + 1, forecaster.contextLength + RecentErrors.reach(horizon: forecaster.horizon))
    }

    /// What the residuals of every column are to be multiplied by after some frames.
    ///
    /// - Parameters:
    ///   - forecaster: the model whose intervals these are.
    ///   - history: the frames before the forecast, ``historyLength(_:)`` at least where there are.
    /// - Throws: as ``Forecaster/forecasts(_:)``.
    func scales(_ forecaster: any Forecaster, after history: FeatureFrames) throws -> [Double] {
        let changes = (0..<targetCount).map {
            Self.scale(history, before: history.count, column: $0, usual: usualChange[$0])
        }
        guard !usualErrors.isEmpty else { return changes }
        let recent = try RecentErrors(
            forecaster, frames: history, before: history.count, from: forecaster.contextLength, usualChange: usualChange
        )
        return zip(changes, recent.widenings(usualErrors)).map { $0 * $1 }
    }

    /// How far the interval of a level reaches to either side of the forecast. Shape: steps x columns.
    ///
    /// - Parameter scales: of every column, from ``scales(_:after:)``.
    /// - Precondition: the level is 0.01 to 0.99; between hundredths, the next higher one is taken.
    func reach(level: Double, scales: [Double]) -> [Double] {
        let share = Self.share(level)
        return (0..<targetCount * horizon).map { place in
            Double(quantiles[place * Self.shareCount + share - 1]) * scales[place % targetCount]
        }
    }
}

extension ForecastIntervals {
    /// Reads what ``store(in:)`` wrote.
    ///
    /// - Throws: `SignalError` naming the tensor that is missing, misshapen, not finite or out of range.
    init(archive: ModelArchive, horizon: Int, targetCount: Int) throws {
        self.horizon = horizon
        self.targetCount = targetCount
        originCount = try archive.count("intervals.origins")
        usualChange = try archive.float64(
            "intervals.usual_change", shape: [targetCount], within: 1e-37...Double(Float.greatestFiniteMagnitude))
        usualErrors =
            archive.tensors["intervals.usual_errors"] == nil
            ? [] : try archive.float64("intervals.usual_errors", shape: [horizon, targetCount], within: 0...1e30)
        quantiles = try archive.float32(
            "intervals.quantiles", shape: [horizon, targetCount, Self.shareCount],
            within: 0...Float.greatestFiniteMagnitude)
    }

    /// Writes the tensors `intervals.quantiles`, `intervals.usual_change` and `intervals.usual_errors`, and the entry
    /// `intervals.origins`.
    func store(in archive: inout ModelArchive) {
        archive.metadata["intervals.origins"] = String(originCount)
        archive.tensors["intervals.usual_change"] = Tensor(shape: [targetCount], .float64(usualChange))
        if !usualErrors.isEmpty {
            archive.tensors["intervals.usual_errors"] = Tensor(shape: [horizon, targetCount], .float64(usualErrors))
        }
        archive.tensors["intervals.quantiles"] = Tensor(
            shape: [horizon, targetCount, Self.shareCount], .float32(quantiles))
    }

    /// The names of the tensors.
    static let tensorNames = [
        "intervals.usual_change", "intervals.usual_errors", "intervals.quantiles",
    ]
}
