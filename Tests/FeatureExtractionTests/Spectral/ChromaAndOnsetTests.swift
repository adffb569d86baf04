import SignalCore
import TestSupport
import Testing

@testable import FeatureExtraction

struct ChromaAndOnsetTests {
    @Test("chroma agrees with librosa", .enabled(if: SharedData.isPresent), arguments: ReferenceClip.names)
    func chromaAgreesWithReference(name: String) throws {
        let clip = try ReferenceClip(name)
        var options = ChromaOptions()
        options.hopLength = 256
        options.center = true
        let frames = try Extraction.frames(ChromaAnalysis.self, clip.samples, rate: clip.sampleRate, options: options)
            .frames
        let distance = Closeness.largestDifference(frames.values, try clip.golden("chroma_stft_tuning0").transposed)
        #expect(distance < 2e-6, "\(distance)")
    }

    @Test func `Chroma of A4 is strongest at A and does not depend on cuts`() throws {
        let samples = Tone.sine(440, rate: 16_000, count: 9000)
        let whole = try Extraction.frames(ChromaAnalysis.self, samples, rate: 16_000).frames
        #expect(whole.column(9).allSatisfy { $0 == 1 })
        let cut = try Extraction.framesOfRandomCuts(ChromaAnalysis.self, samples, rate: 16_000, seed: 3)
        #expect(whole == cut)
        let silence = try Extraction.frames(ChromaAnalysis.self, Array(repeating: 0, count: 2000), rate: 16_000).frames
        #expect(silence.values.allSatisfy { $0 == 0 })
    }

    @Test func `Onset strength is the mean rise, delayed by half a frame when centred`() {
        let logMel: [Float] = [0, 0, 4, -6, 4, 10, 0, 0, 0, 2]
        let strengths = OnsetStrength.compute(
            logMel: logMel.span, bandCount: 2, fftLength: 1024, hopLength: 256, center: false)
        #expect(strengths == [0, 2, 8, 0, 1])
        let centred = OnsetStrength.compute(logMel: logMel.span, bandCount: 2, fftLength: 1024, hopLength: 256)
        #expect(centred == [0, 0, 0, 2, 8])
        let none: [Float] = []
        #expect(OnsetStrength.compute(logMel: none.span, bandCount: 2, fftLength: 8, hopLength: 2).isEmpty)
    }
}
