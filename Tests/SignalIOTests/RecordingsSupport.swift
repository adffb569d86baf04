import Foundation
import SignalCore
import SignalIO
import Testing

/// Everything a source delivers, channel by channel, in blocks of at most `maximumFrames`.
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

/// The error that opening a file and reading it to its end gives, or `nil` when it can be read.
func readingError(_ path: String, _ options: SignalReadingOptions = SignalReadingOptions()) -> SignalError? {
    do {
        var source = try SignalOpener.open(path, options: options)
        while let block = try source.nextBlock(maximumFrames: 4096) {
            let isFinite = block.samples.allSatisfy(\.isFinite)
            #expect(isFinite)
        }
        return nil
    } catch let error as SignalError {
        #expect(error.place.path == path && !error.message.isEmpty)
        return error
    } catch {
        Issue.record("\(path): not a SignalError: \(error)")
        return nil
    }
}

/// The bytes of a WAV file, every part of which can be made wrong.
struct WaveBytes {
    var tag = 1
    var bits = 16
    var channels = 1
    var rate = 8000
    var isExtensible = false
    var payload: [UInt8] = []
    var riffSize: Int?
    var dataSize: Int?

    /// 101 frames of a tone, in one of the encodings that WAV has.
    static func tone(tag: Int = 1, bits: Int = 16, channels: Int = 1, isExtensible: Bool = false) -> WaveBytes {
        var wave = WaveBytes(tag: tag, bits: bits, channels: channels, isExtensible: isExtensible)
        var generator = SeededGenerator(seed: 5)
        for _ in 0..<101 * channels {
            let value = generator.uniform() - 0.5
            switch (tag, bits) {
            case (3, 32): wave.payload += littleEndian(Int(Float(value).bitPattern), 4)
            case (3, 64): wave.payload += littleEndian(Int(truncatingIfNeeded: value.bitPattern), 8)
            case (1, 8), (6, _), (7, _): wave.payload += littleEndian(Int(128 + value * 255), 1)
            default: wave.payload += littleEndian(Int(value * Double(1 << (bits - 1))), bits / 8)
            }
        }
        return wave
    }

    /// The kinds of WAV that are tried.
    static let kinds: [WaveBytes] = [
        tone(bits: 8), tone(channels: 2), tone(bits: 24, channels: 3), tone(bits: 32),
        tone(tag: 3, bits: 32, channels: 2),
        tone(tag: 3, bits: 64), tone(tag: 6, bits: 8), tone(tag: 7, bits: 8), tone(channels: 8, isExtensible: true),
    ]

    var bytes: [UInt8] {
        var format = littleEndian(isExtensible ? 0xFFFE : tag, 2) + littleEndian(channels, 2) + littleEndian(rate, 4)
        format += littleEndian(rate * channels * bits / 8, 4) + littleEndian(channels * bits / 8, 2)
        format += littleEndian(bits, 2)
        if isExtensible {
            format += littleEndian(22, 2) + littleEndian(bits, 2) + littleEndian(0x63F, 4) + littleEndian(tag, 2)
            format += [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71]
        }
        let chunks = chunk("fmt ", format) + Array("data".utf8) + littleEndian(dataSize ?? payload.count, 4) + payload
        let padding: [UInt8] = payload.count % 2 == 1 ? [0] : []
        return Array("RIFF".utf8) + littleEndian(riffSize ?? 4 + chunks.count + padding.count, 4)
            + Array("WAVE".utf8) + chunks + padding
    }

    private func chunk(_ name: String, _ content: [UInt8]) -> [UInt8] {
        Array(name.utf8) + littleEndian(content.count, 4) + content
    }
}

/// The lowest bytes of a number, lowest first.
func littleEndian(_ value: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
}

/// Writes a file in place: tens of thousands of variants are tried one after the other, and making a new file each time
/// would be most of the work. The file is cut to its length afterwards, because ext4 takes cutting it to nothing and
/// writing it anew for a replacement, which it brings to the disk at once.
func overwrite(_ path: String, _ bytes: [UInt8]) throws {
    let descriptor = unsafe open(path, O_WRONLY | O_CREAT, 0o600)
    guard descriptor >= 0 else { throw CocoaError(.fileWriteUnknown) }
    defer { close(descriptor) }
    let written = unsafe bytes.withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) }
    guard written == bytes.count, ftruncate(descriptor, off_t(bytes.count)) == 0 else {
        throw CocoaError(.fileWriteUnknown)
    }
}
