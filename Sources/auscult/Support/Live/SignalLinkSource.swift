import Acquisition
import Foundation
import Monitoring
import SignalCore
import SignalIO

/// Rows of a live link as the samples of a signal, as an accelerometer sends them.
///
/// What one read of the link brought is one block. Where samples are missing, or one of them is no number, the input ends
/// and a new one begins, so that neither a window nor a filter spans the gap.
struct SignalLinkSource: ArrivalSource {
    /// What is said of the samples.
    enum Notice {
        /// Samples are missing; why, and how many times that was so.
        case gap(String, count: Int)
        case warning(String)
    }

    /// Samples of a block at most, so that a flood cannot grow one without end.
    private static let mostSamples = 65_536
    /// Seconds by which counted samples may be off the time of the row before a new input takes the time up again.
    private static let mostDrift = 5.0

    private let name: String
    private let rate: Double
    private let options: SignalReadingOptions
    private let expected: [String]
    private let onEvent: (LiveEvent) -> Void
    private let onNotice: (Notice) -> Void
    private var events: LiveSource.Iterator
    private var continuity: SampleContinuity
    private var columns: (names: [String], of: SampleColumns)?
    private var ready: [Delivery] = []
    private var origin: Double?
    private var samples: [Float] = []
    /// Sample frames of the current input that were handed on, and of all inputs before it.
    private var frames = 0
    private var framesBefore = 0
    private var inputs = 0
    private var gaps = 0
    private var isInterrupted = false
    private var isDeviationSaid = false

    /// - Parameters:
    ///   - rate: samples a second.
    ///   - options: channels and unit.
    ///   - expected: the channels that the model knows by name; empty where it knows none.
    ///   - onEvent: hears of changes of the link and of warnings.
    ///   - onNotice: hears of gaps and of a rate that is another one.
    init(
        _ source: LiveSource, name: String, rate: Double, options: SignalReadingOptions, expected: [String],
        onEvent: @escaping (LiveEvent) -> Void, onNotice: @escaping (Notice) -> Void
    ) {
        (self.name, self.rate, self.options, self.expected) = (name, rate, options, expected)
        (self.onEvent, self.onNotice) = (onEvent, onNotice)
        events = source.makeAsyncIterator()
        continuity = SampleContinuity(rate: rate)
    }

    mutating func next() async throws -> Delivery? {
        while ready.isEmpty {
            guard let event = await events.next() else {
                endInput()
                break
            }
            try take(event)
            // The rest of what came with it.
            while samples.count < Self.mostSamples, let more = events.nextWaiting() { try take(more) }
            flush()
        }
        return ready.isEmpty ? nil : ready.removeFirst()
    }

    private mutating func take(_ event: LiveEvent) throws {
        switch event {
        case .row(let row): try take(row)
        case .state(let state):
            switch state {
            case .up: break
            case .stale: continuity.noteSilence()
            case .down:
                // A gap only if something comes after it.
                isInterrupted = isInterrupted || origin != nil
                endInput()
                continuity.interrupt()
            }
            onEvent(event)
        case .warning: onEvent(event)
        }
    }

    private mutating func take(_ row: SensorRow) throws {
        let relation = continuity.relation(of: row)
        try checkRate()
        if isInterrupted { noteGap(of: "the link was interrupted") }
        isInterrupted = false
        switch relation {
        case .repeated: return
        case .gap(let reason): interrupt(reason)
        case .follows: break
        }
        let columns = try columns(of: row)
        let start = samples.count
        for index in columns.indices { samples.append(row.values[index]) }
        guard samples[start...].allSatisfy(\.isFinite) else {
            samples.removeSubrange(start...)
            interrupt("a sample was no number")
            return
        }
        let position = frames + start / columns.indices.count
        if let origin, row.deviceSeconds != nil,
            abs(origin + Double(position) / rate - row.unixSeconds) > Self.mostDrift
        {
            let sample = Array(samples[start...])
            samples.removeSubrange(start...)
            interrupt("counted samples are \(Int(Self.mostDrift)) s off the clock")
            samples = sample
        }
        if origin == nil {
            origin = row.unixSeconds
            deliver(.start(StreamOrigin(source: name, time: row.unixSeconds, format: columns.format)))
        }
    }

    private mutating func columns(of row: SensorRow) throws -> SampleColumns {
        if let columns, columns.names == row.columns { return columns.of }
        do {
            let found = try SampleColumns(names: row.columns, expected: expected, rate: rate, options: options)
            // Columns that joined late may be axes, and are no reason to begin anew if they are none.
            if let known = columns?.of, known != found { interrupt("the columns are others") }
            columns = (row.columns, found)
            return found
        } catch let error as SignalError {
            throw error.at(path: name)
        }
    }

    private mutating func checkRate() throws {
        guard let deviation = continuity.deviation, deviation.share > 0.01 else { return }
        let measured = String(Double((deviation.measured * 10).rounded() / 10))
        guard deviation.share <= 0.1 else {
            throw SignalError(
                .mismatch,
                "the link sends \(measured) samples a second by the board's clock, not \(rate); mend the rate in the sketch, or "
                    + "train a model of that rate"
            ).at(path: name)
        }
        guard !isDeviationSaid else { return }
        isDeviationSaid = true
        onNotice(.warning("the board's clock says \(measured) samples a second; they are taken as \(rate)"))
    }

    /// Samples are missing: what comes next is a new input.
    private mutating func interrupt(_ reason: String) {
        guard origin != nil else { return }
        noteGap(of: reason)
        endInput()
    }

    private mutating func noteGap(of reason: String) {
        gaps += 1
        onNotice(.gap(reason, count: gaps))
    }

    private mutating func endInput() {
        flush()
        guard origin != nil else { return }
        deliver(.end)
        origin = nil
        inputs += 1
        framesBefore += frames
        frames = 0
    }

    private mutating func flush() {
        guard !samples.isEmpty, let columns = columns?.of else { return }
        let block = columns.block(interleaved: samples, startFrame: frames)
        frames += block.frameCount
        samples.removeAll(keepingCapacity: true)
        deliver(.samples(block))
    }

    private mutating func deliver(_ arrival: Arrival) {
        ready.append(
            Delivery(
                arrival, due: Double(framesBefore + frames) / rate,
                mark: StreamMark(
                    input: inputs, frames: frames, seconds: Double(framesBefore) / rate, startTime: origin ?? 0)))
    }
}
