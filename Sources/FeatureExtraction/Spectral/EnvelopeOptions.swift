public import SignalCore

/// The options of the feature `envelope`.
public struct EnvelopeOptions: AlgorithmOptions {
    /// What is transformed.
    public enum Detector: String, OptionChoice {
        /// The envelope itself.
        case magnitude
        /// Its square.
        case squared
    }

    /// Seconds of signal in a frame; the lines of a machine need several turns of its shaft.
    public var windowSeconds = 1.0
    /// Seconds from one frame to the next.
    public var hopSeconds = 1.0
    /// The lower edge of the band that is demodulated, in Hz.
    public var lowFrequency = 0.0
    /// The upper edge of the band that is demodulated, in Hz; 0 for half the sample rate.
    public var highFrequency = 0.0
    /// What is transformed.
    public var detector = Detector.magnitude
    /// The weights of the envelope before its transform; amplitudes are corrected for them.
    public var window = Window.hann
    /// The highest frequency of the envelope spectrum that becomes a column, in Hz; at most half the sample rate.
    public var maximumFrequency = 1000.0
    /// The width of a column in Hz: it holds the highest line in it, so that narrow lines survive. 0 for one column a
    /// line of the spectrum, which is 1 / `windowSeconds` wide.
    public var binWidth = 5.0

    /// The defaults.
    public init() {}

    /// Checks every member's range.
    ///
    /// - Throws: `SignalError` with code `invalidOption`.
    public func validate() throws {
        try OptionRange.check("windowSeconds", windowSeconds, in: 1e-3...3600)
        try OptionRange.check("hopSeconds", hopSeconds, in: 1e-3...3600)
        try OptionRange.check("lowFrequency", lowFrequency, in: 0...1e9)
        try OptionRange.check("highFrequency", highFrequency, in: 0...1e9)
        guard highFrequency == 0 || highFrequency > lowFrequency else {
            throw SignalError(.invalidOption, "highFrequency must be above lowFrequency, or 0")
        }
        try OptionRange.check("maximumFrequency", maximumFrequency, in: 1e-3...1e9)
        try OptionRange.check("binWidth", binWidth, in: 0...1e9)
    }
}
