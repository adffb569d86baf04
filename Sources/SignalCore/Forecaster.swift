/// A fitted model of how frames go on: forecasts the next ones from the last ones.
///
/// As with a ``Detector`` there is no unfitted forecaster, the scaler is part of it, and it is a value that may cross
/// threads.
public protocol Forecaster: Sendable {
    /// The options of the algorithm.
    associatedtype Options: AlgorithmOptions

    /// The name used on the command line and in files, such as `lstm`.
    static var name: String { get }
    /// What the algorithm does, in one line, for listings.
    static var summary: String { get }

    /// Learns how frames go on.
    ///
    /// - Throws: ``SignalError`` with code `insufficientData` (says how many frames are needed), `malformed` (names the
    ///   column with a value that is not finite) or `invalidOption`; or what the context's report throws.
    static func fit(_ data: TrainingData, options: Options, context: FittingContext) throws -> Self

    /// The options the model was fitted with.
    var options: Options { get }
    /// The number of columns a frame must have.
    var columnCount: Int { get }
    /// The number of columns that are forecast, the first ones of a frame.
    var targetCount: Int { get }
    /// The number of consecutive frames that a forecast looks at.
    var contextLength: Int { get }
    /// The number of frames that are forecast.
    var horizon: Int { get }

    /// The forecast after every window of ``contextLength`` frames, in the units of the columns, finite; the first is
    /// that after the window that starts at frame 0. Shape: `max(0, frames.count - contextLength + 1)` x ``horizon`` x
    /// ``targetCount``, row-major.
    ///
    /// - Throws: ``SignalError`` with code `mismatch` when the columns are not as many as in training, `malformed` when a
    ///   value is not finite.
    func forecasts(_ frames: FeatureFrames) throws -> [Float]

    /// Reads a fitted model back.
    ///
    /// - Throws: ``SignalError`` naming the tensor or entry that is missing, misshapen or not finite.
    init(archive: ModelArchive) throws

    /// The fitted model as tensors and texts.
    func archived() throws -> ModelArchive
}
