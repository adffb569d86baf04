import Foundation
import SignalCore
import SignalIO
import TestSupport
import Testing

@Suite struct RecordingsWriterTests {
    let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    private var names: [String] { (try? FileManager.default.contentsOfDirectory(atPath: folder.url.path)) ?? [] }

    @Test(arguments: [(1, false), (8, false), (1, true), (8, true)], [RecordingWriter.Encoding.int16, .float32])
    func `what was written is read back`(shape: (channels: Int, isExtensible: Bool), encoding: RecordingWriter.Encoding)
        throws
    {
        let path = folder.path("a.wav")
        let noise = Tone.noise(seed: 1, count: 3000 * shape.channels)
        let samples = encoding == .int16 ? noise.map { ($0 * 32767).rounded() / 32768 } : noise
        let writer = try RecordingWriter(
            path: path, sampleRate: 16000, channelCount: shape.channels, encoding: encoding,
            isExtensible: shape.isExtensible)
        var expected = Array(repeating: [Float](), count: shape.channels)
        for (start, length) in [(0, 1000), (1000, 1), (1001, 1999)] {
            let part = Array(samples[start * shape.channels..<(start + length) * shape.channels])
            let block = SignalBlock(startFrame: start, channelCount: shape.channels, samples: part)
            for channel in expected.indices { expected[channel] += part[block.range(ofChannel: channel)] }
            try writer.append(block)
        }
        #expect(!FileManager.default.fileExists(atPath: path))
        try writer.finish()
        #expect(names == ["a.wav"] && writer.frameCount == 3000)
        let reader = try RecordingReader(path: path, channels: .all)
        #expect(reader.info.container == (shape.isExtensible ? "WAVE_FORMAT_EXTENSIBLE" : "WAV"))
        #expect(reader.info.bitsPerSample == (encoding == .int16 ? 16 : 32))
        #expect(try readAll(reader) == expected && reader.warnings.isEmpty)
    }

    @Test func `values outside full scale are clipped`() throws {
        let writer = try RecordingWriter(path: folder.path("a.wav"), sampleRate: 8000)
        try writer.append(SignalBlock(startFrame: 0, samples: [2, 1, -1, -3e38, 0.25 / 32768, 0.75 / 32768]))
        try writer.finish()
        let top: Float = 32767 / 32768
        #expect(try readAll(RecordingReader(path: folder.path("a.wav"))) == [[top, top, -1, -1, 0, 1 / 32768]])
    }

    @Test func `a writer that does not finish leaves nothing behind`() throws {
        do {
            let writer = try RecordingWriter(path: folder.path("a.wav"), sampleRate: 8000)
            try writer.append(SignalBlock(startFrame: 0, samples: [0, 1]))
            #expect(names.count == 1)
        }
        #expect(names.isEmpty)
    }

    @Test func `the same samples make the same file`() throws {
        let samples = Tone.noise(seed: 4, count: 100)
        let writer = try RecordingWriter(path: folder.path("a.wav"), sampleRate: 8000, encoding: .float32)
        try writer.append(SignalBlock(startFrame: 0, samples: samples))
        try writer.finish()
        let bytes = [UInt8](try Data(contentsOf: folder.url.appending(path: "a.wav")))
        // libsndfile puts a chunk with the time of day into files of floats unless told not to.
        #expect(!String(decoding: bytes, as: UTF8.self).contains("PEAK"))
        #expect(bytes.suffix(400).elementsEqual(samples.flatMap { littleEndian(Int($0.bitPattern), 4) }))
    }

    @Test func `what cannot be written is refused`() throws {
        #expect(throws: SignalError.self) {
            try RecordingWriter(path: folder.path("no such folder/a.wav"), sampleRate: 8000)
        }
        #expect(throws: SignalError.self) { try RecordingWriter(path: folder.path("a.wav"), sampleRate: 0) }
        let writer = try RecordingWriter(path: folder.path("a.wav"), sampleRate: 8000)
        #expect(throws: SignalError.self) {
            try writer.append(SignalBlock(startFrame: 0, channelCount: 2, samples: [0, 0]))
        }
        #expect(throws: SignalError.self) { try writer.append(SignalBlock(startFrame: 0, samples: [0, .nan])) }
    }
}
