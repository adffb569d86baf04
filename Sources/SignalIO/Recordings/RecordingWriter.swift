internal import CSndFile
import Foundation
public import SignalCore

/// Writes a WAV file block by block, through libsndfile.
///
/// The file has a temporary name in the same folder until ``finish()`` renames it, so that nobody ever sees half a
/// recording; a writer that goes without having finished removes it.
@safe public final class RecordingWriter {
    /// How samples are stored.
    public enum Encoding: Sendable, Equatable {
        /// 16-bit integers: full scale is 32768, values are rounded to the nearest and clipped.
        case int16
        /// 32-bit floats, unchanged.
        case float32
    }

    /// Where the recording will be.
    public let path: String
    /// The number of channels that every block must have.
    public let channelCount: Int
    /// Sample frames written so far.
    public private(set) var frameCount = 0

    private let temporaryPath: String
    private let handle: OpaquePointer
    private let encoding: Encoding
    private var isClosed = false
    private var integers: [Int16] = []
    private var floats: [Float] = []

    /// The sizes in a WAV file have 32 bits; what the header takes is left room for.
    private static let mostBytes = 0xFFFF_FFFF - 4096

    /// Creates the temporary file.
    ///
    /// - Parameters:
    ///   - path: where the recording shall be; a file of this name is replaced at the end.
    ///   - sampleRate: in Hz, from 1 to 10,000,000.
    ///   - channelCount: from 1 to 1,024.
    ///   - encoding: how samples are stored.
    ///   - isExtensible: whether the header is WAVE_FORMAT_EXTENSIBLE, as in the MIMII recordings.
    /// - Throws: `SignalError` with code `invalidOption` for a rate or a number of channels that is out of range,
    ///   `unavailable` when the file cannot be created.
    public init(
        path: String, sampleRate: Int, channelCount: Int = 1, encoding: Encoding = .int16, isExtensible: Bool = false
    ) throws {
        guard (1...RecordingReader.highestRate).contains(sampleRate),
            (1...RecordingReader.mostChannels).contains(channelCount)
        else {
            throw SignalError(
                .invalidOption,
                "\(channelCount) channels at \(sampleRate) Hz are outside 1 to 1024 channels at 1 Hz to 10 MHz"
            ).at(path: path)
        }
        let container = isExtensible ? SF_FORMAT_WAVEX : SF_FORMAT_WAV
        var header = SF_INFO()
        header.samplerate = Int32(sampleRate)
        header.channels = Int32(channelCount)
        header.format = Int32(container | (encoding == .int16 ? SF_FORMAT_PCM_16 : SF_FORMAT_FLOAT))
        let folder = URL(filePath: path).deletingLastPathComponent()
        temporaryPath = folder.appending(path: ".\(UUID().uuidString).partial").path
        let descriptor = unsafe open(temporaryPath, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else {
            throw SignalError(.unavailable, "cannot be created: \(unsafe String(cString: strerror(errno)))").at(
                path: path)
        }
        // libsndfile owns the descriptor from here on, and closes it even when it refuses.
        guard let handle = unsafe sf_open_fd(descriptor, Int32(SFM_WRITE), &header, 1) else {
            unsafe unlink(temporaryPath)
            throw SignalError(.unavailable, "libsndfile cannot write \(channelCount) channels at \(sampleRate) Hz")
                .at(path: path)
        }
        // The chunk holds the time of day, and the same samples must make the same file. Files of integers have none,
        // for which the command returns no error either.
        unsafe sf_command(handle, Int32(SFC_SET_ADD_PEAK_CHUNK), nil, Int32(SF_FALSE))
        unsafe self.handle = handle
        self.path = path
        self.channelCount = channelCount
        self.encoding = encoding
    }

    deinit {
        guard !isClosed else { return }
        unsafe sf_close(handle)
        unsafe unlink(temporaryPath)
    }

    /// Writes the next block.
    ///
    /// - Throws: `SignalError` with code `mismatch` for a block of another number of channels, `malformed` for a
    ///   sample that is not finite, `limitExceeded` when the file would be larger than a WAV file can be,
    ///   `unavailable` when the disk is full.
    /// - Precondition: ``finish()`` has not been called.
    public func append(_ block: SignalBlock) throws {
        precondition(!isClosed, "nothing is written after the end")
        guard block.channelCount == channelCount else {
            throw SignalError(
                .mismatch, "a block of \(block.channelCount) channels does not fit a recording of \(channelCount)"
            ).at(path: path)
        }
        let width = encoding == .int16 ? 2 : 4
        guard (frameCount + block.frameCount) * channelCount * width <= Self.mostBytes else {
            throw SignalError(.limitExceeded, "a WAV file cannot hold more than 4 GiB; split the recording").at(
                path: path)
        }
        if let index = block.samples.firstIndex(where: { !$0.isFinite }) {
            throw SignalError(.malformed, "a sample is not finite and cannot be written")
                .at(path: path, sample: frameCount + index % block.frameCount)
        }
        let written = encoding == .int16 ? writeIntegers(block) : writeFloats(block)
        guard written == block.frameCount else {
            let reason = unsafe String(cString: sf_strerror(handle))
            throw SignalError(.unavailable, "cannot be written to the end (\(reason)); is the disk full?").at(
                path: path)
        }
        frameCount += block.frameCount
    }

    /// Completes the file and gives it its name.
    ///
    /// - Throws: `SignalError` with code `unavailable`; no file is left behind then.
    /// - Precondition: it is called once.
    public func finish() throws {
        precondition(!isClosed, "a recording ends once")
        isClosed = true
        guard unsafe sf_close(handle) == 0 else {
            unsafe unlink(temporaryPath)
            throw SignalError(.unavailable, "cannot be completed; is the disk full?").at(path: path)
        }
        guard unsafe rename(temporaryPath, path) == 0 else {
            let reason = unsafe String(cString: strerror(errno))
            unsafe unlink(temporaryPath)
            throw SignalError(.unavailable, "cannot be given its name: \(reason)").at(path: path)
        }
    }

    private func writeIntegers(_ block: SignalBlock) -> Int {
        integers.removeAll(keepingCapacity: true)
        integers.reserveCapacity(block.samples.count)
        for frame in 0..<block.frameCount {
            for channel in 0..<channelCount {
                let scaled = (block.samples[channel * block.frameCount + frame] * 32768).rounded()
                integers.append(Int16(max(-32768, min(32767, scaled))))
            }
        }
        return unsafe integers.withUnsafeBufferPointer {
            unsafe Int(sf_writef_short(handle, $0.baseAddress, sf_count_t(block.frameCount)))
        }
    }

    private func writeFloats(_ block: SignalBlock) -> Int {
        floats.removeAll(keepingCapacity: true)
        floats.reserveCapacity(block.samples.count)
        for frame in 0..<block.frameCount {
            for channel in 0..<channelCount { floats.append(block.samples[channel * block.frameCount + frame]) }
        }
        return unsafe floats.withUnsafeBufferPointer {
            unsafe Int(sf_writef_float(handle, $0.baseAddress, sf_count_t(block.frameCount)))
        }
    }
}
