import RealModule
import SignalCore

/// Noise that hangs together in time: an autoregression of order one, `x[n] = phi x[n-1] + e[n]` with
/// `phi = exp(-spacing / timeConstant)`, which is an Ornstein-Uhlenbeck process looked at in equal steps (Uhlenbeck and
/// Ornstein, Physical Review 36, 1930). Its standard deviation does not depend on the spacing.
struct AutoregressiveNoise {
    private let factor: Double
    private let innovation: Double
    private(set) var value: Double
    private var generator: SeededGenerator

    /// Begins in its steady state.
    init(deviation: Double, timeConstant: Double, spacing: Double, seed: UInt64, stream: UInt64) {
        factor = Double.exp(-spacing / timeConstant)
        innovation = deviation * (1 - factor * factor).squareRoot()
        generator = SeededGenerator(seed: seed, stream: stream)
        value = deviation * generator.normal()
    }

    /// The next value.
    mutating func next() -> Double {
        value = factor * value + innovation * generator.normal()
        return value
    }
}

/// The noise of a sensor: half its power hangs together over three rows, half is white.
struct SensorNoise {
    private var slow: AutoregressiveNoise
    private var white: SeededGenerator
    private let deviation: Double

    init(deviation: Double, spacing: Double, seed: UInt64, stream: UInt64) {
        self.deviation = deviation * 0.5.squareRoot()
        slow = AutoregressiveNoise(
            deviation: self.deviation, timeConstant: 3 * spacing, spacing: spacing, seed: seed, stream: stream)
        white = SeededGenerator(seed: seed, stream: stream ^ 0x8000_0000)
    }

    mutating func next() -> Double { slow.next() + deviation * white.normal() }
}
