import Foundation
import SignalCore
import SignalIO
import TestSupport
import Testing

/// Sizes are taken leniently, meanings strictly.
@Suite struct RecordingsLeniencyTests {
    let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    private func read(_ bytes: [UInt8]) throws -> (frames: Int, warnings: [String]) {
        let reader = try RecordingReader(path: try folder.write("a.wav", bytes))
        let frames = try readAll(reader)[0].count
        return (frames, reader.warnings)
    }

    @Test func `a cut-off data chunk is read to its end`() throws {
        let wave = WaveBytes.tone(channels: 2)
        let (frames, warnings) = try read(Array(wave.bytes.dropLast(41)))
        #expect(frames == 90)
        #expect(
            warnings == [
                "the header promises 101 sample frames, the file holds 90, which were read",
                "3 odd bytes after the last whole sample frame were left out",
            ])
    }

    @Test(arguments: [(0, 0), (0, 8), (0, 36), (0, 0xFFFF_FFFF), (0xFFFF_FFFF, 0xFFFF_FFFF), (0xFFFF_FFFF, 500)])
    func `a size that was never filled in means up to the end`(dataSize: Int, riffSize: Int) throws {
        for kind in WaveBytes.kinds where !kind.isExtensible || riffSize != 36 {
            var wave = kind
            let expected = try readAll(RecordingReader(path: try folder.write("b.wav", wave.bytes), channels: .all))
            // A padding byte would be a sample.
            if wave.payload.count % 2 == 1 { wave.payload.removeLast(wave.channels * wave.bits / 8) }
            (wave.dataSize, wave.riffSize) = (dataSize, riffSize)
            let reader = try RecordingReader(path: try folder.write("a.wav", wave.bytes), channels: .all)
            let found = try readAll(reader)
            #expect(found.map { $0[...] } == expected.map { $0.prefix(found[0].count) })
            #expect([100, 101].contains(found[0].count) && reader.info.frameCount == found[0].count)
            #expect(reader.warnings.count == 1 && reader.warnings[0].contains("leaves the length open"))
        }
    }

    @Test func `a data chunk that is larger than any file is clipped`() throws {
        for size in [0x7FFF_F000, 0x8000_0000, 0xFFFF_FFFE] {
            var wave = WaveBytes.tone()
            wave.dataSize = size
            let (frames, warnings) = try read(wave.bytes)
            #expect(frames == 101 && warnings.count == 1)
        }
    }

    @Test func `odd bytes are left out and named`() throws {
        var wave = WaveBytes.tone(channels: 2)
        wave.dataSize = wave.payload.count - 1
        var (frames, warnings) = try read(wave.bytes)
        #expect(frames == 100 && warnings == ["3 odd bytes after the last whole sample frame were left out"])
        (frames, warnings) = try read(WaveBytes.tone().bytes + [1, 2, 3])
        #expect(frames == 101 && warnings == ["3 odd bytes at the end of the file are no chunk and were left out"])
    }

    @Test func `chunks around the data do not matter`() throws {
        let bytes = WaveBytes.tone().bytes
        let note = Array("LIST".utf8) + littleEndian(5, 4) + Array("hello".utf8) + [0]
        let (frames, warnings) = try read(Array(bytes[..<12]) + note + bytes[12...] + note)
        #expect(frames == 101 && warnings.isEmpty)
    }

    @Test(arguments: [RecordingsFixtures.aiff16, RecordingsFixtures.wave64])
    func `other containers may be cut off too`(bytes: [UInt8]) throws {
        let (frames, warnings) = try read(Array(bytes.dropLast(100)))
        #expect(
            (70..<101).contains(frames) && warnings.first?.hasPrefix("the header promises 101 sample frames") == true)
    }

    @Test func `a cut-off FLAC recording is refused where it ends`() throws {
        let error = try #require(readingError(try folder.write("a", RecordingsFixtures.flac16.dropLast(20))))
        #expect(error.code == .malformed)
    }

    @Test func `a FLAC recording of unknown or absurd length is read`() throws {
        for fill: UInt8 in [0, 0xFF] {
            var bytes = RecordingsFixtures.flac16
            // The number of samples is in the last 36 bits before the digest of STREAMINFO.
            bytes[21] = bytes[21] & 0xF0 | fill & 0x0F
            for index in 22..<26 { bytes[index] = fill }
            let (frames, warnings) = try read(bytes)
            #expect(frames == 301 && warnings.count == (fill == 0 ? 0 : 1))
        }
    }

    @Test func `an empty recording has too little data`() throws {
        var wave = WaveBytes()
        #expect(readingError(try folder.write("a.wav", wave.bytes))?.code == .insufficientData)
        // An empty data chunk that other chunks follow is empty, not unfinished.
        let note = Array("LIST".utf8) + littleEndian(4, 4) + Array("INFO".utf8)
        wave.riffSize = 36 + note.count
        #expect(readingError(try folder.write("a.wav", wave.bytes + note))?.code == .insufficientData)
    }

    @Test(arguments: [(Float.nan, "NaN"), (.infinity, "an infinite value"), (-.infinity, "an infinite value")])
    func `a sample that is no number is refused with its place`(value: Float, name: String) throws {
        var wave = WaveBytes.tone(tag: 3, bits: 32, channels: 2)
        wave.payload.replaceSubrange(8 * 57 + 4..<8 * 58, with: littleEndian(Int(value.bitPattern), 4))
        let path = try folder.write("a.wav", wave.bytes)
        for selection in [ChannelSelection.index(1), .mean, .all] {
            let error = try #require(readingError(path, SignalReadingOptions(channels: selection)))
            #expect(error.code == .malformed && error.place.sample == 57 && error.place.path == path)
            #expect(error.message == "channel 1 holds \(name), not a number")
        }
        #expect(readingError(path, SignalReadingOptions(channels: .index(0))) == nil)
    }

    @Test(arguments: [2, 0x11, 0x31, 0x55, 0x161])
    func `encodings that are not read are named`(tag: Int) throws {
        var wave = WaveBytes.tone()
        wave.tag = tag
        let error = try #require(readingError(try folder.write("a.wav", wave.bytes)))
        #expect(error.code == .unsupported && error.message.contains("format tag \(tag)"))
    }

    @Test(arguments: [(0, 8000), (1, 0), (1, 10_000_001), (2000, 8000)])
    func `formats outside the limits are refused`(channels: Int, rate: Int) throws {
        var wave = WaveBytes.tone()
        (wave.channels, wave.rate) = (channels, rate)
        #expect(readingError(try folder.write("a.wav", wave.bytes))?.code == .limitExceeded)
    }
}
