import Foundation
import SignalCore
import Testing

@testable import Reporting

/// Each kind of figure with sound numbers, and with numbers that nobody would wish for.
struct FigureExample: Sendable, CustomTestStringConvertible {
    let figure: any Figure
    /// The same kind with no rows, one row, constant and missing values, hostile texts.
    let oddities: [any Figure]

    var testDescription: String { type(of: figure).kind }

    /// A text that would do harm in a gnuplot script, a CSV file and a page.
    static let hostile =
        "`touch trap` $(touch trap) \"'; system('touch trap')\n!touch trap\n@x %s \\ </td><script>x</script>&,"

    /// A daily cycle in hours with noise.
    static func series(_ count: Int, seed: UInt64 = 1) -> [Double] {
        var generator = SeededGenerator(seed: seed)
        return (0..<count).map { 20 + 5 * sin(Double($0) * .pi / 12) + generator.uniform() }
    }

    static func times(_ count: Int, from start: Double = 0, step: Double = 3600) -> [Double] {
        (0..<count).map { start + Double($0) * step }
    }

    static let march2014 = 1_394_000_000.0
}
