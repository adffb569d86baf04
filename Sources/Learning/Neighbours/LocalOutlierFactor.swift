public import SignalCore

/// Finds frames in a neighbourhood that is sparser than those of their neighbours (Breunig, Kriegel, Ng and Sander,
/// "LOF: Identifying Density-Based Local Outliers", ACM SIGMOD, 2000).
///
/// The score of a frame is the mean density around its nearest training frames over that around itself: about 1 where
/// the frame is as much at home as its neighbours, more where it is not. Density is the inverse of the mean
/// reachability distance, the distance to a neighbour but at least that neighbour's own distance to its last neighbour.
/// By default this is the novelty form, scikit-learn's `LocalOutlierFactor(novelty=True)` but for the sign: frames are
/// compared with the training frames. The outlier form (``OutlierForm/outlier``) scores the training frames among each
/// other.
///
/// The contribution of a column is its share of the squared distance from the mean of the neighbours, relative to the
/// usual one in training.
public struct LocalOutlierFactor: Detector {
    /// The name used on the command line and in files.
    public static let name = "local-outlier-factor"
    /// One line for listings.
    public static let summary =
        "local outlier factor: how much sparser the training frames lie around a frame than around its neighbours"

    /// The options the model was fitted with.
    public let options: LocalOutlierFactorOptions
    /// The number of columns a frame must have.
    public var columnCount: Int { neighbourhood.columnCount }
    /// The number of consecutive frames that one score looks at.
    public var contextLength: Int { options.contextFrames }

    /// The training windows.
    let neighbourhood: Neighbourhood
    /// Distances and densities of the training windows.
    let densities: LocalDensities

    init(options: LocalOutlierFactorOptions, neighbourhood: Neighbourhood, densities: LocalDensities) {
        self.options = options
        self.neighbourhood = neighbourhood
        self.densities = densities
    }

    /// Learns the normal state. The random numbers only choose the windows that are kept, when there are more than
    /// ``LocalOutlierFactorOptions/maximumRows``.
    ///
    /// - Throws: `SignalError` with code `insufficientData` when there are no more windows of frames than neighbours,
    ///   or fewer than ten, no column or none that changes; `malformed` naming the frame and column of a value that is
    ///   not finite; `invalidOption` for options out of range.
    public static func fit(
        _ data: TrainingData, options: LocalOutlierFactorOptions, context: FittingContext
    ) throws -> LocalOutlierFactor {
        try options.validate()
        let neighbourhood = try Neighbourhood(
            data, contextFrames: options.contextFrames, neighbours: options.neighbours,
            maximumRows: options.maximumRows, scaling: options.scaling, seed: context.seed, algorithm: name)
        let all = Array(0..<neighbourhood.search.count)
        let lists = try neighbourhood.search.nearestOthers(options.neighbours, of: all, jobs: context.jobs)
        return LocalOutlierFactor(
            options: options, neighbourhood: neighbourhood.calibrated(on: all, lists),
            densities: LocalDensities(lists))
    }

    /// The factor of every window, about 1 for a usual one; the same to the bit however the frames are cut into calls.
    ///
    /// - Throws: `SignalError` with code `mismatch` when the columns are not as many as in training, `malformed` when
    ///   a value is not finite.
    public func scores(_ frames: FeatureFrames) throws -> [Float] {
        var scores: [Float] = []
        try neighbourhood.forEachWindow(
            of: frames, neighbours: options.neighbours, isOneOfThem: options.form == .outlier
        ) { _, _, lists, list in
            scores.append(densities.factor(of: list, lists))
        }
        return scores
    }

    /// Every column's share of the squared distance from the mean of the neighbours, relative to its mean in training;
    /// with a context the shares of a column in all stacked frames are added up. Shape: windows x columns.
    public func contributions(_ frames: FeatureFrames) throws -> [Float] {
        try neighbourhood.contributions(
            frames, neighbours: options.neighbours, isOneOfThem: options.form == .outlier)
    }

    /// Reads a fitted model back.
    ///
    /// - Throws: `SignalError` naming the tensor or entry that is missing, misshapen, not finite or out of range.
    public init(archive: ModelArchive) throws {
        try archive.requireAlgorithm(Self.name)
        options = try archive.options(LocalOutlierFactorOptions.self)
        neighbourhood = try Neighbourhood(
            archive: archive, contextFrames: options.contextFrames, neighbours: options.neighbours)
        densities = try LocalDensities(archive: archive, count: neighbourhood.search.count)
    }

    /// The fitted model: tensors `mean`, `scale`, `points`, `contribution_mean`, `neighbour_distance` and `density`, and
    /// its options as texts.
    public func archived() throws -> ModelArchive {
        var archive = ModelArchive(
            tensors: neighbourhood.tensors.merging(densities.tensors) { shared, _ in shared })
        try archive.store(algorithm: Self.name, options: options)
        return archive
    }
}
