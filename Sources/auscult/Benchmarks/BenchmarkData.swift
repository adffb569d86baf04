import Foundation
import SignalCore

/// Made-up data to measure speed with.
enum BenchmarkData {
    /// Sensors with a common cycle, correlated noise and different levels.
    static func sensors(rows: Int, columns: Int, seed: UInt64) -> FeatureFrames {
        var generator = SeededGenerator(seed: seed)
        func normal() -> Double { (0..<12).reduce(-6.0) { sum, _ in sum + generator.uniform() } }
        var values: [Float] = []
        values.reserveCapacity(rows * columns)
        for row in 0..<rows {
            let shared = normal()
            for column in 0..<columns {
                let phase = 2 * Double.pi * (Double(row) / 240 + Double(column) / 7)
                values.append(Float(sin(phase) + 0.3 * shared + 0.5 * normal()))
            }
        }
        return FeatureFrames(columnCount: columns, times: (0..<rows).map(Double.init), values: values)
    }

    /// The schema of such sensors.
    static func schema(columns: Int) -> FeatureSchema {
        FeatureSchema(feature: "table", columns: (0..<columns).map { FeatureColumn("sensor_\($0)") }, hopSeconds: 1)
    }
}

/// Measures time.
enum Stopwatch {
    /// How long something takes, in seconds.
    static func seconds(_ body: () throws -> Void) rethrows -> Double {
        ProgressLine.seconds(try ContinuousClock().measure(body))
    }

    /// The fastest of several rounds, in seconds.
    static func fastest(of rounds: Int, _ body: () throws -> Void) rethrows -> Double {
        var best = Double.infinity
        for _ in 0..<rounds { best = min(best, try seconds(body)) }
        return best
    }
}
