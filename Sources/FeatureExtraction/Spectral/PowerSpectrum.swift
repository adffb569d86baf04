internal import SignalCore

/// A one-sided power spectrum, from 0 Hz to half the sample rate.
public struct PowerSpectrum: Sendable, Equatable {
    /// The frequencies in Hz, evenly spaced from 0. Shape: segment length / 2 + 1.
    public let frequencies: [Double]
    /// The values: squared units of the signal per hertz (density) or squared units (spectrum). Shape: as
    /// ``frequencies``.
    public let values: [Double]
    /// The number of segments that were averaged.
    public let segmentCount: Int

    /// The distance between two frequencies, in Hz.
    public var resolution: Double { frequencies.count > 1 ? frequencies[1] : 0 }

    /// The spectrum of a whole signal as one segment, as `scipy.signal.periodogram`.
    ///
    /// - Parameters:
    ///   - samples: the signal; its length is the length of the transform.
    ///   - sampleRate: in Hz; positive.
    /// - Throws: `SignalError` with code `insufficientData` below 16 samples, `invalidOption` above 2^24.
    public static func periodogram(
        _ samples: Span<Float>, sampleRate: Double, window: Window = .hann,
        scaling: WelchOptions.Scaling = .density, detrend: WelchOptions.Detrend = .constant
    ) throws -> PowerSpectrum {
        guard samples.count >= 16 else {
            throw SignalError(.insufficientData, "a periodogram needs at least 16 samples, not \(samples.count)")
        }
        var options = WelchOptions()
        options.segmentLength = samples.count
        options.window = window
        options.scaling = scaling
        options.detrend = detrend
        var estimator = try WelchEstimator(sampleRate: sampleRate, options: options)
        try estimator.consume(samples)
        return try estimator.result()
    }
}
