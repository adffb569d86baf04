internal import RealModule
public import SignalCore

/// The two mel scales in use; they differ, and a feature says which it uses.
public enum MelScale: String, OptionChoice {
    /// Linear below 1 kHz, logarithmic above (M. Slaney, Auditory Toolbox, 1998); librosa's default.
    case slaney
    /// `2595 log10(1 + f / 700)` (HTK book; O'Shaughnessy 1987).
    case htk

    private static let slaneyStep = 200.0 / 3
    private static let slaneyBreak = 1000.0
    private static let slaneyLogStep = Double.log(6.4) / 27

    /// The mel value of a frequency in Hz.
    public func mel(_ frequency: Double) -> Double {
        switch self {
        case .htk: return 2595 * .log10(1 + frequency / 700)
        case .slaney:
            guard frequency >= Self.slaneyBreak else { return frequency / Self.slaneyStep }
            return Self.slaneyBreak / Self.slaneyStep + .log(frequency / Self.slaneyBreak) / Self.slaneyLogStep
        }
    }

    /// The frequency in Hz of a mel value.
    public func frequency(_ mel: Double) -> Double {
        switch self {
        case .htk: return 700 * (.exp10(mel / 2595) - 1)
        case .slaney:
            let breakMel = Self.slaneyBreak / Self.slaneyStep
            guard mel >= breakMel else { return mel * Self.slaneyStep }
            return Self.slaneyBreak * .exp((mel - breakMel) * Self.slaneyLogStep)
        }
    }
}

/// How the triangles of a mel filter bank are scaled.
public enum MelNorm: String, OptionChoice {
    /// Every triangle has the same area: its peak is 2 / width in Hz; librosa's default.
    case slaney
    /// Every triangle has its peak at 1; HTK.
    case none
}
