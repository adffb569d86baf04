/// A fitted model that tells to which class a row belongs.
///
/// As with a ``Detector`` there is no unfitted classifier, and it is a value that may cross threads. A row is looked at by
/// itself; what went before it must be among its columns. Values that are NaN are missing.
public protocol Classifier: Sendable {
    /// The options of the algorithm.
    associatedtype Options: AlgorithmOptions

    /// The name used on the command line and in files, such as `random-forest`.
    static var name: String { get }
    /// What the algorithm does, in one line, for listings.
    static var summary: String { get }

    /// Learns the classes.
    ///
    /// - Parameters:
    ///   - data: rows with classes.
    ///   - validation: rows to watch an iterative fit on (early stopping), never to fit; an algorithm that needs some and
    ///     is given none splits it off by groups. That of the context is for detectors and not looked at.
    ///   - options: the options of the algorithm.
    ///   - context: the seed, the threads and somebody to report to.
    /// - Throws: ``SignalError`` with code `insufficientData` (too few rows, a single class, no column that changes),
    ///   `malformed` (names the column with a value that is infinite), `mismatch` (numbers in place of classes, or
    ///   validation rows with other columns or classes) or `invalidOption`; or what the context's report throws.
    static func fit(
        _ data: LabelledData, validation: LabelledData?, options: Options, context: FittingContext
    ) throws -> Self

    /// The options the model was fitted with.
    var options: Options { get }
    /// The names of the classes, in the order of the probabilities.
    var classNames: [String] { get }
    /// The number of columns a row must have.
    var columnCount: Int { get }
    /// How much each column was used to tell the classes apart, by the gain of the splits on it; they add up to 1, or are
    /// all 0 where nothing was split. Says what the model uses, not what would be lost without the column.
    var importances: [Double] { get }
    /// The probabilities of the training rows by the parts of the model that did not see them, rows x classes, NaN for a
    /// row that all of them saw; `nil` where the algorithm has none, or the model was read from a file. Where rows of a
    /// group resemble each other these are too good; hold out whole groups instead.
    var outOfBagProbabilities: [Float]? { get }

    /// The probability of every class for every row: rows x ``classNames``, row-major, each row adding up to 1.
    ///
    /// - Throws: ``SignalError`` with code `mismatch` when the columns are not as many as in training, `malformed` when a
    ///   value is infinite.
    func probabilities(_ frames: FeatureFrames) throws -> [Float]

    /// Reads a fitted model back.
    ///
    /// - Throws: ``SignalError`` naming the tensor or entry that is missing, misshapen, not finite or out of range.
    init(archive: ModelArchive) throws

    /// The fitted model as tensors and texts.
    func archived() throws -> ModelArchive
}
