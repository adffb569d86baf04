import Foundation
import SignalCore
import SignalIO

/// Readings as text, fast: one is written for every frame of a live signal.
enum ReadingText {
    /// The header of the CSV form.
    static let header = "time,source,score,threshold,anomalous,severity,top_column,alarm\n"

    /// One JSON object on one line.
    static func json(_ reading: Reading) -> String {
        let verdict = reading.verdict
        var members: [(name: String, value: JSONValue)] = [
            ("time", .text(RowTime.date(reading.time).description)), ("source", .text(reading.source)),
        ]
        if !reading.model.isEmpty { members.append(("model", .text(reading.model))) }
        members += [
            (
                "values",
                .object(
                    zip(reading.columns, reading.values).map {
                        (name: $0.name, value: $1.isFinite ? .single($1) : .null)
                    })
            ),
            ("score", verdict.map { .single($0.score) } ?? .null),
            ("threshold", verdict.map { .single($0.threshold) } ?? .null),
            ("anomalous", verdict.map { .flag($0.isAnomalous) } ?? .null),
            ("severity", verdict.map { .text($0.severity.rawValue) } ?? .null),
            ("top_column", verdict.map { .text(reading.columns[$0.topColumn].name) } ?? .null),
            ("alarm", .flag(reading.isAlarm)),
        ]
        if let forecast = reading.forecast {
            members.append(("forecast", .object(forecast.map { (name: $0.column, value: .number($0.value)) })))
        }
        return JSONValue.object(members).serialized + "\n"
    }

    /// One row of the CSV form.
    static func csv(_ reading: Reading) -> String {
        guard let verdict = reading.verdict else {
            return CSVText.row([RowTime.date(reading.time).description, reading.source, "", "", "", "", "", "false"])
        }
        return CSVText.row([
            RowTime.date(reading.time).description, reading.source, String(verdict.score), String(verdict.threshold),
            verdict.isAnomalous ? "true" : "false", verdict.severity.rawValue,
            reading.columns[verdict.topColumn].name, reading.isAlarm ? "true" : "false",
        ])
    }
}

extension JSONValue {
    /// A number in single precision, as its own shortest text.
    static func single(_ value: Float) -> JSONValue { .number(Double("\(value)") ?? Double(value)) }
}
