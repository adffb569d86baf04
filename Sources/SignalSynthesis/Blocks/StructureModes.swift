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
    func response(to excitation: Waveform) -> Waveform {
        var sum = Waveform(sampleRate: excitation.sampleRate, count: excitation.count)
        for mode in modes where mode.frequency < 0.45 * excitation.sampleRate {
            var ringing = excitation
            ringing.filter(
                .mode(mode.frequency, decaySeconds: mode.decaySeconds, sampleRate: excitation.sampleRate))
            sum.add(ringing, gain: mode.gain)
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
