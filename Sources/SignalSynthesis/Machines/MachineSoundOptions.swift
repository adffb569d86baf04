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
        try Self.check("sampleRate", sampleRate, in: 4_000...192_000)
        try Self.check("seconds", seconds, in: 0.001...3_600)
        try Self.check("signalToNoise", signalToNoise, in: -60...60)
        try Self.check("microphones", Double(microphones), in: 1...8)
        try Self.check("minimumSeverity", minimumSeverity, in: 0...1)
        try Self.check("maximumSeverity", maximumSeverity, in: minimumSeverity...1)
    }
}

extension AlgorithmOptions {
    /// Refuses a value outside its range; what is no number is in no range.
    static func check(_ name: String, _ value: Double, in range: ClosedRange<Double>) throws {
        guard range.contains(value) else {
            throw SignalError(
                .invalidOption,
                "\(name) is \(value), but must lie between \(range.lowerBound) and \(range.upperBound)")
        }
    }
}
