import SignalCore
import TestSupport
import Testing

@testable import FeatureExtraction

struct WelchTests {
    @Test("agrees with SciPy", .enabled(if: SharedData.isPresent), arguments: ReferenceClip.names)
    func agreesWithReference(name: String) throws {
        let clip = try ReferenceClip(name)
        var spectrum = WelchOptions()
        spectrum.scaling = .spectrum
        var median = WelchOptions()
        median.average = .median
        var hamming = WelchOptions()
        hamming.detrend = .none
        hamming.window = .hamming
        hamming.overlap = 0.75
        let cases = [
            ("welch_density", WelchOptions()), ("welch_spectrum", spectrum), ("welch_median", median),
            ("welch_nodetrend_hamming", hamming),
        ]
        for (golden, options) in cases {
            var estimator = try WelchEstimator(sampleRate: clip.sampleRate, options: options)
            try estimator.consume(clip.samples.span)
            try compare(try estimator.result(), try clip.golden(golden), golden)
        }
        let periodogram = try PowerSpectrum.periodogram(
            clip.samples.span.extracting(0..<1024), sampleRate: clip.sampleRate)
        try compare(periodogram, try clip.golden("periodogram_first_n_fft"), "periodogram")
    }

    /// Within 1e-6 of the highest line, and within 1e-4 of every one above 1e-7 of it.
    private func compare(_ result: PowerSpectrum, _ golden: ReferenceArray, _ name: String) throws {
        let bins = golden.shape[1]
        let reference = Array(golden.values[bins...])
        #expect(Closeness.largestDifference(result.frequencies, golden.values[..<bins]) < 1e-9)
        let distance = Closeness.relativeToPeak(result.values, reference)
        #expect(distance < 1e-6, "\(name): \(distance)")
        let peak = reference.max() ?? 0
        for (value, expected) in zip(result.values, reference) where expected > 1e-7 * peak {
            #expect(abs(value / expected - 1) < 1e-4, "\(name): \(value) for \(expected)")
        }
    }

    @Test(
        "a periodogram holds the power of the signal (Parseval)",
        arguments: [16, 101, 1000, 4096, 9973])
    func keepsPower(length: Int) throws {
        let samples = Tone.noise(seed: UInt64(length), count: length)
        let result = try PowerSpectrum.periodogram(
            samples.span, sampleRate: 8000, window: .boxcar, detrend: .none)
        let power = result.values.reduce(0, +) * result.resolution
        let expected = samples.reduce(0) { $0 + Double($1) * Double($1) } / Double(length)
        #expect(abs(power / expected - 1) < 1e-5)
    }

    @Test func `The spectrum of a sine shows its mean square at its frequency`() throws {
        var options = WelchOptions()
        options.scaling = .spectrum
        var estimator = try WelchEstimator(sampleRate: 16_000, options: options)
        try estimator.consume(Tone.sine(2000, amplitude: 3, rate: 16_000, count: 16_000).span)
        let result = try estimator.result()
        #expect(abs(result.values[128] - 4.5) < 1e-4)
        #expect(result.frequencies[128] == 2000 && result.segmentCount == 30)
    }

    @Test("does not depend on how the signal is cut", arguments: [0.0, 0.25], [WelchOptions.Average.mean, .median])
    func ignoresCuts(averagingSeconds: Double, average: WelchOptions.Average) throws {
        let samples = Tone.noise(seed: 2, count: 20_000)
        var options = WelchOptions()
        options.averagingSeconds = averagingSeconds
        options.average = average
        let (schema, whole) = try Extraction.frames(WelchAnalysis.self, samples, rate: 16_000, options: options)
        for seed in 1...4 {
            let cut = try Extraction.framesOfRandomCuts(
                WelchAnalysis.self, samples, rate: 16_000, options: options, seed: UInt64(seed))
            #expect(whole == cut)
        }
        #expect(whole.count == (averagingSeconds == 0 ? 1 : 5))
        #expect(schema.isCausal == (averagingSeconds > 0))
        #expect(schema.columns.count == 513 && schema.columns[64].unit == "FS^2/Hz")
        if averagingSeconds > 0 { #expect(whole.times == [0, 0.25, 0.5, 0.75, 1]) }
    }

    @Test func `Too short a signal is refused with the option to change`() throws {
        let error = #expect(throws: SignalError.self) {
            try Extraction.frames(WelchAnalysis.self, Tone.noise(seed: 1, count: 1000), rate: 16_000)
        }
        #expect(error?.code == .insufficientData && error?.message.contains("segmentLength") == true)
        var options = WelchOptions()
        options.averagingSeconds = 0.01
        let contradiction = #expect(throws: SignalError.self) {
            try Extraction.frames(WelchAnalysis.self, Tone.noise(seed: 1, count: 1000), rate: 16_000, options: options)
        }
        #expect(contradiction?.code == .invalidOption)
    }
}
