internal import CSndFile
public import SignalCore

/// Reads a recording block by block, through libsndfile: WAV (plain, extensible, RF64), W64, AIFF, FLAC and Ogg.
///
/// Samples are fractions of full scale: integers of up to 24 bits and 32-bit floats exactly, everything else rounded to
/// single precision. Lengths are taken leniently (a file that ends before its header says so is read to its end, with
/// a warning), meanings strictly. Memory does not depend on the length of the recording: one buffer of 64 to 128 KB is
/// reused, and a block is never larger.
@safe public final class RecordingReader: SignalSource {
    /// What the header says.
    public let info: RecordingInfo
    /// Rate, selected channels and unit of the blocks.
    public let format: SignalFormat
    /// What a person should know about the file although it could be read. Complete once the end has been reached.
    public private(set) var warnings: [String]
    /// Whether the file ends before the place where its header says it does.
    public private(set) var isIncomplete: Bool

    /// The samples of a chunk over all channels. 64 KB of 16-bit samples or 128 KB of floats stay in the second-level
    /// cache between libsndfile's copy and ours.
    static let chunkSamples = 32768
    /// The most channels a file may have; libsndfile's own limit.
    static let mostChannels = 1024
    /// The highest sample rate, in Hz.
    static let highestRate = 10_000_000

    private let file: RegularFile
    private let handle: OpaquePointer
    private let selection: ChannelSelection
    private let chunkFrames: Int
    private var integers: [Int16] = []
    private var floats: [Float] = []
    /// The sample frames of the buffer that have not been delivered.
    private var unread = 0..<0
    private var position = 0
    private var failure: SignalError?
    private var hasEnded = false

    /// Opens a recording and reads its header.
    ///
    /// - Parameters:
    ///   - path: a regular file.
    ///   - channels: the channels that blocks hold.
    ///   - unit: what full scale stands for; a recording does not say, so it is digital full scale unless told.
    /// - Throws: `SignalError` with code `unreadable` (no file, a folder, a pipe, no permission), `malformed`,
    ///   `unsupported`, `limitExceeded` (over 1,024 channels, a rate outside 1 Hz to 10 MHz), `insufficientData` (no
    ///   samples) or `invalidOption` (no such channel).
    public convenience init(
        path: String, channels: ChannelSelection = .index(0), unit: SignalUnit = .fullScale
    ) throws {
        try self.init(file: RegularFile(path: path), channels: channels, unit: unit)
    }

    init(file: RegularFile, channels: ChannelSelection, unit: SignalUnit) throws {
        let opened = try OpenedRecording(file)
        self.file = file
        unsafe handle = opened.handle
        info = opened.info
        warnings = opened.warnings
        isIncomplete = opened.isCutOff
        selection = channels
        chunkFrames = max(1, Self.chunkSamples / info.channelCount)
        do {
            let names = try channels.names(from: (0..<info.channelCount).map(String.init))
            format = SignalFormat(sampleRate: info.sampleRate, channelNames: names, unit: unit)
        } catch let error as SignalError {
            unsafe sf_close(opened.handle)
            throw error.at(path: file.path)
        }
        if opened.isSixteenBit {
            integers = Array(repeating: 0, count: chunkFrames * info.channelCount)
        } else {
            floats = Array(repeating: 0, count: chunkFrames * info.channelCount)
        }
    }

    deinit { unsafe sf_close(handle) }

    /// The next stretch of the recording, or `nil` at the end. Blocks may be shorter than asked for at any place.
    ///
    /// - Throws: `SignalError` with code `malformed` and the position, for a sample that is not finite and for
    ///   compressed data that cannot be decoded.
    public func nextBlock(maximumFrames: Int) throws -> SignalBlock? {
        precondition(maximumFrames > 0, "a block has at least one sample frame")
        guard !hasEnded else { return nil }
        if let failure, unread.isEmpty { throw failure }
        if unread.isEmpty { try readChunk() }
        guard !unread.isEmpty else {
            if let failure { throw failure }
            try finish()
            return nil
        }
        let frames = unread.lowerBound..<min(unread.upperBound, unread.lowerBound + maximumFrames)
        let samples = try gathered(frames)
        defer {
            unread = frames.upperBound..<unread.upperBound
            position += frames.count
        }
        return SignalBlock(startFrame: position, channelCount: format.channelCount, samples: samples)
    }

    /// Fills the buffer. Always as much as fits, so that small blocks do not cost a system call each.
    private func readChunk() throws {
        let wanted = sf_count_t(chunkFrames)
        let count = Int(
            unsafe integers.isEmpty
                ? floats.withUnsafeMutableBufferPointer { unsafe sf_readf_float(handle, $0.baseAddress, wanted) }
                : integers.withUnsafeMutableBufferPointer { unsafe sf_readf_short(handle, $0.baseAddress, wanted) })
        unread = 0..<max(0, min(count, chunkFrames))
        guard count < chunkFrames else { return }
        // The error belongs to the samples that are missing; those before it are delivered first.
        let code = unsafe sf_error(handle)
        guard code != 0 else { return }
        let reason = unsafe String(cString: sf_error_number(code))
        failure = SignalError(.malformed, "the samples from here on cannot be decoded (\(reason))")
            .at(path: file.path, sample: position + unread.count)
    }

    private func gathered(_ frames: Range<Int>) throws -> [Float] {
        let channels = info.channelCount
        let interleaved = frames.lowerBound * channels..<frames.upperBound * channels
        let samples = unsafe [Float](
            unsafeUninitializedCapacity: frames.count * format.channelCount
        ) { output, filled in
            filled = frames.count * format.channelCount
            if integers.isEmpty {
                unsafe floats.withUnsafeBufferPointer {
                    unsafe ChannelGathering.gather(
                        UnsafeBufferPointer(rebasing: $0[interleaved]), channels: channels, selection: selection,
                        into: output)
                }
            } else {
                unsafe integers.withUnsafeBufferPointer {
                    unsafe ChannelGathering.gather(
                        UnsafeBufferPointer(rebasing: $0[interleaved]), channels: channels, selection: selection,
                        into: output)
                }
            }
        }
        // Integers are always finite.
        if integers.isEmpty { try checkFinite(samples, frames) }
        return samples
    }

    private func checkFinite(_ samples: [Float], _ frames: Range<Int>) throws {
        // All exponent bits are set in infinities and NaN only; a maximum needs no branch per sample.
        let exponent = Float.infinity.bitPattern
        var largest: UInt32 = 0
        for sample in samples { largest = max(largest, sample.bitPattern & exponent) }
        guard largest == exponent else { return }
        let selected =
            if case .index(let channel) = selection { channel...channel } else { 0...info.channelCount - 1 }
        for frame in frames {
            for channel in selected {
                let value = floats[frame * info.channelCount + channel]
                guard !value.isFinite else { continue }
                let kind = value.isNaN ? "NaN" : "an infinite value"
                let error = SignalError(.malformed, "channel \(channel) holds \(kind), not a number")
                    .at(path: file.path, sample: position + frame - frames.lowerBound)
                failure = error
                unread = 0..<0
                throw error
            }
        }
    }

    private func finish() throws {
        hasEnded = true
        guard position > 0 else { throw OpenedRecording.emptyError(file.path) }
        if let promised = info.frameCount, promised != position {
            isIncomplete = isIncomplete || position < promised
            warnings.append("the header promises \(promised) sample frames, \(position) were found and read")
        }
    }
}
