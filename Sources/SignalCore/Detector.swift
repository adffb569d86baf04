/// Frames to learn from, in segments that must not be joined: clips, files, runs of one machine.
public struct TrainingData: Sendable {
    /// What the columns mean.
    public let schema: FeatureSchema
    /// All frames, segment after segment.
    public let frames: FeatureFrames
    /// The frames of every segment; consecutive, none empty, covering all frames.
    public let segments: [Range<Int>]

    /// Makes training data.
    ///
    /// - Precondition: the segments cover the frames without gap or overlap.
    public init(schema: FeatureSchema, frames: FeatureFrames, segments: [Range<Int>]) {
        var end = 0
        for segment in segments {
            precondition(segment.lowerBound == end && !segment.isEmpty, "segments follow each other")
            end = segment.upperBound
        }
        precondition(end == frames.count && schema.columns.count == frames.columnCount, "segments cover the frames")
        self.schema = schema
        self.frames = frames
        self.segments = segments
    }

    /// The frames of one segment.
    public func frames(ofSegment index: Int) -> FeatureFrames {
        frames.frames(in: segments[index])
    }

    /// The data of some of the segments only, in the order given.
    public func selecting(_ indices: [Int]) -> TrainingData {
        var chosen = FeatureFrames(columnCount: frames.columnCount)
        var ranges: [Range<Int>] = []
        for index in indices {
            let start = chosen.count
            chosen.append(contentsOf: frames(ofSegment: index))
            ranges.append(start..<chosen.count)
        }
        return TrainingData(schema: schema, frames: chosen, segments: ranges)
    }
}

/// A fitted model of the normal state: gives every window of frames a score, higher for more anomalous.
///
/// There is no unfitted detector: ``fit(_:options:context:)`` returns the model. The scaler is part of it. A detector is
/// a value that may cross threads; scoring changes nothing.
public protocol Detector: Sendable {
    /// The options of the algorithm.
    associatedtype Options: AlgorithmOptions

    /// The name used on the command line and in files, such as `pca`.
    static var name: String { get }
    /// What the algorithm does, in one line, for listings.
    static var summary: String { get }

    /// How the scores that its thresholds come from are usually made: the number of folds of a cross-validation, or 1
    /// to hold a part of the data out, for algorithms that take long to fit. Default 5.
    static var usualFolds: Int { get }

    /// Learns the normal state.
    ///
    /// - Parameters:
    ///   - data: frames of normal data.
    ///   - options: the options of the algorithm.
    ///   - context: seed, threads, validation data, and where progress is reported.
    /// - Throws: ``SignalError`` with code `insufficientData` (says how many frames are needed), `malformed` (names
    ///   the column with a value that is not finite) or `invalidOption`; or what the context's report throws.
    static func fit(_ data: TrainingData, options: Options, context: FittingContext) throws -> Self

    /// The options the model was fitted with.
    var options: Options { get }
    /// The number of columns a frame must have.
    var columnCount: Int { get }
    /// The number of consecutive frames that one score looks at.
    var contextLength: Int { get }

    /// The score of every window of ``contextLength`` frames, finite; the first is that of the window that starts at
    /// frame 0. Shape: `max(0, frames.count - contextLength + 1)`.
    ///
    /// - Throws: ``SignalError`` with code `mismatch` when the columns are not as many as in training.
    func scores(_ frames: FeatureFrames) throws -> [Float]

    /// How much every column adds to the score of every window, relative to what is usual for it in training; the
    /// largest is to blame. Not negative, finite. Shape: windows x columns, row-major.
    func contributions(_ frames: FeatureFrames) throws -> [Float]

    /// Both at once, the same to the bit: for models to which the second costs little after the first. What judges live
    /// frames asks for both. Default: one after the other.
    func scoresAndContributions(_ frames: FeatureFrames) throws -> (scores: [Float], contributions: [Float])

    /// Reads a fitted model back.
    ///
    /// - Throws: ``SignalError`` naming the tensor or entry that is missing, misshapen or not finite.
    init(archive: ModelArchive) throws

    /// The fitted model as tensors and texts.
    func archived() throws -> ModelArchive
}

extension Detector {
    /// Five folds.
    public static var usualFolds: Int { 5 }

    /// One after the other.
    public func scoresAndContributions(
        _ frames: FeatureFrames
    ) throws -> (scores: [Float], contributions: [Float]) {
        (try scores(frames), try contributions(frames))
    }
}
