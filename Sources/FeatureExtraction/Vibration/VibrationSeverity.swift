/// How severe the vibration of a machine is: the zones of ISO 10816-1:1995, annex B, kept in practice beside its
/// successor ISO 20816-1:2016, by the RMS of velocity from 10 to 1000 Hz on parts that do not rotate.
///
/// The standard calls its limits a guide; what the maker of a machine states goes before them.
public enum VibrationSeverity {
    /// What kind of machine vibrates.
    public enum MachineClass: String, Sendable, Codable, CaseIterable {
        /// Small machines, such as electric motors up to 15 kW.
        case classI = "I"
        /// Medium machines, such as motors of 15 to 75 kW, or up to 300 kW on special foundations.
        case classII = "II"
        /// Large machines on rigid and heavy foundations.
        case classIII = "III"
        /// Large machines on foundations that are soft in the direction of vibration, such as turbo sets.
        case classIV = "IV"

        /// The lower limits of zones B, C and D in mm/s.
        public var limits: [3 of Double] {
            switch self {
            case .classI: [0.71, 1.8, 4.5]
            case .classII: [1.12, 2.8, 7.1]
            case .classIII: [1.8, 4.5, 11.2]
            case .classIV: [2.8, 7.1, 18]
            }
        }
    }

    /// A zone of the standard.
    public enum Zone: String, Sendable, Codable, CaseIterable {
        /// As of a machine newly put to work.
        case a = "A"
        /// Acceptable for unrestricted long-term work.
        case b = "B"
        /// Not satisfactory for long-term work; to be mended at the next occasion.
        case c = "C"
        /// Severe enough to cause damage.
        case d = "D"
    }

    /// The zone of a velocity.
    ///
    /// - Parameters:
    ///   - velocityRMS: RMS of velocity from 10 to 1000 Hz in mm/s, not negative. A value on a limit belongs to the
    ///     zone above; one that is not a number to zone D.
    ///   - machineClass: what kind of machine it is.
    public static func zone(velocityRMS: Double, machineClass: MachineClass) -> Zone {
        let limits = machineClass.limits
        if velocityRMS < limits[0] { return .a }
        if velocityRMS < limits[1] { return .b }
        return velocityRMS < limits[2] ? .c : .d
    }
}
