import Foundation
import SignalCore
import TestSupport

@testable import Learning

/// Labelled rows to test with.
enum LabelledTables {
    static func schema(_ columns: Int) -> FeatureSchema {
        FeatureSchema(feature: "table", columns: (0..<columns).map { FeatureColumn("c\($0)") })
    }

    /// Columns of noise, the first two of which tell a class or a number: those of a class beyond a slanted line, or a sum
    /// of a wave, a step and noise.
    static func numbers(seed: UInt64, rows: Int, columns: Int = 5, noise: Double = 0.1) -> LabelledData {
        var generator = SeededGenerator(seed: seed)
        var frames = FeatureFrames(columnCount: columns)
        var targets: [Float] = []
        for row in 0..<rows {
            let values = (0..<columns).map { _ in Float(4 * generator.uniform() - 2) }
            frames.append(time: Double(row), row: values)
            let step: Double = values[1] > 0.3 ? 2 : 0
            targets.append(Float(sin(2 * Double(values[0])) + step + noise * (2 * generator.uniform() - 1)))
        }
        return LabelledData(schema: schema(columns), frames: frames, targets: .numbers(targets))
    }

    static func classes(seed: UInt64, rows: Int, columns: Int = 5, count: Int = 2) -> LabelledData {
        let numbers = numbers(seed: seed, rows: rows, columns: columns)
        guard case .numbers(let targets) = numbers.targets else { preconditionFailure("numbers") }
        let classes = targets.map { min(count - 1, max(0, Int(($0 + 1) / 4 * Float(count)))) }
        return LabelledData(
            schema: numbers.schema, frames: numbers.frames,
            targets: .classes(classes, names: (0..<count).map { "class \($0)" }))
    }

    /// The class of the largest probability of every row, the first of equal ones.
    static func likeliest(_ probabilities: [Float], _ count: Int) -> [Int] {
        stride(from: 0, to: probabilities.count, by: count).map { first in
            let row = Array(probabilities[first..<first + count])
            return row.firstIndex(of: row.max() ?? 0) ?? 0
        }
    }

    /// The reference table with its labels of three classes.
    static func reference() throws -> LabelledData {
        let text = try String(contentsOf: SharedData.golden("tabular/data.csv"), encoding: .utf8)
        let labels = text.split(separator: "\n").dropFirst().compactMap {
            $0.split(separator: ",").last.flatMap { Int($0) }
        }
        return LabelledData(
            schema: schema(4), frames: try TestData.reference(), targets: .classes(labels, names: ["0", "1", "2"]))
    }
}
