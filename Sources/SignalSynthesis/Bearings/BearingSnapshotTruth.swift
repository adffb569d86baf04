/// What is true of one snapshot of a bearing test.
public struct BearingSnapshotTruth: Codable, Sendable, Equatable {
    /// The number of the snapshot, from 0.
    public var snapshot: Int
    /// When it was taken, in seconds from the first one.
    public var seconds: Double
    /// The bearing that fails, counted from 1.
    public var bearing: Int
    /// How bad it is, 0 to 1; 0 before the defect begins.
    public var severity: Double
    /// How far it has come.
    public var stage: BearingStage
    /// Seconds from this snapshot to the last one: the true remaining useful life.
    public var remainingSeconds: Double
    /// The mean rate of the impacts in Hz, slip included; 0 before the defect begins.
    public var defectFrequency: Double
}
