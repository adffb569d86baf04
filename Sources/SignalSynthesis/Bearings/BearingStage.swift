/// How far a bearing has come on its way to failure: the usual stages of vibration analysis.
public enum BearingStage: String, Sendable, Codable, CaseIterable {
    /// No defect.
    case healthy
    /// Faint impacts, to be found in the envelope spectrum only. Severity below 0.1.
    case incipient
    /// Clear impacts; the line of the defect with its harmonics. Severity 0.1 to 0.4.
    case developed
    /// Large impacts, and the noise rises at all frequencies. Severity above 0.4.
    case severe

    /// The stage at a severity; `healthy` at 0.
    init(severity: Double) {
        switch severity {
        case ..<0.000_001: self = .healthy
        case ..<0.1: self = .incipient
        case ..<0.4: self = .developed
        default: self = .severe
        }
    }
}
