@testable import FeatureExtraction
import Foundation
import SignalCore
import TestSupport
import Testing

@Suite("Mel features against librosa 0.11, torchaudio and Kaldi", .enabled(if: SharedData.isPresent))
struct MelGoldenTests {
    static let banks = [
        "htk_norm-None_sr16000_nfft1024_m64_0-nyq", "htk_norm-slaney_sr16000_nfft512_m40_125-7500",
        "htk_norm-slaney_sr48000_nfft4096_m32_0-nyq", "slaney_norm-None_sr8000_nfft256_m26_300-3400",
        "slaney_norm-slaney_sr16000_nfft1024_m64_0-nyq", "slaney_norm-slaney_sr22050_nfft2048_m128_0-nyq",
        "slaney_norm-slaney_sr44100_nfft2048_m128_20-16000",
    ]

    @Test("filter banks equal librosa's within float32 rounding, 6e-8 of the peak", arguments: banks)
    func bank(_ name: String) throws {
        let golden = try SharedData.json("mel/\(name).json")
        let call = try #require(golden["call"] as? [String: Any])
        var options = MelOptions()
        options.melBands = try #require(call["n_mels"] as? Int)
        options.minimumFrequency = try #require(call["fmin"] as? Double)
        options.maximumFrequency = call["fmax"] as? Double ?? 0
        options.melScale = (call["htk"] as? Bool) == true ? .htk : .slaney
        options.melNorm = (call["norm"] as? String) == "slaney" ? .slaney : .none
        let fftLength = try #require(call["n_fft"] as? Int)
        let bank = try MelFilterBank(
            options: options, sampleRate: try #require(call["sr"] as? Double), fftLength: fftLength)
        let binCount = fftLength / 2 + 1
        var dense = [Double](repeating: 0, count: options.melBands * binCount)
        let rows = try #require(golden["row"] as? [Int])
        let columns = try #require(golden["col"] as? [Int])
        let values = try #require(golden["value"] as? [Double])
        for index in rows.indices { dense[rows[index] * binCount + columns[index]] = values[index] }
        var ours = [Float](repeating: 0, count: dense.count)
        for (index, band) in bank.bands.enumerated() {
            for offset in 0..<band.binCount {
                ours[index * binCount + band.firstBin + offset] = bank.weights[band.range.lowerBound + offset]
            }
        }
        #expect(Closeness.relativeToPeak(ours, dense) < 6e-8)
        let edges = try #require(golden["mel_frequencies"] as? [Double])
        #expect(Closeness.largestDifference(bank.bands.map(\.edges.center), edges.dropFirst().dropLast()) < 1e-8)
    }

    @Test("mel powers equal librosa's within 1e-6 of the peak", arguments: ReferenceCase.all)
    func mel(_ reference: ReferenceCase) throws {
        let recording = try reference.recording()
        let result = try frames(
            of: recording.samples, rate: recording.sampleRate, feature: "mel",
            settings: ReferenceCase.framing + reference.mel)
        #expect(Closeness.relativeToPeak(result.values, try reference.golden("mel_power").transposed) < 1e-6)
    }

    @Test(
        "log-mel lies within 1e-3 dB of the 64-bit reference where the power is above 1e-8 of the peak",
        arguments: ReferenceCase.all)
    func logMel(_ reference: ReferenceCase) throws {
        let recording = try reference.recording()
        let result = try frames(
            of: recording.samples, rate: recording.sampleRate, feature: "log-mel",
            settings: ReferenceCase.framing + reference.mel)
        try check(result, try reference.golden("logmel_db").transposed)
    }

    @Test("librosa's ordinary 32-bit log-mel lies within 1e-3 dB of ours, too", arguments: ReferenceCase.all)
    func singlePrecisionPeer(_ reference: ReferenceCase) throws {
        let recording = try reference.recording()
        let result = try frames(
            of: recording.samples, rate: recording.sampleRate, feature: "log-mel",
            settings: ReferenceCase.framing + reference.mel)
        try check(result, try reference.golden("logmel_db_float32_path").transposed)
    }

    @Test("onset strength equals librosa's within 1e-3 dB", arguments: ReferenceCase.all)
    func onsetStrength(_ reference: ReferenceCase) throws {
        let recording = try reference.recording()
        let logMel = try frames(
            of: recording.samples, rate: recording.sampleRate, feature: "log-mel",
            settings: ReferenceCase.framing + [("melBands", "128"), ("dynamicRange", "80")])
        let values = logMel.values
        let result = OnsetStrength.compute(
            logMel: values.span, bandCount: 128, fftLength: 1024, hopLength: 256, center: true)
        #expect(Closeness.largestDifference(result, try reference.golden("onset_strength").values) < 1e-3)
    }

    @Test("every channel of an 8-channel recording equals librosa's", arguments: 0..<8)
    func channels(_ channel: Int) throws {
        let recording = try ReferenceRecording(SharedData.golden("audio/multi8_16k_s16.wav"))
        let samples = recording.channels[channel].map(Float.init)
        let folder = "audio/multi8_16k_s16_ch\(channel)"
        let mel = try frames(of: samples, rate: 16000, feature: "mel", settings: ReferenceCase.framing)
        let melGolden = try ReferenceArray(SharedData.golden("\(folder)/mel_power.npy")).transposed
        #expect(Closeness.relativeToPeak(mel.values, melGolden) < 1e-6)
        let logMel = try frames(of: samples, rate: 16000, feature: "log-mel", settings: ReferenceCase.framing)
        try check(logMel, try ReferenceArray(SharedData.golden("\(folder)/logmel_db.npy")).transposed)
    }

    @Test(
        "cepstral coefficients equal librosa's within 1e-3 dB, also with its limited range",
        arguments: ReferenceCase.all)
    func cepstral(_ reference: ReferenceCase) throws {
        let recording = try reference.recording()
        func mfcc(_ settings: [(name: String, text: String)]) throws -> FeatureFrames {
            try frames(
                of: recording.samples, rate: recording.sampleRate, feature: "mfcc",
                settings: ReferenceCase.framing + settings)
        }
        let plain = try mfcc(reference.mel)
        #expect(Closeness.largestDifference(plain.values, try reference.golden("mfcc13").transposed) < 1e-3)
        let limited = try mfcc([("melBands", "128"), ("dynamicRange", "80")])
        let golden = try reference.golden("mfcc13_librosa_default").transposed
        #expect(Closeness.largestDifference(limited.values, golden) < 1e-3)
    }

    @Test("derivatives over time equal librosa's within 2e-4 dB", arguments: ReferenceCase.all)
    func derivatives(_ reference: ReferenceCase) throws {
        let recording = try reference.recording()
        func difference(_ feature: String, _ settings: [(name: String, text: String)], _ golden: String) throws
            -> Double
        {
            let result = try frames(
                of: recording.samples, rate: recording.sampleRate, feature: feature,
                settings: ReferenceCase.framing + reference.mel + settings, blocks: [1000, 1, 5000])
            return Closeness.largestDifference(result.values, try reference.golden(golden).transposed)
        }
        #expect(try difference("mfcc-delta", [("deltaMode", "interp")], "mfcc13_delta") < 2e-4)
        #expect(try difference("mfcc-delta2", [("deltaMode", "interp")], "mfcc13_delta2") < 2e-4)
        let nearest = [(name: "deltaMode", text: "nearest"), (name: "deltaWidth", text: "5")]
        #expect(try difference("mfcc-delta", nearest, "mfcc13_delta_width5_nearest") < 2e-4)
    }

    @Test("torchaudio's mirrored mel spectrogram is reproduced within its own rounding, 1e-5 of the peak")
    func torchaudio() throws {
        let recording = try ReferenceRecording(SharedData.golden("audio/mono_16k_s16.wav"))
        let result = try frames(
            of: recording.samples, rate: 16000, feature: "mel",
            settings: [("hopLength", "256"), ("center", "true"), ("padMode", "reflect")])
        let golden = try ReferenceArray(SharedData.golden("audio/mono_16k_s16/torchaudio_mel_power_reflect.npy"))
        #expect(Closeness.relativeToPeak(result.values, golden.transposed) < 1e-5)
    }

    @Test("Kaldi's filter-bank energies are reproduced within 1e-3 (natural logarithm) above 1e-6 of the peak")
    func kaldi() throws {
        let recording = try ReferenceRecording(SharedData.golden("audio/mono_16k_s16.wav"))
        let result = try frames(of: recording.samples, rate: 16000, feature: "kaldi-fbank")
        let golden = try ReferenceArray(SharedData.golden("audio/mono_16k_s16/kaldi_fbank80.npy")).values
        // The reference is itself computed in 32 bits; its faint bands carry its own rounding.
        #expect(Closeness.largestDifference(result.values, golden) < 1e-2)
        let limit = (golden.max() ?? 0) + log(1e-6)
        let loud = golden.indices.filter { golden[$0] > limit }
        #expect(loud.count > golden.count / 2)
        #expect(Closeness.largestDifference(loud.map { result.values[$0] }, loud.map { golden[$0] }) < 1e-3)
    }

    /// Compares levels in dB where the power is above 1e-8 of the peak; below, only that they stay below.
    private func check(_ result: FeatureFrames, _ golden: [Double]) throws {
        try #require(result.values.count == golden.count)
        let limit = (golden.max() ?? 0) - 80
        var largest = 0.0
        for (ours, expected) in zip(result.values, golden) {
            if expected > limit {
                largest = max(largest, abs(Double(ours) - expected))
            } else {
                #expect(Double(ours) < limit + 0.1)
            }
        }
        #expect(largest < 1e-3)
    }
}
