import Foundation
import SignalCore
import TestSupport

/// Sensor tables to test with: three sensors with a common cycle, some rows of which are wrong and labelled.
enum SensorTables {
    /// Writes a table.
    ///
    /// - Parameters:
    ///   - anomalies: rows at which `pressure` jumps by many of its standard deviations for five rows.
    ///   - minutes: from one row to the next.
    static func write(
        _ url: URL, rows: Int = 600, anomalies: [Int] = [], isLabelled: Bool = true, seed: UInt64 = 1,
        constant: Bool = false, minutes: Int = 1
    ) throws {
        var generator = SeededGenerator(seed: seed)
        func normal() -> Double { (0..<12).reduce(-6.0) { sum, _ in sum + generator.uniform() } }
        let wrong = Set(anomalies.flatMap { $0..<$0 + 5 })
        var text = "timestamp,temperature,pressure,flow\(constant ? ",voltage" : "")\(isLabelled ? ",anomaly" : "")\n"
        for row in 0..<rows {
            let cycle = sin(2 * Double.pi * Double(row) / 60)
            let shared = normal()
            let values = [
                60 + 2 * cycle + 0.2 * normal(), 4 + 0.3 * shared + 0.05 * normal() + (wrong.contains(row) ? 5 : 0),
                20 - 2 * shared + 0.3 * normal(),
            ]
            let minute = row * minutes
            let time = String(format: "%02d %02d:%02d", 1 + minute / 1440, minute / 60 % 24, minute % 60)
            text += "2024-03-\(time):00," + values.map { String(format: "%.4f", $0) }.joined(separator: ",")
            text += (constant ? ",230" : "") + (isLabelled ? (wrong.contains(row) ? ",1" : ",0") : "") + "\n"
        }
        try text.write(to: url, atomically: true, encoding: .utf8)
    }
}
