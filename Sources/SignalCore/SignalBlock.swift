/// A stretch of a signal: all channels, channel after channel.
public struct SignalBlock: Sendable, Equatable {
    /// The position of the first sample frame, counted from the start of the signal.
    public let startFrame: Int
    /// Sample frames in the block (samples per channel).
    public let frameCount: Int
    /// The number of channels.
    public let channelCount: Int
    /// The samples, planar: those of channel `c` stand at ``range(ofChannel:)``. Shape: channels x frames.
    public let samples: [Float]

    /// Makes a block from planar samples.
    ///
    /// - Precondition: `samples.count` is a multiple of `channelCount`, which is positive.
    public init(startFrame: Int, channelCount: Int = 1, samples: [Float]) {
        precondition(channelCount > 0 && samples.count % channelCount == 0, "a block holds whole sample frames")
        self.startFrame = startFrame
        self.frameCount = samples.count / channelCount
        self.channelCount = channelCount
        self.samples = samples
    }

    /// Where the samples of one channel stand in ``samples``.
    public func range(ofChannel channel: Int) -> Range<Int> {
        channel * frameCount..<(channel + 1) * frameCount
    }
}

/// A signal that is pulled block by block: a recording, an accelerometer table, a live link.
public protocol SignalSource {
    /// Rate, channels and unit of what ``nextBlock(maximumFrames:)`` delivers.
    var format: SignalFormat { get }

    /// What a person should know about the input although it could be read: a cut-off data chunk, gaps in the time
    /// column. Complete once the end has been reached.
    var warnings: [String] { get }

    /// Whether the input ends before the place where it says it does. Its samples up to there are good, but somebody
    /// should know. Final once the end has been reached.
    var isIncomplete: Bool { get }

    /// The next stretch of the signal, of 1 to `maximumFrames` sample frames, or `nil` at the end.
    ///
    /// - Throws: ``SignalError`` with the path and the sample position when the input is damaged or holds a value
    ///   that is not finite.
    mutating func nextBlock(maximumFrames: Int) throws -> SignalBlock?
}

extension SignalSource {
    /// Inputs that do not say how long they are cannot be incomplete.
    public var isIncomplete: Bool { false }
}
