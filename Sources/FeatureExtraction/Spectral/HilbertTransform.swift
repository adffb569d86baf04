internal import SignalCore

/// The analytic signal of stretches of one length, of the whole spectrum or of a band of it.
///
/// It is the inverse transform of the one-sided spectrum X: the real part that of X itself, the imaginary part that of
/// -iX without the bins at 0 and half the rate, which have no sign. Owns its buffers; allocates nothing a stretch.
final class HilbertTransform {
    let length: Int
    private(set) var real: [Float]
    private(set) var imaginary: [Float]
    private let fourier: RealFourierTransform
    private var spectrum: [Float]

    init(length: Int) throws {
        self.length = length
        fourier = try RealFourierTransform(length: length)
        spectrum = Array(repeating: 0, count: 2 * fourier.binCount)
        real = Array(repeating: 0, count: length)
        imaginary = real
    }

    /// Computes ``real`` and ``imaginary``.
    ///
    /// - Parameters:
    ///   - samples: at most ``length`` samples.
    ///   - bins: the bins that are kept, or `nil` for all; the others are set to zero.
    func transform(_ samples: Span<Float>, bins: Range<Int>?) {
        analyse(samples, subtracting: 0)
        synthesise(bins: bins)
    }

    /// Transforms the samples less a constant, ready for ``synthesise(bins:)``.
    func analyse(_ samples: Span<Float>, subtracting mean: Double) {
        fourier.forward { input in
            for index in samples.indices { input[index] = Float(Double(samples[index]) - mean) }
        } body: { result in
            for index in spectrum.indices { spectrum[index] = result[index] }
        }
    }

    /// Computes ``real`` and ``imaginary`` from the spectrum of the stretch analysed last, of some of its bins only.
    func synthesise(bins: Range<Int>?) {
        let kept = (bins ?? 0..<fourier.binCount).clamped(to: 0..<fourier.binCount)
        fourier.inverse { output in
            for index in 2 * kept.lowerBound..<2 * kept.upperBound { output[index] = spectrum[index] }
        } body: { samples in
            for index in samples.indices { real[index] = samples[index] }
        }
        let end = length.isMultiple(of: 2) ? fourier.binCount - 1 : fourier.binCount
        fourier.inverse { output in
            for bin in max(1, kept.lowerBound)..<max(1, kept.lowerBound, min(end, kept.upperBound)) {
                output[2 * bin] = spectrum[2 * bin + 1]
                output[2 * bin + 1] = -spectrum[2 * bin]
            }
        } body: { samples in
            for index in samples.indices { imaginary[index] = samples[index] }
        }
    }

    /// The squared envelope of samples, of all or some bins.
    func squaredEnvelope(_ samples: Span<Float>, bins: Range<Int>?) -> [Float] {
        transform(samples, bins: bins)
        return zip(real, imaginary).map { $0 * $0 + $1 * $1 }
    }
}
