import Foundation
import SignalCore
import Testing

@testable import SignalSynthesis

@Suite struct `Building blocks` {
    @Test func `normal numbers have the moments of the normal distribution`() {
        var generator = SeededGenerator(seed: 1)
        let values = (0..<40_000).map { _ in generator.normal() }
        let mean = values.reduce(0, +) / 40_000
        let variance = values.reduce(0) { $0 + $1 * $1 } / 40_000
        let fourth = values.reduce(0) { $0 + pow($1, 4) } / 40_000
        #expect(abs(mean) < 0.02)
        #expect(abs(variance - 1) < 0.03)
        #expect(abs(fourth / (variance * variance) - 3) < 0.15)
    }

    @Test func `white noise has unit variance, no mean and no memory`() {
        var generator = SeededGenerator(seed: 2)
        let noise = Waveform.whiteNoise(sampleRate: 8_000, count: 40_000, using: &generator).samples
        let mean = noise.reduce(0, +) / 40_000
        let neighbours = zip(noise, noise.dropFirst()).reduce(Float(0)) { $0 + $1.0 * $1.1 } / 40_000
        #expect(abs(mean) < 0.02)
        #expect(abs(Measure.rootMeanSquare(noise) - 1) < 0.02)
        #expect(abs(neighbours) < 0.02)
    }

    @Test(arguments: [("pink", 3.01), ("brown", 6.02)])
    func `coloured noise falls by its decibels an octave`(color: String, slope: Double) {
        var generator = SeededGenerator(seed: 3)
        let noise =
            color == "pink"
            ? Waveform.pinkNoise(sampleRate: 8_000, count: 32_000, using: &generator)
            : Waveform.brownNoise(sampleRate: 8_000, count: 32_000, using: &generator)
        let low = Measure.density(noise.samples, 100...200, rate: 8_000)
        let high = Measure.density(noise.samples, 800...1_600, rate: 8_000)
        #expect(abs(10 * log10(low / high) / 3 - slope) < 0.7)
    }

    @Test func `filters have their gain at the corner, in the pass band and beyond`() {
        func gain(_ filter: Biquad, _ frequency: Double) -> Double {
            var tone = Waveform(sampleRate: 16_000, count: 8_000)
            for index in 0..<8_000 {
                tone.samples[index] = Float(sin(2 * Double.pi * frequency * Double(index) / 16_000))
            }
            tone.filter(filter)
            return Measure.decibels(Measure.amplitude(tone.samples, at: frequency, rate: 16_000))
        }
        let low = Biquad.lowPass(1_000, sampleRate: 16_000)
        #expect(abs(gain(low, 1_000) + 3.01) < 0.1)
        #expect(abs(gain(low, 100)) < 0.1)
        #expect(gain(low, 4_000) < -23)
        let high = Biquad.highPass(1_000, sampleRate: 16_000)
        #expect(abs(gain(high, 1_000) + 3.01) < 0.1)
        #expect(gain(high, 100) < -38)
        #expect(abs(gain(.bandPass(1_000, quality: 2, sampleRate: 16_000), 1_000)) < 0.1)
        #expect(abs(gain(.peak(1_000, quality: 2, decibels: 9, sampleRate: 16_000), 1_000) - 9) < 0.1)
        #expect(abs(gain(.highShelf(1_000, decibels: -6, sampleRate: 16_000), 6_000) + 6) < 0.2)
        #expect(abs(gain(.gentleLowPass(1_000, sampleRate: 16_000), 1_000) + 3.01) < 0.1)
        #expect(abs(gain(.peak(7_900, quality: 2, decibels: 9, sampleRate: 16_000), 7_900)) < 0.1)
    }

    @Test func `a mode rings at its frequency and decays by its time, if the rate can carry it`() {
        var generator = SeededGenerator(seed: 7)
        var structure = StructureModes(count: 1, frequencies: 900...1_100, quality: 20...30, using: &generator)
        structure.modes = [
            StructureModes.Mode(frequency: 1_000, decaySeconds: 0.02, gain: 1),
            StructureModes.Mode(frequency: 7_900, decaySeconds: 0.02, gain: 1),
        ]
        var impulse = Waveform(sampleRate: 16_000, count: 4_000)
        impulse.samples[0] = 1
        impulse = structure.response(to: impulse)
        for time in [0.005, 0.02, 0.05] {
            let index = Int(time * 16_000)
            let window = impulse.samples[index..<index + 16]
            let peak = window.reduce(0) { max($0, abs($1)) }
            #expect(abs(Double(peak) / exp(-time / 0.02) - 1) < 0.05)
        }
        let upwards = zip(impulse.samples, impulse.samples.dropFirst()).filter { $0 < 0 && $1 >= 0 }.count
        #expect(abs(upwards - 250) <= 2)
    }

    @Test func `a tone has the frequencies and amplitudes of its harmonics`() {
        var generator = SeededGenerator(seed: 4)
        let rotation = ShaftRotation(
            frequency: 25, wander: 0, sampleRate: 16_000, count: 16_000, using: &generator)
        let amplitudes = [1, 0.5, 0.25, 0, 0.1]
        let tone = rotation.tone(order: 7, amplitudes: amplitudes, using: &generator).samples
        for (index, amplitude) in amplitudes.enumerated() {
            let found = Measure.amplitude(tone, at: 175 * Double(index + 1), rate: 16_000)
            #expect(abs(found - amplitude) < 1e-4)
        }
        let silent = rotation.tone(order: 300, amplitudes: [1], using: &generator)
        #expect(silent.rootMeanSquare == 0, "7,500 Hz is too near half the rate")
    }

    @Test func `impacts come at the bearing's rate, and the load zone modulates them`() {
        var generator = SeededGenerator(seed: 5)
        let rotation = ShaftRotation(
            frequency: 30, wander: 0.001, sampleRate: 16_000, count: 32_000, using: &generator)
        let bearing = RollingBearing(elements: 8, diameterRatio: 0.2, contactAngle: 0)
        let outer = ImpactTrain.outerRace(bearing).excitation(rotation, using: &generator)
        let impacts = zip(outer.samples, outer.samples.dropFirst()).filter { $0 == 0 && $1 != 0 }.count
        #expect(abs(Double(impacts) - 2 * 30 * 3.2) < 3)
        let inner = ImpactTrain.innerRace(bearing).excitation(rotation, using: &generator).samples
        func line(_ samples: [Float]) -> Double {
            Measure.peak(samples, near: 30, within: 0.02, rate: 16_000)
        }
        #expect(line(inner) > 5 * line(outer.samples))
        #expect(Measure.peak(inner, near: 30 * 4.8, within: 0.01, rate: 16_000) > line(inner))
    }

    @Test func `the orders of a bearing are those of its makers`() {
        let bearing = RollingBearing.rexnordZA2115
        #expect(abs(bearing.outerRaceOrder * 2_000 / 60 - 236.4) < 0.1)
        #expect(abs(bearing.innerRaceOrder * 2_000 / 60 - 296.9) < 0.1)
        #expect(abs(bearing.elementOrder * 2_000 / 60 - 2 * 139.9) < 0.2)
        #expect(abs(bearing.cageOrder * 2_000 / 60 - 14.8) < 0.1)
    }

    @Test func `a room answers an impulse with reflections and a tail that dies away`() {
        for seed in 0..<5 {
            var generator = SeededGenerator(seed: UInt64(seed))
            let room = Room(using: &generator)
            var impulse = Waveform(sampleRate: 8_000, count: 12_000)
            impulse.samples[0] = 1
            let answer = room.reverberated(impulse).samples
            #expect(abs(answer[0] - 1) < 1e-6)
            let early = Measure.rootMeanSquare(answer[800..<1_600])
            let late = Measure.rootMeanSquare(answer[10_400..<11_200])
            #expect(early > 1e-4)
            #expect(Measure.decibels(late / early) < -60)
            #expect(answer.allSatisfy { $0.isFinite })
        }
    }

    @Test func `the carriage stops at both ends and crosses the middle once a stroke`() {
        let scene = ClipScene(sampleRate: 8_000, count: 80_000, seed: 6)
        let motion = CarriageMotion(strokeSeconds: 1, pauseSeconds: 0.25, scene: scene)
        #expect(motion.speed.values.allSatisfy { (0...1).contains($0) })
        #expect(motion.position.values.allSatisfy { (-1e-9...1 + 1e-9).contains($0) })
        #expect(motion.speed.values.contains(0) && motion.speed.values.contains(1))
        #expect((7...9).contains(motion.crossings(of: 0.5).count))
        // The speed is the derivative of the position.
        let distance = motion.speed.values.reduce(0, +) * Double(ControlTrack.interval) / 8_000 / 0.8
        let travelled = zip(motion.position.values, motion.position.values.dropFirst()).reduce(0) {
            $0 + abs($1.1 - $1.0)
        }
        #expect(abs(distance - travelled) < 0.02)
    }
}
