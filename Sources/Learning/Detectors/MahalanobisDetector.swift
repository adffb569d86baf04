internal import LinearAlgebra
public import SignalCore

/// Measures how far a frame lies from the mean of normal frames, in units of their spread in that direction.
///
/// The score is Mahalanobis' distance `d = sqrt((x - m)' S^-1 (x - m))` ("On the generalised distance in statistics",
/// Proceedings of the National Institute of Sciences of India 2, 1936), with the covariance S of divisor n - 1. Columns
/// are standardised first, which changes nothing unless the covariance is shrunk: then the correlations are.
///
/// With the symmetric root `c = S^(-1/2) (x - m)` the squares of c's elements sum up to d². They are the shares of the
/// columns (Garthwaite and Koch, "Evaluating the contributions of individual variables to a quadratic form", Australian
/// and New Zealand Journal of Statistics 58, 2016), given relative to their mean in training.
///
/// Where columns determine each other exactly, or do not change, the covariance has no inverse. Variances below a
/// millionth of a standardised column's are taken for that, so that what never happened in training counts much, but
/// rounding does not.
///
/// Fitting draws no random numbers, so the seed does not matter.
public struct MahalanobisDetector: Detector {
    /// The name used on the command line and in files.
    public static let name = "mahalanobis"
    /// One line for listings.
    public static let summary =
        "Mahalanobis distance from the mean of normal frames; covariance shrunk where rows are few"

    /// The options the model was fitted with.
    public let options: MahalanobisOptions

    /// Cuts and standardises windows.
    let stacker: WindowStacker
    /// `S^(-1/2)` of the standardised windows. Shape: width x width.
    let whitening: Matrix<Float>
    /// The mean of every column's share of the squared distance in training, floored.
    let contributionMean: [Double]

    /// The number of columns a frame must have.
    public var columnCount: Int { stacker.columnCount }
    /// The number of consecutive frames that one score looks at.
    public var contextLength: Int { options.contextFrames }

    /// The least variance along any direction.
    static let leastVariance = 1e-6
    /// The fewest windows a model is fitted on.
    static let fewestWindows = 10

    init(options: MahalanobisOptions, scaler: FrameScaler, whitening: Matrix<Float>, contributionMean: [Double]) {
        self.options = options
        self.whitening = whitening
        self.contributionMean = contributionMean
        stacker = WindowStacker(scaler: scaler, contextFrames: options.contextFrames)
    }

    /// Learns the normal state; of the context nothing has an influence.
    ///
    /// - Throws: `SignalError` with code `insufficientData` when there are fewer than ten windows of frames or no
    ///   column; `malformed` naming the frame and column of a value that is not finite; `invalidOption`.
    public static func fit(
        _ data: TrainingData, options: MahalanobisOptions, context: FittingContext
    ) throws -> MahalanobisDetector {
        try options.validate()
        let runs = try data.windowRuns(contextFrames: options.contextFrames, fewest: fewestWindows, for: name)
        let scaler = FrameScaler(data.frames)
        let stacker = WindowStacker(scaler: scaler, contextFrames: options.contextFrames)
        var covariance = WindowCovariance(data.frames, stacker: stacker, runs: runs)
        switch options.covariance {
        case .automatic where covariance.windowCount < 10 * stacker.width, .ledoitWolf:
            covariance.shrink(by: covariance.ledoitWolfShrinkage)
        case .shrunk: covariance.shrink(by: options.shrinkage)
        case .automatic, .empirical: break
        }
        let root = try SymmetricEigendecomposition(of: covariance.matrix).inverseSquareRoot(least: leastVariance)
        let whitening = Matrix(
            rowCount: stacker.width, columnCount: stacker.width, elements: root.elements.map { Float($0) })
        func model(_ contributionMean: [Double]) -> MahalanobisDetector {
            MahalanobisDetector(
                options: options, scaler: scaler, whitening: whitening, contributionMean: contributionMean)
        }
        var usual = UsualContributions(columnCount: data.frames.columnCount)
        let first = model(Array(repeating: 1, count: data.frames.columnCount))
        for run in runs {
            first.forEachBlock(of: run, in: data.frames) { _, shares, count in usual.add(shares, count: count) }
        }
        return model(usual.means())
    }

    /// The distance of every window; the same to the bit however the frames are cut into calls.
    ///
    /// - Throws: `SignalError` with code `mismatch` when the columns are not as many as in training, `malformed` when
    ///   a value is not finite.
    public func scores(_ frames: FeatureFrames) throws -> [Float] {
        let windows = try stacker.windows(of: frames)
        var scores: [Float] = []
        scores.reserveCapacity(windows.count)
        forEachBlock(of: windows, in: frames) { squares, _, count in
            let distances = squares.squareRoot()
            for lane in 0..<count { scores.append(distances[lane]) }
        }
        return scores
    }

    /// Every column's share of the squared distance, relative to its mean in training; with a context the shares of a
    /// column in all stacked frames are added up. Shape: windows x columns.
    public func contributions(_ frames: FeatureFrames) throws -> [Float] {
        let windows = try stacker.windows(of: frames)
        var contributions = RelativeContributions(windowCount: windows.count, means: contributionMean)
        forEachBlock(of: windows, in: frames) { _, shares, count in contributions.append(shares, count: count) }
        return contributions.values
    }

    /// Calls `body` with the squared distances of sixteen windows, the columns' shares of them, and the number of lanes
    /// in use.
    private func forEachBlock(
        of windows: Range<Int>, in frames: FeatureFrames, _ body: (SIMD16<Float>, [SIMD16<Float>], Int) -> Void
    ) {
        var whitened = Array(repeating: SIMD16<Float>(), count: stacker.width)
        var shares = Array(repeating: SIMD16<Float>(), count: columnCount)
        stacker.forEachBlock(of: windows, in: frames) { window, count in
            var result = whitened.mutableSpan
            BLAS.multiply(
                whitening.elements.span, lanes: window.span, rows: stacker.width, inner: stacker.width, into: &result)
            var total = SIMD16<Float>()
            for column in 0..<columnCount {
                var share = SIMD16<Float>()
                for element in stride(from: column, to: whitened.count, by: columnCount) {
                    share += whitened[element] * whitened[element]
                }
                shares[column] = share
                total += share
            }
            body(total, shares, count)
        }
    }
}

extension MahalanobisDetector {
    /// Reads a fitted model back.
    ///
    /// - Throws: `SignalError` naming the tensor or entry that is missing, misshapen, not finite or out of range.
    public init(archive: ModelArchive) throws {
        try archive.requireAlgorithm(Self.name)
        let options = try archive.options(MahalanobisOptions.self)
        let scaler = try FrameScaler(archive: archive)
        let columnCount = scaler.mean.count
        let width = columnCount * options.contextFrames
        // A root of a variance of at least a millionth; finite scores rest on it.
        let whitening = try archive.float32("whitening", shape: [width, width], within: -1001...1001)
        self.init(
            options: options, scaler: scaler,
            whitening: Matrix(rowCount: width, columnCount: width, elements: whitening),
            contributionMean: try archive.float64(
                "contribution_mean", shape: [columnCount], within: UsualContributions.range))
    }

    /// The fitted model as tensors `mean`, `scale`, `whitening` and `contribution_mean`, and its options as texts.
    public func archived() throws -> ModelArchive {
        var archive = ModelArchive(tensors: [
            "whitening": Tensor(shape: [stacker.width, stacker.width], .float32(whitening.elements)),
            "contribution_mean": Tensor(shape: [columnCount], .float64(contributionMean)),
        ])
        stacker.scaler.store(in: &archive)
        try archive.store(algorithm: Self.name, options: options)
        return archive
    }
}
