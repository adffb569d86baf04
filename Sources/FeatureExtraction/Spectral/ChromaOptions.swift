public import SignalCore

/// The options of the feature `chroma`.
public struct ChromaOptions: AlgorithmOptions {
    /// Samples in a frame and in its Fourier transform, 16 to 2^20.
    public var fftLength = 1024
    /// Samples from one frame to the next; at least 1.
    public var hopLength = 512
    /// The weights of a frame.
    public var window = Window.hann
    /// Whether a frame's time is its middle and the signal is padded, as librosa does; such frames cannot be live.
    public var center = false
    /// The padding of centred frames.
    public var padMode = PadMode.constant

    /// The defaults.
    public init() {}

    /// Checks every member's range.
    ///
    /// - Throws: `SignalError` with code `invalidOption`.
    public func validate() throws {
        try OptionRange.check("fftLength", fftLength, in: 16...1 << 20)
        try OptionRange.check("hopLength", hopLength, in: 1...1 << 24)
    }
}
