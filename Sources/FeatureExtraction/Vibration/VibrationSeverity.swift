public import SignalCore

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

        /// 1 for A to 4 for D, for tables of numbers.
        public var number: Float {
            switch self {
            case .a: 1
            case .b: 2
            case .c: 3
            case .d: 4
            }
        }
    }

    /// The velocity of an acceleration record, from its power spectral density.
    ///
    /// - Returns: RMS of velocity from 10 to 1000 Hz in mm/s.
    /// - Throws: `SignalError` with code `invalidOption` when the unit is no acceleration, `insufficientData` when the
    ///   spectrum ends below 1000 Hz or its lines lie further apart than 2 Hz, too far for its lower edge.
    public static func velocityRMS(of density: PowerSpectrum, unit: SignalUnit) throws -> Double {
        guard let factor = unit.metresPerSecondSquaredFactor else {
            throw SignalError(.invalidOption, "a velocity needs a signal in g or m/s^2; give --unit")
        }
        guard let highest = density.frequencies.last, highest >= 1000, density.resolution <= 2 else {
            throw SignalError(
                .insufficientData,
                "the velocity from 10 to 1000 Hz needs a spectrum up to 1000 Hz with lines every 2 Hz; this one reaches "
                    + "\(density.frequencies.last ?? 0) Hz with lines every \(density.resolution) Hz")
        }
        var sum = 0.0
        for (frequency, value) in zip(density.frequencies, density.values) where (10...1000).contains(frequency) {
            let angular = 2 * Double.pi * frequency
            sum += value * density.resolution / (angular * angular)
        }
        return sum.squareRoot() * factor * 1000
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
