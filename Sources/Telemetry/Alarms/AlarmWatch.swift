internal import SignalCore

/// Makes messages of the alarms of a stream, and holds back what would be told too often.
///
/// An alarm is told when it begins, unless the last message of a beginning is younger than the hold-off; then it is told
/// once the hold-off is over, if it is still on. Of every alarm that was told the end is told too, at once. Times are those
/// of the signal, so that a replay at any speed tells the same.
struct AlarmWatch {
    private struct State {
        /// Whether the alarm that is on has been told.
        var isTold = false
        /// The highest severity of the alarm that is on.
        var severity = Severity.none
        var lastTold: Double?
        var heldBack = 0
    }

    private let holdOff: Double
    private var tracker = AlarmSpanTracker()
    /// By model, of which each has alarms of its own.
    private var states: [String: State] = [:]

    init(holdOff: Double) {
        self.holdOff = holdOff
    }

    /// Takes the next reading of the stream.
    ///
    /// - Returns: What is to be told: two events where another input begins with an alarm while that of the last was on.
    mutating func take(_ reading: Reading) -> [AlarmEvent] {
        tracker.take(reading).compactMap { span in
            var state = states[span.model] ?? State()
            defer { states[span.model] = state }
            return span.isOn ? began(span, reading, &state) : ended(span, reading, &state)
        }
    }

    private func began(_ span: AlarmSpan, _ reading: Reading, _ state: inout State) -> AlarmEvent? {
        state.severity = max(state.severity, reading.verdict?.severity ?? .none)
        guard !state.isTold, state.lastTold.map({ !(0..<holdOff).contains(reading.time - $0) }) ?? true else {
            return nil
        }
        defer { (state.isTold, state.lastTold, state.heldBack) = (true, reading.time, 0) }
        return event(.began, of: span, reading, state)
    }

    private func ended(_ span: AlarmSpan, _ reading: Reading, _ state: inout State) -> AlarmEvent? {
        defer { (state.isTold, state.severity) = (false, .none) }
        guard state.isTold else {
            state.heldBack += 1
            return nil
        }
        return event(.ended, of: span, reading, state)
    }

    private func event(_ kind: AlarmEvent.Kind, of span: AlarmSpan, _ reading: Reading, _ state: State) -> AlarmEvent {
        // An alarm that ends with its input ends without a reading of its own.
        let verdict = span.source == reading.source ? reading.verdict : nil
        return AlarmEvent(
            kind: kind, time: span.end, began: span.begin, source: span.source, model: span.model,
            score: verdict?.score, threshold: verdict?.threshold, severity: state.severity, topColumn: span.column,
            highestScore: span.highestScore, heldBack: kind == .began ? state.heldBack : 0)
    }
}
