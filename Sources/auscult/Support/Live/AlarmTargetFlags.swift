import ArgumentParser
import SignalCore

/// Who hears of alarms.
struct AlarmTargetFlags: ParsableArguments {
    /// The sink, where a target was named.
    func sink(console: Console) throws -> (any Sink)? { nil }
}
