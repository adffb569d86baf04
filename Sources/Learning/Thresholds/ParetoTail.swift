internal import RealModule

/// A generalised Pareto distribution of excesses over a level, fitted by maximum likelihood with Grimshaw's trick
/// ("Computing Maximum Likelihood Estimates for the Generalized Pareto Distribution", Technometrics 35, 1993): with
/// `x = shape / scale` both parameters follow from `x`, and what is left is to find the roots of one equation,
/// `u(x) v(x) = 1` with `u(x) = mean(1 / (1 + x Y))` and `v(x) = 1 + mean(log(1 + x Y))`.
struct ParetoTail: Equatable {
    /// The shape, called gamma or xi; 0 is the exponential distribution, below 0 the tail ends somewhere. At least -1,
    /// below which the likelihood has no maximum.
    let shape: Double
    /// The scale, in the unit of the excesses.
    let scale: Double

    /// Fits excesses.
    ///
    /// - Precondition: there is one, and all are above 0 and finite.
    init(_ excesses: [Double]) {
        let mean = excesses.reduce(0) { $0 + $1 / Double(excesses.count) }
        let scaled = excesses.map { $0 / mean }
        let largest = scaled.max() ?? 1
        let smallest = scaled.min() ?? 1

        /// The likelihood's slope in `x` but for a positive factor, and the shape that goes with `x`.
        func equation(_ x: Double) -> (difference: Double, shape: Double) {
            var inverses = 0.0
            var logarithms = 0.0
            for value in scaled {
                inverses += 1 / (1 + x * value)
                logarithms += Double.log(onePlus: x * value)
            }
            let count = Double(scaled.count)
            return (inverses / count * (1 + logarithms / count) - 1, logarithms / count)
        }
        /// The mean log-likelihood of an excess.
        func likelihood(shape: Double, scale: Double) -> Double { -Double.log(scale) - 1 - shape }

        // Without a root the exponential distribution (x = 0, scale = mean = 1) is the best there is.
        var best = (shape: 0.0, scale: 1.0, likelihood: likelihood(shape: 0, scale: 1))
        for points in Self.searchGrids(largest: largest, smallest: smallest) {
            var left = points[0]
            var atLeft = equation(left).difference
            for right in points.dropFirst() {
                let atRight = equation(right).difference
                if atLeft * atRight < 0 {
                    let root = Self.bisect(left, right, isNegativeAtLeft: atLeft < 0) { equation($0).difference }
                    let shape = equation(root).shape
                    let found = likelihood(shape: shape, scale: shape / root)
                    if shape >= -1, found > best.likelihood { best = (shape, shape / root, found) }
                }
                (left, atLeft) = (right, atRight)
            }
        }
        shape = best.shape
        scale = best.scale * mean
    }

    /// The excess that is exceeded with a probability between 0 and 1.
    func level(exceededBy probability: Double) -> Double {
        let logarithm = -Double.log(probability)
        // (p^-shape - 1) / shape, which is the logarithm where the shape is 0.
        guard abs(shape * logarithm) > 1e-12 else { return scale * logarithm }
        return scale * Double.expMinusOne(shape * logarithm) / shape
    }

    /// Points below and above 0 between which roots are looked for: `x > -1 / largest` below, and above the bound
    /// Grimshaw gives for the mean 1. Near 0 there is always the root 0, which is the exponential distribution.
    private static func searchGrids(largest: Double, smallest: Double) -> [[Double]] {
        let nearest = 1e-4
        let below = (0...48).map { step in
            // From just above -1 / largest to nearly 0: the distance from the bound grows tenfold in six steps.
            -(1 - Double.pow(10, Double(step - 48) / 6)) / largest
        }.filter { $0 < -nearest }
        let bound = 2 * max(1 - smallest, 0) / (smallest * smallest)
        let reach = min(max(bound, 10 * nearest), 1e9)
        let steps = 60
        let ratio = Double.log(reach / nearest) / Double(steps)
        let above = (0...steps).map { nearest * Double.exp(ratio * Double($0)) }
        return [below + [-nearest], above]
    }

    private static func bisect(
        _ left: Double, _ right: Double, isNegativeAtLeft: Bool, _ function: (Double) -> Double
    ) -> Double {
        var (left, right) = (left, right)
        for _ in 0..<80 {
            let middle = left + (right - left) / 2
            guard middle > left, middle < right else { break }
            if (function(middle) < 0) == isNegativeAtLeft { left = middle } else { right = middle }
        }
        return left + (right - left) / 2
    }
}
