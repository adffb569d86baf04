import SignalCore

/// The signal of a short-time Fourier transform, by overlap-add with the window's squares divided out
/// (D. Griffin and J. Lim, 1984), as `librosa.istft`.
public enum InverseShortTimeTransform {
    /// Rebuilds `length` samples.
    ///
    /// - Parameters:
    ///   - spectra: real and imaginary parts in turn. Shape: frames x (`fftLength / 2 + 1`) x 2.
    ///   - framing: how the frames were cut; with `center` the padding is cut off again.
    ///   - length: the number of samples wanted; zeros follow where the frames end.
    /// - Throws: `SignalError` with code `invalidOption`, or `mismatch` when the spectra are not whole frames.
    public static func signal(of spectra: Span<Float>, framing: FramingOptions, length: Int) throws -> [Float] {
        try framing.validate()
        let transform = try RealFourierTransform(length: framing.fftLength)
        let frameSize = 2 * transform.binCount
        guard spectra.count.isMultiple(of: frameSize) else {
            throw SignalError(.mismatch, "a frame of \(framing.fftLength) samples has \(frameSize) parts of a spectrum")
        }
        let weights = framing.weights()
        let offset = framing.center ? framing.fftLength / 2 : 0
        var sums = [Double](repeating: 0, count: length)
        var squares = [Double](repeating: 0, count: length)
        for frame in 0..<spectra.count / frameSize {
            let first = frame * framing.hopLength - offset
            transform.inverse { spectrum in
                for index in 0..<frameSize { spectrum[index] = spectra[frame * frameSize + index] }
            } body: { samples in
                for index in samples.indices where (0..<length).contains(first + index) {
                    sums[first + index] += weights[index] * Double(samples[index])
                    squares[first + index] += weights[index] * weights[index]
                }
            }
        }
        // Where no window reaches, librosa leaves the sum as it is rather than divide by nearly nothing.
        return zip(sums, squares).map { Float($1 > Double(Float.leastNormalMagnitude) ? $0 / $1 : $0) }
    }
}
