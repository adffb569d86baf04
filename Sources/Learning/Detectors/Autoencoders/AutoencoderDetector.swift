public import SignalCore

/// Finds frames that a dense network, trained on normal ones, cannot reconstruct from a few numbers.
///
/// A few consecutive frames are joined to one vector, which passes layers with a narrow one in the middle: the baseline of
/// DCASE 2020 task 2 (Koizumi et al., "Description and Discussion on DCASE2020 Challenge Task2", 2020), which joins 5
/// frames of 128 mel bands. Two things differ: columns are standardised, and there is no batch normalisation. The score
/// comes from the residuals by one of the rules of ``ReconstructionScore``; the share of a column is its own residual by
/// the same rule, relative to its mean in training.
public struct AutoencoderDetector: Detector {
    /// The name used on the command line and in files.
    public static let name = "autoencoder"
    /// One line for listings.
    public static let summary = "dense network that reconstructs a few joined frames; the baseline of DCASE 2020 task 2"
    /// A part of the data is held out, since networks take long to fit.
    public static let usualFolds = 1

    /// The options the model was fitted with.
    public let options: AutoencoderOptions
    let model: ReconstructionModel

    /// The number of columns a frame must have.
    public var columnCount: Int { model.input.columnCount }
    /// The number of consecutive frames that one score looks at.
    public var contextLength: Int { model.windowLength }

    /// Learns the normal state.
    ///
    /// A report that answers `stop` ends training with the best weights so far, as does a loss that is no longer finite.
    ///
    /// - Throws: as ``LSTMAutoencoderDetector/fit(_:options:context:)``.
    public static func fit(
        _ data: TrainingData, options: AutoencoderOptions, context: FittingContext
    ) throws -> AutoencoderDetector {
        try options.validate()
        let columns = data.frames.columnCount
        return AutoencoderDetector(
            options: options,
            model: try .fit(
                data, algorithm: name, windowLength: options.contextFrames, rule: options.scoreRule,
                options: options.training, context: context, inputColumns: columns * options.contextFrames,
                layers: options.layers(columns: columns)))
    }

    /// The score of every window; the same to the bit however the frames are cut into calls.
    public func scores(_ frames: FeatureFrames) throws -> [Float] { try model.scores(frames) }

    /// Every column's residual in every window, relative to its mean in training. Shape: windows x columns.
    public func contributions(_ frames: FeatureFrames) throws -> [Float] { try model.contributions(frames) }

    /// Both, with one run of the network.
    public func scoresAndContributions(
        _ frames: FeatureFrames
    ) throws -> (scores: [Float], contributions: [Float]) {
        try model.scoresAndContributions(frames)
    }
}

extension AutoencoderDetector {
    /// Reads a fitted model back.
    ///
    /// - Throws: `SignalError` naming the tensor or entry that is missing, misshapen, not finite or out of range.
    public init(archive: ModelArchive) throws {
        try archive.requireAlgorithm(Self.name)
        let options = try archive.options(AutoencoderOptions.self)
        self.init(
            options: options,
            model: try ReconstructionModel(
                archive: archive, windowLength: options.contextFrames, rule: options.scoreRule,
                options: options.training, inputColumns: { $0 * options.contextFrames }, layers: options.layers))
    }

    /// The fitted model as tensors and its options as texts.
    public func archived() throws -> ModelArchive { try model.archived(algorithm: Self.name, options: options) }
}
