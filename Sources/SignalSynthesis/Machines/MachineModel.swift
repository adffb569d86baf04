import SignalCore

/// The physics of one machine: an individual of its kind, with its own speeds, counts and resonances.
protocol MachineModel: Sendable {
    /// Draws the individual.
    init(using generator: inout SeededGenerator)

    /// The sound near the machine, without room and background; levels are relative to each other. With a fault of
    /// severity 0 it is the same, to the bit, as without one.
    ///
    /// - Precondition: the fault is one that the machine can have.
    func sound(in scene: ClipScene, fault: MachineFault?) -> Waveform
}

extension MachineFault? {
    /// How bad the fault is if it is of this kind, 0 otherwise.
    func severity(of kind: FaultKind) -> Double {
        self?.kind == kind ? self?.severity ?? 0 : 0
    }
}
