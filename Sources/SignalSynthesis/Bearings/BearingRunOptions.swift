public import SignalCore

/// A test of bearings on one shaft until one of them fails. The defaults follow the second test of the University of
/// Cincinnati (NASA Bearing Data Set; H. Qiu et al., J. Sound and Vibration 289, 2006), shortened to 100 snapshots.
public struct BearingRunOptions: AlgorithmOptions {
    /// Recordings over the life of the bearing, 2 to 100,000; the last one is the end.
    public var snapshots = 100
    /// Sample frames in a snapshot, 64 to 10,000,000.
    public var framesPerSnapshot = 20_480
    /// Sample frames per second, in Hz; 4,000 to 200,000.
    public var sampleRate = 20_000.0
    /// Seconds from one snapshot to the next, 1 to 1,000,000.
    public var intervalSeconds = 600.0
    /// Speed of the shaft in revolutions per minute, 60 to 20,000.
    public var revolutionsPerMinute = 2_000.0
    /// Bearings on the shaft, each with an accelerometer of its own, 1 to 16.
    public var bearings = 4
    /// The number of the bearing that fails, counted from 1.
    public var failingBearing = 1
    /// The part of it that is damaged.
    public var defect = BearingDefect.outerRace
    /// The share of the life at which the defect begins, 0 to 0.99.
    public var onset = 0.55

    /// The defaults.
    public init() {}

    /// Checks every member's range.
    public func validate() throws {
        try OptionRange.check("snapshots", snapshots, in: 2...100_000)
        try OptionRange.check("framesPerSnapshot", framesPerSnapshot, in: 64...10_000_000)
        try OptionRange.check("sampleRate", sampleRate, in: 4_000...200_000)
        try OptionRange.check("intervalSeconds", intervalSeconds, in: 1...1_000_000)
        try OptionRange.check("revolutionsPerMinute", revolutionsPerMinute, in: 60...20_000)
        try OptionRange.check("bearings", bearings, in: 1...16)
        try OptionRange.check("failingBearing", failingBearing, in: 1...bearings)
        try OptionRange.check("onset", onset, in: 0...0.99)
    }
}
