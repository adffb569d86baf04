public import SignalCore

/// Everything that is needed to judge a new recording: a fitted detector, how its frames are made, what signals it
/// understands, the thresholds, and where it all comes from.
public struct TrainedModel: Sendable {
    /// The fitted detector; its scaler is part of it.
    public let detector: any Detector
    /// How the frames are made.
    public let recipe: FeatureRecipe
    /// The recordings or tables it understands.
    public let input: InputExpectation
    /// How the scores of a recording's frames become its score.
    public let aggregation: ClipAggregation
    /// The threshold of a recording's score.
    public let clipThreshold: Threshold
    /// The threshold of a frame's score.
    public let frameThreshold: Threshold
    /// Where the model comes from.
    public let provenance: TrainingProvenance

    /// The signals it understands, or `nil` for a model of sensor tables.
    public var signal: SignalExpectation? { input.signal }
    /// The tables it understands, or `nil` for a model of recordings.
    public var table: TableExpectation? { input.table }

    /// The name of the algorithm, such as `pca`.
    public var algorithm: String { type(of: detector).name }

    /// Puts a model together.
    ///
    /// - Throws: `SignalError` with code `mismatch` when detector and recipe have not the same number of columns.
    public init(
        detector: any Detector, recipe: FeatureRecipe, input: InputExpectation, aggregation: ClipAggregation,
        clipThreshold: Threshold, frameThreshold: Threshold, provenance: TrainingProvenance
    ) throws {
        guard detector.columnCount == recipe.schema.columns.count else {
            throw SignalError(
                .mismatch,
                "the detector has \(detector.columnCount) columns, its feature \(recipe.schema.columns.count)")
        }
        self.detector = detector
        self.recipe = recipe
        self.input = input
        self.aggregation = aggregation
        self.clipThreshold = clipThreshold
        self.frameThreshold = frameThreshold
        self.provenance = provenance
    }

    /// The same model with the distance of both thresholds from the usual score stretched anew.
    ///
    /// - Throws: as ``Threshold/withMultiplier(_:)``.
    public func withThresholdMultiplier(_ multiplier: Double) throws -> TrainedModel {
        try TrainedModel(
            detector: detector, recipe: recipe, input: input, aggregation: aggregation,
            clipThreshold: clipThreshold.withMultiplier(multiplier),
            frameThreshold: frameThreshold.withMultiplier(multiplier), provenance: provenance)
    }
}
