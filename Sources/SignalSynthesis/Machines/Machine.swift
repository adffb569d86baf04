public import SignalCore

/// The kinds of machine that can be synthesised: those of the MIMII dataset.
///
/// Which machine takes which faults follows Purohit et al., "MIMII Dataset" (DCASE 2019), with a damaged
/// bearing added where something rotates:
///
/// | machine | faults |
/// |---|---|
/// | fan | imbalance, bearing, clogging |
/// | pump | leakage, bearing, clogging |
/// | slider | rail-damage, bearing |
/// | valve | leakage, clogging |
public enum Machine: String, OptionChoice {
    /// An industrial fan: blade-pass tone, flow noise, motor.
    case fan
    /// A centrifugal water pump: vane-pass tone, flow noise, cavitation, motor.
    case pump
    /// A slide rail: a carriage that moves back and forth with pauses.
    case slider
    /// A solenoid valve that is switched by a program and lets air through.
    case valve

    /// The faults that this kind of machine can have.
    public var faults: [FaultKind] {
        switch self {
        case .fan: [.imbalance, .bearing, .clogging]
        case .pump: [.leakage, .bearing, .clogging]
        case .slider: [.railDamage, .bearing]
        case .valve: [.leakage, .clogging]
        }
    }

    /// The ids of the machines that MIMII has of every kind: 0, 2, 4, 6. Any other id makes one more machine.
    public static let usualIDs = [0, 2, 4, 6]
}
