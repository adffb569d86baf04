import RealModule
import SignalCore

/// A solenoid valve that lets compressed air through at the times of a program.
///
/// The armature hits its seat and bounces (a click that rings the body), the coil hums at twice the line frequency while
/// it is energised, and the jet of air hisses: turbulence at small scales, hence high frequencies.
struct ValveModel: MachineModel {
    private let periodSeconds: Double
    private let openSeconds: Double
    private let hissFrequency: Double
    private let hissDecaySeconds: Double
    private let body: StructureModes
    private let seat: StructureModes

    init(using generator: inout SeededGenerator) {
        periodSeconds = generator.uniform(0.7...1.3)
        openSeconds = generator.uniform(0.12...0.3)
        hissFrequency = generator.uniform(3500...5500)
        hissDecaySeconds = generator.uniform(0.03...0.06)
        body = StructureModes(count: 5, frequencies: 1500...6500, quality: 15...40, using: &generator)
        seat = StructureModes(count: 3, frequencies: 200...900, quality: 4...8, using: &generator)
    }

    func sound(in scene: ClipScene, fault: MachineFault?) -> Waveform {
        let leakage = fault.severity(of: .leakage)
        let clogging = fault.severity(of: .clogging)
        let openings = program(in: scene)
        var sum = clicks(openings, in: scene, clogging: clogging)
        sum.add(hiss(openings, in: scene, clogging: clogging))
        sum.add(hum(openings, in: scene), gain: 0.25)
        if leakage > 0 { sum.add(leak(in: scene), gain: 0.07 * leakage) }
        return sum
    }

    /// Times of opening and closing, in seconds from the start of the clip.
    private func program(in scene: ClipScene) -> [ClosedRange<Double>] {
        var generator = scene.generator(.program)
        let seconds = Double(scene.count) / scene.sampleRate
        var openings: [ClosedRange<Double>] = []
        var time = -generator.uniform() * periodSeconds
        while time < seconds {
            openings.append(time...time + openSeconds * generator.uniform(0.85...1.15))
            time += periodSeconds / scene.speed * generator.uniform(0.75...1.25)
        }
        return openings
    }

    /// The armature's impacts: a hard one with two bounces on opening, a softer one on closing. A clogged valve moves
    /// sluggishly: softer impacts, bounces late and strong, body damped by the dirt. Level about 1.
    private func clicks(_ openings: [ClosedRange<Double>], in scene: ClipScene, clogging: Double) -> Waveform {
        var generator = scene.generator(.impacts)
        var impulses = Waveform(sampleRate: scene.sampleRate, count: scene.count)
        for opening in openings {
            let strength = generator.gain(deviation: 1.5) * (1 - 0.4 * clogging)
            let bounce = generator.uniform(0.004...0.006) * (1 + 1.5 * clogging)
            let time = opening.lowerBound
            impulses.addImpulse(at: time * scene.sampleRate, amplitude: strength)
            impulses.addImpulse(at: (time + bounce) * scene.sampleRate, amplitude: strength * (0.35 + 0.3 * clogging))
            impulses.addImpulse(at: (time + 1.6 * bounce) * scene.sampleRate, amplitude: strength * 0.15)
            impulses.addImpulse(at: opening.upperBound * scene.sampleRate, amplitude: 0.4 * strength)
        }
        var damped = body
        for index in damped.modes.indices { damped.modes[index].decaySeconds *= 1 - 0.5 * clogging }
        var sum = damped.response(to: impulses)
        sum.add(seat.response(to: impulses), gain: 0.5)
        sum.scale(by: 4)
        return sum
    }

    private func hiss(_ openings: [ClosedRange<Double>], in scene: ClipScene, clogging: Double) -> Waveform {
        var generator = scene.generator(.flow)
        var noise = Waveform.whiteNoise(sampleRate: scene.sampleRate, count: scene.count, using: &generator)
        noise.filter(
            .bandPass(hissFrequency * (1 - 0.4 * clogging), quality: 0.8, sampleRate: scene.sampleRate),
            .highPass(1500, sampleRate: scene.sampleRate))
        let levels = openings.map { _ in generator.gain(deviation: 1.5) }
        let decay = hissDecaySeconds * (1 + 1.5 * clogging)
        let step = Double(ControlTrack.interval) / scene.sampleRate
        var next = 0
        let envelope = ControlTrack(count: scene.count) { index in
            let time = Double(index) * step
            while next + 1 < openings.count, openings[next + 1].lowerBound <= time { next += 1 }
            let since = time - openings[next].lowerBound
            guard since >= 0 else { return 0 }
            // Pressure builds up within milliseconds, then the volume behind the valve empties.
            let flow = (1 - Double.exp(-since / 0.003)) * (0.08 + 0.92 * Double.exp(-since / decay))
            let closed = time - openings[next].upperBound
            return levels[next] * flow * (closed > 0 ? Double.exp(-closed / 0.004) : 1)
        }
        noise = noise.scaled(toRootMeanSquare: 1)
        noise.modulate(by: envelope)
        noise.scale(by: 1.5 * amplitude(decibels: 1.5 * scene.load - 5 * clogging))
        return noise
    }

    private func hum(_ openings: [ClosedRange<Double>], in scene: ClipScene) -> Waveform {
        var hum = scene.mainsHum()
        let step = Double(ControlTrack.interval) / scene.sampleRate
        var next = 0
        hum.modulate(
            by: ControlTrack(count: scene.count) { index in
                let time = Double(index) * step
                while next + 1 < openings.count, openings[next + 1].lowerBound <= time { next += 1 }
                return openings[next].contains(time) ? 1 : 0.15
            })
        return hum
    }

    /// Air that escapes all the time through a worn seat: a steady hiss that flutters. Unit level.
    private func leak(in scene: ClipScene) -> Waveform {
        var noise = scene.whiteNoise(.faultNoise)
        noise.filter(
            .highPass(2000, sampleRate: scene.sampleRate),
            .bandPass(1.15 * hissFrequency, quality: 1.2, sampleRate: scene.sampleRate))
        noise.modulate(by: scene.fluctuation(deviation: 0.3, correlationSeconds: 0.1, .faultSlow))
        return noise.scaled(toRootMeanSquare: 1)
    }
}
