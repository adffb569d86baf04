import Foundation
import SignalCore
import TestSupport
import Testing

@testable import FeatureExtraction

struct SpectralAnalysisTests {
    @Test(
        "agrees with librosa", .enabled(if: SharedData.isPresent), arguments: ReferenceClip.names)
    func agreesWithReference(name: String) throws {
        let clip = try ReferenceClip(name)
        var options = SpectralOptions()
        options.hopLength = 256
        options.center = true
        let (schema, frames) = try Extraction.frames(
            SpectralAnalysis.self, clip.samples, rate: clip.sampleRate, options: options)
        let expected: [(column: String, golden: String, tolerance: Double)] = [
            ("centroid", "spectral_centroid", 1e-6), ("bandwidth", "spectral_bandwidth", 1e-6),
            ("roll_off", "spectral_rolloff_085", 1e-9), ("flatness", "spectral_flatness", 1e-6),
            ("flux", "spectral_flux_l2", 1e-6), ("rising_flux", "spectral_flux_halfwave_sum", 1e-6),
            ("zero_crossing_rate", "zero_crossing_rate", 1e-7), ("rms", "rms", 1e-6),
        ]
        for (column, golden, tolerance) in expected {
            let index = try #require(schema.index(column))
            let distance = Closeness.relativeToPeak(frames.column(index), try clip.golden(golden).values)
            #expect(distance < tolerance, "\(column): \(distance)")
        }
        let contrast = try clip.golden("spectral_contrast")
        #expect(contrast.shape == [7, frames.count])
        for band in 0..<7 {
            let index = try #require(schema.index("contrast.\(band)"))
            let reference = contrast.values[band * frames.count..<(band + 1) * frames.count]
            let distance = Closeness.largestDifference(frames.column(index), Array(reference))
            #expect(distance < 4e-3, "contrast \(band): \(distance) dB")
        }
        #expect(frames.times[4] == 4 * 256 / clip.sampleRate)
        #expect(!schema.isCausal)
    }

    @Test("does not depend on how the signal is cut", arguments: [nil, PadMode.constant, .reflect, .edge], 1...5)
    func ignoresCuts(padMode: PadMode?, seed: Int) throws {
        let samples = Tone.noise(seed: 7, count: 20_011)
        var options = SpectralOptions()
        options.hopLength = 300
        options.center = padMode != nil
        options.padMode = padMode ?? .constant
        let whole = try Extraction.frames(SpectralAnalysis.self, samples, rate: 16_000, options: options).frames
        let cut = try Extraction.framesOfRandomCuts(
            SpectralAnalysis.self, samples, rate: 16_000, options: options, seed: UInt64(seed))
        #expect(whole == cut)
        #expect(whole.count == (padMode == nil ? 1 + (20_011 - 1024) / 300 : 1 + 20_011 / 300))
    }

    @Test func `A sine has its centroid at its frequency and next to no bandwidth`() throws {
        let samples = Tone.sine(2000, rate: 16_000, count: 8000)
        let (schema, frames) = try Extraction.frames(SpectralAnalysis.self, samples, rate: 16_000)
        let centroid = frames.column(try #require(schema.index("centroid")))
        #expect(centroid.allSatisfy { abs($0 - 2000) < 1 })
        #expect(frames.column(try #require(schema.index("bandwidth"))).allSatisfy { $0 < 30 })
        #expect(frames.column(try #require(schema.index("rms"))).allSatisfy { abs($0 - 0.70711) < 1e-3 })
        #expect(frames.column(try #require(schema.index("zero_crossing_rate"))).allSatisfy { abs($0 - 0.25) < 2e-3 })
        #expect(schema.isCausal)
    }

    @Test("contrast is that of the sorted bins", arguments: [0.02, 0.2, 0.5])
    func contrastMatchesSorting(quantile: Double) {
        var options = SpectralOptions()
        options.contrastQuantile = quantile
        var contrast = SpectralContrast(options: options, sampleRate: 16_000)
        let magnitudes = Tone.noise(seed: 4, count: 513).map { abs(($0 * 20).rounded()) + 1 }
        var row = Array(repeating: Float(0), count: 7)
        var span = row.mutableSpan
        contrast.write(magnitudes.span, into: &span, at: 0)
        // The band from 1600 to 3200 Hz: bins of 15.625 Hz, one more below, the highest counted but left out.
        let sorted = magnitudes[102..<204].sorted()
        let extremes = Int((quantile * 103).rounded(.toNearestOrEven))
        let valley = sorted.prefix(extremes).reduce(0, +) / Float(extremes)
        let peak = sorted.suffix(extremes).reduce(0, +) / Float(extremes)
        #expect(abs(row[4] - 10 * log10(peak / valley)) < 1e-4)
        #expect(row.allSatisfy { $0 > 0 })
    }

    @Test func `Silence gives finite values`() throws {
        let frames = try Extraction.frames(SpectralAnalysis.self, Array(repeating: 0, count: 5000), rate: 16_000).frames
        #expect(frames.count == 8)
        #expect(frames.values.allSatisfy { $0.isFinite })
    }

    @Test func `Contrast bands beyond half the rate are left out`() throws {
        let schema = try Extraction.frames(SpectralAnalysis.self, Tone.noise(seed: 1, count: 2000), rate: 3200).schema
        #expect(schema.columns.count { $0.name.hasPrefix("contrast") } == 4)
        #expect(schema.columns.compactMap(\.band).allSatisfy { $0.upperBound <= 1600 })
    }

    @Test func `Options out of range are refused by name`() {
        let bad: [(String, String)] = [
            ("fftLength", "8"), ("hopLength", "0"), ("rollOffShare", "1"), ("contrastBands", "0"),
            ("contrastMinimumFrequency", "-1"), ("contrastQuantile", "0.7"),
        ]
        for (name, text) in bad {
            let error = #expect(throws: SignalError.self) { try SpectralOptions().setting([(name, text)]) }
            #expect(error?.code == .invalidOption && error?.message.contains(name) == true)
        }
    }
}
