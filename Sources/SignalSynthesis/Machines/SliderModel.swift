import RealModule
import SignalCore

/// A slide rail: a carriage on rollers, driven back and forth with pauses at both ends.
///
/// Rolling noise grows with speed (its level by about 30 dB a decade, D. J. Thompson, Railway Noise and Vibration,
/// 2009, chapter 2), a drive tone follows the speed, the carriage thumps at the ends, and the servo drive whistles all
/// the time.
struct SliderModel: MachineModel {
    private let strokeSeconds: Double
    private let pauseSeconds: Double
    /// Turns of the drive per stroke, and meshing teeth per turn.
    private let turnsPerStroke: Double
    private let teeth: Int
    private let servoFrequency: Double
    private let rail: StructureModes
    private let frame: StructureModes
    private let damageModes: StructureModes
    /// Damaged places along the rail, 0 to 1.
    private let damage: [Double]
    private let train: ImpactTrain

    init(using generator: inout SeededGenerator) {
        strokeSeconds = generator.uniform(0.7...1.3)
        pauseSeconds = generator.uniform(0.12...0.45)
        turnsPerStroke = generator.uniform(14...26)
        teeth = generator.integer(14...24)
        servoFrequency = generator.uniform(4200...5400)
        rail = StructureModes(count: 5, frequencies: 500...5500, quality: 8...20, using: &generator)
        frame = StructureModes(count: 4, frequencies: 90...900, quality: 6...14, using: &generator)
        damageModes = StructureModes(count: 4, frequencies: 900...6000, quality: 10...30, using: &generator)
        damage = (0..<3).map { (Double($0) + generator.uniform(0.2...0.9)) / 3 }
        train = .element(.smallBallBearing(using: &generator))
    }

    func sound(in scene: ClipScene, fault: MachineFault?) -> Waveform {
        let railDamage = fault.severity(of: .railDamage)
        let bearing = fault.severity(of: .bearing)
        let motion = CarriageMotion(
            strokeSeconds: strokeSeconds / scene.speed, pauseSeconds: pauseSeconds, scene: scene)
        let drive = ShaftRotation(
            sampleRate: scene.sampleRate, count: scene.count,
            speed: motion.speed.map { $0 * turnsPerStroke / strokeSeconds })

        var sum = rolling(motion, in: scene)
        sum.add(tones(of: drive, motion, in: scene))
        sum.add(thumps(motion, in: scene), gain: 0.4)
        sum.add(scene.mainsHum(), gain: 0.12)
        if railDamage > 0 { sum.add(damagedRail(motion, in: scene), gain: 0.38 * railDamage) }
        if bearing > 0 {
            // The rollers turn with the carriage; an impact is the stronger, the faster it rolls.
            var generator = scene.generator(.fault)
            var impulses = train.excitation(drive, using: &generator)
            impulses.modulate(by: motion.speed)
            sum.add(
                damageModes.response(to: impulses).scaled(toRootMeanSquare: 1),
                gain: amplitude(decibels: -11) * bearing)
        }
        return sum
    }

    private func rolling(_ motion: CarriageMotion, in scene: ClipScene) -> Waveform {
        var noise = scene.whiteNoise(.flow)
        noise.filter(
            .highPass(120, sampleRate: scene.sampleRate), .gentleLowPass(450, sampleRate: scene.sampleRate),
            .gentleLowPass(4000, sampleRate: scene.sampleRate),
            .highShelf(1200, decibels: 1.5 * scene.load, sampleRate: scene.sampleRate))
        noise.filter(rail.peaks(decibels: 12, sampleRate: scene.sampleRate))
        // Amplitude by 30 dB a decade of speed is speed to the power 1.5.
        noise.modulate(by: motion.speed.map { $0 * $0.squareRoot() })
        return noise.scaled(toRootMeanSquare: 0.7 * amplitude(decibels: scene.load))
    }

    private func tones(of drive: ShaftRotation, _ motion: CarriageMotion, in scene: ClipScene) -> Waveform {
        var generator = scene.generator(.tones)
        let amplitudes = [1, 0.6, 0.35, 0.2].map { $0 * generator.gain(deviation: 1.5) }
        var tone = drive.tone(order: Double(teeth), amplitudes: amplitudes, using: &generator)
        tone.modulate(by: motion.speed)
        tone = tone.scaled(toRootMeanSquare: 0.5)
        var motor = scene.generator(.motor)
        let servo = ShaftRotation(
            frequency: servoFrequency, wander: 0.000_05, sampleRate: scene.sampleRate, count: scene.count,
            using: &motor)
        tone.add(servo.tone(order: 1, amplitudes: [0.02 * motor.gain(deviation: 1.5)], using: &motor))
        return tone
    }

    /// The carriage arriving at its stops, and the smaller jerk when it sets off. Unit level.
    private func thumps(_ motion: CarriageMotion, in scene: ClipScene) -> Waveform {
        var generator = scene.generator(.impacts)
        var impulses = Waveform(sampleRate: scene.sampleRate, count: scene.count)
        for stroke in motion.strokes {
            let start = 0.3 * generator.gain(deviation: 2)
            let end = generator.gain(deviation: 2)
            impulses.addImpulse(at: stroke.lowerBound * scene.sampleRate, amplitude: start)
            impulses.addImpulse(at: stroke.upperBound * scene.sampleRate, amplitude: end)
        }
        return frame.response(to: impulses).scaled(toRootMeanSquare: 1)
    }

    /// Two axles hit every damaged place on every pass, in both directions, and scrape around it. Unit level.
    private func damagedRail(_ motion: CarriageMotion, in scene: ClipScene) -> Waveform {
        var generator = scene.generator(.fault)
        var impulses = Waveform(sampleRate: scene.sampleRate, count: scene.count)
        for place in damage {
            for axle in [-0.03, 0.03] {
                for crossing in motion.crossings(of: place + axle) {
                    impulses.addImpulse(at: crossing * scene.sampleRate, amplitude: generator.gain(deviation: 2))
                }
            }
        }
        var sum = damageModes.response(to: impulses).scaled(toRootMeanSquare: 0.8)
        var scraping = scene.whiteNoise(.faultNoise)
        scraping.filter(
            .bandPass(3000, quality: 0.7, sampleRate: scene.sampleRate))
        let places = damage
        var roughness = motion.speed
        for index in roughness.values.indices {
            let position = motion.position.values[index]
            if !places.contains(where: { abs($0 - position) < 0.07 }) { roughness.values[index] = 0 }
        }
        scraping.modulate(by: roughness)
        sum.add(scraping.scaled(toRootMeanSquare: 0.6))
        return sum
    }
}
