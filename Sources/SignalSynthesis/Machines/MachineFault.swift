/// A fault of a machine and how bad it is.
public struct MachineFault: Sendable, Equatable {
    /// What is wrong.
    public var kind: FaultKind
    /// How bad it is: 0 (nothing to be heard) to 1 (the machine should stop). Amplitudes grow in proportion.
    public var severity: Double

    /// Makes a fault.
    public init(_ kind: FaultKind, severity: Double) {
        self.kind = kind
        self.severity = severity
    }
}
