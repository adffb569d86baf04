internal import RealModule

/// A gamma distribution with a location, fitted by maximum likelihood, as `scipy.stats.gamma.fit` does in the baselines
/// of DCASE task 2.
///
/// For every location the shape follows from one equation and the scale from the mean; what is left is to find the best
/// location below the smallest score. Below shape 1 the likelihood grows without bound as the location nears the smallest
/// score, so the shape is at least 1. Scores that are not skewed to the right end at a shape of about a million, where
/// the gamma is the normal distribution.
struct GammaFit: Equatable {
    /// The shape, at least 1.
    let shape: Double
    /// The location: the lower end of the distribution.
    let location: Double
    /// The scale, in the unit of the scores.
    let scale: Double

    /// The fewest scores that three parameters are fitted to.
    static let leastCount = 10

    /// Fits scores; `nil` when all are equal.
    ///
    /// - Precondition: there is a score, and all are finite.
    init?(_ scores: [Double]) {
        let count = Double(scores.count)
        let smallest = scores.min() ?? 0
        // Divided before they are added, so that no sum of huge scores overflows.
        let mean = scores.reduce(0) { $0 + ($1 - smallest) / count }
        guard mean > 0 else { return nil }
        let variance = scores.reduce(0) { sum, score in
            let deviation = (score - smallest) / mean - 1
            return sum + deviation * deviation / count
        }
        let deviation = mean * variance.squareRoot()
        guard deviation > 0 else { return nil }
        let scaled = scores.map { ($0 - smallest) / deviation }
        let scaledMean = mean / deviation

        struct Candidate {
            var shape: Double
            var likelihood: Double
        }
        /// The best shape for a location that lies `distance` standard deviations below the smallest score.
        func candidate(_ distance: Double) -> Candidate {
            let offset = scaledMean + distance
            var logarithms = 0.0
            for score in scaled { logarithms += Double.log(onePlus: (score - scaledMean) / offset) }
            let spread = max(-logarithms / count, 1e-300)
            let shape = max(Self.shape(spread: spread), 1)
            // Where the shape was raised to 1, the scale is still the mean over the shape.
            return Candidate(
                shape: shape,
                likelihood: GammaFunction.logStirling(shape) - (shape - 1) * spread - Double.log(offset))
        }
        // Distances from a thousandth to a thousand deviations, then the best one refined by the golden section.
        let exponents = (-12...12).map { Double($0) / 4 }
        let coarse = exponents.map { candidate(Double.pow(10, $0)).likelihood }
        let best = coarse.indices.max { coarse[$0] < coarse[$1] } ?? 0
        let exponent = Self.maximum(exponents[max(best - 1, 0)], exponents[min(best + 1, exponents.count - 1)]) {
            candidate(Double.pow(10, $0)).likelihood
        }
        let distance = Double.pow(10, exponent)
        shape = candidate(distance).shape
        location = smallest - distance * deviation
        scale = deviation * (scaledMean + distance) / shape
    }

    /// The score below which a share of the distribution lies.
    func quantile(_ share: Double) -> Double { location + scale * GammaFunction.quantile(shape, share) }

    /// The shape of which `log(shape) - digamma(shape)` is the logarithm of the mean less the mean of the logarithms.
    /// Newton's method on the logarithm of the shape from Minka's start ("Estimating a Gamma distribution", 2002).
    static func shape(spread: Double) -> Double {
        guard spread < 500 else { return 1e-3 }
        var shape = (3 - spread + ((spread - 3) * (spread - 3) + 24 * spread).squareRoot()) / (12 * spread)
        for _ in 0..<20 {
            let difference = GammaFunction.logMinusDigamma(shape) - spread
            let step = 1e-4
            let slope =
                (GammaFunction.logMinusDigamma(shape * (1 + step)) - GammaFunction.logMinusDigamma(shape * (1 - step)))
                / (2 * step)
            guard slope < 0 else { break }
            let change = Double.exp(min(max(-difference / slope, -2), 2))
            shape *= change
            if abs(change - 1) < 1e-12 { break }
        }
        return shape
    }

    private static func maximum(_ left: Double, _ right: Double, _ function: (Double) -> Double) -> Double {
        let ratio = (5.0.squareRoot() - 1) / 2
        var (left, right) = (left, right)
        var inner = (right - ratio * (right - left), left + ratio * (right - left))
        var values = (function(inner.0), function(inner.1))
        for _ in 0..<22 {
            if values.0 > values.1 {
                right = inner.1
                inner = (right - ratio * (right - left), inner.0)
                values = (function(inner.0), values.0)
            } else {
                left = inner.0
                inner = (inner.1, left + ratio * (right - left))
                values = (values.1, function(inner.1))
            }
        }
        return values.0 > values.1 ? inner.0 : inner.1
    }
}
