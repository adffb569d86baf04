import RealModule
import SignalCore

/// The din of a factory around the machine: pink noise that loses its treble in the air and behind walls, the hum of
/// other machines, clanks at random times.
///
/// The other machines stay the same for one microphone position; their levels, the colour of the noise and the clanks
/// differ from clip to clip.
struct FactoryBackground: Sendable {
    private let neighbours: [Neighbour]
    private let corner: Double

    private struct Neighbour: Sendable {
        var frequency: Double
        var amplitudes: [Double]
    }

    init(using generator: inout SeededGenerator) {
        neighbours = (0..<3).map { _ in
            let frequency = (generator.uniform() < 0.5 ? 25 : 50) * generator.uniform(0.94...0.99)
            let orders = generator.integer(3...9)
            let amplitudes = (1...3 * orders).map { order in
                (order % orders == 0 ? 1 : 0.15) * generator.gain(deviation: 4) / Double(order).squareRoot()
            }
            return Neighbour(frequency: frequency, amplitudes: amplitudes)
        }
        corner = generator.uniform(1200...2200)
    }

    /// The background of one clip; level about 1.
    func sound(in scene: ClipScene) -> Waveform {
        var generator = scene.generator(.ambience)
        let tilt = 2.5 * generator.normal()
        let corner = corner * generator.gain(deviation: 1)
        var sum = Waveform.pinkNoise(sampleRate: scene.sampleRate, count: scene.count, using: &generator)
        sum.filter(
            .highPass(25, sampleRate: scene.sampleRate), .gentleLowPass(corner, sampleRate: scene.sampleRate),
            .highShelf(700, decibels: tilt, sampleRate: scene.sampleRate))
        sum.modulate(by: scene.fluctuation(deviation: 0.12, correlationSeconds: 1, .ambienceSlow))
        sum = sum.scaled(toRootMeanSquare: 1)
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
            let level = 0.3 * generator.gain(deviation: 4)
            sum.add(
                rotation.tone(order: 1, amplitudes: neighbour.amplitudes, using: &generator)
                    .scaled(toRootMeanSquare: level))
        }
    }

    /// Metal on metal somewhere in the hall: one every few seconds, each with its own modes.
    private func addClanks(to sum: inout Waveform, in scene: ClipScene) {
        var generator = scene.generator(.clanks)
        var time = generator.exponential(mean: 4)
        let seconds = Double(scene.count) / scene.sampleRate
        while time < seconds {
            let modes = StructureModes(count: 4, frequencies: 300...3500, quality: 30...120, using: &generator)
            var impulse = Waveform(sampleRate: scene.sampleRate, count: scene.count)
            impulse.addImpulse(at: time * scene.sampleRate, amplitude: 0.5 * generator.gain(deviation: 6))
            sum.add(modes.response(to: impulse))
            time += generator.exponential(mean: 4)
        }
    }
}
