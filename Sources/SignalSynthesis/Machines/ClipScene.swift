import SignalCore

/// What the parts of one clip have in common: its length, the state of the machine, and random numbers.
///
/// Every part draws from a stream of its own, so that adding a fault changes nothing else in the clip.
struct ClipScene: Sendable {
    /// The parts that draw random numbers. Raw values are part of what a seed means: never reorder.
    enum Part: UInt64 {
        case condition, rotation, flow, flowSlow, tones, tonesSlow, hum, motor, crackle, program, impacts, fault,
            faultNoise, faultSlow
        case ambience, ambienceSlow, neighbours, clanks, recording, microphones
    }

    /// Samples per second, in Hz.
    let sampleRate: Double
    /// Samples, the lead-in included.
    let count: Int
    /// The clip's own seed.
    let seed: UInt64
    /// Speed relative to nominal; differs by about a percent from clip to clip.
    let speed: Double
    /// How hard the machine works, from -1 to 1; louder flow and tones.
    let load: Double

    /// Draws the state of the machine.
    init(sampleRate: Double, count: Int, seed: UInt64) {
        self.sampleRate = sampleRate
        self.count = count
        self.seed = seed
        var generator = SeededGenerator(seed: seed, stream: Part.condition.rawValue)
        speed = 1 + 0.012 * max(-2, min(2, generator.normal()))
        load = generator.uniform(-1...1)
    }

    /// The random numbers of one part.
    func generator(_ part: Part) -> SeededGenerator {
        SeededGenerator(seed: seed, stream: part.rawValue)
    }

    /// White noise of unit variance.
    func whiteNoise(_ part: Part) -> Waveform {
        var generator = generator(part)
        return .whiteNoise(sampleRate: sampleRate, count: count, using: &generator)
    }

    /// A slow random gain around 1, never negative.
    func fluctuation(deviation: Double, correlationSeconds: Double, _ part: Part) -> ControlTrack {
        var generator = generator(part)
        return ControlTrack.wander(
            deviation: deviation, correlationSeconds: correlationSeconds, count: count, sampleRate: sampleRate,
            using: &generator
        ).map { max(0, 1 + $0) }
    }

    /// A shaft that turns at a nominal frequency, in this clip's state.
    func rotation(frequency: Double) -> ShaftRotation {
        var generator = generator(.rotation)
        return ShaftRotation(
            frequency: frequency * speed, wander: 0.001_5, sampleRate: sampleRate, count: count, using: &generator)
    }

    /// Hum of the mains: magnetostriction and torque ripple at twice the 50 Hz of the line and its multiples, the line
    /// itself being weak. Unit level.
    func mainsHum() -> Waveform {
        var generator = generator(.hum)
        let line = ShaftRotation(
            frequency: 50, wander: 0.000_3, sampleRate: sampleRate, count: count, using: &generator)
        return line.tone(order: 1, amplitudes: [0.3, 1, 0.1, 0.45, 0, 0.25, 0, 0.12], using: &generator)
            .scaled(toRootMeanSquare: 1)
    }

    /// A bearing defect: impacts that ring the structure. Unit level.
    func bearingImpacts(_ train: ImpactTrain, rotation: ShaftRotation, modes: StructureModes) -> Waveform {
        var generator = generator(.fault)
        return modes.response(to: train.excitation(rotation, using: &generator)).scaled(toRootMeanSquare: 1)
    }
}
