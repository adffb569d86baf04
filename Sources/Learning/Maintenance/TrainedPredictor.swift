public import SignalCore

/// A model of maintenance with all that is needed to use it: the probability of a failure, the remaining useful life, or
/// both, from the same features.
///
/// Both parts are fitted on all rows. What is said of them (calibration, threshold, intervals, measures) comes from models
/// of the other folds, whole units held out.
public struct TrainedPredictor: Sendable {
    /// The part that tells the probability of a failure.
    public struct Failure: Sendable {
        /// The model.
        public let classifier: any Classifier
        /// The index of the class that is no failure; the probability of a failure is that of all others.
        public let normalClass: Int
        /// Within how much remaining life the failure is, where the classes were made of the remaining life; `nil` for classes that
        /// the table tells.
        public let horizon: Int?
        /// Brings probabilities to observed frequencies.
        public let calibration: ProbabilityCalibration
        /// A row counts as failing from this probability on.
        public let threshold: Double
        /// How the threshold was chosen, for people.
        public let thresholdRule: String
    }

    /// The part that tells the remaining useful life.
    public struct Life: Sendable {
        /// The model.
        public let regressor: any Regressor
        /// The longest life that is told apart; more is told as this.
        public let cap: Double?
        /// How far predictions are from the truth.
        public let spread: PredictionSpread
    }

    /// The failure part, if there is one.
    public let failure: Failure?
    /// The life part, if there is one.
    public let life: Life?
    /// How features come about.
    public let recipe: FeatureRecipe
    /// For every feature the reading or combination it comes from.
    public let sources: [String]
    /// The usual features of rows that are far from a failure, which blame is measured against.
    public let reference: [Float]
    /// The tables that the model understands; its columns are the readings.
    public let table: TableExpectation
    /// Columns of text, which are read as numbers behind the readings.
    public let categories: [CategoryColumn]
    /// The column that tells the unit, where there is one.
    public let unitColumn: String?
    /// The column that tells the time, where it was named.
    public let timeColumn: String?
    /// What remaining lives, their cap and the horizon of failures are counted in.
    public let lifeUnit: LifeUnit
    /// The health index, for units that ran to failure.
    public let health: HealthIndex?
    /// What was measured on held-out rows, a line each.
    public let quality: [String]
    /// How much worse the model becomes without a reading, part by part, the worst first; empty where it was not measured.
    public let heldOutImportances: [HeldOutImportance]
    /// Where the model comes from.
    public let provenance: TrainingProvenance

    /// The algorithm's name.
    public var algorithm: String {
        failure.map { type(of: $0.classifier).name } ?? life.map { type(of: $0.regressor).name } ?? ""
    }

    /// The calibrated probability of a failure of every row.
    ///
    /// - Throws: as `Classifier.probabilities(_:)`; `mismatch` for a model without this part.
    public func failureProbabilities(_ frames: FeatureFrames) throws -> [Double] {
        guard let failure else {
            throw SignalError(.mismatch, "the model tells no failure probability; train one with a label")
        }
        return try failure.failures(frames)
    }

    /// The remaining useful life of every row, from 0 to the cap.
    ///
    /// - Throws: as `Regressor.predictions(_:)`; `mismatch` for a model without this part.
    public func remainingLives(_ frames: FeatureFrames) throws -> [Double] {
        guard let life else {
            throw SignalError(.mismatch, "the model tells no remaining life; train one with a target")
        }
        return try life.regressor.predictions(frames).map { life.clamp(Double($0)) }
    }
}

extension TrainedPredictor.Failure {
    /// The calibrated probability of a failure of every row.
    public func failures(_ frames: FeatureFrames) throws -> [Double] {
        try classifier.failures(frames, normalClass: normalClass).map { Double(calibration(Float($0))) }
    }
}

extension TrainedPredictor.Life {
    /// Holds a number of rows between 0 and the cap.
    func clamp(_ value: Double) -> Double { min(max(0, value), cap ?? .infinity) }

    /// The interval that holds the truth with a probability, within 0 and the cap.
    public func interval(around prediction: Double, level: Double) -> ClosedRange<Double> {
        let interval = spread.interval(around: prediction, level: level)
        return clamp(interval.lowerBound)...clamp(interval.upperBound)
    }

    /// A hundred equally likely lives behind a prediction, ascending.
    public func outcomes(of prediction: Double) -> [Double] { spread.outcomes(of: prediction).map(clamp) }
}

extension Classifier {
    /// The probability of every row to be of any class but one.
    func failures(_ frames: FeatureFrames, normalClass: Int) throws -> [Double] {
        let all = try probabilities(frames)
        let classes = classNames.count
        return (0..<frames.count).map { min(1, max(0, 1 - Double(all[$0 * classes + normalClass]))) }
    }
}
