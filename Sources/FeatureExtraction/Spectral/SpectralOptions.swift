public import SignalCore

/// The options of the feature `spectral`; the defaults of lengths are those of `log-mel`, the others librosa's.
public struct SpectralOptions: AlgorithmOptions {
    /// Samples in a frame and in its Fourier transform, 16 to 2^20.
    public var fftLength = 1024
    /// Samples from one frame to the next; at least 1.
    public var hopLength = 512
    /// The weights of a frame.
    public var window = Window.hann
    /// Whether a frame's time is its middle and the signal is padded, as librosa does; such frames cannot be live.
    public var center = false
    /// The padding of centred frames. The zero-crossing rate is always taken with repeated edges, as in librosa.
    public var padMode = PadMode.constant
    /// The share of the magnitudes that lies below the roll-off, between 0 and 1.
    public var rollOffShare = 0.85
    /// Octave bands of the contrast above `contrastMinimumFrequency`, 1 to 16; one more lies below it.
    public var contrastBands = 6
    /// The upper edge of the lowest contrast band, in Hz; positive.
    public var contrastMinimumFrequency = 200.0
    /// The share of a band's bins that counts as its peaks, and as its valleys; above 0, up to 0.5.
    public var contrastQuantile = 0.02

    /// The defaults.
    public init() {}

    /// Checks every member's range.
    ///
    /// - Throws: `SignalError` with code `invalidOption`.
    public func validate() throws {
        try OptionRange.check("fftLength", fftLength, in: 16...1 << 20)
        try OptionRange.check("hopLength", hopLength, in: 1...1 << 24)
        guard rollOffShare > 0, rollOffShare < 1 else {
            throw SignalError(.invalidOption, "rollOffShare lies between 0 and 1, not at \(rollOffShare)")
        }
        try OptionRange.check("contrastBands", contrastBands, in: 1...16)
        try OptionRange.check("contrastMinimumFrequency", contrastMinimumFrequency, in: 1e-3...1e9)
        try OptionRange.check("contrastQuantile", contrastQuantile, in: 1e-6...0.5)
    }
}
