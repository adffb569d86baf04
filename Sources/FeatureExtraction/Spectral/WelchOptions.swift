public import SignalCore

/// The options of the feature `welch` and of ``WelchEstimator``; the defaults are those of `scipy.signal.welch` but for
/// the segment length.
public struct WelchOptions: AlgorithmOptions {
    /// What the values of a power spectrum are.
    public enum Scaling: String, OptionChoice {
        /// Power per hertz: noise is level, whatever the segment length.
        case density
        /// Power per line: the square of a sine's RMS can be read at its peak.
        case spectrum
    }

    /// What is taken out of every segment before its transform.
    public enum Detrend: String, OptionChoice {
        /// Its mean.
        case constant
        /// Nothing.
        case none
    }

    /// How the segments are joined.
    public enum Average: String, OptionChoice {
        /// Their mean; memory does not grow with the recording.
        case mean
        /// Their median, corrected for its bias: single loud segments count little. Keeps every segment.
        case median
    }

    /// Samples in a segment and in its Fourier transform, 16 to 2^24; the resolution is the sample rate divided by it.
    public var segmentLength = 1024
    /// The share of a segment that the next one repeats, from 0 to 0.99.
    public var overlap = 0.5
    /// The weights of a segment.
    public var window = Window.hann
    /// What is taken out of every segment.
    public var detrend = Detrend.constant
    /// What the values are.
    public var scaling = Scaling.density
    /// How the segments are joined.
    public var average = Average.mean
    /// Seconds of signal that one frame averages; 0 for one frame over the whole recording. Only the feature uses it.
    public var averagingSeconds = 0.0

    /// The defaults.
    public init() {}

    /// Checks every member's range.
    ///
    /// - Throws: `SignalError` with code `invalidOption`.
    public func validate() throws {
        try OptionRange.check("segmentLength", segmentLength, in: 16...1 << 24)
        try OptionRange.check("overlap", overlap, in: 0...0.99)
        try OptionRange.check("averagingSeconds", averagingSeconds, in: 0...1e6)
    }

    /// Samples from the start of one segment to the start of the next.
    var hopLength: Int { segmentLength - Int(overlap * Double(segmentLength)) }
}
