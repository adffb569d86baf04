import RealModule
import SignalCore

/// A quantity that changes slowly against the sound (speed, gain, shaft angle), known every ``interval`` samples and
/// linear in between.
///
/// Sines, logarithms and random walks are paid for once an interval instead of once a sample.
struct ControlTrack: Sendable {
    /// Samples from one value to the next: 2 ms at 16 kHz.
    static let interval = 32

    /// The value at sample `index * interval`; covers one interval more than the sound is long.
    var values: [Double]

    /// Makes a track for a sound of `count` samples from the value at every point, given its number.
    init(count: Int, value: (Int) -> Double) {
        values = (0..<count / Self.interval + 2).map(value)
    }

    /// A random walk around 0 that forgets: an Ornstein-Uhlenbeck process, sampled exactly.
    ///
    /// - Parameters:
    ///   - deviation: the standard deviation of the values.
    ///   - correlationSeconds: the time after which the correlation has fallen to 1/e.
    static func wander(
        deviation: Double, correlationSeconds: Double, count: Int, sampleRate: Double,
        using generator: inout SeededGenerator
    ) -> ControlTrack {
        let memory = Double.exp(-Double(interval) / (correlationSeconds * sampleRate))
        let innovation = deviation * (1 - memory * memory).squareRoot()
        var value = deviation * generator.normal()
        return ControlTrack(count: count) { _ in
            defer { value = memory * value + innovation * generator.normal() }
            return value
        }
    }

    /// Every value replaced by a function of it.
    func map(_ transform: (Double) -> Double) -> ControlTrack {
        var mapped = self
        for index in mapped.values.indices { mapped.values[index] = transform(mapped.values[index]) }
        return mapped
    }
}
