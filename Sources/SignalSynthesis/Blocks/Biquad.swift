import RealModule

/// A second-order filter section in transposed direct form II, its state in double precision.
///
/// Coefficients follow Robert Bristow-Johnson's "Cookbook formulae for audio EQ biquad filter coefficients" (W3C Note,
/// 2021). Frequencies are in Hz. A corner above 0.45 of the sample rate is moved there, so that machines can be heard
/// at any rate; a ``peak(_:quality:decibels:sampleRate:)`` beyond it does nothing.
struct Biquad: Sendable {
    private let b0: Double
    private let b1: Double
    private let b2: Double
    private let a1: Double
    private let a2: Double
    private var first = 0.0
    private var second = 0.0

    /// Coefficients before division by `a0`.
    private init(_ b0: Double, _ b1: Double, _ b2: Double, over a0: Double, _ a1: Double, _ a2: Double) {
        self.b0 = b0 / a0
        self.b1 = b1 / a0
        self.b2 = b2 / a0
        self.a1 = a1 / a0
        self.a2 = a2 / a0
    }

    /// The sine and cosine of the corner's angle and the bandwidth term alpha of the cookbook.
    private static func angle(_ frequency: Double, _ quality: Double, _ sampleRate: Double) -> (
        cosine: Double, alpha: Double
    ) {
        let omega = 2 * Double.pi * min(frequency / sampleRate, 0.45)
        return (Double.cos(omega), Double.sin(omega) / (2 * quality))
    }

    /// Passes what is below the frequency; 12 dB an octave.
    static func lowPass(_ frequency: Double, quality: Double = 0.5.squareRoot(), sampleRate: Double) -> Biquad {
        let (cosine, alpha) = angle(frequency, quality, sampleRate)
        let edge = (1 - cosine) / 2
        return Biquad(edge, 1 - cosine, edge, over: 1 + alpha, -2 * cosine, 1 - alpha)
    }

    /// Passes what is above the frequency; 12 dB an octave.
    static func highPass(_ frequency: Double, quality: Double = 0.5.squareRoot(), sampleRate: Double) -> Biquad {
        let (cosine, alpha) = angle(frequency, quality, sampleRate)
        let edge = (1 + cosine) / 2
        return Biquad(edge, -1 - cosine, edge, over: 1 + alpha, -2 * cosine, 1 - alpha)
    }

    /// Passes a band around the frequency with gain 1 in its middle; `quality` is centre over bandwidth.
    static func bandPass(_ frequency: Double, quality: Double, sampleRate: Double) -> Biquad {
        let (cosine, alpha) = angle(frequency, quality, sampleRate)
        return Biquad(alpha, 0, -alpha, over: 1 + alpha, -2 * cosine, 1 - alpha)
    }

    /// Raises (or lowers) a band around the frequency.
    static func peak(_ frequency: Double, quality: Double, decibels: Double, sampleRate: Double) -> Biquad {
        guard frequency < 0.45 * sampleRate else { return Biquad(1, 0, 0, over: 1, 0, 0) }
        let (cosine, alpha) = angle(frequency, quality, sampleRate)
        let gain = amplitude(decibels: decibels / 2)
        return Biquad(
            1 + alpha * gain, -2 * cosine, 1 - alpha * gain, over: 1 + alpha / gain, -2 * cosine, 1 - alpha / gain)
    }

    /// Raises (or lowers) everything above the frequency.
    static func highShelf(_ frequency: Double, decibels: Double, sampleRate: Double) -> Biquad {
        let (cosine, alpha) = angle(frequency, 0.5.squareRoot(), sampleRate)
        let gain = amplitude(decibels: decibels / 2)
        let root = 2 * gain.squareRoot() * alpha
        return Biquad(
            gain * (gain + 1 + (gain - 1) * cosine + root), -2 * gain * (gain - 1 + (gain + 1) * cosine),
            gain * (gain + 1 + (gain - 1) * cosine - root),
            over: gain + 1 - (gain - 1) * cosine + root, 2 * (gain - 1 - (gain + 1) * cosine),
            gain + 1 - (gain - 1) * cosine - root)
    }

    /// Passes what is below the frequency; first order, 6 dB an octave (bilinear transform of an RC section).
    static func gentleLowPass(_ frequency: Double, sampleRate: Double) -> Biquad {
        let tangent = Double.tan(Double.pi * min(frequency / sampleRate, 0.45))
        return Biquad(tangent, tangent, 0, over: 1 + tangent, tangent - 1, 0)
    }

    /// Filters samples in place; the state carries over to the next call.
    mutating func process(_ samples: inout MutableSpan<Float>) {
        var first = first
        var second = second
        for index in samples.indices {
            // The tiny offset keeps the state of a silent filter out of the slow subnormal numbers.
            let input = Double(samples[index]) + 1e-25
            let output = b0 * input + first
            first = b1 * input - a1 * output + second
            second = b2 * input - a2 * output
            samples[index] = Float(output)
        }
        self.first = first
        self.second = second
    }
}
