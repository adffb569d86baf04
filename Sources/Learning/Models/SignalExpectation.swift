public import SignalCore

/// What is done to the loudness of a recording before features are made.
public enum LoudnessNormalization: String, OptionChoice {
    /// Nothing.
    case none
    /// The recording is scaled to a fixed root mean square, so that loudness tells nothing.
    case rms
}

/// The signals that a model understands. A model of a sensor table has none.
public struct SignalExpectation: Sendable, Equatable {
    /// Sample frames per second, in Hz.
    public var sampleRate: Double
    /// The unit of the samples.
    public var unit: SignalUnit
    /// The channels that were used, as on the command line: a number, `mean` or `all`.
    public var channels: String
    /// What is done to the loudness.
    public var normalization: LoudnessNormalization

    /// Makes an expectation.
    public init(
        sampleRate: Double, unit: SignalUnit = .fullScale, channels: String = "0",
        normalization: LoudnessNormalization = .none
    ) {
        self.sampleRate = sampleRate
        self.unit = unit
        self.channels = channels
        self.normalization = normalization
    }

    /// Whether a signal of this rate, in Hz, is of the kind trained on. Recordings state their rate; that of a table is
    /// measured from its time column and may lie 1 % off.
    public func accepts(rate: Double) -> Bool {
        unit == .fullScale ? rate == sampleRate : abs(rate / sampleRate - 1) <= 0.01
    }

    /// Refuses a signal of another rate or unit, naming both.
    ///
    /// - Throws: `SignalError` with code `mismatch`.
    public func requireMatch(_ format: SignalFormat) throws {
        guard accepts(rate: format.sampleRate) else {
            throw SignalError(
                .mismatch,
                "the model was trained on signals of \(OptionValue.number(sampleRate)) Hz, this one has "
                    + "\(OptionValue.number(format.sampleRate)) Hz; resample it or train another model")
        }
        guard format.unit == unit else {
            throw SignalError(
                .mismatch,
                "the model was trained on signals in \(unit.rawValue), this one is in \(format.unit.rawValue)")
        }
    }
}
