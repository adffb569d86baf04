import ArgumentParser
import Learning
import SignalCore

/// When scores above the threshold make an alarm.
struct AlarmFlags: ParsableArguments {
    @Option(help: ArgumentHelp("Consecutive scores above the threshold that raise an alarm.", valueName: "n"))
    var alarmHits = 1

    @Option(
        help: ArgumentHelp("Seconds that an alarm is held after the last score above the clear level.", valueName: "s"))
    var alarmHold = 0.0

    @Option(
        help: ArgumentHelp(
            "Where the clear level lies on the way from the usual score (0) to the threshold (1).", valueName: "share"))
    var alarmClear = 1.0

    /// The policy.
    ///
    /// - Throws: `SignalError` with code `invalidOption`.
    func policy() throws -> AlarmPolicy {
        var policy = AlarmPolicy()
        policy.minimumHits = alarmHits
        policy.holdSeconds = alarmHold
        policy.clearShare = alarmClear
        do {
            try policy.validate()
        } catch let error as SignalError {
            let flags = [
                ("minimumHits", "--alarm-hits"), ("holdSeconds", "--alarm-hold"), ("clearShare", "--alarm-clear"),
            ]
            throw SignalError(
                error.code, flags.reduce(error.message) { $0.replacing($1.0, with: $1.1) })
        }
        return policy
    }
}
