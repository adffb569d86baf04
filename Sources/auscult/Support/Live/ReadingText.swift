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

/// Writes readings to standard output, or to a file that grows as they come.
actor ReadingWriter: Sink {
    nonisolated let name: String
    nonisolated let policy = FullQueuePolicy.block
    private let handle: FileHandle
    private let path: String
    private let isCSV: Bool
    private let isStandardOutput: Bool

    /// - Parameters:
    ///   - path: a file, which is gone on with where `continues`; `nil` for standard output.
    /// - Throws: `SignalError` with the path.
    init(path: String?, isCSV: Bool, continues: Bool) throws {
        self.isCSV = isCSV
        guard let path, path != "-" else {
            (name, self.path, handle, isStandardOutput) = ("output", "standard output", .standardOutput, true)
            if isCSV, !continues { try Self.write(ReadingText.header, to: handle, path: "standard output") }
            return
        }
        let flags = O_WRONLY | O_CREAT | O_CLOEXEC | (continues ? O_APPEND : O_TRUNC)
        let descriptor = unsafe open(path, flags, 0o644)
        guard descriptor >= 0 else {
            let reason = unsafe String(cString: strerror(errno))
            throw SignalError(.unavailable, "cannot be written (\(reason))").at(path: path)
        }
        (name, self.path, isStandardOutput) = (path, path, false)
        handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        let size = try handle.seekToEnd()
        if isCSV, size == 0 { try Self.write(ReadingText.header, to: handle, path: path) }
    }

    private(set) var settled: StreamMark?

    func receive(_ readings: [Reading], upTo mark: StreamMark) throws {
        var text = ""
        for reading in readings { text += isCSV ? ReadingText.csv(reading) : ReadingText.json(reading) }
        try Self.write(text, to: handle, path: path)
        settled = mark
    }

    func finish(isComplete: Bool) throws {
        guard !isStandardOutput else { return }
        do { try handle.close() } catch { throw Self.failure(error, path) }
    }

    private static func write(_ text: String, to handle: FileHandle, path: String) throws {
        do { try handle.write(contentsOf: Data(text.utf8)) } catch { throw failure(error, path) }
    }

    private static func failure(_ error: any Error, _ path: String) -> SignalError {
        SignalError(.unavailable, "the readings cannot be written (\(error.localizedDescription))").at(path: path)
    }
}
