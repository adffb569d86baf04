/// A time during which the alarm was on.
public struct AlarmSpan: Sendable, Equatable {
    /// The model that judged, where there are several; empty otherwise.
    public var model: String
    /// The recording, table or link.
    public var source: String
    /// The first reading with the alarm on: seconds since 1970-01-01 UTC, on the clock of the signal.
    public var begin: Double
    /// The first reading with the alarm off again; while it is on, the last reading.
    public var end: Double
    /// Whether the alarm was still on at ``end``.
    public var isOn: Bool
    /// The highest score meanwhile.
    public var highestScore: Float
    /// The column that added most to the highest score.
    public var column: String

    /// Makes a span.
    public init(
        model: String, source: String, begin: Double, end: Double, isOn: Bool, highestScore: Float, column: String
    ) {
        (self.model, self.source, self.begin, self.end) = (model, source, begin, end)
        (self.isOn, self.highestScore, self.column) = (isOn, highestScore, column)
    }

    /// Whether both are the same alarm, at two moments.
    public func isSameAlarm(as other: AlarmSpan) -> Bool {
        begin == other.begin && model == other.model && source == other.source
    }
}

extension [AlarmSpan] {
    /// Puts a span in the place of the same alarm at an earlier moment, or at the end.
    ///
    /// - Returns: Whether the alarm is a new one.
    @discardableResult
    public mutating func note(_ span: AlarmSpan) -> Bool {
        guard let index = lastIndex(where: { $0.isSameAlarm(as: span) }) else {
            append(span)
            return true
        }
        self[index] = span
        return false
    }
}

/// Puts readings with the alarm on together to spans: what an alarm is, where it begins and where it ends, for the store, the
/// page and whoever is told.
public struct AlarmSpanTracker: Sendable {
    /// The alarms that are on, by model: a model listens to one source after the other.
    private var open: [String: AlarmSpan]

    /// Begins with the alarms that were on at an interruption.
    public init(open spans: [AlarmSpan] = []) {
        open = Dictionary(spans.map { ($0.model, $0) }) { $0.begin > $1.begin ? $0 : $1 }
    }

    /// Takes the next reading.
    ///
    /// - Returns: The alarms that began, ended, or went on with it.
    public mutating func take(_ reading: Reading) -> [AlarmSpan] {
        var changed: [AlarmSpan] = []
        if var span = open[reading.model] {
            if span.source != reading.source {
                // Another input began; how the last one would have gone on, nobody knows.
                span.isOn = false
                open[reading.model] = nil
                changed.append(span)
            } else if reading.isAlarm {
                span.end = reading.time
                if let verdict = reading.verdict, verdict.score > span.highestScore {
                    span.highestScore = verdict.score
                    span.column = reading.columnToBlame
                }
                open[reading.model] = span
                return [span]
            } else {
                (span.end, span.isOn) = (reading.time, false)
                open[reading.model] = nil
                return [span]
            }
        }
        guard reading.isAlarm else { return changed }
        let span = AlarmSpan(
            model: reading.model, source: reading.source, begin: reading.time, end: reading.time, isOn: true,
            highestScore: reading.verdict?.score ?? 0, column: reading.columnToBlame)
        open[reading.model] = span
        return changed + [span]
    }

    /// Ends all alarms, since no reading comes any more.
    ///
    /// - Returns: Those that were on.
    public mutating func close() -> [AlarmSpan] {
        defer { open = [:] }
        return open.values.sorted { $0.begin < $1.begin }.map { span in
            var span = span
            span.isOn = false
            return span
        }
    }
}

extension Reading {
    /// The name of the column that adds most to the score; empty without a verdict.
    public var columnToBlame: String {
        guard let verdict, columns.indices.contains(verdict.topColumn) else { return "" }
        return columns[verdict.topColumn].name
    }
}
