import SignalCore

extension Waveform {
    /// White noise of unit variance: the same power in every hertz.
    static func whiteNoise(sampleRate: Double, count: Int, using generator: inout SeededGenerator) -> Waveform {
        var noise = Waveform(sampleRate: sampleRate, count: count)
        var local = generator
        for index in 0..<count { noise.samples[index] = local.noise() }
        generator = local
        return noise
    }

    /// Pink noise: power falls by 3 dB an octave, as in the din of many sources. Level as it comes.
    ///
    /// Paul Kellet's three-pole approximation (music-dsp archive, 1999), within 0.5 dB over nine octaves.
    static func pinkNoise(sampleRate: Double, count: Int, using generator: inout SeededGenerator) -> Waveform {
        var noise = Waveform(sampleRate: sampleRate, count: count)
        var local = generator
        var slow: Float = 0
        var middle: Float = 0
        var fast: Float = 0
        for index in 0..<count {
            let white = local.noise()
            slow = 0.997_65 * slow + 0.099_046 * white
            middle = 0.963 * middle + 0.296_516_4 * white
            fast = 0.57 * fast + 1.052_691_3 * white
            noise.samples[index] = slow + middle + fast + 0.184_8 * white
        }
        generator = local
        return noise
    }

    /// Brown noise: power falls by 6 dB an octave above 20 Hz; white noise through a leaky integrator. Level as it
    /// comes.
    static func brownNoise(sampleRate: Double, count: Int, using generator: inout SeededGenerator) -> Waveform {
        var noise = whiteNoise(sampleRate: sampleRate, count: count, using: &generator)
        noise.filter(.gentleLowPass(20, sampleRate: sampleRate))
        return noise
    }
}
