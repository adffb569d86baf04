/// Weights a frame, transforms it and takes powers or magnitudes, in buffers of its own.
@safe final class SpectrumEngine {
    /// The transform; its spectrum is that of the last frame.
    let transform: RealFourierTransform
    /// The powers or magnitudes of the last frame, then eight zeros, so that vector loops may read past the end.
    let values: UnsafeMutableBufferPointer<Float>
    /// The number of bins.
    var binCount: Int { transform.binCount }

    private let weights: [Float]
    private let scale: SpectrumScale

    init(framing: FramingOptions, scale: SpectrumScale) throws {
        transform = try RealFourierTransform(length: framing.fftLength)
        weights = framing.weights().map(Float.init)
        self.scale = scale
        unsafe values = .allocate(capacity: transform.binCount + 8)
        unsafe values.initialize(repeating: 0)
    }

    deinit { unsafe values.deallocate() }

    /// Fills ``values`` with the spectrum of a frame of `fftLength` samples.
    func analyse(_ frame: Span<Float>) {
        unsafe VectorKernels.multiply(frame, weights, into: transform.samples)
        transform.execute()
        unsafe VectorKernels.power(ofComplex: transform.spectrum, into: values)
        if scale == .magnitude { unsafe VectorKernels.squareRoot(values) }
    }
}
