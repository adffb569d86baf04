import RealModule
import SignalCore

/// Four complex numbers that turn together: the states of the oscillators of four harmonics.
struct PhasorQuartet {
    private var real: SIMD4<Double>
    /// The imaginary parts: the oscillators' sines.
    private(set) var imaginary: SIMD4<Double>

    private init(real: SIMD4<Double>, imaginary: SIMD4<Double>) {
        self.real = real
        self.imaginary = imaginary
    }

    /// Phasors of up to four lengths at random angles; those that are missing are zero.
    init(amplitudes: ArraySlice<Double>, using generator: inout SeededGenerator) {
        self.init(real: .zero, imaginary: .zero)
        for (lane, amplitude) in amplitudes.enumerated() {
            let angle = 2 * Double.pi * generator.uniform()
            real[lane] = amplitude * Double.cos(angle)
            imaginary[lane] = amplitude * Double.sin(angle)
        }
    }

    /// The first four powers of the phasor of length 1 at an angle given in turns.
    init(powersOfTurns turns: Double) {
        let angle = 2 * Double.pi * (turns - turns.rounded())
        let (cosine, sine) = (Double.cos(angle), Double.sin(angle))
        let (cosine2, sine2) = (cosine * cosine - sine * sine, 2 * sine * cosine)
        self.init(
            real: [
                cosine, cosine2, cosine2 * cosine - sine2 * sine, cosine2 * cosine2 - sine2 * sine2,
            ],
            imaginary: [sine, sine2, cosine2 * sine + sine2 * cosine, 2 * sine2 * cosine2])
    }

    /// The fourth phasor, four times.
    var last: PhasorQuartet {
        PhasorQuartet(real: SIMD4(repeating: real[3]), imaginary: SIMD4(repeating: imaginary[3]))
    }

    /// The products, lane by lane.
    func turned(by step: PhasorQuartet) -> PhasorQuartet {
        PhasorQuartet(
            real: real * step.real - imaginary * step.imaginary,
            imaginary: real * step.imaginary + imaginary * step.real)
    }
}
