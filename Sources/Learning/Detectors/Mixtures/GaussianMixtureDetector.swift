internal import LinearAlgebra
internal import RealModule
public import SignalCore

/// Measures how unlikely a frame is under a mixture of normal distributions fitted to normal frames: for machines with
/// several ways of running normally.
///
/// Columns are standardised first. The score is the negative logarithm of the density of the standardised window,
/// `-log sum_k w_k N(x; m_k, S_k)`. The share of a column is the square of its element of `S_k^(-1/2) (x - m_k)`, of all
/// components weighted by their probability given x, relative to its mean in training.
public struct GaussianMixtureDetector: Detector {
    /// The name used on the command line and in files.
    public static let name = "gaussian-mixture"
    /// One line for listings.
    public static let summary = "mixture of normal distributions: negative log-likelihood; for several normal states"

    /// The options the model was fitted with.
    public let options: GaussianMixtureOptions

    /// Cuts and standardises windows.
    let stacker: WindowStacker
    /// The components.
    let components: [Component]
    /// The mean of every column's share of the distance in training, floored.
    let contributionMean: [Double]

    /// One component, ready for scoring.
    struct Component: Sendable {
        /// The logarithm of its density at its centre, times its weight.
        var offset: Double
        /// Its centre. One element a stacked column.
        var mean: [Float]
        /// The symmetric inverse root of its covariance; of a diagonal one the diagonal alone.
        var whitening: [Float]
    }

    /// The number of columns a frame must have.
    public var columnCount: Int { stacker.columnCount }
    /// The number of consecutive frames that one score looks at.
    public var contextLength: Int { options.contextFrames }

    init(
        options: GaussianMixtureOptions, scaler: FrameScaler, components: [Component], contributionMean: [Double]
    ) {
        self.options = options
        self.components = components
        self.contributionMean = contributionMean
        stacker = WindowStacker(scaler: scaler, contextFrames: options.contextFrames)
    }

    /// The negative log-likelihood of every window; the same to the bit however the frames are cut into calls.
    ///
    /// - Throws: `SignalError` with code `mismatch` when the columns are not as many as in training, `malformed` when
    ///   a value is not finite.
    public func scores(_ frames: FeatureFrames) throws -> [Float] {
        let windows = try stacker.windows(of: frames)
        var scores: [Float] = []
        scores.reserveCapacity(windows.count)
        forEachBlock(of: windows, in: frames, decomposing: false) { logLikelihoods, _, count in
            for lane in 0..<count { scores.append(Float(-logLikelihoods[lane])) }
        }
        return scores
    }

    /// Every column's share of the distance to the components, relative to its mean in training. Shape: windows x
    /// columns.
    public func contributions(_ frames: FeatureFrames) throws -> [Float] {
        let windows = try stacker.windows(of: frames)
        var contributions = RelativeContributions(windowCount: windows.count, means: contributionMean)
        forEachBlock(of: windows, in: frames, decomposing: true) { _, shares, count in
            contributions.append(shares, count: count)
        }
        return contributions.values
    }

    /// Calls `body` with the log-likelihoods of sixteen windows, the columns' shares where asked for, and the number of
    /// lanes in use.
    func forEachBlock(
        of windows: Range<Int>, in frames: FeatureFrames, decomposing: Bool,
        _ body: (SIMD16<Double>, [SIMD16<Float>], Int) -> Void
    ) {
        let zero = SIMD16<Float>()
        var centred = Array(repeating: zero, count: stacker.width)
        var whitened = Array(repeating: centred, count: components.count)
        var densities = Array(repeating: SIMD16<Double>(), count: components.count)
        var shares = Array(repeating: zero, count: columnCount)
        stacker.forEachBlock(of: windows, in: frames) { window, count in
            for (index, component) in components.enumerated() {
                for element in window.indices { centred[element] = window[element] - component.mean[element] }
                component.whiten(centred, into: &whitened[index])
                var squares = zero
                for element in whitened[index] { squares += element * element }
                for lane in 0..<16 { densities[index][lane] = component.offset - Double(squares[lane]) / 2 }
            }
            let logLikelihoods = Self.logSum(densities)
            if decomposing {
                for column in shares.indices { shares[column] = zero }
                for (index, density) in densities.enumerated() {
                    var probability = zero
                    for lane in 0..<16 { probability[lane] = Float(Double.exp(density[lane] - logLikelihoods[lane])) }
                    for element in whitened[index].indices {
                        let part = whitened[index][element]
                        shares[element % columnCount] += probability * part * part
                    }
                }
            }
            body(logLikelihoods, shares, count)
        }
    }

    /// The logarithm of the sum of densities given by their logarithms, lane by lane.
    private static func logSum(_ densities: [SIMD16<Double>]) -> SIMD16<Double> {
        guard densities.count > 1 else { return densities[0] }
        let largest = densities.dropFirst().reduce(densities[0]) { pointwiseMax($0, $1) }
        var result = largest
        for lane in 0..<16 {
            let sum = densities.reduce(0) { $0 + Double.exp($1[lane] - largest[lane]) }
            result[lane] += Double.log(sum)
        }
        return result
    }
}

extension GaussianMixtureDetector.Component {
    /// Divides deviations from the centre by the spread.
    fileprivate func whiten(_ centred: [SIMD16<Float>], into whitened: inout [SIMD16<Float>]) {
        if whitening.count == centred.count {
            for element in centred.indices { whitened[element] = whitening[element] * centred[element] }
        } else {
            var result = whitened.mutableSpan
            BLAS.multiply(
                whitening.span, lanes: centred.span, rows: centred.count, inner: centred.count, into: &result)
        }
    }
}
