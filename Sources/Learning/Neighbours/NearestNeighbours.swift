public import SignalCore

/// Finds frames that are far from everything in training.
///
/// The score of a frame is its distance to the k-th nearest training frame (Ramaswamy, Rastogi and Shim, "Efficient
/// Algorithms for Mining Outliers from Large Data Sets", ACM SIGMOD, 2000), or the mean distance to the k nearest
/// (Angiulli and Pizzuti, "Fast Outlier Detection in High Dimensional Spaces", PKDD, 2002), after scaling.
///
/// The contribution of a column is its share of the squared distance from the mean of the neighbours, relative to the
/// usual one in training.
public struct NearestNeighbours: Detector {
    /// The name used on the command line and in files.
    public static let name = "k-nearest-neighbours"
    /// One line for listings.
    public static let summary = "nearest neighbours: how far a frame is from the nearest frames of training"

    /// The options the model was fitted with.
    public let options: NearestNeighboursOptions
    /// The number of columns a frame must have.
    public var columnCount: Int { neighbourhood.columnCount }
    /// The number of consecutive frames that one score looks at.
    public var contextLength: Int { options.contextFrames }

    /// The training windows.
    let neighbourhood: Neighbourhood

    /// Learns the normal state. The random numbers only choose the windows that are kept, when there are more than
    /// ``NearestNeighboursOptions/maximumRows``.
    ///
    /// - Throws: `SignalError` with code `insufficientData` when there are no more windows of frames than neighbours,
    ///   or fewer than ten, no column or none that changes; `malformed` naming the frame and column of a value that is
    ///   not finite; `invalidOption` for options out of range.
    public static func fit(
        _ data: TrainingData, options: NearestNeighboursOptions, context: FittingContext
    ) throws -> NearestNeighbours {
        try options.validate()
        let neighbourhood = try Neighbourhood(
            data, contextFrames: options.contextFrames, neighbours: options.neighbours,
            maximumRows: options.maximumRows, scaling: options.scaling, seed: context.seed, algorithm: name)
        let some = neighbourhood.spread(over: Neighbourhood.mostCalibrationWindows)
        let lists = try neighbourhood.search.nearestOthers(options.neighbours, of: some, jobs: context.jobs)
        return NearestNeighbours(options: options, neighbourhood: neighbourhood.calibrated(on: some, lists))
    }

    init(options: NearestNeighboursOptions, neighbourhood: Neighbourhood) {
        self.options = options
        self.neighbourhood = neighbourhood
    }

    /// The distance of every window; the same to the bit however the frames are cut into calls.
    ///
    /// - Throws: `SignalError` with code `mismatch` when the columns are not as many as in training, `malformed` when
    ///   a value is not finite.
    public func scores(_ frames: FeatureFrames) throws -> [Float] {
        var scores: [Float] = []
        try neighbourhood.forEachWindow(of: frames, neighbours: options.neighbours) { _, _, lists, list in
            let distance =
                switch options.distance {
                case .last: lists.bound(of: list).squareRoot()
                case .mean:
                    lists.squaredDistances[lists.range(of: list)].reduce(0) { $0 + $1.squareRoot() }
                        / Double(lists.capacity)
                }
            scores.append(Float(min(distance, Double(Float.greatestFiniteMagnitude))))
        }
        return scores
    }

    /// Every column's share of the squared distance from the mean of the neighbours, relative to its mean in training;
    /// with a context the shares of a column in all stacked frames are added up. Shape: windows x columns.
    public func contributions(_ frames: FeatureFrames) throws -> [Float] {
        try neighbourhood.contributions(frames, neighbours: options.neighbours)
    }

    /// Reads a fitted model back.
    ///
    /// - Throws: `SignalError` naming the tensor or entry that is missing, misshapen, not finite or out of range.
    public init(archive: ModelArchive) throws {
        try archive.requireAlgorithm(Self.name)
        options = try archive.options(NearestNeighboursOptions.self)
        neighbourhood = try Neighbourhood(
            archive: archive, contextFrames: options.contextFrames, neighbours: options.neighbours)
    }

    /// The fitted model: tensors `mean`, `scale`, `points` and `contribution_mean`, and its options as texts.
    public func archived() throws -> ModelArchive {
        var archive = ModelArchive(tensors: neighbourhood.tensors)
        try archive.store(algorithm: Self.name, options: options)
        return archive
    }
}
