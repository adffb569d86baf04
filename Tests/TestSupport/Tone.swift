import Foundation
import SignalCore

/// Simple signals to test with.
public enum Tone {
    /// A sine of the given frequency (Hz) and amplitude.
    public static func sine(_ frequency: Double, amplitude: Double = 1, rate: Double, count: Int) -> [Float] {
        (0..<count).map { Float(amplitude * sin(2 * Double.pi * frequency * Double($0) / rate)) }
    }

    /// Uniform noise from -1 to 1.
    public static func noise(seed: UInt64, count: Int) -> [Float] {
        var generator = SeededGenerator(seed: seed)
        return (0..<count).map { _ in Float(2 * generator.uniform() - 1) }
    }
}
