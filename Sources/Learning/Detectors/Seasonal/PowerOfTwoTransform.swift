internal import RealModule

/// The discrete Fourier transform of real values, padded with zeros to a power of two: the textbook radix-2 algorithm,
/// for the few transforms of a fit. Features are made with FFTW, which belongs to another layer.
struct PowerOfTwoTransform {
    private let size: Int
    private let cosines: [Double]
    private let sines: [Double]

    /// - Precondition: `size` is a power of two, at least 2.
    init(size: Int) {
        precondition(size >= 2 && size & (size - 1) == 0, "a power of two")
        self.size = size
        cosines = (0..<size / 2).map { .cos(2 * Double.pi * Double($0) / Double(size)) }
        sines = (0..<size / 2).map { .sin(2 * Double.pi * Double($0) / Double(size)) }
    }

    /// The squared magnitudes of the bins from 0 up to, not including, half of the size.
    func power(_ values: [Double]) -> [Double] {
        let (real, imaginary) = transform(values)
        return (0..<size / 2).map { real[$0] * real[$0] + imaginary[$0] * imaginary[$0] }
    }

    /// The real parts of the bins from 0 up to, not including, half of the size.
    func real(_ values: [Double]) -> [Double] { Array(transform(values).real.prefix(size / 2)) }

    private func transform(_ values: [Double]) -> (real: [Double], imaginary: [Double]) {
        var real = values + Array(repeating: 0, count: size - values.count)
        var imaginary = Array(repeating: 0.0, count: size)
        var reversed = 0
        for index in 1..<size {
            var bit = size >> 1
            while reversed & bit != 0 {
                reversed ^= bit
                bit >>= 1
            }
            reversed |= bit
            if index < reversed { real.swapAt(index, reversed) }
        }
        var half = 1
        while half < size {
            let stride = size / (2 * half)
            for start in Swift.stride(from: 0, to: size, by: 2 * half) {
                for offset in 0..<half {
                    let (cosine, sine) = (cosines[offset * stride], sines[offset * stride])
                    let (upper, lower) = (start + offset, start + offset + half)
                    let turnedReal = real[lower] * cosine + imaginary[lower] * sine
                    let turnedImaginary = imaginary[lower] * cosine - real[lower] * sine
                    real[lower] = real[upper] - turnedReal
                    imaginary[lower] = imaginary[upper] - turnedImaginary
                    real[upper] += turnedReal
                    imaginary[upper] += turnedImaginary
                }
            }
            half *= 2
        }
        return (real, imaginary)
    }
}
