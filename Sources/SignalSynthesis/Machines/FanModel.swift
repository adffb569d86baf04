import RealModule
import SignalCore

/// An industrial fan with an induction motor.
///
/// Blade-pass tone and harmonics (blades x shaft speed) over broadband flow noise, which falls above a few hundred
/// hertz and is coloured by the casing (after W. Neise, "Review of fan noise generation mechanisms", Fan Noise 1992);
/// mains hum and a rotor-slot whine of the motor.
struct FanModel: MachineModel {
    private let shaftFrequency: Double
    private let blades: Int
    private let bladeAmplitudes: [Double]
    private let rotorBars: Int
    private let flowCorner: Double
    private let casing: StructureModes
    private let panel: StructureModes
    private let bearingModes: StructureModes
    private let train: ImpactTrain

    init(using generator: inout SeededGenerator) {
        // Two- or four-pole motor at 50 Hz less 2 to 5 % slip.
        shaftFrequency = (generator.uniform() < 0.3 ? 50 : 25) * generator.uniform(0.95...0.98)
        blades = generator.integer(5...9)
        bladeAmplitudes = (1...6).map { generator.gain(deviation: 3) / Double.pow(Double($0), 1.3) }
        rotorBars = generator.integer(22...34)
        flowCorner = generator.uniform(150...300)
        casing = StructureModes(count: 4, frequencies: 250...3500, quality: 4...12, using: &generator)
        panel = StructureModes(count: 4, frequencies: 90...1500, quality: 8...20, using: &generator)
        bearingModes = StructureModes(count: 3, frequencies: 1800...5500, quality: 20...45, using: &generator)
        let bearing = RollingBearing.smallBallBearing(using: &generator)
        train = generator.uniform() < 0.5 ? .outerRace(bearing) : .innerRace(bearing)
    }

    /// The blade-pass frequency at nominal speed, in Hz.
    var bladePassFrequency: Double { shaftFrequency * Double(blades) }
    /// The mean rate of the impacts of a bad bearing at nominal speed, in Hz.
    var impactFrequency: Double { shaftFrequency * train.order }

    func sound(in scene: ClipScene, fault: MachineFault?) -> Waveform {
        let imbalance = fault.severity(of: .imbalance)
        let clogging = fault.severity(of: .clogging)
        let bearing = fault.severity(of: .bearing)
        // A clogged fan moves less air: the motor is relieved and slips less.
        let rotation = scene.rotation(frequency: shaftFrequency * (1 + 0.01 * clogging))

        var sum = flow(in: scene, clogging: clogging)
        sum.add(tones(of: rotation, in: scene, clogging: clogging))
        if imbalance > 0 {
            sum.modulate(by: rotation.modulation(order: 1, depth: 0.7 * imbalance))
            sum.add(shaking(of: rotation, in: scene), gain: 1.5 * imbalance)
        }
        sum.add(scene.mainsHum(), gain: 0.2)
        if bearing > 0 {
            sum.add(
                scene.bearingImpacts(train, rotation: rotation, modes: bearingModes),
                gain: amplitude(decibels: -13) * bearing)
        }
        if clogging > 0 { sum.add(stall(in: scene), gain: 0.8 * clogging) }
        return sum
    }

    private func flow(in scene: ClipScene, clogging: Double) -> Waveform {
        var flow = scene.whiteNoise(.flow)
        flow.filter(
            .highPass(30, sampleRate: scene.sampleRate),
            .gentleLowPass(flowCorner, sampleRate: scene.sampleRate),
            .highShelf(900, decibels: 1.5 * scene.load - 6 * clogging, sampleRate: scene.sampleRate))
        flow.filter(casing.peaks(decibels: 9, sampleRate: scene.sampleRate))
        return flow.scaled(toRootMeanSquare: amplitude(decibels: 1.5 * scene.load))
    }

    private func tones(of rotation: ShaftRotation, in scene: ClipScene, clogging: Double) -> Waveform {
        var generator = scene.generator(.tones)
        let amplitudes = bladeAmplitudes.map { $0 * generator.gain(deviation: 1.5) }
        var blade = rotation.tone(order: Double(blades), amplitudes: amplitudes, using: &generator)
            .scaled(toRootMeanSquare: 0.5 * amplitude(decibels: scene.load - 9 * clogging))
        blade.modulate(by: scene.fluctuation(deviation: 0.15, correlationSeconds: 0.3, .tonesSlow))
        var motor = scene.generator(.motor)
        let whine = rotation.tone(
            order: Double(rotorBars), amplitudes: [0.08 * motor.gain(deviation: 2), 0.02], using: &motor)
        blade.add(whine)
        return blade
    }

    /// The forces of an unbalanced rotor, once a revolution, and panels that rattle under them. Unit level.
    private func shaking(of rotation: ShaftRotation, in scene: ClipScene) -> Waveform {
        var generator = scene.generator(.fault)
        var force = rotation.tone(order: 1, amplitudes: [1, 0.5, 0.25, 0.12], using: &generator)
            .scaled(toRootMeanSquare: 0.7)
        let rattle = ImpactTrain(order: 1, slip: 0.02, amplitudeJitter: 0.5)
        force.add(
            panel.response(to: rattle.excitation(rotation, using: &generator)).scaled(toRootMeanSquare: 0.7))
        return force
    }

    /// Rotating stall: low-frequency turbulence that surges several times a second. Unit level.
    private func stall(in scene: ClipScene) -> Waveform {
        var noise = scene.whiteNoise(.faultNoise)
        noise.filter(.bandPass(110, quality: 0.8, sampleRate: scene.sampleRate))
        noise.modulate(by: scene.fluctuation(deviation: 0.7, correlationSeconds: 0.12, .faultSlow))
        return noise.scaled(toRootMeanSquare: 1)
    }
}
