import RealModule
import SignalCore

/// Microphones on a small circle: the same sound a little earlier or later, a little louder or softer, and every
/// microphone's own noise.
///
/// The first microphone is the reference: it hears the mono recording as it is.
struct MicrophoneArray: Sendable {
    /// Radius of the circle in metres; the delays stay below 0.25 ms.
    private static let radius = 0.034
    private static let speedOfSound = 343.0

    let count: Int

    /// The delay of every microphone after the first one, in seconds, for a plane wave from the given direction
    /// (radians, 0 where the first microphone stands). Negative where the wave arrives earlier.
    func delays(from direction: Double) -> [Double] {
        (0..<count).map { microphone in
            let place = 2 * Double.pi * Double(microphone) / 8
            return Self.radius / Self.speedOfSound * (Double.cos(direction) - Double.cos(place - direction))
        }
    }

    /// The channels, one after the other. Shape: channels x frames.
    func recording(_ recording: Recording, scene: ClipScene) -> [Float] {
        var generator = scene.generator(.microphones)
        let machineDelays = delays(from: recording.direction)
        let backgroundDelays = delays(from: recording.direction + generator.uniform(1...5))
        var channels: [Float] = []
        channels.reserveCapacity(count * recording.machine.count)
        for channel in 0..<count {
            var heard = Self.delayed(recording.machine, by: machineDelays[channel])
            heard.add(Self.delayed(recording.background, by: backgroundDelays[channel]))
            if channel > 0 {
                heard.scale(by: generator.gain(deviation: 0.5))
                let noise = Waveform.whiteNoise(
                    sampleRate: heard.sampleRate, count: heard.count, using: &generator)
                heard.add(noise, gain: 0.01 * recording.level)
            }
            channels += heard.samples
        }
        return channels
    }

    /// The waveform later by a fraction of a sample or several: cubic Lagrange interpolation (T. I. Laakso et al.,
    /// "Splitting the unit delay", IEEE Signal Processing Magazine 13, 1996).
    private static func delayed(_ waveform: Waveform, by seconds: Double) -> Waveform {
        guard seconds != 0 else { return waveform }
        let shift = -seconds * waveform.sampleRate
        let whole = Int(shift.rounded(.down))
        let part = Float(shift - Double(whole))
        let weights = (
            -part * (part - 1) * (part - 2) / 6, (part + 1) * (part - 1) * (part - 2) / 2,
            -(part + 1) * part * (part - 2) / 2, (part + 1) * part * (part - 1) / 6
        )
        var result = waveform
        let last = waveform.count - 1
        for index in 0..<waveform.count {
            let centre = index + whole
            result.samples[index] =
                weights.0 * waveform.samples[max(0, min(last, centre - 1))]
                + weights.1 * waveform.samples[max(0, min(last, centre))]
                + weights.2 * waveform.samples[max(0, min(last, centre + 1))]
                + weights.3 * waveform.samples[max(0, min(last, centre + 2))]
        }
        return result
    }
}
