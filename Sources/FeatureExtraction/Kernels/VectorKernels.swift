internal import CSpectralKernels

/// The inner loops of the short-time features, on the vector instructions that the processor has. Results are the same
/// to the bit on every processor.
enum VectorKernels {
    /// Writes the products of two runs of equal length.
    static func multiply(_ left: Span<Float>, _ right: [Float], into result: UnsafeMutableBufferPointer<Float>) {
        precondition(left.count == right.count && left.count == result.count, "runs of equal length")
        unsafe left.withUnsafeBufferPointer { left in
            unsafe right.withUnsafeBufferPointer { right in
                unsafe spectral_multiply(left.baseAddress, right.baseAddress, result.baseAddress, left.count)
            }
        }
    }

    /// Writes the squared magnitudes of complex values that stand as real and imaginary part in turn.
    static func power(
        ofComplex spectrum: UnsafeMutableBufferPointer<Float>, into result: UnsafeMutableBufferPointer<Float>
    ) {
        precondition(result.count >= spectrum.count / 2, "room for every value")
        unsafe spectral_power(spectrum.baseAddress, result.baseAddress, spectrum.count / 2)
    }

    /// Replaces every value by its square root.
    static func squareRoot(_ values: UnsafeMutableBufferPointer<Float>) {
        for index in values.indices { unsafe values[index] = values[index].squareRoot() }
    }

    /// Replaces every value x by `factor * ln(max(x, floor))`, accurate to about one unit in the last place of a 32-bit
    /// number; values above the largest finite number count as that.
    ///
    /// - Precondition: `floor` is a normal positive number.
    static func logarithm(_ values: inout MutableSpan<Float>, floor: Float, factor: Float) {
        precondition(floor >= .leastNormalMagnitude, "the logarithm needs a normal positive floor")
        unsafe values.withUnsafeMutableBufferPointer { values in
            unsafe spectral_logarithm(values.baseAddress, values.count, floor, factor)
        }
    }
}
