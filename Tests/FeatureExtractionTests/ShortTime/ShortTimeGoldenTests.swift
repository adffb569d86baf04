import FeatureExtraction
import SignalCore
import TestSupport
import Testing

@Suite("Short-time Fourier transform against librosa 0.11", .enabled(if: SharedData.isPresent))
struct ShortTimeGoldenTests {
    @Test("magnitudes equal librosa's within 3e-7 of the peak", arguments: ReferenceCase.all)
    func magnitudes(_ reference: ReferenceCase) throws {
        let recording = try reference.recording()
        let result = try frames(
            of: recording.samples, rate: recording.sampleRate, feature: "stft", settings: ReferenceCase.framing)
        let golden = try reference.golden("stft_mag")
        #expect(Closeness.relativeToPeak(result.values, golden.transposed) < 3e-7)
    }

    @Test("mirrored edges, uncentred frames and short windows equal librosa's")
    func variants() throws {
        let reference = ReferenceCase.all[0]
        let recording = try reference.recording()
        func values(_ settings: [(name: String, text: String)]) throws -> FeatureFrames {
            try frames(of: recording.samples, rate: recording.sampleRate, feature: "stft", settings: settings)
        }
        let bins = 513
        let reflected = try values(
            [("fftLength", "1024"), ("hopLength", "256"), ("center", "true"), ("padMode", "reflect")])
        let edges = reflected.values.prefix(3 * bins) + reflected.values.suffix(3 * bins)
        #expect(Closeness.relativeToPeak(edges, try reference.golden("stft_mag_reflect_edges").transposed) < 3e-7)

        let uncentred = try values([("hopLength", "256")]).values.prefix(8 * bins)
        #expect(Closeness.relativeToPeak(uncentred, try reference.golden("stft_mag_nocenter_first8").transposed) < 3e-7)

        let short = try values(ReferenceCase.framing + [("windowLength", "512")]).values.prefix(8 * bins)
        let golden = try reference.golden("stft_mag_win_length_half_first8").transposed
        #expect(Closeness.relativeToPeak(short, golden) < 3e-7)
    }

    @Test("the inverse gives librosa's signal, and the signal itself")
    func inverse() throws {
        let reference = ReferenceCase.all[0]
        let recording = try reference.recording()
        let transform = try RealFourierTransform(length: 1024)
        let weights = Window.hann.weights(1024)
        let samples = recording.samples
        let padded = [Float](repeating: 0, count: 512) + samples + [Float](repeating: 0, count: 512)
        var spectra: [Float] = []
        for start in stride(from: 0, through: padded.count - 1024, by: 256) {
            transform.forward { input in
                for index in 0..<1024 { input[index] = padded[start + index] * Float(weights[index]) }
            } body: { spectrum in
                for index in spectrum.indices { spectra.append(spectrum[index]) }
            }
        }
        let golden = try reference.golden("stft_complex_frames_10_12")
        // The reference is [bin, frame, part]; ours are [frame, bin, part].
        let ours = (0..<513).flatMap { bin in
            (10...12).flatMap { frame in (0..<2).map { spectra[(frame * 513 + bin) * 2 + $0] } }
        }
        #expect(Closeness.relativeToPeak(ours, golden.values) < 3e-7)

        var framing = FramingOptions()
        framing.hopLength = 256
        framing.center = true
        let signal = try InverseShortTimeTransform.signal(of: spectra.span, framing: framing, length: samples.count)
        #expect(Closeness.relativeToPeak(signal.prefix(4096), try reference.golden("istft_first4096").values) < 1e-6)
        #expect(Closeness.relativeToPeak(signal, samples.map(Double.init)) < 1e-6)
    }
}
