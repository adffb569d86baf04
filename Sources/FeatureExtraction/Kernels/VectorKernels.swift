/// The inner loops of the short-time features, eight values at a time.
///
/// Portable vectors of the standard library, which the compiler lowers to whatever the target has: on x86-64 the
/// baseline is enough, because the Fourier transform, which picks its own instructions, takes most of the time.
/// Every loop has a fixed order of additions, so results do not depend on alignment or block size.
enum VectorKernels {
    private typealias Lanes = SIMD8<Float>
    private static let width = 8

    /// Writes the products of two runs of equal length.
    static func multiply(_ left: Span<Float>, _ right: [Float], into result: UnsafeMutableBufferPointer<Float>) {
        precondition(left.count == right.count && left.count == result.count, "runs of equal length")
        unsafe left.withUnsafeBufferPointer { left in
            unsafe right.withUnsafeBufferPointer { right in
                for index in left.indices { unsafe result[index] = left[index] * right[index] }
            }
        }
    }

    /// Writes the squared magnitudes of complex values that stand as real and imaginary part in turn.
    static func power(
        ofComplex spectrum: UnsafeMutableBufferPointer<Float>, into result: UnsafeMutableBufferPointer<Float>
    ) {
        let count = spectrum.count / 2
        precondition(result.count >= count, "room for every value")
        for index in 0..<count {
            let real = unsafe spectrum[2 * index]
            let imaginary = unsafe spectrum[2 * index + 1]
            unsafe result[index] = real * real + imaginary * imaginary
        }
    }

    /// Replaces every value by its square root.
    static func squareRoot(_ values: UnsafeMutableBufferPointer<Float>) {
        for index in values.indices { unsafe values[index] = values[index].squareRoot() }
    }

    /// The sum of products of `weights` with the values that begin at `start`.
    ///
    /// - Precondition: the number of weights is a multiple of eight, and that many values follow `start`.
    @inline(__always)
    static func dot(
        _ values: UnsafeMutableBufferPointer<Float>, from start: Int, _ weights: UnsafeBufferPointer<Float>
    ) -> Float {
        let count = weights.count
        let valueBytes = unsafe UnsafeRawPointer(values.baseAddress.unsafelyUnwrapped + start)
        let weightBytes = unsafe UnsafeRawPointer(weights.baseAddress.unsafelyUnwrapped)
        var sum = Lanes.zero
        var offset = 0
        while offset < count {
            let value = unsafe valueBytes.loadUnaligned(fromByteOffset: 4 * offset, as: Lanes.self)
            let weight = unsafe weightBytes.loadUnaligned(fromByteOffset: 4 * offset, as: Lanes.self)
            sum += value * weight
            offset += width
        }
        let half = sum.lowHalf + sum.highHalf
        let quarter = half.lowHalf + half.highHalf
        return quarter.x + quarter.y
    }

    /// Replaces every value x by `factor * ln(max(x, floor))`.
    ///
    /// Accurate to about one unit in the last place of a 32-bit number; values above the largest finite number count
    /// as that.
    ///
    /// - Precondition: `floor` is a normal positive number.
    static func logarithm(_ values: inout MutableSpan<Float>, floor: Float, factor: Float) {
        precondition(floor >= .leastNormalMagnitude, "the logarithm needs a normal positive floor")
        unsafe values.withUnsafeMutableBufferPointer { values in
            let count = values.count
            guard let base = UnsafeMutableRawPointer(values.baseAddress) else { return }
            var offset = 0
            while offset + width <= count {
                let lanes = unsafe base.loadUnaligned(fromByteOffset: 4 * offset, as: Lanes.self)
                unsafe base.storeBytes(
                    of: factor * naturalLogarithm(limited(lanes, floor: floor)), toByteOffset: 4 * offset,
                    as: Lanes.self)
                offset += width
            }
            if offset < count {
                var rest = Lanes(repeating: floor)
                for lane in 0..<count - offset { rest[lane] = unsafe values[offset + lane] }
                let results = factor * naturalLogarithm(limited(rest, floor: floor))
                for lane in 0..<count - offset { unsafe values[offset + lane] = results[lane] }
            }
        }
    }

    @inline(__always)
    private static func limited(_ values: Lanes, floor: Float) -> Lanes {
        // Not-a-number compares false and becomes the floor.
        let raised = Lanes(repeating: floor).replacing(with: values, where: values .> floor)
        return raised.replacing(with: .greatestFiniteMagnitude, where: raised .> .greatestFiniteMagnitude)
    }

    /// ln x for normal positive x: the exponent is split off so that the rest lies between sqrt(1/2) and sqrt(2),
    /// where a polynomial is used (coefficients of `logf` in S. Moshier's Cephes library).
    @inline(__always)
    private static func naturalLogarithm(_ values: Lanes) -> Lanes {
        let bits = unsafe unsafeBitCast(values, to: SIMD8<Int32>.self)
        // Subtracting the bits of sqrt(1/2) first makes the exponent that of the shifted range.
        let shifted = bits &- SIMD8<Int32>(repeating: 0x3F35_04F3)
        let exponent = shifted &>> 23
        let mantissaBits = bits &- (exponent &<< 23)
        let mantissa = unsafe unsafeBitCast(mantissaBits, to: Lanes.self) - 1
        let power = Lanes(exponent)
        let square = mantissa * mantissa
        var polynomial = Lanes(repeating: 7.037_683_6292e-2)
        for coefficient: Float in [
            -1.151_461_031_0e-1, 1.167_699_874_0e-1, -1.242_014_084_6e-1, 1.424_932_278_7e-1, -1.666_805_766_5e-1,
            2.000_071_476_5e-1, -2.499_999_399_3e-1, 3.333_333_117_4e-1,
        ] {
            polynomial = polynomial * mantissa + coefficient
        }
        // ln 2 in two parts, the first exact in few bits, so that nothing is lost for large exponents.
        let tail = power * -2.121_944_4e-4 + (mantissa * square * polynomial - 0.5 * square)
        return power * 0.693_359_375 + (mantissa + tail)
    }
}
