internal import LinearAlgebra
public import SignalCore

/// Finds frames that do not fit the linear relations between columns seen in normal state.
///
/// Frames are standardised column by column. The leading principal components of the training frames, with loadings P
/// and variances L, span what is usual; of a frame x the detector measures
/// - Hotelling's `T² = z' L^-1 z` with `z = P' x`, the distance from the mean within the usual directions, and
/// - the residual `Q = |x - P z|²`, the distance from them (Jackson and Mudholkar, "Control Procedures for Residuals
///   Associated with Principal Component Analysis", Technometrics 21, 1979).
///
/// The score is the combined index of Yue and Qin ("Reconstruction-Based Fault Identification Using a Combined Index",
/// Industrial & Engineering Chemistry Research 40, 2001), `phi = T²/tau² + Q/delta²`, where the limits are quantiles
/// of the training values. The share of a column is the square of its entry in `c = PHI^(1/2) x`, where
/// `phi = x' PHI x`: the complete decomposition of Alcala and Qin ("Reconstruction-based contribution for process
/// monitoring", Automatica 45, 2009). The squares sum up to phi; they are given relative to their mean in training.
///
/// Fitting draws no random numbers, so the seed does not matter.
public struct PrincipalComponentDetector: Detector {
    /// The name used on the command line and in files.
    public static let name = "pca"
    /// One line for listings.
    public static let summary =
        "principal components: Hotelling T² and residual Q, combined; linear, fast, explains itself"

    /// The options the model was fitted with.
    public let options: PrincipalComponentOptions
    /// The number of columns a frame must have.
    public let columnCount: Int

    /// Cuts and standardises windows.
    let stacker: WindowStacker
    /// The loadings P', a component a row. Shape: components x (columns * contextFrames).
    let components: Matrix<Float>
    /// The variance of every kept component, descending.
    let eigenvalues: [Double]
    /// The limits tau² of T² and delta² of Q.
    let limits: Limits
    /// The mean of every column's share of the score in training, floored so that a column which was constant there
    /// does not outdo all others at its first stir.
    let contributionMean: [Double]

    /// The limits of the two statistics.
    struct Limits: Sendable, Equatable {
        /// tau², the limit of T².
        var hotelling: Double
        /// delta², the limit of Q.
        var residual: Double
    }

    /// What scoring multiplies by, from the members above, in single precision.
    let factors: Factors

    /// The factors of scoring.
    struct Factors: Sendable {
        /// `1 / L` of every component.
        var inverseEigenvalues: [Float]
        /// `L^(-1/2) / tau` of every component, for contributions; 0 where T² is not part of the score.
        var projection: [Float]
        /// `1 / delta`, for contributions; 0 where Q is not part of the score.
        var residual: Float
    }

    /// The number of consecutive frames that one score looks at.
    public var contextLength: Int { options.contextFrames }

    /// The length of a stacked window.
    var windowWidth: Int { stacker.width }

    init(
        options: PrincipalComponentOptions, scaler: FrameScaler, components: Matrix<Float>, eigenvalues: [Double],
        limits: Limits, contributionMean: [Double]
    ) {
        self.options = options
        stacker = WindowStacker(scaler: scaler, contextFrames: options.contextFrames)
        self.components = components
        self.eigenvalues = eigenvalues
        self.limits = limits
        self.contributionMean = contributionMean
        columnCount = scaler.mean.count
        let usesHotelling = options.statistic != .residual
        let usesResidual = options.statistic != .hotelling
        factors = Factors(
            inverseEigenvalues: eigenvalues.map { Float(1 / $0) },
            projection: eigenvalues.map { usesHotelling ? Float(1 / ($0 * limits.hotelling).squareRoot()) : 0 },
            residual: usesResidual ? Float(1 / limits.residual.squareRoot()) : 0)
    }
}
