import SignalCore

/// One channel of sound while it is being made: samples at a rate, without unit.
///
/// Parts of a machine are waveforms that are filtered, modulated and added; levels are relative until the recording
/// is scaled at the very end.
struct Waveform: Sendable {
    /// Samples per second, in Hz.
    let sampleRate: Double
    /// The samples.
    var samples: [Float]

    /// Makes silence.
    init(sampleRate: Double, count: Int) {
        self.sampleRate = sampleRate
        samples = [Float](repeating: 0, count: count)
    }

    /// The number of samples.
    var count: Int { samples.count }

    /// The root of the mean square, accumulated in double precision; 0 for silence.
    var rootMeanSquare: Double {
        var sum = 0.0
        for sample in samples { sum += Double(sample) * Double(sample) }
        return samples.isEmpty ? 0 : (sum / Double(samples.count)).squareRoot()
    }

    /// Multiplies every sample.
    mutating func scale(by factor: Double) {
        let factor = Float(factor)
        for index in samples.indices { samples[index] *= factor }
    }

    /// The waveform at the given root mean square; silence stays silent.
    consuming func scaled(toRootMeanSquare target: Double) -> Waveform {
        let current = rootMeanSquare
        if current > 0 { scale(by: target / current) }
        return self
    }

    /// Adds another waveform, which begins at sample `start` and ends no later than this one.
    mutating func add(_ other: Waveform, gain: Double = 1, at start: Int = 0) {
        precondition(start >= 0 && start + other.count <= count, "a part lies within the whole")
        let gain = Float(gain)
        for index in other.samples.indices { samples[start + index] += gain * other.samples[index] }
    }

    /// Adds an impulse between samples: split over the two neighbours, so that it keeps its place to a fraction of a
    /// sample. Positions outside the waveform are ignored.
    mutating func addImpulse(at position: Double, amplitude: Double) {
        guard position >= 0, position < Double(count) - 1 else { return }
        let index = Int(position)
        let fraction = position - Double(index)
        samples[index] += Float(amplitude * (1 - fraction))
        samples[index + 1] += Float(amplitude * fraction)
    }

    /// Multiplies the waveform by a slow gain.
    mutating func modulate(by track: ControlTrack) {
        let interval = ControlTrack.interval
        var start = 0
        while start < count {
            let point = start / interval
            let slope = Float((track.values[point + 1] - track.values[point]) / Double(interval))
            let base = Float(track.values[point])
            for offset in 0..<min(interval, count - start) {
                samples[start + offset] *= base + slope * Float(offset)
            }
            start += interval
        }
    }

    /// Filters the waveform through sections in cascade.
    mutating func filter(_ sections: Biquad...) {
        filter(sections)
    }

    /// Filters the waveform through sections in cascade.
    mutating func filter(_ sections: [Biquad]) {
        for var section in sections {
            var span = samples.mutableSpan
            section.process(&span)
        }
    }
}
