internal import RealModule

/// The incomplete gamma function and what fitting a gamma distribution needs beside it.
///
/// Series and continued fraction as in the NIST Handbook of Mathematical Functions (Olver et al., 2010), 8.7.1 and
/// 8.9.2; about twelve digits for shapes from 0.001 to 1,000,000.
enum GammaFunction {
    /// The regularised lower incomplete gamma function `P(shape, x)`, the share of a gamma distribution of scale 1 below
    /// `x`, and its complement, each as exact as it can be.
    ///
    /// - Precondition: shape and `x` are finite, the shape is above 0.
    static func incomplete(_ shape: Double, _ x: Double) -> (lower: Double, upper: Double) {
        guard x > 0 else { return (0, 1) }
        let density = scaledDensity(shape, x)
        guard density > 0 else { return x < shape ? (0, 1) : (1, 0) }
        if x < shape + 1 {
            // x^a e^-x / Gamma(a + 1) * (1 + x / (a + 1) + x^2 / ((a + 1) (a + 2)) + ...)
            var term = 1.0
            var sum = 1.0
            var denominator = shape
            repeat {
                denominator += 1
                term *= x / denominator
                sum += term
            } while term > sum * 1e-17
            let lower = min(density / shape * sum, 1)
            return (lower, 1 - lower)
        }
        // Lentz's evaluation of x^a e^-x / Gamma(a) / (x + 1 - a - 1 (1 - a) / (x + 3 - a - ...)).
        let tiny = 1e-300
        var denominator = x + 1 - shape
        var c = 1 / tiny
        var d = 1 / denominator
        var fraction = d
        var index = 1.0
        while index < 1e6 {
            let numerator = -index * (index - shape)
            denominator += 2
            d = numerator * d + denominator
            if abs(d) < tiny { d = tiny }
            c = denominator + numerator / c
            if abs(c) < tiny { c = tiny }
            d = 1 / d
            fraction *= d * c
            if abs(d * c - 1) < 1e-16 { break }
            index += 1
        }
        let upper = min(density * fraction, 1)
        return (1 - upper, upper)
    }

    /// The `x` at which ``incomplete(_:_:)`` reaches a share: the quantile of a gamma distribution of scale 1.
    ///
    /// - Precondition: the shape is above 0 and finite, the share between 0 and 1.
    static func quantile(_ shape: Double, _ share: Double) -> Double {
        // The bracket is doubled until it holds the quantile, then halved, with Newton's step wherever it stays inside.
        var lower = 0.0
        var upper = shape + 1
        while incomplete(shape, upper).lower < share, upper < 1e300 { upper *= 2 }
        var x = startingPoint(shape, share)
        if !(x > lower && x < upper) { x = (lower + upper) / 2 }
        for _ in 0..<200 {
            let (below, above) = incomplete(shape, x)
            // Where the share is near 1, the complement is the more exact.
            let excess = share < 0.5 ? below - share : (1 - share) - above
            if excess > 0 { upper = x } else { lower = x }
            guard excess != 0, upper - lower > 1e-15 * upper else { break }
            let slope = scaledDensity(shape, x) / x
            let next = x - excess / slope
            let isInside = next > lower && next < upper
            // Below shape 1 the quantile can be very small: halving goes by the exponent there.
            let halved = lower > 0 ? (lower * upper).squareRoot() : upper * 1e-3
            let previous = x
            x = isInside ? next : shape < 1 ? halved : (lower + upper) / 2
            if isInside, abs(x - previous) <= 1e-15 * x { break }
        }
        return x
    }

    /// `log(shape) - digamma(shape)`, exact also where the two are nearly equal.
    static func logMinusDigamma(_ shape: Double) -> Double {
        var z = shape
        var sum = 0.0
        while z < 10 {
            sum += 1 / z
            z += 1
        }
        let inverse = 1 / (z * z)
        let series = 1.0 / 12 - inverse * (1.0 / 120 - inverse * (1.0 / 252 - inverse * (1.0 / 240 - inverse / 132)))
        let tail = 1 / (2 * z) + inverse * series
        return Double.log(shape / z) + sum + tail
    }

    /// `shape * log(shape) - shape - log(Gamma(shape))`, exact also where the three are large.
    static func logStirling(_ shape: Double) -> Double {
        guard shape >= 10 else { return shape * Double.log(shape) - shape - Double.logGamma(shape) }
        return 0.5 * Double.log(shape / (2 * .pi)) - stirlingTail(shape)
    }

    /// `x^shape e^-x / Gamma(shape)`.
    private static func scaledDensity(_ shape: Double, _ x: Double) -> Double {
        guard shape >= 10 else { return Double.exp(shape * Double.log(x) - x - Double.logGamma(shape)) }
        // With m = x / shape - 1 the large terms are gone before they could cancel each other.
        let m = (x - shape) / shape
        return Double.exp(shape * (Double.log(onePlus: m) - m) + logStirling(shape))
    }

    private static func stirlingTail(_ shape: Double) -> Double {
        let inverse = 1 / (shape * shape)
        let series = 1.0 / 360 - inverse * (1.0 / 1260 - inverse * (1.0 / 1680 - inverse / 1188))
        return (1.0 / 12 - inverse * series) / shape
    }

    /// Wilson and Hilferty's cube for the quantile; below shape 1 the first term of the series.
    private static func startingPoint(_ shape: Double, _ share: Double) -> Double {
        guard shape >= 1 else {
            return Double.exp((Double.log(share) + Double.logGamma(shape + 1)) / shape)
        }
        // Abramowitz and Stegun, 26.2.22: the normal quantile to 0.003.
        let tail = min(share, 1 - share)
        let t = (-2 * Double.log(tail)).squareRoot()
        let normal = t - (2.30753 + 0.27061 * t) / (1 + t * (0.99229 + 0.04481 * t))
        let cube = 1 - 1 / (9 * shape) + (share < 0.5 ? -normal : normal) / (3 * shape.squareRoot())
        return shape * cube * cube * cube
    }
}
