public import SignalCore

/// A recording of a machine and the truth about it.
public struct SynthesizedClip: Sendable, Equatable {
    /// Rate and channels; full scale is 1.
    public var format: SignalFormat
    /// The samples, planar, with at least 1 dB of headroom. Shape: channels x frames.
    public var block: SignalBlock
    /// The fault, or `nil` for a healthy machine.
    public var fault: MachineFault?

    /// What the clip holds as an entry of a ground truth file: the fault, from start to end; `nil` when healthy.
    public func event(path: String) -> GroundTruthEvent? {
        fault.map {
            GroundTruthEvent(
                path: path, kind: $0.kind.rawValue, severity: $0.severity, startSeconds: 0,
                endSeconds: Double(block.frameCount) / format.sampleRate)
        }
    }
}
