import Foundation
import SignalCore
import TestSupport
import Testing

@testable import FeatureExtraction

struct EnvelopeTests {
    @Test("envelope agrees with SciPy", .enabled(if: SharedData.isPresent), arguments: ReferenceClip.names)
    func envelopeAgreesWithReference(name: String) throws {
        let clip = try ReferenceClip(name)
        for length in [2048, 1999] {
            let envelope = try AnalyticSignal.envelope(of: Array(clip.samples[..<length]))
            let reference = try clip.golden("hilbert_envelope_first\(length)").values
            let distance = Closeness.relativeToPeak(envelope, reference)
            #expect(distance < 1e-6, "\(length): \(distance)")
        }
        let spectrum = try EnvelopeSpectrum.compute(
            Array(clip.samples[..<4096]), sampleRate: clip.sampleRate, window: .boxcar, removingMean: false)
        let reference = try clip.golden("envelope_spectrum_first4096").values
        let distance = Closeness.relativeToPeak(spectrum.amplitudes, reference)
        #expect(distance < 2e-6, "\(distance)")
    }

    @Test("the Hilbert transform turns a cosine into a sine", arguments: [1000, 1001])
    func turnsCosine(length: Int) throws {
        let phase = (0..<length).map { 2 * Double.pi * 7 * Double($0) / Double(length) }
        let turned = try AnalyticSignal.hilbertTransform(of: phase.map { Float(cos($0)) })
        #expect(Closeness.largestDifference(turned, phase.map(sin)) < 1e-6)
    }

    @Test func `The envelope spectrum shows the rate and depth of a modulation in the band that carries it`() throws {
        let rate = 8000.0
        let samples = (0..<8000).map { index in
            let time = Double(index) / rate
            let modulated = (1 + 0.4 * cos(2 * .pi * 37 * time)) * sin(2 * .pi * 2500 * time)
            return Float(modulated + 5 * sin(2 * .pi * 100 * time))
        }
        let spectrum = try EnvelopeSpectrum.compute(samples, sampleRate: rate, band: 2000...3000)
        let strongest = try #require(
            spectrum.amplitudes.indices.max { spectrum.amplitudes[$0] < spectrum.amplitudes[$1] })
        #expect(spectrum.frequencies[strongest] == 37)
        #expect(abs(spectrum.amplitudes[strongest] - 0.4) < 1e-3)
        #expect(abs(spectrum.mean - 1) < 1e-3)
    }

    @Test func `The feature finds the rate of strikes and does not depend on cuts`() throws {
        var samples = Tone.noise(seed: 5, count: 34_000).map { $0 * 0.05 }
        for index in samples.indices where index % 200 < 12 { samples[index] += index.isMultiple(of: 2) ? 1 : -1 }
        var options = EnvelopeOptions()
        options.hopSeconds = 0.5
        options.lowFrequency = 1000
        let (schema, whole) = try Extraction.frames(EnvelopeAnalysis.self, samples, rate: 16_000, options: options)
        #expect(whole.count == 3 && schema.columns.count == 201)
        #expect(schema.columns[16].band == 80...85)
        let row = whole.values[whole.range(ofFrame: 1)]
        let strongest = try #require(row.indices.max { row[$0] < row[$1] }) - row.startIndex
        #expect(schema.columns[strongest].band?.contains(80) == true)
        for seed in 1...4 {
            let cut = try Extraction.framesOfRandomCuts(
                EnvelopeAnalysis.self, samples, rate: 16_000, options: options, seed: UInt64(seed))
            #expect(whole == cut)
        }
    }

    @Test func `Silence gives zeros, a short or contradictory input a sentence`() throws {
        let silence = try Extraction.frames(EnvelopeAnalysis.self, Array(repeating: 0, count: 4000), rate: 4000).frames
        #expect(silence.values.allSatisfy { $0 == 0 })
        let short = #expect(throws: SignalError.self) {
            try Extraction.frames(EnvelopeAnalysis.self, Tone.noise(seed: 1, count: 3999), rate: 4000)
        }
        #expect(short?.code == .insufficientData && short?.message.contains("envelope.windowSeconds") == true)
        var options = EnvelopeOptions()
        options.lowFrequency = 3000
        let beyond = #expect(throws: SignalError.self) {
            try Extraction.frames(EnvelopeAnalysis.self, Tone.noise(seed: 1, count: 4000), rate: 4000, options: options)
        }
        #expect(beyond?.code == .invalidOption)
    }
}
