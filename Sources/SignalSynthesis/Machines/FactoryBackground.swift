import RealModule
import SignalCore

/// The din of a factory around the machine: pink noise that loses its treble in the air and behind walls, a rumble
/// underneath, the hum of other machines, clanks at random times.
///
/// The other machines stay the same for one microphone position; their levels, the colour of the noise and the clanks
/// differ from clip to clip.
struct FactoryBackground: Sendable {
    private let neighbours: [Neighbour]
    private let corner: Double

    /// A machine somewhere in the hall: a shaft, and blades, vanes or teeth on it.
    private struct Neighbour: Sendable {
        var frequency: Double
        var teeth: Int
        var shaftAmplitudes: [Double]
        var teethAmplitudes: [Double]
    }

    init(using generator: inout SeededGenerator) {
        neighbours = (0..<3).map { _ in
            let frequency = (generator.uniform() < 0.5 ? 25 : 50) * generator.uniform(0.94...0.99)
            return Neighbour(
                frequency: frequency, teeth: generator.integer(3...9),
                shaftAmplitudes: (1...4).map { 0.4 * generator.gain(deviation: 4) / Double($0) },
                teethAmplitudes: (1...4).map { generator.gain(deviation: 4) / Double($0) })
        }
        corner = generator.uniform(2_200...3_500)
    }

    /// The background of one clip; level about 1.
    func sound(in scene: ClipScene) -> Waveform {
        var generator = scene.generator(.ambience)
        let tilt = 1.5 * generator.normal()
        let corner = corner * generator.gain(deviation: 1)
        var sum = Waveform.pinkNoise(sampleRate: scene.sampleRate, count: scene.count, using: &generator)
        sum.filter(
            .highPass(25, sampleRate: scene.sampleRate), .highShelf(corner, decibels: -6, sampleRate: scene.sampleRate),
            .highShelf(500, decibels: tilt - 5, sampleRate: scene.sampleRate))
        sum.modulate(by: scene.fluctuation(deviation: 0.12, correlationSeconds: 1, .ambienceSlow))
        sum = sum.scaled(toRootMeanSquare: 1)
        // Ventilation and traffic rumble underneath.
        let rumble = Waveform.brownNoise(sampleRate: scene.sampleRate, count: scene.count, using: &generator)
        sum.add(rumble.scaled(toRootMeanSquare: 0.25 * generator.gain(deviation: 2)))
        addNeighbours(to: &sum, in: scene)
        addClanks(to: &sum, in: scene)
        return sum
    }

    private func addNeighbours(to sum: inout Waveform, in scene: ClipScene) {
        var generator = scene.generator(.neighbours)
        for neighbour in neighbours {
            let rotation = ShaftRotation(
                frequency: neighbour.frequency * (1 + 0.01 * generator.normal()), wander: 0.002,
                sampleRate: scene.sampleRate, count: scene.count, using: &generator)
            var hum = rotation.tone(order: 1, amplitudes: neighbour.shaftAmplitudes, using: &generator)
            hum.add(
                rotation.tone(
                    order: Double(neighbour.teeth), amplitudes: neighbour.teethAmplitudes, using: &generator))
            sum.add(hum.scaled(toRootMeanSquare: 0.3 * generator.gain(deviation: 4)))
        }
    }

    /// Metal on metal somewhere in the hall: one every few seconds, each with its own modes.
    private func addClanks(to sum: inout Waveform, in scene: ClipScene) {
        var generator = scene.generator(.clanks)
        var time = generator.exponential(mean: 5)
        let seconds = Double(scene.count) / scene.sampleRate
        while time < seconds {
            let modes = StructureModes(count: 4, frequencies: 300...3500, quality: 30...120, using: &generator)
            // After a second the longest ringing has fallen by 60 dB.
            let start = Int(time * scene.sampleRate)
            var impulse = Waveform(
                sampleRate: scene.sampleRate, count: min(Int(scene.sampleRate), scene.count - start))
            impulse.addImpulse(at: 0, amplitude: 0.5 * generator.gain(deviation: 6))
            sum.add(modes.response(to: impulse), at: start)
            time += generator.exponential(mean: 5)
        }
    }
}
