/// A fitted model that tells a number for a row, such as the hours left of a machine's life.
///
/// All else is as with a ``Classifier``.
public protocol Regressor: Sendable {
    /// The options of the algorithm.
    associatedtype Options: AlgorithmOptions

    /// The name used on the command line and in files, such as `random-forest`.
    static var name: String { get }
    /// What the algorithm does, in one line, for listings.
    static var summary: String { get }

    /// Learns the numbers; see ``Classifier/fit(_:validation:options:context:)``.
    ///
    /// - Throws: ``SignalError`` with code `insufficientData` (too few rows, targets that are all alike, no column that
    ///   changes), `malformed` (names the column with a value that is infinite, or the row of a target that is not
    ///   finite), `mismatch` (classes in place of numbers, or validation rows with other columns) or `invalidOption`; or
    ///   what the context's report throws.
    static func fit(
        _ data: LabelledData, validation: LabelledData?, options: Options, context: FittingContext
    ) throws -> Self

    /// The options the model was fitted with.
    var options: Options { get }
    /// The number of columns a row must have.
    var columnCount: Int { get }
    /// How much each column was used, by the gain of the splits on it; they add up to 1, or are all 0.
    var importances: [Double] { get }
    /// The predictions for the training rows by the parts of the model that did not see them, NaN for a row that all of
    /// them saw; `nil` as with ``Classifier/outOfBagProbabilities``.
    var outOfBagPredictions: [Float]? { get }

    /// The number for every row, in the unit of the targets.
    ///
    /// - Throws: ``SignalError`` with code `mismatch` when the columns are not as many as in training, `malformed` when a
    ///   value is infinite.
    func predictions(_ frames: FeatureFrames) throws -> [Float]

    /// Reads a fitted model back.
    ///
    /// - Throws: ``SignalError`` naming the tensor or entry that is missing, misshapen, not finite or out of range.
    init(archive: ModelArchive) throws

    /// The fitted model as tensors and texts.
    func archived() throws -> ModelArchive
}
