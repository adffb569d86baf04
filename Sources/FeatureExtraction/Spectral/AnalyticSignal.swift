internal import SignalCore

/// The envelope of a signal by the Hilbert transform: the magnitude of its analytic signal.
public enum AnalyticSignal {
    /// The envelope of a whole signal, exact for even and odd lengths, as `abs(scipy.signal.hilbert(x))`.
    ///
    /// - Parameter samples: the signal, 1 to 2^26 samples.
    /// - Returns: one value a sample, in the signal's unit, not negative.
    /// - Throws: `SignalError` with code `invalidOption` when the length is out of range.
    public static func envelope(of samples: [Float]) throws -> [Float] {
        let hilbert = try HilbertTransform(length: samples.count)
        return hilbert.squaredEnvelope(samples.span, bins: nil).map { $0.squareRoot() }
    }

    /// The Hilbert transform of a whole signal: every component delayed by a quarter of its period. It is the imaginary
    /// part of the analytic signal, `scipy.signal.hilbert(x).imag`.
    ///
    /// - Throws: `SignalError` with code `invalidOption` when the length is out of range.
    public static func hilbertTransform(of samples: [Float]) throws -> [Float] {
        let hilbert = try HilbertTransform(length: samples.count)
        hilbert.transform(samples.span, bins: nil)
        return hilbert.imaginary
    }
}
