internal import SignalCore

/// The spectrum of a signal's envelope: what repeats in it, such as the strikes of a damaged bearing, whatever the
/// resonance that they ring.
public struct EnvelopeSpectrum: Sendable, Equatable {
    /// The frequencies in Hz, evenly spaced from 0. Shape: number of samples / 2 + 1.
    public let frequencies: [Double]
    /// The amplitude at every frequency, in the unit of the envelope (of its square, if squared).
    public let amplitudes: [Float]
    /// The mean of the envelope, in the same unit.
    public let mean: Double
    /// The spectral kurtosis of the band: 0 for Gaussian noise, -1 for a steady tone, large for strikes.
    public let kurtosis: Double

    /// The distance between two frequencies, in Hz.
    public var resolution: Double { frequencies.count > 1 ? frequencies[1] : 0 }

    /// The envelope spectrum of a whole signal; its mean, and that of the envelope, are taken out before.
    ///
    /// - Parameters:
    ///   - samples: the signal, 16 to 2^26 samples.
    ///   - sampleRate: in Hz; positive.
    ///   - band: the band that is demodulated, in Hz, or `nil` for all of the spectrum.
    ///   - squared: whether the spectrum is that of the squared envelope, which has fewer false lines (Randall and
    ///     Antoni, "Rolling element bearing diagnostics - a tutorial", Mech. Syst. Signal Process. 25, 2011).
    ///   - window: the weights of the envelope before its transform; amplitudes are corrected for it.
    ///   - removingMean: whether the signal's mean is taken out first.
    /// - Throws: `SignalError` with code `insufficientData` below 16 samples, `invalidOption` above 2^26 or when the
    ///   band lies outside the spectrum.
    public static func compute(
        _ samples: [Float], sampleRate: Double, band: ClosedRange<Double>? = nil, squared: Bool = false,
        window: Window = .hann, removingMean: Bool = true
    ) throws -> EnvelopeSpectrum {
        guard samples.count >= 16 else {
            throw SignalError(.insufficientData, "an envelope spectrum needs 16 samples, not \(samples.count)")
        }
        let bins = try band.map { try Self.bins($0, sampleRate: sampleRate, length: samples.count) }
        let kernel = try EnvelopeKernel(length: samples.count, window: window)
        let mean = removingMean ? samples.reduce(0) { $0 + Double($1) } / Double(samples.count) : 0
        kernel.load(samples.span, subtracting: mean)
        kernel.compute(bins: bins, squared: squared)
        return EnvelopeSpectrum(
            frequencies: kernel.amplitudes.indices.map { Double($0) * sampleRate / Double(samples.count) },
            amplitudes: kernel.amplitudes, mean: kernel.mean, kurtosis: kernel.kurtosis)
    }

    /// The bins of a transform of `length` samples that lie in a band.
    ///
    /// - Throws: `SignalError` with code `invalidOption` when the band holds fewer than two of them.
    static func bins(_ band: ClosedRange<Double>, sampleRate: Double, length: Int) throws -> Range<Int> {
        let spacing = sampleRate / Double(length)
        let nyquist = sampleRate / 2
        guard band.lowerBound >= 0, band.upperBound <= nyquist * (1 + 1e-9),
            band.upperBound - band.lowerBound >= 2 * spacing
        else {
            throw SignalError(
                .invalidOption,
                "the band \(band.lowerBound)-\(band.upperBound) Hz is too narrow or not between 0 and \(nyquist) Hz, "
                    + "half the sample rate")
        }
        return Int((band.lowerBound / spacing).rounded(.up))..<min(length / 2 + 1, Int(band.upperBound / spacing) + 1)
    }
}
