public import SignalCore

/// The mel filter bank of a feature.
public struct MelOptions: AlgorithmOptions {
    /// The number of bands (librosa: `n_mels`); 1 to 1024.
    public var melBands = 64
    /// The lower edge of the lowest band in Hz (librosa: `fmin`).
    public var minimumFrequency = 0.0
    /// The upper edge of the highest band in Hz (librosa: `fmax`); 0 for half the sample rate.
    public var maximumFrequency = 0.0
    /// The mel scale.
    public var melScale = MelScale.slaney
    /// The scaling of the triangles.
    public var melNorm = MelNorm.slaney

    /// The defaults: 64 bands from 0 to half the sample rate.
    public init() {}

    /// Checks count and frequencies.
    public func validate() throws {
        guard (1...1024).contains(melBands) else {
            throw SignalError(.invalidOption, "melBands is 1 to 1024, not \(melBands)")
        }
        guard minimumFrequency >= 0, minimumFrequency.isFinite, maximumFrequency.isFinite, maximumFrequency >= 0 else {
            throw SignalError(.invalidOption, "minimumFrequency and maximumFrequency are Hz from 0 up")
        }
        guard maximumFrequency == 0 || maximumFrequency > minimumFrequency else {
            throw SignalError(
                .invalidOption,
                "maximumFrequency (\(maximumFrequency) Hz) lies above minimumFrequency (\(minimumFrequency) Hz)")
        }
    }
}

/// The options of ``MelSpectrogram``.
public struct MelSpectrogramOptions: AlgorithmOptions {
    /// How the signal is cut.
    public var framing = FramingOptions()
    /// The filter bank.
    public var mel = MelOptions()
    /// What the bands sum: powers or magnitudes (librosa: `power=2` or `1`).
    public var scale = SpectrumScale.power

    /// The defaults: powers in 64 bands.
    public init() {}

    /// Reads the options of framing and filter bank beside the own ones.
    public init(from decoder: any Decoder) throws {
        framing = try FramingOptions(from: decoder)
        mel = try MelOptions(from: decoder)
        scale = try decoder.container(keyedBy: Key.self).decode(SpectrumScale.self, forKey: .scale)
    }

    /// Writes the options of framing and filter bank beside the own ones.
    public func encode(to encoder: any Encoder) throws {
        try framing.encode(to: encoder)
        try mel.encode(to: encoder)
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(scale, forKey: .scale)
    }

    /// Checks framing and filter bank.
    public func validate() throws {
        try framing.validate()
        try mel.validate()
    }

    private enum Key: String, CodingKey { case scale }
}

/// The options of ``LogMelSpectrogram``.
public struct LogMelOptions: AlgorithmOptions {
    /// Framing, filter bank and scale.
    public var spectrogram = MelSpectrogramOptions()
    /// The smallest value that the logarithm is taken of (librosa: `amin`); 1e-30 to 1.
    public var logFloor = 1e-10
    /// Values further than this many dB below the loudest of the whole recording are raised to there (librosa:
    /// `top_db`); 0 for no such limit. With it a frame depends on the future, so the feature cannot run live.
    public var dynamicRange = 0.0

    /// The defaults: 10 log10 of the power in 64 bands, floor 1e-10.
    public init() {}

    /// Reads the options of the spectrogram beside the own ones.
    public init(from decoder: any Decoder) throws {
        spectrogram = try MelSpectrogramOptions(from: decoder)
        let container = try decoder.container(keyedBy: Key.self)
        logFloor = try container.decode(Double.self, forKey: .logFloor)
        dynamicRange = try container.decode(Double.self, forKey: .dynamicRange)
    }

    /// Writes the options of the spectrogram beside the own ones.
    public func encode(to encoder: any Encoder) throws {
        try spectrogram.encode(to: encoder)
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(logFloor, forKey: .logFloor)
        try container.encode(dynamicRange, forKey: .dynamicRange)
    }

    /// Checks the spectrogram, the floor and the range.
    public func validate() throws {
        try spectrogram.validate()
        guard (1e-30...1).contains(logFloor) else {
            throw SignalError(.invalidOption, "logFloor is 1e-30 to 1, not \(logFloor)")
        }
        guard (0...400).contains(dynamicRange) else {
            throw SignalError(.invalidOption, "dynamicRange is 0 (none) to 400 dB, not \(dynamicRange)")
        }
    }

    private enum Key: String, CodingKey { case logFloor, dynamicRange }
}
