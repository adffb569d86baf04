/// How far a score lies above its threshold.
///
/// The measure is the distance from the usual score (the median in training) to the threshold: a score is `low` up to
/// twice as far from the usual as the threshold, `medium` up to four times, `high` beyond. A larger score is never
/// less severe.
public enum Severity: String, Sendable, Codable, CaseIterable, Comparable {
    /// Not above the threshold.
    case none
    /// Above the threshold, at most twice as far from the usual score.
    case low
    /// More than twice and at most four times as far.
    case medium
    /// More than four times as far.
    case high

    /// Whether the left one is less severe.
    public static func < (left: Severity, right: Severity) -> Bool { left.rank < right.rank }

    private var rank: Int {
        switch self {
        case .none: 0
        case .low: 1
        case .medium: 2
        case .high: 3
        }
    }
}
