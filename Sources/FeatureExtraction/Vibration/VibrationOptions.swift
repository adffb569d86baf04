public import SignalCore

/// The options of the feature `vibration`.
public struct VibrationOptions: AlgorithmOptions {
    /// Seconds of signal in a frame. The velocity needs a few periods of its lowest frequency.
    public var windowSeconds = 1.0
    /// Seconds from one frame to the next.
    public var hopSeconds = 1.0
    /// Whether the mean of a frame is taken out before its statistics (its own column excepted): offset and gravity are
    /// no vibration.
    public var removeMean = true
    /// The lowest frequency of the velocity, in Hz; ISO 20816-1 says 10, and 2 for slow machines.
    public var velocityLowFrequency = 10.0
    /// The highest frequency of the velocity, in Hz; ISO 20816-1 says 1000.
    public var velocityHighFrequency = 1000.0
    /// The machine class by which the velocity gets a zone of ISO 10816-1, as a column `iso_zone` with 1 for A to 4 for D;
    /// `none` for no such column.
    public var machineClass = MachineClassChoice.none
    /// The edges of the bands whose RMS is a column each, in Hz, ascending; fewer than two for no bands. Bands from half
    /// the sample rate on are left out, one that contains it ends there.
    public var bandEdges = [10.0, 100, 500, 1000, 2000, 5000, 10000]

    /// A machine class of ``VibrationSeverity``, or none.
    public enum MachineClassChoice: String, OptionChoice {
        /// No zone is given.
        case none
        /// Small machines.
        case classI = "I"
        /// Medium machines.
        case classII = "II"
        /// Large machines on rigid foundations.
        case classIII = "III"
        /// Large machines on soft foundations.
        case classIV = "IV"

        /// The class, if there is one.
        var machineClass: VibrationSeverity.MachineClass? { VibrationSeverity.MachineClass(rawValue: rawValue) }
    }

    /// The defaults.
    public init() {}

    /// Checks every member's range.
    ///
    /// - Throws: `SignalError` with code `invalidOption`.
    public func validate() throws {
        try OptionRange.check("windowSeconds", windowSeconds, in: 1e-3...3600)
        try OptionRange.check("hopSeconds", hopSeconds, in: 1e-3...3600)
        try OptionRange.check("velocityLowFrequency", velocityLowFrequency, in: 0.01...1e6)
        try OptionRange.check("velocityHighFrequency", velocityHighFrequency, in: 0.01...1e6)
        guard velocityLowFrequency < velocityHighFrequency else {
            throw SignalError(.invalidOption, "velocityLowFrequency must be below velocityHighFrequency")
        }
        try OptionRange.check("the number of bandEdges", bandEdges.count, in: 0...1000)
        for (index, edge) in bandEdges.enumerated() {
            try OptionRange.check("every one of bandEdges", edge, in: 0...1e9)
            guard index == 0 || bandEdges[index - 1] < edge else {
                throw SignalError(.invalidOption, "bandEdges must ascend, \(edge) does not")
            }
        }
    }
}
