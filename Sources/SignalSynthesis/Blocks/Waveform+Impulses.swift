import SignalCore

extension Waveform {
    /// Impulses at random times (a Poisson process) with random strength: collapsing bubbles, clanks.
    ///
    /// - Parameters:
    ///   - rate: the mean number of impulses a second.
    ///   - deviation: the standard deviation of their level in dB around amplitude 1.
    static func randomImpulses(
        rate: Double, deviation: Double, sampleRate: Double, count: Int, using generator: inout SeededGenerator
    ) -> Waveform {
        var impulses = Waveform(sampleRate: sampleRate, count: count)
        var position = 0.0
        while true {
            position += generator.exponential(mean: sampleRate / rate)
            guard position < Double(count) else { return impulses }
            impulses.addImpulse(at: position, amplitude: generator.gain(deviation: deviation))
        }
    }
}
