public import SignalCore

/// When scores become an alarm and when it ends: apart from the threshold, so that one can be changed without the other.
///
/// An alarm is raised at the `minimumHits`-th consecutive score above the threshold. It ends at a score that is not above
/// the clear level, once `holdSeconds` have passed since the last score that was. The clear level lies between the usual
/// score and the threshold, so that a score that wavers about the threshold makes one alarm and not many (hysteresis, as
/// in ISA-18.2).
public struct AlarmPolicy: AlgorithmOptions {
    /// Consecutive scores above the threshold that raise an alarm, at least 1.
    public var minimumHits = 1
    /// Seconds that an alarm is held after the last score above the clear level, at least 0.
    public var holdSeconds = 0.0
    /// Where the clear level lies on the way from the usual score (0) to the threshold (1).
    public var clearShare = 1.0

    /// An alarm wherever a score is above the threshold.
    public init() {}

    /// Checks the policy.
    ///
    /// - Throws: `SignalError` with code `invalidOption` for a value out of range.
    public func validate() throws {
        guard (1...1_000_000).contains(minimumHits) else {
            throw SignalError(.invalidOption, "minimumHits is 1 to 1,000,000, not \(minimumHits)")
        }
        guard holdSeconds >= 0, holdSeconds.isFinite else {
            throw SignalError(.invalidOption, "holdSeconds is a number of seconds from 0, not \(holdSeconds)")
        }
        guard (0...1).contains(clearShare) else {
            throw SignalError(
                .invalidOption, "clearShare is 0 (the usual score) to 1 (the threshold), not \(clearShare)")
        }
    }
}
