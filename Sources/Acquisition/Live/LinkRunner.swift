import Foundation
import SignalCore
import Synchronization

/// Opens a link, reads it, opens it again: what the thread of a ``LiveSource`` does.
final class LinkRunner: SourceRunner {
    /// Bytes of one read from a sender that waits, and the rows that they can be at most: two bytes each, and the samples
    /// of a line that they end.
    private static let patientBytes = 1_024
    private let patientRows: Int

    let stop: StopSignal
    let queue: EventQueue
    private let link: any LineLink
    private let options: LiveSourceOptions
    private let shared = Mutex(LiveCounters())

    init(link: any LineLink, options: LiveSourceOptions) throws {
        self.link = link
        self.options = options
        patientRows = 512 + (options.parsing.areSamples ? JSONLine.maximumSamples : 0)
        stop = try StopSignal()
        queue = EventQueue(
            capacity: link.senderWaits ? max(options.queueCapacity, 2 * patientRows) : options.queueCapacity)
    }

    var counters: LiveCounters {
        var counters = shared.withLock { $0 }
        (counters.droppedRows, counters.droppedNotices) = queue.dropped
        return counters
    }

    func run() {
        defer { queue.finish() }
        do {
            var session = try LinkSession(link: link, options: options, runner: self)
            try session.run()
        } catch {
            // The options were checked before; what is left is a stop.
        }
    }

    func post(_ state: LinkState) {
        shared.withLock { $0.state = state }
        queue.append(.state(state))
    }

    func publish(_ reader: LineReader) {
        shared.withLock { shared in
            shared.splitter = reader.splitter.counters
            shared.lines = reader.parser.counters
        }
    }

    func noteConnection() {
        shared.withLock { $0.connections += 1 }
    }

    /// Waits until what one read may give has room, for senders that can wait.
    func waitForRoom() {
        while queue.rowCount + patientRows > max(options.queueCapacity, 2 * patientRows) {
            if stop.wait(for: nil, seconds: 0.005) == .stopped { return }
        }
    }

    var readSize: Int { link.senderWaits ? Self.patientBytes : 65_536 }
}

/// The state of that thread.
private struct LinkSession {
    private enum End {
        case lost(String)
        case ended
        case stopped
    }

    let link: any LineLink
    let options: LiveSourceOptions
    let runner: LinkRunner
    var reader: LineReader
    var backoff: ReconnectionWaits
    var silence: SilenceWatch
    var isStale = false
    var isDamageSaid = false
    var droppedSaid = 0
    var lastFailure: String?

    init(link: any LineLink, options: LiveSourceOptions, runner: LinkRunner) throws {
        self.link = link
        self.options = options
        self.runner = runner
        reader = try LineReader(lines: options.splitting ?? link.splitting, parser: options.parsing)
        backoff = ReconnectionWaits(seed: options.seed)
        silence = SilenceWatch(limit: options.silenceSeconds, now: HostClock.now().monotonicSeconds)
    }

    mutating func run() throws {
        while !runner.stop.isRaised {
            do {
                let connection = try link.open(stop: runner.stop)
                lastFailure = nil
                runner.noteConnection()
                let end = receive(connection)
                runner.publish(reader)
                guard case .lost(let reason) = end else { return }
                runner.post(.down(reason))
                if link.endsForGood { return }
            } catch let error as SignalError where error.code != .cancelled {
                // The same sentence every ten seconds would bury the rest.
                if lastFailure != error.description { runner.post(.down(error.description)) }
                lastFailure = error.description
                if link.endsForGood { return }
            }
            if runner.stop.wait(for: nil, seconds: backoff.next()) == .stopped { return }
        }
    }

    /// Reads until the link is gone, the input has ended or a stop is asked for; closes the link.
    private mutating func receive(_ connection: LinkConnection) -> End {
        defer { connection.close() }
        let opened = HostClock.now()
        reader.begin(at: opened)
        silence.begin(at: opened.monotonicSeconds)
        isStale = false
        runner.post(.up(connection.name))
        var load = connection.speed.map { LoadWatch(speed: $0, now: opened.monotonicSeconds) }
        var buffer = [UInt8](repeating: 0, count: runner.readSize)
        var emptyReads = 0
        while true {
            if link.senderWaits { runner.waitForRoom() }
            var reading = SystemCall.Reading.nothingYet
            var isGone = false
            switch runner.stop.wait(for: connection.descriptor, seconds: max(0.02, min(1, silence.limit / 4))) {
            case .stopped:
                reader.disconnect()
                return .stopped
            case .timeout: break
            case .ready(let hangUp):
                reading = SystemCall.read(connection.descriptor, into: &buffer)
                isGone = hangUp
            }
            let now = HostClock.now()
            switch reading {
            case .bytes(let count) where count > 0:
                emptyReads = 0
                take(buffer[..<count], at: now, connection: connection)
                if let sentence = load?.note(bytes: count, at: now.monotonicSeconds) {
                    runner.queue.append(.warning(sentence))
                }
            case .bytes:
                if link.endsForGood {
                    var rows: [LiveEvent] = []
                    reader.finish(arrival: now) { rows.append(.row($0)) }
                    runner.queue.append(rows)
                    return .ended
                }
                // Ready, yet nothing to read: the other end is gone. A terminal may say so once without meaning it.
                emptyReads += 1
                if isGone || emptyReads > 1 || isatty(connection.descriptor) == 0 {
                    return lost("the other end closed it")
                }
            case .failed(let code):
                return lost(SystemCall.reason(code))
            case .nothingYet:
                if isGone { return lost("the other end closed it") }
            }
            if let end = watch(at: now.monotonicSeconds) { return end }
        }
    }

    private mutating func lost(_ reason: String) -> End {
        reader.disconnect()
        return .lost("\(link.address): \(reason)")
    }

    private mutating func take(_ bytes: ArraySlice<UInt8>, at now: ArrivalTime, connection: LinkConnection) {
        var rows: [LiveEvent] = []
        reader.consume(bytes, arrival: now) { rows.append(.row($0)) }
        runner.queue.append(rows)
        runner.publish(reader)
        if !rows.isEmpty {
            silence.noteRow(at: now.monotonicSeconds)
            backoff.reset()
            if isStale {
                isStale = false
                runner.post(.up(connection.name))
            }
        }
        sayDamage()
        sayDropped()
    }

    private mutating func sayDamage() {
        let isDamaged = reader.parser.isMostlyDamaged
        if isDamaged, !isDamageSaid {
            runner.queue.append(
                .warning("more than half of 200 lines are bad: wrong baud rate or format?\(lastBadLine)"))
        }
        isDamageSaid = isDamaged
    }

    private var lastBadLine: String {
        let line = reader.parser.counters.lastRejectedLine ?? reader.splitter.lastDamagedLine
        return line.map { " The last one: \($0)" } ?? ""
    }

    private mutating func sayDropped() {
        let dropped = runner.queue.dropped.rows
        // Said at the first one and whenever they have become ten times as many.
        guard dropped > 0, dropped >= 10 * droppedSaid else { return }
        droppedSaid = dropped
        runner.queue.append(.warning("\(dropped) rows were thrown away, for they were not taken in time"))
    }

    /// Says when the link is silent for too long, and gives it up where that is wanted.
    private mutating func watch(at now: Double) -> End? {
        let seconds = silence.silence(at: now)
        guard seconds >= silence.limit, !link.endsForGood else { return nil }
        if !isStale {
            isStale = true
            runner.post(.stale(seconds: seconds))
            if reader.parser.counters.rows == 0, reader.splitter.counters.bytes > 0 {
                runner.queue.append(
                    .warning("bytes arrive, but no line could be read: wrong baud rate or format?\(lastBadLine)"))
            }
        }
        if options.reopensWhenStale, seconds >= 3 * silence.limit {
            return lost("silent for \(Int(seconds)) s, opened again")
        }
        return nil
    }
}
