public import SignalCore

/// How sure a ``MachineDiagnosis`` must be, and where it looks.
public struct DiagnosisOptions: AlgorithmOptions {
    /// How far from its computed frequency a line may lie, as a share of it: for slip, and for a speed that is not known
    /// exactly. 0.01 serves where the speed was measured, 0.03 where it is the nominal one.
    public var tolerance = 0.01
    /// How many harmonics of a line are looked for, the fundamental included; 2 to 10.
    public var harmonics = 4
    /// The lower edge of the band that is demodulated, in Hz.
    public var lowFrequency = 0.0
    /// The upper edge of the band that is demodulated, in Hz. 0, with `lowFrequency` 0, for the whole spectrum and its
    /// three highest octaves, each by itself.
    public var highFrequency = 0.0
    /// The probability that noise without any line gives one line somewhere in a record.
    public var falseAlarmRate = 1e-3
    /// How deep the strikes of a defect must modulate the power of the band before they are called one: the root of the
    /// sum of squares over the harmonics, as a share of the mean. 1 is an on-off modulation by a sine; a train of short
    /// strikes reaches 2 and more. Certain lines of less depth are "not conclusive", for in a long record any machine
    /// has some.
    public var clearModulation = 0.5
    /// The share of velocity power that the line at the shaft's frequency holds in an imbalance.
    public var imbalanceShare = 0.5
    /// The velocity (RMS, mm/s) of that line from which on an imbalance is called one, where the unit is an acceleration;
    /// the default is the lowest limit of zone C in ISO 10816-1.
    public var imbalanceVelocity = 1.8

    /// The defaults.
    public init() {}

    /// Checks every member's range.
    ///
    /// - Throws: `SignalError` with code `invalidOption`.
    public func validate() throws {
        try OptionRange.check("tolerance", tolerance, in: 1e-4...0.1)
        try OptionRange.check("harmonics", harmonics, in: 2...10)
        try OptionRange.check("lowFrequency", lowFrequency, in: 0...1e9)
        try OptionRange.check("highFrequency", highFrequency, in: 0...1e9)
        guard highFrequency == 0 || highFrequency > lowFrequency else {
            throw SignalError(.invalidOption, "highFrequency must be above lowFrequency, or 0")
        }
        try OptionRange.check("falseAlarmRate", falseAlarmRate, in: 1e-12...0.5)
        try OptionRange.check("clearModulation", clearModulation, in: 0.01...10)
        try OptionRange.check("imbalanceShare", imbalanceShare, in: 0.05...1)
        try OptionRange.check("imbalanceVelocity", imbalanceVelocity, in: 0...1e3)
    }
}
