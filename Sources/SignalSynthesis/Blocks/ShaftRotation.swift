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
    func modulation(order: Double, depth: Double) -> ControlTrack {
        revolutions.map { 1 + depth * Double.cos(2 * Double.pi * order * $0) }
    }

    /// A tone and its harmonics.
    ///
    /// Phasors are turned from sample to sample, and the powers of the fundamental's give the harmonics' own, so that
    /// sine and cosine are taken only at the points of the track.
    ///
    /// - Parameters:
    ///   - order: the fundamental, in multiples of the speed.
    ///   - amplitudes: peak amplitudes of fundamental, second harmonic and so on. Those that would reach 0.45 of the
    ///     sample rate are left out.
    ///   - generator: gives every harmonic its phase.
    func tone(order: Double, amplitudes: [Double], using generator: inout SeededGenerator) -> Waveform {
        var tone = Waveform(sampleRate: sampleRate, count: count)
        let interval = ControlTrack.interval
        let track = revolutions.values
        let fastest = zip(track, track.dropFirst()).reduce(0) { max($0, $1.1 - $1.0) } / Double(interval)
        let audible = amplitudes.enumerated().map { Double($0.offset + 1) * order * fastest < 0.45 ? $0.element : 0 }
        let groups = stride(from: 0, to: audible.count, by: 4).map { first in
            PhasorQuartet(amplitudes: audible[first..<min(first + 4, audible.count)], using: &generator)
        }
        var start = 0
        while start < count {
            let point = start / interval
            let turns = order * track[point]
            let stepTurns = order * (track[point + 1] - track[point]) / Double(interval)
            var state = PhasorQuartet(powersOfTurns: turns)
            var step = PhasorQuartet(powersOfTurns: stepTurns)
            let (fourth, fourthStep) = (state.last, step.last)
            let end = min(start + interval, count)
            for group in groups {
                var phasors = group.turned(by: state)
                for sample in start..<end {
                    tone.samples[sample] += Float(phasors.imaginary.sum())
                    phasors = phasors.turned(by: step)
                }
                state = state.turned(by: fourth)
                step = step.turned(by: fourthStep)
            }
            start = end
        }
        return tone
    }
}
