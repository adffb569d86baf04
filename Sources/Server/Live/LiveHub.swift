import NIOCore
public import SignalCore
import Storage
import Synchronization

/// What the page knows of a stream, and who is told of it.
///
/// It takes readings as a sink and states beside them. Ten times a second, what came meanwhile is put together into one
/// update, however much it was: the last values, and the lowest, highest and last score, so that no reading above the
/// threshold is lost. Who comes gets a snapshot, then updates.
public final class LiveHub: Sink {
    /// Seconds between updates.
    static let tick = Duration.milliseconds(100)
    /// The most alarms that are kept.
    static let maximumAlarms = 50
    /// A client that took nothing for so long is cut off.
    static let longestStall = Duration.seconds(60)

    /// `page`.
    public let name = "page"
    /// The page stays near the present.
    public let policy = FullQueuePolicy.dropOldest
    /// Nothing is ever settled: a page has no use for what it missed.
    public var settled: StreamMark? { nil }

    private struct Client {
        let continuation: AsyncStream<EventMessage>.Continuation
        let progress: EventProgress
        let cut: @Sendable () -> Void
    }

    private struct State {
        var facts: LiveFacts?
        var startedAt = 0.0
        var phase = LivePhase.none
        var models: [LiveModel] = []
        var tracker = AlarmSpanTracker()
        var alarms: [AlarmSpan] = []
        var numbers: LiveNumbers?
        var link: LiveLink?
        var uploads: [String] = []
        /// What the next update tells besides readings.
        var news: Set<Part> = []
        /// Whether everything is told anew, since columns changed.
        var isAnew = false
        var snapshot: EventMessage?
        var events = 0
        var clients: [Int: Client] = [:]
        var clientCount = 0
        var numbersTime = -Double.infinity
        var commentTime = 0.0
        var isClosed = false
    }

    private enum Part { case phase, alarms, numbers, link, uploads }

    private let state = Mutex(State())
    private let start = ContinuousClock.now

    /// A page without a stream.
    public init() {}

    // MARK: - What is told

    /// Says that a stream begins.
    ///
    /// - Parameter now: Seconds since 1970.
    public func begin(_ facts: LiveFacts, now: Double) {
        change { ($0.facts, $0.startedAt, $0.phase, $0.isAnew) = (facts, now, .running, true) }
    }

    /// Says how far the stream is.
    public func show(_ numbers: LiveNumbers) {
        change { state in
            guard state.numbers != numbers else { return }
            state.numbers = numbers
            state.news.insert(.numbers)
        }
    }

    /// Says how the link stands.
    public func show(_ link: LiveLink) {
        change { state in
            state.link = link
            state.news.insert(.link)
        }
    }

    /// Says how uploads stand, in words.
    public func show(uploads: [String]) {
        change { state in
            guard state.uploads != uploads else { return }
            state.uploads = uploads
            state.news.insert(.uploads)
        }
    }

    /// Takes readings.
    public func receive(_ readings: [Reading], upTo mark: StreamMark) {
        change { state in
            for reading in readings {
                if let index = state.models.firstIndex(where: { $0.name == reading.model }) {
                    if state.models[index].take(reading) { state.isAnew = true }
                } else {
                    var model = LiveModel(reading)
                    _ = model.take(reading)
                    state.models.append(model)
                    state.isAnew = true
                }
                Self.note(state.tracker.take(reading), in: &state)
            }
        }
    }

    /// Says that the stream has ended, or was stopped.
    public func finish(isComplete: Bool) {
        change { state in
            if isComplete { Self.note(state.tracker.close(), in: &state) }
            state.phase = isComplete ? .ended : .stopped
            state.news.insert(.phase)
        }
        update()
    }

    private func change(_ work: (inout State) -> Void) {
        state.withLock { state in
            work(&state)
            state.snapshot = nil
        }
    }

    private static func note(_ spans: [AlarmSpan], in state: inout State) {
        for span in spans {
            if state.alarms.note(span), state.alarms.count > maximumAlarms { state.alarms.removeFirst() }
            state.news.insert(.alarms)
        }
    }

    // MARK: - Who is told

    /// The number of clients.
    var clientCount: Int { state.withLock { $0.clients.count } }

    /// Everything that is known, as JSON.
    func snapshot() -> String { state.withLock { Self.snapshotText($0) } }

    /// Begins to tell a client.
    ///
    /// - Parameters:
    ///   - limit: The most clients.
    ///   - cut: Closes the client's connection.
    /// - Returns: nil when there are as many clients already, or the server is being stopped.
    func attach(limit: Int, cut: @escaping @Sendable () -> Void) -> EventStream? {
        let progress = EventProgress()
        let (messages, continuation) = AsyncStream.makeStream(
            of: EventMessage.self, bufferingPolicy: .bufferingNewest(EventStream.capacity))
        let place: (id: Int, first: EventMessage)? = state.withLock { state in
            guard !state.isClosed, state.clients.count < limit else { return nil }
            state.clientCount += 1
            state.clients[state.clientCount] = Client(continuation: continuation, progress: progress, cut: cut)
            if state.snapshot == nil {
                state.snapshot = EventMessage("snapshot", id: state.events, data: Self.snapshotText(state))
            }
            return state.snapshot.map { (state.clientCount, $0) }
        }
        guard let place else { return nil }
        return EventStream(first: place.first, messages: messages, progress: progress) { [weak self] in
            // Let go of outside the lock.
            let gone = self?.state.withLock { $0.clients.removeValue(forKey: place.id) }
            gone?.continuation.finish()
        }
    }

    /// Tells of news, and now and then that there are none, until the task is cancelled.
    ///
    /// - Parameter comment: Seconds between lines that only show that the connection stands.
    func run(comment: Double) async {
        while !Task.isCancelled {
            update(comment: comment)
            try? await Task.sleep(for: Self.tick)
        }
    }

    /// Ends all streams: at first by the end of the reply, for those that do not take it by closing.
    func close() async {
        let clients = state.withLock { state in
            state.isClosed = true
            return Array(state.clients.values)
        }
        for client in clients { client.continuation.finish() }
        for _ in 0..<50 where clientCount > 0 { try? await Task.sleep(for: .milliseconds(20)) }
        for client in state.withLock({ Array($0.clients.values) }) { client.cut() }
    }

    /// Tells of what came since the last call.
    func update(comment: Double = .infinity) {
        let now = Double((ContinuousClock.now - start) / .milliseconds(1)) / 1000
        let stalled = state.withLock { state in
            var message = Self.news(&state, now: now)
            if message != nil {
                state.snapshot = nil
            } else if now - state.commentTime >= comment {
                message = EventMessage(comment: "nothing new")
            }
            var stalled: [Client] = []
            if let message {
                state.commentTime = now
                for client in state.clients.values {
                    if case .dropped(let lost) = client.continuation.yield(message), !lost.isComment {
                        client.progress.addLost()
                    }
                }
            }
            if !state.clients.isEmpty {
                stalled = state.clients.values.filter { $0.progress.stall > Self.longestStall }
            }
            return stalled
        }
        for client in stalled { client.cut() }
    }

    // MARK: - What is said

    private static func news(_ state: inout State, now: Double) -> EventMessage? {
        var models: [String] = []
        for index in state.models.indices where state.models[index].hasNews {
            let (point, hasValues) = state.models[index].takeNews(now: now)
            guard point != nil || hasValues else { continue }
            models.append(
                LiveText.object(
                    ("index", "\(index)"), ("point", point.map(LiveText.point)),
                    ("last", state.models[index].last.map { LiveText.last($0, hasValues: hasValues) })))
        }
        if state.isAnew {
            state.events += 1
            (state.isAnew, state.news) = (false, [])
            return EventMessage("snapshot", id: state.events, data: snapshotText(state))
        }
        // Numbers change with every reading; once a second is enough.
        var news = state.news
        if now - state.numbersTime < 1, state.phase == .running { news.remove(.numbers) }
        guard !models.isEmpty || !news.isEmpty else { return nil }
        if news.contains(.numbers) { state.numbersTime = now }
        state.news.subtract(news)
        state.events += 1
        return EventMessage(
            "update", id: state.events,
            data: LiveText.object(
                ("models", models.isEmpty ? nil : LiveText.list(models)),
                ("state", news.contains(.phase) ? LiveText.text(state.phase.rawValue) : nil),
                ("alarms", news.contains(.alarms) ? alarms(state) : nil),
                ("numbers", news.contains(.numbers) ? state.numbers.map(LiveText.numbers) : nil),
                ("link", news.contains(.link) ? LiveText.link(state.link) : nil),
                ("uploads", news.contains(.uploads) ? LiveText.list(state.uploads.map { LiveText.text($0) }) : nil)))
    }

    private static func snapshotText(_ state: State) -> String {
        LiveText.object(
            ("state", LiveText.text(state.phase.rawValue)),
            ("facts", state.facts.map { LiveText.facts($0, startedAt: state.startedAt) } ?? "null"),
            ("models", LiveText.list(state.models.map(LiveText.model))), ("alarms", alarms(state)),
            ("numbers", state.numbers.map(LiveText.numbers) ?? "null"), ("link", LiveText.link(state.link)),
            ("uploads", LiveText.list(state.uploads.map { LiveText.text($0) })))
    }

    private static func alarms(_ state: State) -> String {
        LiveText.list(state.alarms.map { LiveText.alarm($0) })
    }
}
