public import SignalCore

/// One snapshot of a bearing test and the truth about it.
public struct BearingSnapshot: Sendable, Equatable {
    /// Acceleration in g, a channel for every bearing, planar. Shape: bearings x frames.
    public var block: SignalBlock
    /// What is true of it.
    public var truth: BearingSnapshotTruth
}
