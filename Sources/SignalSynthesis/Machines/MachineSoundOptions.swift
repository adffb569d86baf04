public import SignalCore

/// How machine sounds are recorded. The defaults are those of the MIMII dataset at 0 dB.
public struct MachineSoundOptions: AlgorithmOptions {
    /// Sample frames per second, in Hz; 4,000 to 192,000.
    public var sampleRate = 16_000.0
    /// Length of a clip in seconds; at least one millisecond, at most an hour.
    public var seconds = 10.0
    /// Level of the machine over that of the factory background, both as root mean square over the clip, in dB; -60
    /// to 60. MIMII has -6, 0 and 6.
    public var signalToNoise = 0.0
    /// Microphones on a circle, 1 to 8; MIMII has 8. The first is the same whatever their number.
    public var microphones = 1
    /// The smallest severity of a drawn fault, 0 to 1.
    public var minimumSeverity = 0.3
    /// The largest severity of a drawn fault, 0 to 1.
    public var maximumSeverity = 1.0

    /// The defaults.
    public init() {}

    /// Checks every member's range.
    public func validate() throws {
        try OptionRange.check("sampleRate", sampleRate, in: 4_000...192_000)
        try OptionRange.check("seconds", seconds, in: 0.001...3_600)
        try OptionRange.check("signalToNoise", signalToNoise, in: -60...60)
        try OptionRange.check("microphones", microphones, in: 1...8)
        try OptionRange.check("minimumSeverity", minimumSeverity, in: 0...1)
        try OptionRange.check("maximumSeverity", maximumSeverity, in: minimumSeverity...1)
    }
}
