import Foundation
import SignalCore
import SignalIO
import TestSupport
import Testing

@Suite struct RecordingsReaderTests {
    static let goldens: [String] =
        ((try? FileManager.default.contentsOfDirectory(atPath: SharedData.golden("reader").path)) ?? [])
        .filter { $0.hasSuffix(".wav") }.sorted()

    @Test(.enabled(if: SharedData.isPresent), arguments: goldens)
    func `every encoding is read as soundfile reads it`(name: String) throws {
        let reference = try ReferenceArray(SharedData.golden("reader/\(name.dropLast(4)).npy"))
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

    @Test(.enabled(if: SharedData.isPresent))
    func `channel 0 of the original recordings is the mono recording to the bit`() throws {
        let root = SharedData.data("mimii/fan_8ch")
        let names = try FileManager.default.subpathsOfDirectory(atPath: root.path).filter { $0.hasSuffix(".wav") }
        #expect(names.count == 6)
        for name in names {
            let original = try RecordingReader(path: root.appending(path: name).path)
            #expect(original.info.container == "WAVE_FORMAT_EXTENSIBLE" && original.info.channelCount == 8)
            #expect(original.info.bitsPerSample == 16 && original.info.duration == 10 && original.warnings.isEmpty)
            let mono = try RecordingReader(path: SharedData.data("mimii/fan/\(name)").path)
            let (found, expected) = (try readAll(original), try readAll(mono))
            #expect(found == expected)
        }
    }

    @Test(.enabled(if: SharedData.isPresent))
    func `every channel of an eight-channel recording is the one in the file`() throws {
        let url = SharedData.golden("audio/multi8_16k_s16.wav")
        let bytes = [UInt8](try Data(contentsOf: url))
        let channels = try readAll(RecordingReader(path: url.path, channels: .all))
        for channel in 0..<8 {
            let expected = stride(from: 44 + 2 * channel, to: bytes.count, by: 16).map {
                Float(Int16(truncatingIfNeeded: Int(bytes[$0]) | Int(bytes[$0 + 1]) << 8)) / 32768
            }
            #expect(channels[channel] == expected)
            #expect(try readAll(RecordingReader(path: url.path, channels: .index(channel))) == [expected])
        }
    }

    @Test(arguments: WaveBytes.kinds.indices)
    func `the way a recording is cut in blocks does not change it`(kind: Int) throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("a.wav", WaveBytes.kinds[kind].bytes)
        for selection in [ChannelSelection.index(0), .mean, .all] {
            let whole = try readAll(RecordingReader(path: path, channels: selection), maximumFrames: .max)
            #expect(whole[0].count == 101)
            for size in [1, 7, 64, 100] {
                #expect(try readAll(RecordingReader(path: path, channels: selection), maximumFrames: size) == whole)
            }
        }
    }

    @Test func `a recording longer than the buffer is whole`() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("long.wav")
        let tone = Tone.noise(seed: 3, count: 200_001).map { ($0 * 32768).rounded(.down) / 32768 }
        let writer = try RecordingWriter(path: path, sampleRate: 16000)
        try writer.append(SignalBlock(startFrame: 0, samples: tone))
        try writer.finish()
        for size in [1000, 32768, 50000, Int.max] {
            #expect(try readAll(RecordingReader(path: path), maximumFrames: size) == [tone])
        }
    }

    @Test func `the mean is the average of all channels`() throws {
        let folder = try TemporaryFolder()
        var wave = WaveBytes(channels: 2)
        wave.payload = [16384, 8192, -32768, -32768, 3, 0].flatMap { littleEndian($0, 2) }
        let reader = try RecordingReader(path: try folder.write("a.wav", wave.bytes), channels: .mean)
        #expect(reader.format.channelNames == ["mean"])
        #expect(try readAll(reader) == [[0.375, -1, 1.5 / 32768]])
    }

    @Test func `a recording with very many channels is read`() throws {
        let folder = try TemporaryFolder()
        var wave = WaveBytes(channels: 1024)
        wave.payload = (0..<1024 * 40).flatMap { littleEndian($0 % 1024, 2) }
        let path = try folder.write("a.wav", wave.bytes)
        #expect(
            try readAll(RecordingReader(path: path, channels: .index(1023))) == [
                Array(repeating: 1023 / 32768, count: 40)
            ])
        wave.channels = 1025
        #expect(readingError(try folder.write("b.wav", wave.bytes))?.code == .limitExceeded)
    }

    static let fixtures:
        [(name: String, bytes: [UInt8], container: String, bits: Int?, frames: Int, tolerance: Float)] = [
            ("a.aiff", RecordingsFixtures.aiff16, "AIFF", 16, 101, 0x1p-15),
            ("f.aiff", RecordingsFixtures.aiffFloat, "AIFF", 32, 101, 0x1p-24),
            ("a.w64", RecordingsFixtures.wave64, "W64", 24, 101, 0x1p-22),
            ("a.flac", RecordingsFixtures.flac16, "FLAC", 16, 301, 0x1p-15),
            ("b.flac", RecordingsFixtures.flac24, "FLAC", 24, 301, 0x1p-22),
            ("a.ogg", RecordingsFixtures.vorbis, "Ogg", nil, 801, 0.05),
            ("b.ogg", RecordingsFixtures.opus, "Ogg", nil, 801, 0.1),
        ]

    @Test(arguments: fixtures.indices)
    func `other containers are read`(index: Int) throws {
        let fixture = Self.fixtures[index]
        let folder = try TemporaryFolder()
        // The content decides, not the name.
        let path = try folder.write("content decides.txt", fixture.bytes)
        let source = try SignalOpener.open(path, options: SignalReadingOptions(channels: .all))
        let reader = try #require(source as? RecordingReader)
        #expect(reader.info.container == fixture.container && reader.info.bitsPerSample == fixture.bits)
        #expect(reader.info.sampleRate == 8000 && reader.info.frameCount == fixture.frames)
        let channels = try readAll(reader)
        #expect(reader.warnings.isEmpty && channels[0].count == fixture.frames)
        for (channel, samples) in channels.enumerated() {
            let expected = (0..<fixture.frames).map { 0.5 * sin(0.1 * Double($0) + Double(channel)) }
            #expect(Closeness.largestDifference(samples, expected) < Double(fixture.tolerance))
        }
    }

    @Test(arguments: [("0", ChannelSelection.index(0)), ("17", .index(17)), ("mean", .mean), ("ALL", .all)])
    func `a channel is chosen by number or by name`(text: String, expected: ChannelSelection) throws {
        #expect(try ChannelSelection(text: text) == expected)
    }

    @Test(arguments: ["-1", "", "left", "1.5", "99999999999999999999"])
    func `other channel names are refused`(text: String) {
        #expect(throws: SignalError.self) { try ChannelSelection(text: text) }
    }

    @Test func `a channel that is not there is refused`() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("a.wav", WaveBytes.tone(channels: 2).bytes)
        let error = try #require(readingError(path, SignalReadingOptions(channels: .index(2))))
        #expect(error.code == .invalidOption && error.message == "there is no channel 2; it has channels 0 to 1")
    }
}
