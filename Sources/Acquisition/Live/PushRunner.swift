import Foundation
import SignalCore
import Synchronization

/// Makes rows of lines that are handed in, and watches for silence.
final class PushRunner: SourceRunner {
    let stop: StopSignal
    let queue: EventQueue
    private let name: String
    private let capacity: Int
    private let state: Mutex<State>

    private struct State {
        var reader: LineReader
        var recent = RecentLines()
        var silence: SilenceWatch
        var counters = LiveCounters()
        var isListening = false
    }

    init(port: PushPort, options: LiveSourceOptions) throws {
        name = SourceAddress.push(port.name).description
        capacity = options.queueCapacity
        stop = try StopSignal()
        queue = EventQueue(capacity: options.queueCapacity)
        let splitting = (options.splitting ?? LineSplitterOptions()).forMessages(of: MessageJoiner.maximumPayload)
        var parsing = options.parsing
        parsing.trustsFirstLine = true
        let now = HostClock.now()
        var reader = try LineReader(lines: splitting, parser: parsing)
        reader.begin(at: now)
        state = Mutex(
            State(reader: reader, silence: SilenceWatch(limit: options.silenceSeconds, now: now.monotonicSeconds)))
        port.attach(self)
    }

    var counters: LiveCounters {
        var counters = state.withLock { state in
            var counters = state.counters
            counters.splitter = state.reader.splitter.counters
            counters.lines = state.reader.parser.counters
            return counters
        }
        (counters.droppedRows, counters.droppedNotices) = queue.dropped
        return counters
    }

    func run() {
        defer { queue.finish() }
        state.withLock { state in
            state.isListening = true
            state.counters.connections = 1
            state.silence.begin(at: HostClock.now().monotonicSeconds)
            post(.up(name), &state)
        }
        while stop.wait(for: nil, seconds: 0.25) != .stopped {
            state.withLock { state in
                let seconds = state.silence.silence(at: HostClock.now().monotonicSeconds)
                guard seconds >= state.silence.limit, case .up = state.counters.state else { return }
                post(.stale(seconds: seconds), &state)
            }
        }
        state.withLock { $0.isListening = false }
    }

    /// Takes lines, all or none of them.
    func take(_ lines: [[UInt8]], at arrival: ArrivalTime) throws -> PushPort.Receipt {
        try state.withLock { state in
            guard state.isListening else {
                throw SignalError(.unavailable, "nobody listens to \(name) now; send it again later")
            }
            // Tried on a copy, for there may be no room for what it gives.
            var reader = state.reader
            var receipt = PushPort.Receipt()
            var rows: [SensorRow] = []
            var numbered: [[UInt8]] = []
            for line in lines {
                guard !state.recent.contains(line, at: arrival.monotonicSeconds) else {
                    receipt.repeated += 1
                    continue
                }
                let known = rows.count
                reader.consume(line + [0x0A], arrival: arrival) { rows.append($0) }
                if rows[known...].contains(where: { $0.sequence != nil || $0.deviceSeconds != nil }) {
                    numbered.append(line)
                }
            }
            // What might have been a header is known to be none by the line after it.
            receipt.rejected = reader.rejectedLines - state.reader.rejectedLines
            receipt.taken = max(0, lines.count - receipt.repeated - receipt.rejected)
            if receipt.rejected > 0 {
                receipt.lastRejected = reader.parser.counters.lastRejectedLine ?? reader.splitter.lastDamagedLine
            }
            guard rows.count <= capacity else {
                throw SignalError(
                    .limitExceeded, "\(rows.count) rows at once are more than \(capacity); send them in parts")
            }
            guard queue.rowCount + rows.count <= capacity else {
                throw SignalError(.unavailable, "the stream is behind, and \(capacity) rows wait; send it again later")
            }
            state.reader = reader
            for line in numbered { state.recent.note(line, at: arrival.monotonicSeconds) }
            if !rows.isEmpty {
                state.silence.noteRow(at: arrival.monotonicSeconds)
                if case .stale = state.counters.state { post(.up(name), &state) }
            }
            queue.append(rows.map { .row($0) })
            return receipt
        }
    }

    private func post(_ link: LinkState, _ state: inout State) {
        state.counters.state = link
        queue.append(.state(link))
    }
}

/// Lines that came a short while ago, to know them when they are sent again.
private struct RecentLines {
    /// Seconds for which a line is known.
    private static let seconds = 60.0
    private static let capacity = 8_192
    private var times: [Int: Double] = [:]
    private var order: [Int] = []
    private var next = 0

    func contains(_ line: [UInt8], at now: Double) -> Bool {
        times[line.hashValue].map { now - $0 <= Self.seconds } ?? false
    }

    mutating func note(_ line: [UInt8], at now: Double) {
        let key = line.hashValue
        if times.updateValue(now, forKey: key) != nil { return }
        if order.count < Self.capacity {
            order.append(key)
        } else {
            times[order[next]] = nil
            order[next] = key
            next = (next + 1) % Self.capacity
        }
    }
}

extension LineReader {
    /// Lines that gave no rows and never will.
    fileprivate var rejectedLines: Int {
        splitter.counters.damagedLines + parser.counters.rejectedLines.values.reduce(0, +)
    }
}
