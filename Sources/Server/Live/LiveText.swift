import SignalCore
import Storage

/// What the page is told, as JSON.
enum LiveText {
    /// Times are in seconds since 1970-01-01 UTC, to the millisecond.
    static func time(_ seconds: Double) -> String {
        seconds.isFinite ? "\((seconds * 1000).rounded() / 1000)" : "null"
    }

    static func number(_ value: Double?) -> String { value.flatMap { $0.isFinite ? "\($0)" : nil } ?? "null" }

    /// A number in single precision by its own shortest text.
    static func number(_ value: Float?) -> String { value.flatMap { $0.isFinite ? "\($0)" : nil } ?? "null" }

    static func text(_ value: String?) -> String { value.map(JSONText.quoted) ?? "null" }

    static func list(_ values: some Sequence<String>) -> String { "[" + values.joined(separator: ",") + "]" }

    static func object(_ members: (name: String, value: String?)...) -> String { object(members) }

    /// An object; members without a value are left out.
    static func object(_ members: [(name: String, value: String?)]) -> String {
        var text = "{"
        for member in members {
            guard let value = member.value else { continue }
            if text.utf8.count > 1 { text += "," }
            text += "\"\(member.name)\":" + value
        }
        return text + "}"
    }

    static func columns(_ columns: [FeatureColumn]) -> String {
        list(columns.map { object(("name", text($0.name)), ("unit", text($0.unit))) })
    }

    /// Time, lowest, highest and last score, threshold, and 1 for anomalous plus 2 for the alarm.
    static func point(_ point: LivePoint) -> String {
        list([
            time(point.time), number(point.lowest), number(point.highest), number(point.last),
            number(point.threshold), "\((point.isAnomalous ? 1 : 0) + (point.isAlarm ? 2 : 0))",
        ])
    }

    static func last(_ reading: Reading, hasValues: Bool) -> String {
        let verdict = reading.verdict
        return object(
            ("time", time(reading.time)), ("source", text(reading.source)),
            ("score", number(verdict?.score)), ("threshold", number(verdict?.threshold)),
            ("anomalous", verdict.map { $0.isAnomalous ? "true" : "false" } ?? "null"),
            ("severity", text(verdict?.severity.rawValue)),
            ("top_column", verdict == nil ? "null" : text(reading.columnToBlame)),
            ("alarm", reading.isAlarm ? "true" : "false"),
            ("values", hasValues ? list(reading.values.map { number($0) }) : nil),
            (
                "forecast",
                hasValues
                    ? reading.forecast.map { forecast in
                        "{" + forecast.map { text($0.column) + ":" + number($0.value) }.joined(separator: ",") + "}"
                    } : nil
            ))
    }

    /// A model with its history, for the beginning.
    static func model(_ model: LiveModel) -> String {
        object(
            ("name", text(model.name)), ("columns", columns(model.columns)),
            ("points", list(model.points.map(point))),
            (
                "rows",
                list(model.rows.map { row in list([time(row.time)] + row.values.map { number($0) }) })
            ),
            ("last", model.last.map { last($0, hasValues: true) } ?? "null"))
    }

    static func alarm(_ span: AlarmSpan, run: Int? = nil) -> String {
        object(
            ("run", run.map { "\($0)" }), ("model", text(span.model)), ("source", text(span.source)),
            ("begin", time(span.begin)), ("end", time(span.end)), ("on", span.isOn ? "true" : "false"),
            ("highest_score", number(span.highestScore)), ("column", text(span.column)))
    }

    static func numbers(_ numbers: LiveNumbers) -> String {
        object(
            ("signal_seconds", number(numbers.signalSeconds)), ("readings", "\(numbers.readings)"),
            ("alarms", "\(numbers.alarms)"), ("lag_median", number(numbers.medianLag)),
            ("lag_99", number(numbers.highLag)), ("lag_longest", number(numbers.longestLag)),
            ("dropped", "\(numbers.dropped)"))
    }

    static func link(_ link: LiveLink?) -> String {
        link.map { object(("state", text($0.condition.rawValue)), ("words", text($0.words))) } ?? "null"
    }

    static func facts(_ facts: LiveFacts, startedAt: Double) -> String {
        object(
            ("inputs", list(facts.inputs.map { text($0) })), ("models", list(facts.models.map { text($0) })),
            ("forecaster", text(facts.forecaster)), ("run", facts.run.map { "\($0)" } ?? "null"),
            ("since", time(startedAt)))
    }
}
