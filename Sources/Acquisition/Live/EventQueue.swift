import Synchronization

/// What waits between the thread that reads and the task that takes: bounded, the oldest thrown away first.
///
/// Rows and notices have bounds of their own, so that no flood of rows pushes the news of a broken link out; they are
/// handed out in the order in which they came.
final class EventQueue: Sendable {
    private struct Ring {
        private var items: [(number: Int, event: LiveEvent)?]
        private var first = 0
        private(set) var count = 0
        private(set) var dropped = 0

        init(capacity: Int) { items = Array(repeating: nil, count: capacity) }

        var firstNumber: Int? { count > 0 ? items[first]?.number : nil }

        mutating func append(_ event: LiveEvent, number: Int) {
            if count == items.count {
                _ = removeFirst()
                dropped += 1
            }
            items[(first + count) % items.count] = (number, event)
            count += 1
        }

        mutating func removeFirst() -> LiveEvent? {
            let event = items[first]?.event
            items[first] = nil
            first = (first + 1) % items.count
            count -= 1
            return event
        }
    }

    private struct State {
        var rows: Ring
        var notices = Ring(capacity: 256)
        var number = 0
        var isFinished = false
        var waiting: [CheckedContinuation<LiveEvent?, Never>] = []

        mutating func put(_ event: LiveEvent) {
            number += 1
            if case .row = event {
                rows.append(event, number: number)
            } else {
                notices.append(event, number: number)
            }
        }

        mutating func take() -> LiveEvent? {
            switch (rows.firstNumber, notices.firstNumber) {
            case (nil, nil): nil
            case (_?, nil): rows.removeFirst()
            case (nil, _?): notices.removeFirst()
            case (let row?, let notice?): row < notice ? rows.removeFirst() : notices.removeFirst()
            }
        }
    }

    private let state: Mutex<State>

    init(capacity: Int) {
        state = Mutex(State(rows: Ring(capacity: capacity)))
    }

    /// Rows that wait.
    var rowCount: Int { state.withLock { $0.rows.count } }
    /// Rows and notices that were thrown away.
    var dropped: (rows: Int, notices: Int) { state.withLock { ($0.rows.dropped, $0.notices.dropped) } }

    /// Puts an event in, throwing the oldest of its kind away where there is no room; never waits.
    func append(_ event: LiveEvent) { append([event]) }

    /// Puts events in that belong together: who takes the first finds the others there.
    func append(_ events: [LiveEvent]) {
        let (taker, event) = state.withLock { state -> (CheckedContinuation<LiveEvent?, Never>?, LiveEvent?) in
            guard !state.isFinished else { return (nil, nil) }
            for event in events { state.put(event) }
            guard !state.waiting.isEmpty, let event = state.take() else { return (nil, nil) }
            return (state.waiting.removeFirst(), event)
        }
        taker?.resume(returning: event)
    }

    /// The oldest event if there is one; never waits.
    func nextWaiting() -> LiveEvent? { state.withLock { $0.take() } }

    /// Nothing more will come; what waits is still handed out.
    func finish() {
        let takers = state.withLock { state in
            state.isFinished = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for taker in takers { taker.resume(returning: nil) }
    }

    /// The oldest event, waiting for one if there is none; nil after the last one.
    func next() async -> LiveEvent? {
        await withCheckedContinuation { continuation in
            let (event, isKnown) = state.withLock { state -> (LiveEvent?, Bool) in
                if let event = state.take() { return (event, true) }
                if state.isFinished { return (nil, true) }
                state.waiting.append(continuation)
                return (nil, false)
            }
            if isKnown { continuation.resume(returning: event) }
        }
    }
}
