/// The physical unit of a signal's samples.
public enum SignalUnit: String, Sendable, Codable, CaseIterable {
    /// Digital full scale: 1.0 is the largest value of the recording's sample format.
    case fullScale = "FS"
    /// That of a table that does not say.
    case unspecified
    /// Acceleration in metres per second squared.
    case metresPerSecondSquared = "m/s^2"
    /// Acceleration in multiples of standard gravity, 9.80665 m/s^2 (ISO 80000-3).
    case standardGravity = "g"

    /// What a sample must be multiplied by to become m/s^2, or `nil` for a unit that is no acceleration.
    public var metresPerSecondSquaredFactor: Double? {
        switch self {
        case .fullScale, .unspecified: nil
        case .metresPerSecondSquared: 1
        case .standardGravity: 9.80665
        }
    }
}

/// What the samples of a signal mean: rate, channels and unit.
public struct SignalFormat: Sendable, Equatable {
    /// Sample frames per second, in Hz; positive and finite.
    public var sampleRate: Double
    /// The names of the channels, in order: `0`, `1`, … for recordings, `x`, `y`, `z` for accelerometers.
    public var channelNames: [String]
    /// The unit of the samples.
    public var unit: SignalUnit

    /// The number of channels.
    public var channelCount: Int { channelNames.count }

    /// Makes a format with named channels.
    public init(sampleRate: Double, channelNames: [String], unit: SignalUnit = .fullScale) {
        self.sampleRate = sampleRate
        self.channelNames = channelNames
        self.unit = unit
    }

    /// Makes a format whose channels are named by their number, from 0.
    public init(sampleRate: Double, channelCount: Int = 1, unit: SignalUnit = .fullScale) {
        self.init(sampleRate: sampleRate, channelNames: (0..<channelCount).map(String.init), unit: unit)
    }
}
