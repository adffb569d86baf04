import SignalCore

/// Knows from the rows of a link whether they are the samples of a signal one after the other, and at which rate.
///
/// Samples are missing where the board's clock or the number of its lines says so, where a line was damaged or the link was
/// silent and neither tells that nothing was lost by it, or where rows were thrown away on the host. The rate is measured
/// by the board's clock.
public struct SampleContinuity: Sendable {
    /// What a row is to the one before.
    public enum Relation: Sendable, Equatable {
        /// The sample after it.
        case follows
        /// Samples are missing between them; why.
        case gap(String)
        /// It was there already.
        case repeated
    }

    /// What was noticed of the rate.
    public struct Deviation: Sendable, Equatable {
        /// Samples a second by the board's clock.
        public var measured: Double
        /// Samples a second that were expected.
        public var nominal: Double
        /// The distance, as a share of what was expected.
        public var share: Double { abs(measured / nominal - 1) }
    }

    /// Seconds of the board's clock over which the rate is measured.
    private static let stretchSeconds = 2.0

    private let rate: Double
    /// How fine the board's clock is, as far as has been seen: milliseconds, or microseconds.
    private var tick = 0.001
    private var last: SensorRow?
    private var lastSequence: Double?
    /// Samples of the line that is being read, and of the last one.
    private var samplesOfLine = 0
    /// The last time of the board's clock, and the samples since.
    private var clock: (seconds: Double, samples: Int)?
    private var stretch: (start: Double, samples: Int, lines: Int, gaps: Int)?
    private var isRepeating = false
    private var wasSilent = false
    /// What the last stretch of time gave, if it could be measured.
    public private(set) var deviation: Deviation?

    /// Makes a watch over samples.
    ///
    /// - Parameter rate: samples a second.
    public init(rate: Double) {
        self.rate = rate
    }

    /// The link fell silent: what comes next follows only if the board's clock or the number of its line says so.
    public mutating func noteSilence() {
        wasSilent = true
    }

    /// The link went down: what comes next follows nothing.
    public mutating func interrupt() {
        last = nil
        wasSilent = false
        lastSequence = nil
        clock = nil
        stretch = nil
        samplesOfLine = 0
    }

    /// Takes the next row; the first one follows nothing and is no gap.
    public mutating func relation(of row: SensorRow) -> Relation {
        defer { last = row }
        guard let last else {
            begin(row)
            return .follows
        }
        let isNewLine = row.indexInLine == 0
        defer { wasSilent = false }
        if isNewLine { isRepeating = row.sequence != nil && row.sequence == lastSequence }
        if isRepeating { return .repeated }
        let relation = reason(row, after: last, isNewLine: isNewLine).map { Relation.gap($0) } ?? .follows
        note(row, isNewLine: isNewLine, isGap: relation != .follows)
        return relation
    }

    private mutating func begin(_ row: SensorRow) {
        samplesOfLine = 1
        isRepeating = false
        lastSequence = row.sequence
        clock = row.deviceSeconds.map { ($0, 0) }
        stretch = row.deviceSeconds.map { ($0, 0, 0, 0) }
    }

    private mutating func note(_ row: SensorRow, isNewLine: Bool, isGap: Bool) {
        samplesOfLine = isNewLine ? 1 : samplesOfLine + 1
        if isNewLine { lastSequence = row.sequence ?? lastSequence }
        stretch?.samples += 1
        if isNewLine { stretch?.lines += 1 }
        if isGap { stretch?.gaps += 1 }
        clock?.samples += 1
        guard let now = row.deviceSeconds else { return }
        if abs(now * 1_000 - (now * 1_000).rounded()) > 1e-4 { tick = 0.000_001 }
        clock = (now, 0)
        guard let known = stretch, now >= known.start else {
            stretch = (now, 0, 0, 0)
            return
        }
        guard now - known.start >= Self.stretchSeconds else { return }
        // A few gaps say nothing of the rate; gaps everywhere are a board that is slower than was thought.
        if known.gaps == 0 || 2 * known.gaps > known.lines {
            deviation = Deviation(measured: Double(known.samples) / (now - known.start), nominal: rate)
        }
        stretch = (now, 0, 0, 0)
    }

    /// Why samples are missing before a row; nil where none are.
    private func reason(_ row: SensorRow, after last: SensorRow, isNewLine: Bool) -> String? {
        if row.number != last.number + 1 { return "rows were not taken in time" }
        guard isNewLine else { return nil }
        var isVouchedFor = false
        if let number = row.sequence, let lastSequence {
            let step = number - lastSequence
            // Numbers may be those of lines or of samples.
            guard step == 1 || step == Double(samplesOfLine) else {
                return step > 1 ? "line numbers jump" : "line numbers begin anew"
            }
            isVouchedFor = true
        }
        if let now = row.deviceSeconds, let clock {
            let step = now - clock.seconds
            guard step >= 0 else { return "the board began anew" }
            let expected = Double(clock.samples + 1) / rate
            // A sample may be late by a part of its period, a clock is read in whole ticks, and a rate may be a tenth off.
            guard step - expected <= 0.75 / rate + tick + 0.12 * expected else {
                return "the board's clock jumps"
            }
            isVouchedFor = true
        }
        if isVouchedFor { return nil }
        if row.lostLines > 0 { return "a line was damaged" }
        return wasSilent ? "the link was silent" : nil
    }
}
