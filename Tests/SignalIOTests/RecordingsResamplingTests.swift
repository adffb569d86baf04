import Foundation
import SignalCore
import SignalIO
import TestSupport
import Testing

@Suite struct RecordingsResamplingTests {
    @Test(arguments: [(16000, 8000.0), (16000, 44100.0), (8000, 16000.0), (8000, 12345.678)])
    func `a resampled tone is the tone at the new rate, in time`(old: Int, new: Double) throws {
        let folder = try TemporaryFolder()
        let path = folder.path("tone.wav")
        let writer = try RecordingWriter(path: path, sampleRate: old, channelCount: 2, encoding: .float32)
        let tones = [440.0, 1000.0].flatMap { Tone.sine($0, amplitude: 0.5, rate: Double(old), count: old) }
        try writer.append(SignalBlock(startFrame: 0, channelCount: 2, samples: tones))
        try writer.finish()
        let options = SignalReadingOptions(channels: .all, resampleRate: new)
        let source = try SignalOpener.open(path, options: options)
        #expect(source.format.sampleRate == new && source.format.channelNames == ["0", "1"])
        let found = try readAll(source, maximumFrames: 1000)
        #expect(abs(Double(found[0].count) - new) <= 1)
        for (channel, frequency) in [440.0, 1000.0].enumerated() {
            let expected = Tone.sine(frequency, amplitude: 0.5, rate: new, count: found[channel].count)
            // The ends see the signal begin and stop.
            let inner = 500..<found[channel].count - 500
            #expect(Closeness.largestDifference(found[channel][inner], expected[inner].map(Double.init)) < 1e-4)
        }
        #expect(try readAll(SignalOpener.open(path, options: options), maximumFrames: 77) == found)
    }

    @Test func `rates far away are refused`() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("a.wav", WaveBytes.tone().bytes)
        #expect(readingError(path, SignalReadingOptions(resampleRate: 1))?.code == .invalidOption)
        #expect(readingError(path, SignalReadingOptions(resampleRate: 10_000_000))?.code == .invalidOption)
        #expect(readingError(path, SignalReadingOptions(resampleRate: 8_000_000)) == nil)
    }
}
