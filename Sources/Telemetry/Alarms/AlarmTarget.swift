/// Somebody or something that hears of alarms.
public protocol AlarmTarget: Sendable {
    /// What it is called in messages to people; holds no secret.
    var name: String { get }

    /// Tells of an event, once.
    ///
    /// - Throws: ``AlarmFailure`` when it was not told, or it is not known; the caller tries again.
    func tell(_ event: AlarmEvent) async throws
}

/// Why a target did not hear of an alarm.
public struct AlarmFailure: Error, Sendable, CustomStringConvertible {
    /// What happened, without secrets.
    public let description: String
    /// Whether trying again may help.
    public let isPassing: Bool

    /// Makes a failure.
    public init(_ description: String, isPassing: Bool = true) {
        (self.description, self.isPassing) = (description, isPassing)
    }
}
