public import SignalCore

/// Options of ``StandardScoreDetector``.
public struct StandardScoreOptions: AlgorithmOptions {
    /// What every column is brought to before its distance counts; `none` for columns that are distances already, such as
    /// those of the table preset `tracked`.
    public var scaling = FrameScaling.standard

    /// The scaling.
    public static let searchSpace = [
        OptionSearch("scaling", .choices(FrameScaling.allCases.map { .text($0.rawValue) }))
    ]

    /// The defaults.
    public init() {}

    /// Checks every option's range; all choices are possible.
    public func validate() throws {}
}

/// How far a frame's columns are from their usual values, by themselves: the root mean square of the columns' standard
/// scores (z-scores). What columns have to do with each other does not count, which makes it the measure that every other
/// detector should be compared with.
///
/// Fitting draws no random numbers, so the seed does not matter.
public struct StandardScoreDetector: Detector {
    /// The name used on the command line and in files.
    public static let name = "standard-score"
    /// One line for listings.
    public static let summary = "root mean square of the columns' standard scores; each column by itself, the simplest"

    /// The options the model was fitted with.
    public let options: StandardScoreOptions
    /// The number of columns a frame must have.
    public var columnCount: Int { stacker.columnCount }
    /// One frame.
    public var contextLength: Int { 1 }

    private let stacker: WindowStacker
    private let contributionMean: [Double]

    private init(options: StandardScoreOptions, scaler: FrameScaler, contributionMean: [Double]) {
        self.options = options
        self.contributionMean = contributionMean
        stacker = WindowStacker(scaler: scaler, contextFrames: 1)
    }

    /// Learns the usual values; of the context nothing has an influence.
    ///
    /// - Throws: `SignalError` with code `insufficientData` when there are fewer than ten frames or no column,
    ///   `malformed` naming the frame and column of a value that is not finite.
    public static func fit(
        _ data: TrainingData, options: StandardScoreOptions, context: FittingContext
    ) throws -> StandardScoreDetector {
        let runs = try data.windowRuns(contextFrames: 1, fewest: 10, for: name)
        let scaler = FrameScaler(data.frames, scaling: options.scaling)
        var usual = UsualContributions(columnCount: data.frames.columnCount)
        let stacker = WindowStacker(scaler: scaler, contextFrames: 1)
        for run in runs {
            stacker.forEachBlock(of: run, in: data.frames) { window, count in
                for column in window.indices { window[column] *= window[column] }
                usual.add(window, count: count)
            }
        }
        return StandardScoreDetector(options: options, scaler: scaler, contributionMean: usual.means())
    }

    /// The score of every frame; the same to the bit however the frames are cut into calls.
    public func scores(_ frames: FeatureFrames) throws -> [Float] {
        let windows = try stacker.windows(of: frames)
        var scores: [Float] = []
        scores.reserveCapacity(windows.count)
        stacker.forEachBlock(of: windows, in: frames) { window, count in
            var sum = SIMD16<Float>()
            for value in window { sum += value * value }
            let roots = (sum / Float(window.count)).squareRoot()
            for lane in 0..<count { scores.append(roots[lane]) }
        }
        return scores
    }

    /// The square of every column's standard score, relative to its mean in training. Shape: frames x columns.
    public func contributions(_ frames: FeatureFrames) throws -> [Float] {
        let windows = try stacker.windows(of: frames)
        var contributions = RelativeContributions(windowCount: windows.count, means: contributionMean)
        stacker.forEachBlock(of: windows, in: frames) { window, count in
            for column in window.indices { window[column] *= window[column] }
            contributions.append(window, count: count)
        }
        return contributions.values
    }

    /// Reads a fitted model back.
    ///
    /// - Throws: `SignalError` naming the tensor or entry that is missing, misshapen, not finite or out of range.
    public init(archive: ModelArchive) throws {
        try archive.requireAlgorithm(Self.name)
        let scaler = try FrameScaler(archive: archive)
        self.init(
            options: try archive.options(StandardScoreOptions.self), scaler: scaler,
            contributionMean: try archive.float64(
                "contribution_mean", shape: [scaler.mean.count], within: UsualContributions.range))
    }

    /// The fitted model as tensors `mean`, `scale` and `contribution_mean`, and its options as texts.
    public func archived() throws -> ModelArchive {
        var archive = ModelArchive(tensors: [
            "contribution_mean": Tensor(shape: [columnCount], .float64(contributionMean))
        ])
        stacker.scaler.store(in: &archive)
        try archive.store(algorithm: Self.name, options: options)
        return archive
    }
}
