/// The judgement of a recording or of one frame.
public struct Verdict: Sendable, Equatable {
    /// Seconds from the start of the signal: the start of the recording, or the last frame that was looked at.
    public let time: Double
    /// The score, higher for more anomalous.
    public let score: Float
    /// The threshold it was compared with.
    public let threshold: Float
    /// Whether the score is greater than the threshold.
    public let isAnomalous: Bool
    /// How far it is above.
    public let severity: Severity
    /// The number of the column that adds most to the score, relative to what is usual for it.
    public let topColumn: Int
    /// How much every column adds to the score, relative to what is usual for it; for a recording, the mean over its
    /// frames.
    public let contributions: [Float]

    /// Makes a verdict.
    public init(
        time: Double, score: Float, threshold: Float, isAnomalous: Bool, severity: Severity, topColumn: Int,
        contributions: [Float]
    ) {
        (self.time, self.score, self.threshold) = (time, score, threshold)
        (self.isAnomalous, self.severity) = (isAnomalous, severity)
        (self.topColumn, self.contributions) = (topColumn, contributions)
    }
}

/// Judges frames: a model with its threshold. Live and batch use the same one.
public protocol FrameJudge: Sendable {
    /// The consecutive frames that one verdict looks at.
    var contextLength: Int { get }
    /// The columns a frame must have.
    var columnCount: Int { get }

    /// The verdict on every window of ``contextLength`` frames; its time is that of the window's last frame. The same to
    /// the bit, however frames are cut, as long as windows are the same.
    ///
    /// - Throws: ``SignalError`` as a detector's scores.
    func verdicts(_ frames: FeatureFrames) throws -> [Verdict]
}
