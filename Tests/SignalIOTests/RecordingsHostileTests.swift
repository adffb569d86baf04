import Foundation
import SignalCore
import SignalIO
import TestSupport
import Testing

/// Every input ends in a result or a `SignalError`; that the test goes on is the proof that nothing traps or hangs.
@Suite(.endsIfHanging) struct RecordingsHostileTests {
    /// Small valid files of every kind.
    static let victims: [[UInt8]] =
        WaveBytes.kinds.map(\.bytes) + [
            RecordingsFixtures.aiff16, RecordingsFixtures.aiffFloat, RecordingsFixtures.wave64,
            RecordingsFixtures.flac16, RecordingsFixtures.flac24, RecordingsFixtures.vorbis, RecordingsFixtures.opus,
        ] + goldens

    private static let goldens: [[UInt8]] = RecordingsReaderTests.goldens.compactMap {
        (try? Data(contentsOf: SharedData.golden("reader/\($0)"))).map { [UInt8]($0) }
    }

    @Test(arguments: victims.indices)
    func `every truncation is a result or a sentence`(victim: Int) throws {
        let folder = try TemporaryFolder()
        let path = folder.path("a.wav")
        let bytes = Self.victims[victim]
        var results = 0
        for length in 0..<bytes.count {
            try overwrite(path, Array(bytes[..<length]))
            if readingError(path) == nil { results += 1 }
        }
        // Codecs need their last page or frame; everything else gives what is there.
        let isCompressed = [Array("fLaC".utf8), Array("OggS".utf8)].contains(Array(bytes[..<4]))
        #expect(isCompressed || results > 80)
    }

    @Test(arguments: victims.indices)
    func `every mutation is a result or a sentence`(victim: Int) throws {
        let folder = try TemporaryFolder()
        let path = folder.path("a.wav")
        let original = Self.victims[victim]
        var generator = SeededGenerator(seed: 2026, stream: UInt64(victim))
        var results = 0
        for _ in 0..<10_000 / Self.victims.count + 1 {
            try overwrite(path, mutated(original, &generator))
            if readingError(path, SignalReadingOptions(channels: .all)) == nil { results += 1 }
        }
        #expect(results > 0)
    }

    /// One to eight changes: bits, bytes, numbers that are often wrong, cuts, and repeated stretches; half of them in the
    /// first 64 bytes, where the headers are.
    private func mutated(_ original: [UInt8], _ generator: inout SeededGenerator) -> [UInt8] {
        var bytes = original
        for _ in 0..<Int.random(in: 1...8, using: &generator) where bytes.count > 8 {
            let end = Bool.random(using: &generator) ? min(64, bytes.count - 4) : bytes.count - 4
            let index = Int.random(in: 0..<end, using: &generator)
            switch Int.random(in: 0..<6, using: &generator) {
            case 0: bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
            case 1: bytes[index] = UInt8.random(in: .min ... .max, using: &generator)
            case 2, 3:
                let number = [0, 1, 0xFF, 0x7FFF, 0xFFFF, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF].randomElement(
                    using: &generator)
                bytes.replaceSubrange(index..<index + 4, with: littleEndian(number ?? 0, 4))
            case 4:
                let length = Int.random(in: 1...16, using: &generator)
                bytes.removeSubrange(index..<min(bytes.count, index + length))
            default: bytes.insert(contentsOf: bytes[index..<index + 4], at: index)
            }
        }
        return bytes
    }
}
