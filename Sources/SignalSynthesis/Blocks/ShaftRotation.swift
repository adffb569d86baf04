import RealModule
import SignalCore

/// How far a shaft (or a carriage) has turned at any time: what tones, impacts and modulations of one machine have in
/// common. Frequencies tied to a shaft are given as orders, that is as multiples of its speed.
struct ShaftRotation: Sendable {
    /// Samples per second of the sound, in Hz.
    let sampleRate: Double
    /// Samples of the sound.
    let count: Int
    /// Revolutions since the start; never falls.
    let revolutions: ControlTrack

    /// Makes a rotation from its speed in revolutions per second at every control point; negative speeds count as 0.
    init(sampleRate: Double, count: Int, startRevolutions: Double = 0, speed: ControlTrack) {
        self.sampleRate = sampleRate
        self.count = count
        let step = Double(ControlTrack.interval) / sampleRate
        var turned = startRevolutions
        revolutions = ControlTrack(count: count) { index in
            defer { turned += max(0, speed.values[index]) * step }
            return turned
        }
    }

    /// A shaft at nearly constant speed, which wanders slowly by the given share (0.002 is usual for an induction motor
    /// under a changing load), from a random angle.
    init(
        frequency: Double, wander: Double, sampleRate: Double, count: Int, using generator: inout SeededGenerator
    ) {
        let start = generator.uniform()
        let speed = ControlTrack.wander(
            deviation: wander, correlationSeconds: 1.5, count: count, sampleRate: sampleRate, using: &generator)
        self.init(
            sampleRate: sampleRate, count: count, startRevolutions: start, speed: speed.map { frequency * (1 + $0) })
    }

    /// A gain that swings by `depth` around 1, `order` times a revolution: amplitude modulation by rotation.
    func modulation(order: Double, depth: Double, phase: Double = 0) -> ControlTrack {
        revolutions.map { 1 + depth * Double.cos(2 * Double.pi * (order * $0 + phase)) }
    }

    /// A tone and its harmonics.
    ///
    /// The phasor of the fundamental is rotated from sample to sample and its powers give the harmonics, so that sine
    /// and cosine are taken only at the points of the track.
    ///
    /// - Parameters:
    ///   - order: the fundamental, in multiples of the speed.
    ///   - amplitudes: peak amplitudes of fundamental, second harmonic and so on. Those that would lie above 0.45 of
    ///     the sample rate are left out.
    ///   - generator: gives every harmonic its phase.
    func tone(order: Double, amplitudes: [Double], using generator: inout SeededGenerator) -> Waveform {
        let phases = amplitudes.map { _ in 2 * Double.pi * generator.uniform() }
        var tone = Waveform(sampleRate: sampleRate, count: count)
        let interval = ControlTrack.interval
        var start = 0
        while start < count {
            let point = start / interval
            let angle = 2 * Double.pi * order * revolutions.values[point]
            let step = 2 * Double.pi * order * (revolutions.values[point + 1] - revolutions.values[point])
                / Double(interval)
            for (index, amplitude) in amplitudes.enumerated() {
                let harmonic = Double(index + 1)
                guard amplitude != 0, step * harmonic < 0.9 * Double.pi else { continue }
                let from = angle * harmonic + phases[index]
                var real = amplitude * Double.cos(from)
                var imaginary = amplitude * Double.sin(from)
                let turnReal = Double.cos(step * harmonic)
                let turnImaginary = Double.sin(step * harmonic)
                for sample in start..<min(start + interval, count) {
                    tone.samples[sample] += Float(imaginary)
                    (real, imaginary) = (
                        real * turnReal - imaginary * turnImaginary, real * turnImaginary + imaginary * turnReal
                    )
                }
            }
            start += interval
        }
        return tone
    }
}
