import ArgumentParser
import Foundation
import SignalCore
import SignalIO
import SignalSynthesis

extension Synth {
    /// Machines that wear until they fail.
    struct Fleet: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "fleet",
            abstract: "A fleet of pumps that wear until they fail, to learn maintenance from.",
            discussion: """
                Writes failed.csv, the whole lives of units that failed (time,unit and five readings, a row every eight \
                hours; the last row of a unit is its failure), running.csv, units that still run, and truth.json with the \
                life of every unit. The same seed gives the same files.

                Example:
                  auscult synth fleet -o fleet
                """)

        @Option(help: ArgumentHelp("Units that ran to failure, 2 to 10000.", valueName: "n"))
        var failed = 40

        @Option(help: ArgumentHelp("Units that still run, 0 to 10000.", valueName: "n"))
        var running = 12

        @Option(name: .shortAndLong, help: ArgumentHelp("The folder to write to.", valueName: "dir"))
        var output = "datasets/fleet"

        @OptionGroup var seeds: SeedOptions
        @OptionGroup var common: CommonOptions

        private struct Truth: Encodable {
            let unit: String
            let life: Int
            let rows: Int
            let remainingUsefulLife: Int
        }

        func run() async throws {
            guard (2...10_000).contains(failed), (0...10_000).contains(running) else {
                throw SignalError(.invalidOption, "--failed is 2 to 10000 units and --running 0 to 10000")
            }
            let generator = FleetGenerator(seed: try seeds.value())
            var truth: [Truth] = []
            let sets = [
                ("failed.csv", (1...failed).map { generator.failed($0) }),
                ("running.csv", (0..<running).map { generator.running(failed + 1 + $0) }),
            ]
            try AtomicFile.makeFolder(output)
            for (name, units) in sets where !units.isEmpty {
                let file = try AtomicFile(path: output + "/" + name)
                try file.append(CSVText.row(["time", "unit"] + FleetUnit.columns))
                for unit in units {
                    try Interruption.check()
                    truth.append(
                        Truth(
                            unit: Self.name(unit), life: unit.life, rows: unit.values.count,
                            remainingUsefulLife: unit.remainingLife))
                    for (row, values) in unit.values.enumerated() {
                        // 2025-01-01, a row every eight hours.
                        let time = Date(timeIntervalSince1970: 1_735_689_600 + Double(row) * 28_800)
                        try file.append(
                            CSVText.row(
                                [time.formatted(.iso8601), Self.name(unit)] + values.map { Text.number($0, digits: 3) })
                        )
                    }
                }
                try file.finish()
            }
            try AtomicFile.write(Array(JSONText.document(truth).utf8), to: output + "/truth.json")
            common.console.note("\(failed) failed and \(running) running units in \(output)")
        }

        private static func name(_ unit: FleetUnit) -> String {
            let digits = "\(unit.number)"
            return "P" + String(repeating: "0", count: max(0, 3 - digits.count)) + digits
        }
    }
}
