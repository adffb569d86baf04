internal import RealModule

/// Statistics of a stretch of signal in the time domain, accumulated in double precision.
///
/// All ratios are 0 where their denominator is: a silent or constant stretch has finite statistics.
public struct SignalStatistics: Sendable, Equatable {
    /// The number of samples.
    public let count: Int
    /// The mean, in the signal's unit.
    public let mean: Double
    /// The mean squared deviation from the mean, divided by ``count``.
    public let variance: Double
    /// The root of the mean square, about zero.
    public let rms: Double
    /// The largest magnitude.
    public let peak: Double
    /// The largest less the smallest value.
    public let peakToPeak: Double
    /// The mean magnitude.
    public let meanMagnitude: Double
    /// The square of the mean root magnitude.
    public let squaredMeanRoot: Double
    /// The third standardised moment (biased), 0 for symmetric signals.
    public let skewness: Double
    /// The fourth standardised moment (biased, Pearson's definition): 3 for Gaussian noise, 1.5 for a sine. This is the
    /// convention of bearing monitoring, where a value well above 3 means strikes (Dyer and Stewart, J. Mech. Design
    /// 100, 1978).
    public let kurtosis: Double
    /// How often the sign changes from a sample to the next; zero counts as positive.
    public let zeroCrossings: Int

    /// Peak over RMS: the root of 2 for a sine.
    public var crestFactor: Double { Self.ratio(peak, rms) }
    /// RMS over mean magnitude: 1.11 for a sine.
    public var shapeFactor: Double { Self.ratio(rms, meanMagnitude) }
    /// Peak over mean magnitude.
    public var impulseFactor: Double { Self.ratio(peak, meanMagnitude) }
    /// Peak over the square of the mean root magnitude.
    public var clearanceFactor: Double { Self.ratio(peak, squaredMeanRoot) }
    /// The variance estimated for the process that the samples are drawn from: divided by ``count`` - 1.
    public var unbiasedVariance: Double { count > 1 ? variance * Double(count) / Double(count - 1) : 0 }
    /// ``skewness`` corrected for its bias (`scipy.stats.skew(bias=False)`); the biased one below 3 samples.
    public var unbiasedSkewness: Double {
        guard count > 2 else { return skewness }
        let n = Double(count)
        return skewness * (n * (n - 1)).squareRoot() / (n - 2)
    }
    /// ``kurtosis`` less 3 (Fisher's definition): 0 for Gaussian noise; 0 for a constant.
    public var excessKurtosis: Double { variance > 0 ? kurtosis - 3 : 0 }
    /// ``excessKurtosis`` corrected for its bias (`scipy.stats.kurtosis(bias=False)`); the biased one below 4 samples.
    public var unbiasedExcessKurtosis: Double {
        guard count > 3, variance > 0 else { return excessKurtosis }
        let n = Double(count)
        return (n - 1) / ((n - 2) * (n - 3)) * ((n + 1) * kurtosis - 3 * (n - 1))
    }

    /// The statistics of samples; all zero when there is none.
    ///
    /// - Parameter removingMean: whether the mean is taken out before everything but ``mean`` is computed, as for
    ///   accelerometers, whose offset and gravity are no vibration.
    public init(_ samples: Span<Float>, removingMean: Bool = false) {
        count = samples.count
        let divisor = Double(max(1, samples.count))
        var sum = 0.0
        var smallest = Double.infinity
        var largest = -Double.infinity
        for index in samples.indices {
            let value = Double(samples[index])
            sum += value
            smallest = min(smallest, value)
            largest = max(largest, value)
        }
        // A constant signal is its own mean to the last bit, whatever the rounding of the sum.
        let mean = smallest == largest ? smallest : sum / divisor
        let origin = removingMean ? mean : 0
        var squares = 0.0
        var magnitudes = 0.0
        var roots = 0.0
        var moments = (second: 0.0, third: 0.0, fourth: 0.0)
        var crossings = 0
        var wasNegative = false
        for index in samples.indices {
            let value = Double(samples[index]) - origin
            squares += value * value
            magnitudes += abs(value)
            roots += abs(value).squareRoot()
            let deviation = Double(samples[index]) - mean
            let square = deviation * deviation
            moments.second += square
            moments.third += square * deviation
            moments.fourth += square * square
            if index > 0 && (value < 0) != wasNegative { crossings += 1 }
            wasNegative = value < 0
        }
        self.mean = samples.isEmpty ? 0 : mean
        variance = moments.second / divisor
        rms = (squares / divisor).squareRoot()
        peak = samples.isEmpty ? 0 : max(abs(largest - origin), abs(smallest - origin))
        peakToPeak = samples.isEmpty ? 0 : largest - smallest
        meanMagnitude = magnitudes / divisor
        squaredMeanRoot = (roots / divisor) * (roots / divisor)
        skewness = Self.ratio(moments.third / divisor, variance * variance.squareRoot())
        kurtosis = Self.ratio(moments.fourth / divisor, variance * variance)
        zeroCrossings = crossings
    }

    private static func ratio(_ numerator: Double, _ denominator: Double) -> Double {
        denominator > 0 ? numerator / denominator : 0
    }
}
