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
            return Reflection(delaySeconds: delay, gain: sign * Float(generator.uniform(0.08...0.22)))
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
        var lines = lineSeconds.map {
            DelayLine(seconds: $0, reverberationSeconds: reverberationSeconds, sampleRate: dry.sampleRate)
        }
        var span = lines.mutableSpan
        for index in 0..<dry.count {
            let (first, second) = (span[0].output(), span[1].output())
            let (third, fourth) = (span[2].output(), span[3].output())
            // Householder: every line gets its own output less half the sum of all.
            let shared = dry.samples[index] + 1e-20 - 0.5 * (first + second + third + fourth)
            span[0].push(first + shared)
            span[1].push(second + shared)
            span[2].push(third + shared)
            span[3].push(fourth + shared)
            wet.samples[index] += tailGain * (first - second + third - fourth)
        }
    }
}

/// One line of the network: a ring of samples whose end is damped.
private struct DelayLine {
    private var ring: [Float]
    private var position = 0
    private var low: Float = 0
    /// What a pass through the line leaves, so that the tail falls by 60 dB in the reverberation time.
    private let gain: Float
    /// Treble that a pass takes away on top: the coefficient of a one-pole low-pass.
    private static let damping: Float = 0.35

    init(seconds: Double, reverberationSeconds: Double, sampleRate: Double) {
        ring = [Float](repeating: 0, count: max(1, Int(seconds * sampleRate)))
        gain = Float(Double.pow(10, -3 * seconds / reverberationSeconds))
    }

    mutating func output() -> Float {
        low = (1 - Self.damping) * ring[position] + Self.damping * low
        return gain * low
    }

    mutating func push(_ sample: Float) {
        ring[position] = sample
        position += 1
        if position == ring.count { position = 0 }
    }
}
