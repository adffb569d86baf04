import Foundation
import SignalCore
import TestSupport
import Testing

@testable import FeatureExtraction

struct VibrationTests {
    @Test("statistics agree with SciPy", .enabled(if: SharedData.isPresent), arguments: ReferenceClip.names)
    func statisticsAgreeWithReference(name: String) throws {
        let clip = try ReferenceClip(name)
        let json = try SharedData.json("audio/\(name)/stats.json")
        let statistics = SignalStatistics(clip.samples.span)
        let results: [(String, Double)] = [
            ("n", Double(statistics.count)), ("mean", statistics.mean), ("std_ddof0", statistics.variance.squareRoot()),
            ("std_ddof1", statistics.unbiasedVariance.squareRoot()), ("rms", statistics.rms), ("peak", statistics.peak),
            ("peak_to_peak", statistics.peakToPeak), ("skew", statistics.skewness),
            ("skew_unbiased", statistics.unbiasedSkewness), ("kurtosis_fisher", statistics.excessKurtosis),
            ("kurtosis_fisher_unbiased", statistics.unbiasedExcessKurtosis),
            ("kurtosis_pearson", statistics.kurtosis), ("crest_factor", statistics.crestFactor),
            ("shape_factor", statistics.shapeFactor), ("impulse_factor", statistics.impulseFactor),
            ("clearance_factor", statistics.clearanceFactor), ("zero_crossings", Double(statistics.zeroCrossings)),
        ]
        for (key, value) in results {
            let expected = try #require((json[key] as? NSNumber)?.doubleValue)
            #expect(abs(value - expected) <= 1e-9 * max(1, abs(expected)), "\(key): \(value), not \(expected)")
        }
    }

    @Test(
        "the velocity of a sine is a / (2 pi f sqrt 2)",
        arguments: [12.5, 50, 99.6, 400, 950], [SignalUnit.metresPerSecondSquared, .standardGravity])
    func integrates(frequency: Double, unit: SignalUnit) throws {
        let samples = Tone.sine(frequency, amplitude: 2, rate: 10_000, count: 30_000).map { $0 + 0.5 }
        let (schema, frames) = try Extraction.frames(VibrationAnalysis.self, samples, rate: 10_000, unit: unit)
        let column = try #require(schema.index("velocity_rms"))
        #expect(schema.columns[column].unit == "mm/s" && schema.columns[column].band == 10...1000)
        let factor = try #require(unit.metresPerSecondSquaredFactor)
        let expected = 1000 * 2 * factor / (2 * .pi * frequency * 2.0.squareRoot())
        for velocity in frames.column(column) {
            // The Hann window widens the line by two bins of 1 Hz, over which 1 / f changes.
            #expect(abs(Double(velocity) / expected - 1) < (frequency < 20 ? 0.03 : 2e-3))
        }
    }

    @Test func `Vibration outside the band of the standard is no velocity`() throws {
        for frequency in [5.0, 1100] {
            let samples = Tone.sine(frequency, rate: 10_000, count: 10_000)
            let (schema, frames) = try Extraction.frames(
                VibrationAnalysis.self, samples, rate: 10_000, unit: .metresPerSecondSquared)
            let velocity = frames.column(try #require(schema.index("velocity_rms")))[0]
            let all = 1000 / (2 * Double.pi * frequency * 2.0.squareRoot())
            #expect(Double(velocity) < 0.01 * all)
        }
    }

    @Test func `A sine has the factors of the textbooks, and its power in its band`() throws {
        let samples = Tone.sine(197, amplitude: 3, rate: 12_000, count: 12_000)
        let (schema, frames) = try Extraction.frames(
            VibrationAnalysis.self, samples, rate: 12_000, unit: .standardGravity)
        func value(_ name: String) throws -> Double { Double(frames.column(try #require(schema.index(name)))[0]) }
        #expect(abs(try value("rms") - 3 / 2.0.squareRoot()) < 1e-5)
        #expect(abs(try value("crest_factor") - 2.0.squareRoot()) < 1e-3)
        #expect(abs(try value("shape_factor") - .pi / 8.0.squareRoot()) < 1e-3)
        #expect(abs(try value("impulse_factor") - .pi / 2) < 1e-3)
        #expect(abs(try value("kurtosis") - 1.5) < 1e-4)
        #expect(abs(try value("skewness")) < 1e-5)
        #expect(abs(try value("peak_to_peak") - 6) < 1e-3)
        #expect(abs(try value("band_rms.1") - 3 / 2.0.squareRoot()) < 1e-4)
        #expect(try value("band_rms.3") < 1e-4)
        #expect(schema.columns.last?.band == 5000...6000)
    }

    @Test func `Gaussian noise has kurtosis 3, and its bands hold its power`() throws {
        var generator = SeededGenerator(seed: 11)
        let samples = (0..<80_000).map { _ in
            Float((0..<12).reduce(-6.0) { sum, _ in sum + generator.uniform() })
        }
        var options = VibrationOptions()
        options.windowSeconds = 10
        options.bandEdges = [0, 100, 1500, 4000]
        let (schema, frames) = try Extraction.frames(VibrationAnalysis.self, samples, rate: 8000, options: options)
        #expect(frames.count == 1)
        #expect(abs(frames.column(try #require(schema.index("kurtosis")))[0] - 2.9) < 0.1)
        let bands = (0..<3).reduce(0.0) { sum, band in
            let rms = Double(frames.values[schema.columns.count - 3 + band])
            return sum + rms * rms
        }
        #expect(abs(bands - 1) < 0.03)
    }

    @Test func `Recordings in full scale have no velocity column`() throws {
        let schema = try Extraction.frames(VibrationAnalysis.self, Tone.noise(seed: 1, count: 16_000), rate: 16_000)
            .schema
        #expect(schema.index("velocity_rms") == nil)
        let slow = try Extraction.frames(
            VibrationAnalysis.self, Tone.noise(seed: 1, count: 16), rate: 16, unit: .standardGravity
        ).schema
        #expect(slow.index("velocity_rms") == nil && slow.columns.count == 10)
    }

    @Test(
        "constant and silent windows give finite values",
        arguments: [Float(0), 0.1, -3.7, 1e-30, .greatestFiniteMagnitude])
    func staysFinite(value: Float) throws {
        let samples = Array(repeating: value, count: 4000)
        for removeMean in [true, false] {
            var options = VibrationOptions()
            options.removeMean = removeMean
            let (schema, frames) = try Extraction.frames(
                VibrationAnalysis.self, samples, rate: 4000, unit: .metresPerSecondSquared, options: options)
            #expect(frames.values.allSatisfy { $0.isFinite })
            #expect(frames.column(0) == [value])
            for name in ["skewness", "kurtosis", "velocity_rms"] {
                #expect(frames.column(try #require(schema.index(name))) == [0])
            }
            if removeMean { #expect(frames.values[1...].allSatisfy { $0 == 0 }) }
        }
    }

    @Test("does not depend on how the signal is cut", arguments: 1...5)
    func ignoresCuts(seed: Int) throws {
        let samples = Tone.noise(seed: 3, count: 30_001)
        var options = VibrationOptions()
        options.hopSeconds = 0.3
        options.windowSeconds = 0.7
        let whole = try Extraction.frames(
            VibrationAnalysis.self, samples, rate: 12_000, unit: .standardGravity, options: options
        ).frames
        let cut = try Extraction.framesOfRandomCuts(
            VibrationAnalysis.self, samples, rate: 12_000, unit: .standardGravity, options: options, seed: UInt64(seed))
        #expect(whole == cut && whole.count == 7)
    }

    @Test func `A recording shorter than a window names the option to change`() {
        let error = #expect(throws: SignalError.self) {
            try Extraction.frames(VibrationAnalysis.self, Tone.noise(seed: 1, count: 100), rate: 16_000)
        }
        #expect(error?.code == .insufficientData && error?.message.contains("vibration.windowSeconds") == true)
    }

    @Test func `Zones have the limits of the standard`() {
        #expect(VibrationSeverity.zone(velocityRMS: 0.70, machineClass: .classI) == .a)
        #expect(VibrationSeverity.zone(velocityRMS: 0.71, machineClass: .classI) == .b)
        #expect(VibrationSeverity.zone(velocityRMS: 2.8, machineClass: .classII) == .c)
        #expect(VibrationSeverity.zone(velocityRMS: 11.2, machineClass: .classIII) == .d)
        #expect(VibrationSeverity.zone(velocityRMS: 17.9, machineClass: .classIV) == .c)
        #expect(VibrationSeverity.zone(velocityRMS: .nan, machineClass: .classIV) == .d)
    }

    @Test("a machine class adds the zone of the velocity, and the spectrum gives the same velocity")
    func zones() throws {
        // 3.8 mm/s RMS at 50 Hz: zone C for small machines, B for the largest.
        let amplitude = 3.8e-3 * 2 * Double.pi * 50 * 2.0.squareRoot()
        let samples = Tone.sine(50, amplitude: amplitude, rate: 4096, count: 8192)
        func zone(_ machineClass: String) throws -> Float {
            var extractor: any FeatureExtractor = try FeatureRegistry.feature(named: "vibration").make(
                format: SignalFormat(sampleRate: 4096, channelCount: 1, unit: .metresPerSecondSquared),
                settings: [("machineClass", machineClass)])
            var frames = FeatureFrames(columnCount: extractor.schema.columns.count)
            try extractor.consume(SignalBlock(startFrame: 0, samples: samples), into: &frames)
            let column = try #require(extractor.schema.columns.firstIndex { $0.name == "iso_zone" })
            return frames.values[column]
        }
        #expect(try zone("I") == 3)
        #expect(try zone("IV") == 2)
        var options = WelchOptions()
        options.segmentLength = 4096
        var estimator = try WelchEstimator(sampleRate: 4096, options: options)
        try estimator.consume(samples.span)
        let velocity = try VibrationSeverity.velocityRMS(of: estimator.result(), unit: .metresPerSecondSquared)
        #expect(abs(velocity - 3.8) < 0.01)
        #expect(throws: SignalError.self) {
            try VibrationSeverity.velocityRMS(of: estimator.result(), unit: .fullScale)
        }
    }
}
