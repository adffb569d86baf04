internal import RealModule
internal import SignalCore

/// How far predicted remaining lives are from the truth, in the unit of the model's lives.
public struct LifeEvaluation: Sendable, Equatable, Encodable {
    /// The number of rows.
    public let rowCount: Int
    /// The root of the mean squared error.
    public let rootMeanSquaredError: Double
    /// The mean absolute error.
    public let meanAbsoluteError: Double
    /// The mean of predicted - true: above 0 the model promises too much.
    public let meanError: Double
    /// The mean penalty of the PHM 2008 challenge, which weighs late predictions more (Saxena et al., "Damage Propagation
    /// Modeling for Aircraft Engine Run-to-Failure Simulation", PHM 2008), which is made for cycles: exp(-e / 13) - 1 below 0, exp(e / 10) - 1 above.
    public let meanScore: Double
    /// The level of the intervals that ``coverage`` is of.
    public let level: Double
    /// The share of true lives within their interval.
    public let coverage: Double
    /// The root mean squared error of always saying the mean of these very rows: what a model must beat.
    public let errorOfMean: Double

    /// Measures predictions.
    ///
    /// - Parameters:
    ///   - truths: the true lives; those above the cap of the model count as the cap, as in training.
    ///   - level: of the intervals, above 0 and below 1.
    /// - Throws: `SignalError` with code `insufficientData` when there is no row.
    public init(_ life: TrainedPredictor.Life, predictions: [Double], truths: [Double], level: Double = 0.9) throws {
        guard !truths.isEmpty, predictions.count == truths.count else {
            throw SignalError(.insufficientData, "there is no row with a true remaining life to judge by")
        }
        let truths = truths.map { min($0, life.cap ?? .infinity) }
        let errors = zip(predictions, truths).map { $0 - $1 }
        let count = Double(truths.count)
        func mean(_ values: [Double]) -> Double { values.reduce(0, +) / count }
        let center = mean(truths)
        rowCount = truths.count
        rootMeanSquaredError = mean(errors.map { $0 * $0 }).squareRoot()
        meanAbsoluteError = mean(errors.map(abs))
        meanError = mean(errors)
        // A prediction that is hundreds of rows late must not drown all others in an infinite sum.
        meanScore = mean(errors.map { $0 < 0 ? .exp(-$0 / 13) - 1 : .exp(min($0 / 10, 700)) - 1 })
        self.level = level
        coverage = mean(
            zip(predictions, truths).map { life.interval(around: $0, level: level).contains($1) ? 1 : 0 })
        errorOfMean = mean(truths.map { ($0 - center) * ($0 - center) }).squareRoot()
    }
}
