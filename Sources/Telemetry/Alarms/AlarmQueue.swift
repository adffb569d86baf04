internal import SignalCore

/// Events on their way to one target, told one after the other, each tried several times.
actor AlarmQueue {
    /// Events that may wait; the oldest are left out beyond it.
    static let capacity = 256
    /// How often an event is tried.
    static let attempts = 6

    private let target: any AlarmTarget
    private let clock: any UploadClock
    private let report: @Sendable (String) -> Void
    private var random: SeededGenerator
    private var waiting: [AlarmEvent] = []
    private var isEnded = false
    private var consumer: CheckedContinuation<Void, Never>?
    private(set) var told = 0
    private(set) var failed = 0

    init(
        _ target: any AlarmTarget, seed: UInt64, clock: any UploadClock, report: @escaping @Sendable (String) -> Void
    ) {
        (self.target, self.clock, self.report) = (target, clock, report)
        random = SeededGenerator(seed: seed)
    }

    func push(_ event: AlarmEvent) {
        waiting.append(event)
        if waiting.count > Self.capacity {
            waiting.removeFirst()
            miss("\(target.name) is too slow: an alarm is left out")
        }
        wake()
    }

    /// Says that no more comes; ``run()`` ends when all is told.
    func end() {
        isEnded = true
        wake()
    }

    /// Tells until the end, or until the task is cancelled.
    func run() async {
        while !Task.isCancelled {
            guard !waiting.isEmpty else {
                if isEnded { return }
                await withCheckedContinuation { consumer = $0 }
                continue
            }
            await tell(waiting.removeFirst())
        }
        if !waiting.isEmpty {
            failed += waiting.count
            report("\(target.name) was not told of \(waiting.count) more events")
        }
    }

    private func tell(_ event: AlarmEvent) async {
        for attempt in 1...Self.attempts {
            do {
                try await target.tell(event)
                told += 1
                return
            } catch let failure as AlarmFailure where !failure.isPassing || attempt == Self.attempts {
                return miss("\(target.name) was not told: \(failure.description.escapingControlCharacters)")
            } catch {
                if Task.isCancelled || attempt == Self.attempts { break }
                // Full jitter: from nothing to twice as long as before, a minute at most.
                let ceiling = min(60, Double(1 << attempt))
                if (try? await clock.sleep(seconds: random.uniform() * ceiling)) == nil { break }
            }
        }
        miss("\(target.name) was not told of \(event.kind == .began ? "an alarm" : "the end of an alarm")")
    }

    private func miss(_ sentence: String) {
        failed += 1
        report(sentence)
    }

    private func wake() {
        consumer?.resume()
        consumer = nil
    }
}
