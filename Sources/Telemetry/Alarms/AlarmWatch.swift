internal import SignalCore

/// Finds in a stream of readings where alarms begin and end, and holds back what would be told too often.
///
/// An alarm is told when it begins, unless the last message of a beginning is younger than the hold-off; then it is told
/// once the hold-off is over, if it is still on. Of every alarm that was told the end is told too, at once. Times are those
/// of the signal, so that a replay at any speed tells the same.
struct AlarmWatch {
    private struct State {
        /// The alarm that is on, as it will be told.
        var current: AlarmEvent?
        var isTold = false
        var lastTold: Double?
        var heldBack = 0
    }

    private let holdOff: Double
    /// By model, of which each has alarms of its own.
    private var states: [String: State] = [:]

    init(holdOff: Double) {
        self.holdOff = holdOff
    }

    /// Takes the next reading of the stream.
    mutating func take(_ reading: Reading) -> AlarmEvent? {
        var state = states[reading.model] ?? State()
        defer { states[reading.model] = state }
        guard reading.isAlarm else {
            guard var event = state.current else { return nil }
            state.current = nil
            guard state.isTold else {
                state.heldBack += 1
                return nil
            }
            (event.kind, event.time) = (.ended, reading.time)
            (event.score, event.threshold) = (reading.verdict?.score, reading.verdict?.threshold)
            event.heldBack = 0
            return event
        }
        if state.current == nil { state.isTold = false }
        var event = state.current ?? Self.beginning(reading)
        Self.raise(&event, by: reading)
        state.current = event
        guard !state.isTold, state.lastTold.map({ !(0..<holdOff).contains(reading.time - $0) }) ?? true else {
            return nil
        }
        (event.time, event.heldBack) = (reading.time, state.heldBack)
        (event.score, event.threshold) = (reading.verdict?.score, reading.verdict?.threshold)
        (state.isTold, state.lastTold, state.heldBack) = (true, reading.time, 0)
        return event
    }

    private static func beginning(_ reading: Reading) -> AlarmEvent {
        AlarmEvent(
            kind: .began, time: reading.time, began: reading.time, source: reading.source, model: reading.model,
            severity: .none, topColumn: "", heldBack: 0)
    }

    /// Keeps the highest score of an alarm, and what is said of it.
    private static func raise(_ event: inout AlarmEvent, by reading: Reading) {
        guard let verdict = reading.verdict, event.highestScore.map({ verdict.score > $0 }) ?? true else { return }
        event.highestScore = verdict.score
        event.severity = max(event.severity, verdict.severity)
        if reading.columns.indices.contains(verdict.topColumn) {
            event.topColumn = reading.columns[verdict.topColumn].name
        }
    }
}
