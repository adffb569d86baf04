import RealModule
import SignalCore

/// The damped natural frequencies of a casing, a plate, a rail: what rings when something hits it.
struct StructureModes: Sendable {
    /// One natural frequency.
    struct Mode: Sendable {
        /// Hz.
        var frequency: Double
        /// The time in which the ringing falls to 1/e, in seconds.
        var decaySeconds: Double
        /// Amplitude of the ringing after a unit impulse.
        var gain: Double
    }

    /// The modes.
    var modes: [Mode]

    /// Draws modes with frequencies spread over a range; decay is given as a quality factor, `pi f tau`, of about 10
    /// for a bolted casing to 60 for a free plate.
    init(
        count: Int, frequencies: ClosedRange<Double>, quality: ClosedRange<Double>,
        using generator: inout SeededGenerator
    ) {
        let ratio = frequencies.upperBound / frequencies.lowerBound
        modes = (0..<count).map { index in
            let share = (Double(index) + generator.uniform()) / Double(count)
            let frequency = frequencies.lowerBound * Double.pow(ratio, share)
            return Mode(
                frequency: frequency, decaySeconds: generator.uniform(quality) / (Double.pi * frequency),
                gain: generator.uniform(0.4...1))
        }
    }

    /// The ringing after the impulses of an excitation. Modes above 0.45 of the sample rate are not heard.
    ///
    /// Every mode is a two-pole filter whose answer to a unit impulse is a sine of its amplitude that decays; four of
    /// them are computed side by side.
    func response(to excitation: Waveform) -> Waveform {
        let sampleRate = excitation.sampleRate
        let audible = modes.filter { $0.frequency < 0.45 * sampleRate }
        var sum = Waveform(sampleRate: sampleRate, count: excitation.count)
        for first in stride(from: 0, to: audible.count, by: 4) {
            var drive = SIMD4<Double>.zero
            var memory = SIMD4<Double>.zero
            var olderMemory = SIMD4<Double>.zero
            for (lane, mode) in audible[first..<min(first + 4, audible.count)].enumerated() {
                let radius = Double.exp(-1 / (mode.decaySeconds * sampleRate))
                let omega = 2 * Double.pi * mode.frequency / sampleRate
                drive[lane] = mode.gain * radius * Double.sin(omega)
                memory[lane] = 2 * radius * Double.cos(omega)
                olderMemory[lane] = -radius * radius
            }
            var state = SIMD4<Double>.zero
            var olderState = SIMD4<Double>.zero
            for index in 0..<excitation.count {
                sum.samples[index] += Float(state.sum())
                // The tiny offset keeps silent modes out of the slow subnormal numbers.
                let input = drive * (Double(excitation.samples[index]) + 1e-25)
                (state, olderState) = (memory * state + olderMemory * olderState + input, state)
            }
        }
        return sum
    }

    /// Peaks of the spectrum of noise that passes through the structure, each `decibels` high at full gain.
    func peaks(decibels: Double, sampleRate: Double) -> [Biquad] {
        modes.map {
            .peak(
                $0.frequency, quality: Double.pi * $0.frequency * $0.decaySeconds, decibels: decibels * $0.gain,
                sampleRate: sampleRate)
        }
    }
}
