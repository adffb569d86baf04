public import SignalCore

/// What can be wrong with a machine.
public enum FaultKind: String, OptionChoice {
    /// A rotor out of balance: forces once a revolution, rattle, a sound that swells with the rotation.
    case imbalance
    /// A defect of a rolling bearing: impacts at the rate of the element that is hit.
    case bearing
    /// A flow that is blocked: weaker blade or vane tones, stall, cavitation; a valve that sticks.
    case clogging
    /// Fluid or air that escapes: hiss, bubbles.
    case leakage
    /// Damage at fixed places of a rail: impacts and scraping on every pass.
    case railDamage = "rail-damage"
}
