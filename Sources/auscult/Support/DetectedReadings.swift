import Foundation
import SeriesAnalysis
import SignalCore

/// The readings that `detect` wrote as CSV.
enum DetectedReadings {
    /// Reads a file.
    ///
    /// - Throws: `SignalError` with the path, naming a column that is missing or a row that cannot be read.
    static func read(_ path: String) throws -> [AnomalyReading] {
        let table = try ProtocolTable(path)
        func column(_ name: String) throws -> Int {
            guard let index = table.header.firstIndex(of: name) else {
                throw SignalError(.mismatch, "has no column \(name); it takes what detect writes as CSV").at(path: path)
            }
            return index
        }
        let (time, anomalous) = (try column("time"), try column("anomalous"))
        let (severity, blamed) = (try column("severity"), try column("top_column"))
        let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        return try table.rows.enumerated().map { number, row in
            let text = String(row[time])
            guard let seconds = Double(text) ?? (try? Date(text, strategy: style))?.timeIntervalSince1970,
                seconds.isFinite
            else {
                throw SignalError(.malformed, "row \(number + 1): '\(text.escapingControlCharacters)' is no time").at(
                    path: path)
            }
            return AnomalyReading(
                time: seconds, isAnomalous: row[anomalous] == "true", severity: String(row[severity]),
                column: String(row[blamed]))
        }
    }
}

extension [AnomalyReading] {
    /// The same readings with the sensor to blame in place of a feature made of it: `temperature` for `temperature.std8`.
    func byParameter(of columns: [FeatureColumn]) -> [AnomalyReading] {
        let names = columns.map(\.name).sorted { $0.count > $1.count }
        return map { reading in
            var reading = reading
            let name = names.first { reading.column == $0 || reading.column.hasPrefix($0 + ".") }
            reading.column = name ?? reading.column
            return reading
        }
    }
}
