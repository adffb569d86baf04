import Monitoring
import SignalCore
import Synchronization

/// A clock that goes only where it is told, or where a sleeper wants it to go.
final class ManualClock: MonitorClock {
    private let moment = Mutex(0.0)
    private let naps = Mutex<[Double]>([])

    var now: Double { moment.withLock { $0 } }
    /// The moments that were slept until, in their order.
    var wakings: [Double] { naps.withLock { $0 } }

    func sleep(until next: Double) async throws {
        moment.withLock { $0 = max($0, next) }
        naps.withLock { $0.append(next) }
    }

    func advance(_ seconds: Double) { moment.withLock { $0 += seconds } }
}

/// Rows of two columns that are frames as they stand.
struct PlainFrames: LiveFrames {
    let columns = [FeatureColumn("a"), FeatureColumn("b")]
    private var isStarted = false

    mutating func start(_ origin: StreamOrigin) throws {
        guard origin.format == nil else { throw SignalError(.mismatch, "rows are wanted") }
        isStarted = true
    }

    mutating func take(_ arrival: Arrival, into frames: inout FeatureFrames) throws {
        if case .rows(let rows) = arrival, isStarted { frames.append(contentsOf: rows) }
    }
}

/// Scores three frames by the sum of all their values, in the order of time.
struct SumJudge: FrameJudge {
    let contextLength = 3
    let columnCount = 2

    func verdicts(_ frames: FeatureFrames) throws -> [Verdict] {
        guard frames.count >= contextLength else { return [] }
        return (0...frames.count - contextLength).map { first in
            let values = frames.values[2 * first..<2 * (first + contextLength)]
            let score = values.reduce(0, +)
            return Verdict(
                time: frames.times[first + contextLength - 1], score: score, threshold: 10, isAnomalous: score > 10,
                severity: score > 10 ? .low : .none, topColumn: 0, contributions: [1, 0])
        }
    }
}

/// On from the second score above ten on, until an input ends.
struct LatchingAlarm: AlarmDecision {
    private var hits = 0

    mutating func isOn(time: Double, score: Float) throws -> Bool {
        if score > 10 { hits += 1 }
        return hits > 1
    }

    mutating func reset() throws { hits = 0 }
}

/// The mean of the last five frames.
struct MeanForecast: LiveForecast {
    let contextLength = 5

    func forecast(after frames: FeatureFrames) throws -> [(column: String, value: Double)] {
        let sum = stride(from: 0, to: frames.values.count, by: 2).reduce(0.0) { $0 + Double(frames.values[$1]) }
        return [("a", sum / Double(frames.count))]
    }
}

/// Plays arrivals from a list; an error is thrown in its turn.
struct ScriptedSource: ArrivalSource {
    private var script: ArraySlice<Result<Delivery, SignalError>>

    init(_ script: [Result<Delivery, SignalError>]) { self.script = script[...] }

    mutating func next() async throws -> Delivery? { try script.popFirst()?.get() }

    /// Rows a second apart, cut into pieces after the given rows; those before `repeated` were delivered before.
    static func rows(_ frames: FeatureFrames, cuts: [Int], repeated: Int = 0, source: String = "s") -> [Result<
        Delivery, SignalError
    >] {
        func mark(_ row: Int) -> StreamMark { StreamMark(input: 0, frames: row, seconds: 0, startTime: 1000) }
        var script = [Delivery(.start(StreamOrigin(source: source, time: 1000)), due: 0, mark: mark(0))]
        var first = 0
        for end in Set(cuts + [frames.count]).sorted() where end > first {
            script.append(
                Delivery(
                    .rows(frames.frames(in: first..<end)), due: frames.times[end - 1], mark: mark(end),
                    isRepeated: end <= repeated))
            first = end
        }
        script.append(Delivery(.end, due: frames.times.last ?? 0, mark: mark(frames.count)))
        return script.map { .success($0) }
    }
}

/// Keeps what it is given, as fast as it is let.
actor KeepingSink: Sink {
    nonisolated let name: String
    nonisolated let policy: FullQueuePolicy
    private(set) var readings: [Reading] = []
    private(set) var isFinished = false
    private(set) var settled: StreamMark?
    private let failsAfter: Int?
    private var gate: [CheckedContinuation<Void, Never>] = []
    private var isOpen: Bool

    init(_ name: String = "kept", policy: FullQueuePolicy = .block, failsAfter: Int? = nil, isOpen: Bool = true) {
        (self.name, self.policy, self.failsAfter, self.isOpen) = (name, policy, failsAfter, isOpen)
    }

    func open() {
        isOpen = true
        for waiter in gate { waiter.resume() }
        gate = []
    }

    func receive(_ readings: [Reading], upTo mark: StreamMark) async throws {
        if !isOpen { await withCheckedContinuation { gate.append($0) } }
        if let failsAfter, self.readings.count + readings.count > failsAfter {
            throw SignalError(.unavailable, "the disk is full")
        }
        self.readings += readings
        settled = mark
    }

    func finish(isComplete: Bool) { isFinished = true }
}

/// Takes twenty readings, then refuses all until there is room.
actor RefusingSink: Sink {
    nonisolated let name = "disk"
    nonisolated let policy = FullQueuePolicy.block
    private(set) var readings: [Reading] = []
    private(set) var settled: StreamMark?
    private var hasRoom = false

    func receive(_ new: [Reading], upTo mark: StreamMark) throws {
        guard hasRoom || readings.count < 20 else { throw SinkRefusal(SignalError(.unavailable, "the disk is full")) }
        readings += new
        settled = mark
    }

    func makeRoom() { hasRoom = true }
    func finish(isComplete: Bool) {}
}
