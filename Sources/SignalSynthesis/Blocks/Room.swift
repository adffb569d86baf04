import RealModule
import SignalCore

/// A workshop around the machine: a few early reflections from floor and walls, then a diffuse tail that decays
/// exponentially.
///
/// The tail is a feedback delay network of four lines with a Householder matrix, high frequencies decaying faster
/// (J.-M. Jot and A. Chaigne, "Digital delay networks for designing artificial reverberators", 90th AES Convention,
/// 1991).
struct Room: Sendable {
    private struct Reflection: Sendable {
        var delaySeconds: Double
        var gain: Float
    }

    private let reflections: [Reflection]
    private let lineSeconds: [Double]
    /// The time in which the tail falls by 60 dB, in seconds.
    private let reverberationSeconds: Double
    private let tailGain: Float

    /// Draws a room: reverberation time 0.3 to 0.7 s, reflections within 25 ms.
    init(using generator: inout SeededGenerator) {
        reflections = (0..<5).map { index in
            let delay = generator.uniform(0.002...0.007) + 0.004 * Double(index)
            let sign: Float = generator.uniform() < 0.5 ? -1 : 1
            return Reflection(delaySeconds: delay, gain: sign * Float(generator.uniform(0.1...0.35)))
        }
        lineSeconds = [0.0297, 0.0371, 0.0411, 0.0437].map { $0 * generator.uniform(0.9...1.1) }
        reverberationSeconds = generator.uniform(0.3...0.7)
        tailGain = Float(generator.uniform(0.1...0.2))
    }

    /// The dry sound with reflections and tail added.
    func reverberated(_ dry: Waveform) -> Waveform {
        var wet = dry
        for reflection in reflections {
            let delay = Int(reflection.delaySeconds * dry.sampleRate)
            guard delay < dry.count else { continue }
            for index in delay..<dry.count { wet.samples[index] += reflection.gain * dry.samples[index - delay] }
        }
        addTail(of: dry, to: &wet)
        return wet
    }

    private func addTail(of dry: Waveform, to wet: inout Waveform) {
        // Every pass through a line loses what the reverberation time asks for, and some of its treble on top.
        let lengths = lineSeconds.map { max(1, Int($0 * dry.sampleRate)) }
        let gains = lengths.map { Float(Double.pow(10, -3 * Double($0) / (reverberationSeconds * dry.sampleRate))) }
        let damping: Float = 0.35
        // The lines stand one after the other in one ring each.
        let starts = lengths.indices.map { lengths[..<$0].reduce(0, +) }
        var memory = [Float](repeating: 0, count: lengths.reduce(0, +))
        var positions = starts
        var (low0, low1, low2, low3): (Float, Float, Float, Float) = (0, 0, 0, 0)
        for index in 0..<dry.count {
            low0 = (1 - damping) * memory[positions[0]] + damping * low0
            low1 = (1 - damping) * memory[positions[1]] + damping * low1
            low2 = (1 - damping) * memory[positions[2]] + damping * low2
            low3 = (1 - damping) * memory[positions[3]] + damping * low3
            let (out0, out1, out2, out3) = (gains[0] * low0, gains[1] * low1, gains[2] * low2, gains[3] * low3)
            // Householder: each line gets its own output minus half the sum of all.
            let shared = dry.samples[index] + 1e-20 - 0.5 * (out0 + out1 + out2 + out3)
            memory[positions[0]] = out0 + shared
            memory[positions[1]] = out1 + shared
            memory[positions[2]] = out2 + shared
            memory[positions[3]] = out3 + shared
            wet.samples[index] += tailGain * (out0 - out1 + out2 - out3)
            for line in 0..<4 {
                positions[line] += 1
                if positions[line] == starts[line] + lengths[line] { positions[line] = starts[line] }
            }
        }
    }
}
