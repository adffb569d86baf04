internal import SignalCore

/// The spectrum of the envelope of stretches of one length. Owns its buffers; allocates nothing a stretch.
///
/// The band-pass is ideal: bins of the stretch's Fourier transform outside the band are set to zero, which costs
/// nothing beside the Hilbert transform and delays nothing.
final class EnvelopeKernel {
    let length: Int
    /// The amplitude of every bin of the envelope's spectrum. Shape: length / 2 + 1.
    private(set) var amplitudes: [Float]
    /// The mean of the envelope.
    private(set) var mean = 0.0
    /// The spectral kurtosis of the band, `E[e^4] / E[e^2]^2 - 2` of its envelope e: 0 for Gaussian noise, -1 for a
    /// steady tone, large for strikes (Antoni and Randall, Mech. Syst. Signal Process. 20, 2006); 0 for silence.
    private(set) var kurtosis = 0.0

    private let hilbert: HilbertTransform
    private let fourier: RealFourierTransform
    private let weights: [Double]
    private let scale: Double

    init(length: Int, window: Window) throws {
        self.length = length
        hilbert = try HilbertTransform(length: length)
        fourier = try RealFourierTransform(length: length)
        weights = window.weights(length)
        scale = 2 / weights.reduce(0, +)
        amplitudes = Array(repeating: 0, count: fourier.binCount)
    }

    /// Takes a stretch of signal, less a constant.
    func load(_ samples: Span<Float>, subtracting mean: Double) {
        hilbert.analyse(samples, subtracting: mean)
    }

    /// Computes the envelope spectrum of the loaded stretch: of some of its bins, of the envelope itself or its square.
    func compute(bins: Range<Int>?, squared: Bool) {
        hilbert.synthesise(bins: bins)
        var sum = 0.0
        var second = 0.0
        var fourth = 0.0
        for index in 0..<length {
            let square = self.square(index)
            second += square
            fourth += square * square
            sum += squared ? square : square.squareRoot()
        }
        let count = Double(length)
        mean = sum / count
        kurtosis = second > 0 ? count * fourth / (second * second) - 2 : 0
        if !kurtosis.isFinite { kurtosis = 0 }
        fourier.forward { input in
            for index in 0..<length {
                let value = squared ? square(index) : square(index).squareRoot()
                input[index] = Float((value - mean) * weights[index])
            }
        } body: { spectrum in
            for bin in amplitudes.indices {
                let real = Double(spectrum[2 * bin])
                let imaginary = Double(spectrum[2 * bin + 1])
                amplitudes[bin] = Float(scale * (real * real + imaginary * imaginary).squareRoot())
            }
        }
    }

    private func square(_ index: Int) -> Double {
        let real = Double(hilbert.real[index])
        let imaginary = Double(hilbert.imaginary[index])
        return real * real + imaginary * imaginary
    }
}
