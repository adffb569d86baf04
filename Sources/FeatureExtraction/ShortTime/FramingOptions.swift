public import SignalCore

/// How a signal is cut into frames and each is weighted before its Fourier transform. Part of the options of every
/// short-time feature.
public struct FramingOptions: AlgorithmOptions {
    /// Samples that are transformed at once (librosa: `n_fft`); 16 to 2^20.
    public var fftLength = 1024
    /// Samples from one frame to the next (librosa: `hop_length`); 1 to 2^24.
    public var hopLength = 512
    /// Samples that the window weights, in the middle of the transform (librosa: `win_length`); 0 for all.
    public var windowLength = 0
    /// The window, periodic.
    public var window = Window.hann
    /// Whether frame `i` has its middle at sample `i * hopLength` and the signal is padded, as in librosa's default.
    /// Without, frame `i` begins there, and the feature can run live.
    public var center = false
    /// What the signal is padded with when centred.
    public var padMode = PadMode.constant

    /// The defaults: 1024 samples every 512, Hann, not centred.
    public init() {}

    /// Checks the lengths.
    public func validate() throws {
        guard (16...1 << 20).contains(fftLength) else {
            throw SignalError(.invalidOption, "fftLength is 16 to 1048576 samples, not \(fftLength)")
        }
        try OptionRange.check("hopLength", hopLength, in: 1...1 << 24)
        guard windowLength == 0 || (2...fftLength).contains(windowLength) else {
            throw SignalError(
                .invalidOption, "windowLength is 2 to fftLength (\(fftLength)), or 0 for all, not \(windowLength)")
        }
    }

    /// The weights of a whole transform: the window with zeros on both sides.
    func weights() -> [Double] {
        let length = windowLength == 0 ? fftLength : windowLength
        let before = (fftLength - length) / 2
        return Array(repeating: 0, count: before) + window.weights(length)
            + Array(repeating: 0, count: fftLength - length - before)
    }

    /// The framer that cuts as these options say.
    func framer() -> Framer {
        Framer(frameLength: fftLength, hopLength: hopLength, padMode: center ? padMode : nil)
    }

    /// The time of a frame in seconds: its start, or its middle when centred.
    func time(ofFrame index: Int, sampleRate: Double) -> Double {
        Double(index) * Double(hopLength) / sampleRate
    }

    /// The frequency of a bin of the transform, in Hz.
    func frequency(ofBin bin: Int, sampleRate: Double) -> Double {
        Double(bin) * sampleRate / Double(fftLength)
    }
}

/// Whether magnitudes or powers of a spectrum are used.
public enum SpectrumScale: String, OptionChoice {
    /// |X|.
    case magnitude
    /// |X|^2; librosa: `power=2`.
    case power
}
