import Foundation
import SignalCore
import SignalIO
import TestSupport
import Testing

/// Everything a source delivers, planar, in blocks of at most `maximumFrames`.
func readAll(_ source: any SignalSource, maximumFrames: Int = 4096) throws -> [[Float]] {
    var source = source
    var channels = Array(repeating: [Float](), count: source.format.channelCount)
    while let block = try source.nextBlock(maximumFrames: maximumFrames) {
        #expect(block.startFrame == channels[0].count && block.channelCount == channels.count)
        #expect((1...maximumFrames).contains(block.frameCount))
        for channel in channels.indices { channels[channel] += block.samples[block.range(ofChannel: channel)] }
    }
    return channels
}

/// The error that reading a file to its end gives, if any.
func readingError(_ path: String, _ options: SignalReadingOptions = SignalReadingOptions()) -> SignalError? {
    do {
        _ = try readAll(try SignalOpener.open(path, options: options))
        return nil
    } catch let error as SignalError {
        return error
    } catch {
        Issue.record("not a SignalError: \(error)")
        return nil
    }
}

@Suite struct RecordingsReaderTests {
    static let encodings: [String] =
        (try? FileManager.default.contentsOfDirectory(atPath: SharedData.golden("reader").path))?
        .filter { $0.hasSuffix(".wav") }.sorted() ?? []

    @Test(.enabled(if: SharedData.isPresent), arguments: encodings)
    func `every encoding is read as soundfile reads it`(name: String) throws {
        let reference = try ReferenceArray(
            SharedData.golden("reader/\(name.replacing(".wav", with: ".npy"))"))
        let reader = try RecordingReader(path: SharedData.golden("reader/\(name)").path, channels: .all)
        let channels = try readAll(reader)
        #expect(reader.info.frameCount == reference.shape[0] && reader.info.channelCount == reference.shape[1])
        #expect(reader.info.sampleRate == 8000 && reader.format.sampleRate == 8000)
        #expect(reader.warnings.isEmpty)
        // Only 32-bit integers and 64-bit floats have more digits than a Float.
        let rounds = name.hasPrefix("s32") || name.hasPrefix("f64")
        for channel in channels.indices {
            for frame in 0..<reference.shape[0] {
                let expected = reference.values[frame * reference.shape[1] + channel]
                let found = Double(channels[channel][frame])
                #expect(rounds ? abs(found - expected) <= abs(expected) * 0x1p-24 : found == expected)
            }
        }
    }
}
