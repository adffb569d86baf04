internal import CSoxr
public import SignalCore

/// A signal at another sample rate, by libsoxr's high-quality band-limited interpolation (20-bit precision, linear
/// phase), block by block.
///
/// The filter's delay is taken out: sample `n` of the result belongs to the time `n / rate`, and as much signal comes
/// out as went in.
@safe public final class ResampledSignal: SignalSource {
    /// Rate, channels and unit of the blocks.
    public let format: SignalFormat
    /// The warnings of the signal underneath.
    public var warnings: [String] { source.warnings }
    /// Whether the signal underneath is cut off.
    public var isIncomplete: Bool { source.isIncomplete }

    private var source: any SignalSource
    private let resampler: soxr_t
    private var input: [Float] = []
    private var consumed = 0
    private var hasInputEnded = false
    private var hasEnded = false
    private var output: [Float] = []
    private var position = 0

    /// Wraps a signal.
    ///
    /// - Parameter rate: the new rate in Hz, from a thousandth to a thousand times the signal's own.
    /// - Throws: `SignalError` with code `invalidOption` for a rate outside that range, `unavailable` when memory runs
    ///   out.
    public init(_ source: any SignalSource, rate: Double) throws {
        let old = source.format
        guard rate / old.sampleRate >= 1e-3, rate / old.sampleRate <= 1e3 else {
            throw SignalError(
                .invalidOption,
                "cannot resample \(old.sampleRate) Hz to \(rate) Hz; a thousandth to a thousand times the rate is possible"
            )
        }
        var fault: soxr_error_t?
        var samples = unsafe soxr_io_spec(SOXR_FLOAT32_I, SOXR_FLOAT32_I)
        var quality = unsafe soxr_quality_spec(UInt(SOXR_HQ), 0)
        var runtime = unsafe soxr_runtime_spec(1)
        let made = unsafe soxr_create(
            old.sampleRate, rate, UInt32(old.channelCount), &fault, &samples, &quality, &runtime)
        guard let made = unsafe made, unsafe fault == nil else {
            throw SignalError(.unavailable, "libsoxr cannot resample \(old.sampleRate) Hz to \(rate) Hz")
        }
        unsafe resampler = made
        self.source = source
        format = SignalFormat(sampleRate: rate, channelNames: old.channelNames, unit: old.unit)
    }

    deinit { unsafe soxr_delete(resampler) }

    /// The next stretch of the signal, or `nil` at the end. Blocks may be shorter than asked for at any place.
    ///
    /// - Throws: what the signal underneath throws.
    public func nextBlock(maximumFrames: Int) throws -> SignalBlock? {
        precondition(maximumFrames > 0, "a block has at least one sample frame")
        let channels = format.channelCount
        let wanted = min(maximumFrames, max(1, RecordingReader.chunkSamples / channels))
        while !hasEnded {
            if consumed == input.count, !hasInputEnded { try refill() }
            let frames = try process(wanted)
            guard frames > 0 else {
                // Nothing out although everything went in: more is needed, or this was the end.
                hasEnded = hasInputEnded
                continue
            }
            let samples = ChannelGathering.planar(
                Array(output[..<(frames * channels)]), channels: channels, selection: .all)
            defer { position += frames }
            return SignalBlock(startFrame: position, channelCount: channels, samples: samples)
        }
        return nil
    }

    /// Takes the next block of the signal underneath and interleaves it.
    private func refill() throws {
        consumed = 0
        input.removeAll(keepingCapacity: true)
        guard let block = try source.nextBlock(maximumFrames: 4096) else {
            hasInputEnded = true
            return
        }
        input.reserveCapacity(block.samples.count)
        for frame in 0..<block.frameCount {
            for channel in 0..<block.channelCount {
                input.append(block.samples[channel * block.frameCount + frame])
            }
        }
    }

    /// Lets libsoxr turn what is left of the input into at most `wanted` frames; returns how many there were.
    private func process(_ wanted: Int) throws -> Int {
        let channels = format.channelCount
        if output.count < wanted * channels { output = Array(repeating: 0, count: wanted * channels) }
        var taken = 0
        var given = 0
        let rest = consumed..<input.count
        let fault = unsafe output.withUnsafeMutableBufferPointer { target in
            unsafe input.withUnsafeBufferPointer { whole in
                // No input at all tells libsoxr that the signal has ended.
                let start = hasInputEnded ? nil : unsafe UnsafeBufferPointer(rebasing: whole[rest]).baseAddress
                return unsafe soxr_process(
                    resampler, start, rest.count / channels, &taken, target.baseAddress, wanted, &given)
            }
        }
        guard unsafe fault == nil, taken > 0 || given > 0 || rest.isEmpty else {
            throw SignalError(.unavailable, "libsoxr cannot resample the signal")
        }
        consumed += taken * channels
        return given
    }
}
