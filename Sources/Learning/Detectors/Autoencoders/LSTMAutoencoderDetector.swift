public import SignalCore

/// Finds windows of frames that a recurrent network, trained on normal ones, cannot reconstruct from a few numbers.
///
/// An encoder of LSTM layers reads a window and its last state passes a narrow dense layer; a decoder of LSTM layers
/// unrolls it into the window again (Malhotra et al., "LSTM-based Encoder-Decoder for Multi-sensor Anomaly Detection",
/// 2016). The score comes from the residuals of the reconstruction by one of the rules of ``ReconstructionScore``; the
/// share of a column is its own residual by the same rule, relative to its mean in training.
///
/// The weights have PyTorch's names, shapes and gate order, layer by layer: `encoder.0.weight_ih_l0` and so on.
public struct LSTMAutoencoderDetector: Detector {
    /// The name used on the command line and in files.
    public static let name = "lstm-autoencoder"
    /// One line for listings.
    public static let summary =
        "recurrent network that reconstructs windows of frames; slow to fit, sees shapes in time"
    /// A part of the data is held out, since networks take long to fit.
    public static let usualFolds = 1

    /// The options the model was fitted with.
    public let options: LSTMAutoencoderOptions
    let model: ReconstructionModel

    /// The number of columns a frame must have.
    public var columnCount: Int { model.input.columnCount }
    /// The number of consecutive frames that one score looks at.
    public var contextLength: Int { model.windowLength }

    /// Learns the normal state.
    ///
    /// A report that answers `stop` ends training with the best weights so far, as does a loss that is no longer finite.
    ///
    /// - Throws: `SignalError` with code `insufficientData` when there are fewer than ten windows of frames, or no column
    ///   that changes; `malformed` naming the frame and column of a value that is not finite; `invalidOption` for options
    ///   out of range, or a loss that is not finite in the first epoch; `mismatch` for a checkpoint of another training.
    public static func fit(
        _ data: TrainingData, options: LSTMAutoencoderOptions, context: FittingContext
    ) throws -> LSTMAutoencoderDetector {
        try options.validate()
        return LSTMAutoencoderDetector(
            options: options,
            model: try .fit(
                data, algorithm: name, windowLength: options.sequenceLength, rule: options.scoreRule,
                options: options.training, context: context, inputColumns: data.frames.columnCount,
                layers: options.layers(columns: data.frames.columnCount)))
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

extension LSTMAutoencoderDetector {
    /// Reads a fitted model back.
    ///
    /// - Throws: `SignalError` naming the tensor or entry that is missing, misshapen, not finite or out of range.
    public init(archive: ModelArchive) throws {
        try archive.requireAlgorithm(Self.name)
        let options = try archive.options(LSTMAutoencoderOptions.self)
        self.init(
            options: options,
            model: try ReconstructionModel(
                archive: archive, windowLength: options.sequenceLength, rule: options.scoreRule,
                options: options.training, inputColumns: { $0 }, layers: options.layers))
    }

    /// The fitted model as tensors and its options as texts.
    public func archived() throws -> ModelArchive { try model.archived(algorithm: Self.name, options: options) }
}
