import RealModule
import SignalCore

/// A centrifugal water pump with an induction motor.
///
/// Vane-pass tone (vanes x shaft speed) and harmonics, flow noise in the casing, mains hum, and a little cavitation:
/// the crackle of collapsing bubbles, broadband above some kilohertz (C. E. Brennen, Hydrodynamics of Pumps, 1994,
/// chapter 6).
struct PumpModel: MachineModel {
    private let shaftFrequency: Double
    private let vanes: Int
    private let vaneAmplitudes: [Double]
    private let flowCentre: Double
    private let casing: StructureModes
    private let bubbles: StructureModes
    private let cavities: StructureModes
    private let bearingModes: StructureModes
    private let train: ImpactTrain

    init(using generator: inout SeededGenerator) {
        shaftFrequency = (generator.uniform() < 0.6 ? 50 : 25) * generator.uniform(0.95...0.98)
        vanes = generator.integer(4...7)
        vaneAmplitudes = (1...5).map { generator.gain(deviation: 3) / Double($0) }
        flowCentre = generator.logarithmic(350...900)
        casing = StructureModes(count: 4, frequencies: 300...4000, quality: 5...15, using: &generator)
        bubbles = StructureModes(count: 5, frequencies: 350...1800, quality: 8...20, using: &generator)
        cavities = StructureModes(count: 4, frequencies: 2200...6800, quality: 2...5, using: &generator)
        bearingModes = StructureModes(count: 3, frequencies: 2000...6000, quality: 20...45, using: &generator)
        let bearing = RollingBearing.smallBallBearing(using: &generator)
        train = generator.uniform() < 0.5 ? .outerRace(bearing) : .innerRace(bearing)
    }

    func sound(in scene: ClipScene, fault: MachineFault?) -> Waveform {
        let clogging = fault.severity(of: .clogging)
        let leakage = fault.severity(of: .leakage)
        let bearing = fault.severity(of: .bearing)
        let rotation = scene.rotation(frequency: shaftFrequency)

        var sum = flow(in: scene, clogging: clogging)
        sum.add(tones(of: rotation, in: scene, weakening: 7 * clogging + 2 * leakage))
        sum.add(scene.mainsHum(), gain: 0.25)
        sum.add(cavitation(in: scene, rate: 60, .crackle), gain: 0.07 * amplitude(decibels: 2 * scene.load))
        // A blocked suction starves the impeller: many more bubbles.
        if clogging > 0 { sum.add(cavitation(in: scene, rate: 220, .fault), gain: 0.15 * clogging) }
        if leakage > 0 { sum.add(leak(in: scene), gain: 0.6 * leakage) }
        if bearing > 0 {
            sum.add(
                scene.bearingImpacts(train, rotation: rotation, modes: bearingModes),
                gain: amplitude(decibels: -15) * bearing)
        }
        return sum
    }

    private func flow(in scene: ClipScene, clogging: Double) -> Waveform {
        var flow = scene.whiteNoise(.flow)
        flow.filter(
            .bandPass(flowCentre, quality: 0.4, sampleRate: scene.sampleRate),
            .gentleLowPass(1500, sampleRate: scene.sampleRate),
            .highShelf(800, decibels: 1.5 * scene.load - 4 * clogging, sampleRate: scene.sampleRate))
        flow.filter(casing.peaks(decibels: 10, sampleRate: scene.sampleRate))
        flow.modulate(by: scene.fluctuation(deviation: 0.08, correlationSeconds: 0.2, .flowSlow))
        return flow.scaled(toRootMeanSquare: 0.7 * amplitude(decibels: 1.5 * scene.load))
    }

    private func tones(of rotation: ShaftRotation, in scene: ClipScene, weakening: Double) -> Waveform {
        var generator = scene.generator(.tones)
        let amplitudes = vaneAmplitudes.map { $0 * generator.gain(deviation: 1.5) }
        var tone = rotation.tone(order: Double(vanes), amplitudes: amplitudes, using: &generator)
            .scaled(toRootMeanSquare: 0.6 * amplitude(decibels: scene.load - weakening))
        tone.modulate(by: scene.fluctuation(deviation: 0.12, correlationSeconds: 0.25, .tonesSlow))
        var motor = scene.generator(.motor)
        tone.add(rotation.tone(order: 1, amplitudes: [0.25, 0.15, 0.05], using: &motor))
        return tone
    }

    /// The crackle of collapsing bubbles, each a broadband click. Unit level.
    private func cavitation(in scene: ClipScene, rate: Double, _ part: ClipScene.Part) -> Waveform {
        var generator = scene.generator(part)
        let clicks = Waveform.randomImpulses(
            rate: rate, deviation: 6, sampleRate: scene.sampleRate, count: scene.count, using: &generator)
        return cavities.response(to: clicks).scaled(toRootMeanSquare: 1)
    }

    /// A leaking seal: the hiss of the jet, and air drawn in that gurgles as bubbles, damped resonators of a few hundred
    /// hertz (M. Minnaert, "On musical air-bubbles", 1933). Unit level.
    private func leak(in scene: ClipScene) -> Waveform {
        var hiss = scene.whiteNoise(.faultNoise)
        hiss.filter(
            .highPass(1800, sampleRate: scene.sampleRate), .gentleLowPass(4000, sampleRate: scene.sampleRate))
        hiss.modulate(by: scene.fluctuation(deviation: 0.4, correlationSeconds: 0.08, .faultSlow))
        var generator = scene.generator(.fault)
        let pops = Waveform.randomImpulses(
            rate: 18, deviation: 5, sampleRate: scene.sampleRate, count: scene.count, using: &generator)
        var leak = hiss.scaled(toRootMeanSquare: 0.4)
        leak.add(bubbles.response(to: pops).scaled(toRootMeanSquare: 0.9))
        return leak
    }
}
