public import ArgumentParser
import Foundation
import SignalCore
import SignalIO
public import SignalSynthesis
import Synchronization

extension SensorPreset: ExpressibleByArgument {}

extension Synth {
    /// Sensor tables with anomalies.
    struct Sensors: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "sensors",
            abstract: "Tables of a machine's sensors: one to train on, one with anomalies, and where they are.",
            discussion: """
                Writes train.csv (no anomalies), test.csv (later in time, with them; the column anomaly is 1 in their rows), \
                events.json (kind, column, first and last row, seconds, size in standard deviations of the column's noise) \
                and sensors.json (what every column measures, its unit and noise).

                machine: temperature, current, humidity, vibration, pressure, viscosity and power of a motor that drives an \
                oil pump, once a minute. telemetry: temperature, pressure, vibration and fuel flow of a turbine, ten times a \
                second. Columns hang together as physics has it; the same seed gives the same files on any number of \
                cores.

                With --wear every machine runs to failure: train.csv holds whole lives, test.csv those of other machines up to \
                some moment. anomaly is 1 once wear has begun, failure is 1 in the last tenth of the longest life before \
                the failure, remaining_hours is what is left. Read them with --unit unit.

                Examples:
                  auscult synth sensors -o datasets/sensors
                  auscult synth sensors --wear --units 20 --rows 2000 --spacing 3600 -o datasets/wear
                """)

        @Option(help: "The machine: machine (7 sensors) or telemetry (4 sensors, 10 Hz).")
        var preset = SensorPreset.machine

        @Option(
            help: ArgumentHelp("Rows of every machine in each table; with --wear the longest life.", valueName: "n"))
        var rows = SensorSeriesOptions().rows

        @Option(help: ArgumentHelp("Seconds from row to row (default: machine 60, telemetry 0.1).", valueName: "s"))
        var spacing: Double?

        @Option(help: ArgumentHelp("Date of the first row, ISO 8601 in UTC.", valueName: "time"))
        var start = "2024-01-01T00:00:00Z"

        @Option(help: ArgumentHelp("Largest share of the test rows that are anomalous, 0 to 0.3.", valueName: "share"))
        var anomalyRate = SensorSeriesOptions().anomalyRate

        @Option(help: ArgumentHelp("Machines; from 2 on, the column unit names them.", valueName: "n"))
        var units = 1

        @Flag(help: "Machines run to failure, in place of other anomalies.")
        var wear = false

        @Option(name: .shortAndLong, help: ArgumentHelp("The folder to write to.", valueName: "dir"))
        var output = "datasets/sensors"

        @OptionGroup var seeds: SeedOptions
        @OptionGroup var jobs: JobOptions
        @OptionGroup var common: CommonOptions

        /// What stands in `sensors.json`.
        private struct Description: Encodable {
            let preset: String
            let columns: [SensorColumn]
            let rows: Int
            let spacingSeconds: Double
            let units: Int
            let seed: UInt64
            let failureHorizonSeconds: Double?
        }

        func run() async throws {
            let console = common.console
            let options = try options()
            let seed = try seeds.value()
            let generator = try naming([
                "rows": "--rows", "spacing": "--spacing", "anomalyRate": "--anomaly-rate",
                "units": "--units", "start": "--start", "rows times units": "--rows times --units",
            ]) {
                try SensorSeriesGenerator(options: options, seed: seed)
            }
            let horizon = Double(options.rows) * options.spacingSeconds / 10
            let form = SensorTableForm(
                columns: generator.columns, hasUnits: options.units > 1 || options.wear,
                failureHorizon: options.wear ? horizon : nil)
            let progress = ProgressLine("synth", total: options.units, console: console)
            let state = Mutex(State(try ["train.csv", "test.csv"].map { try AtomicFile(path: "\(output)/\($0)") }))
            try state.withLock { try $0.append([form.header, form.header]) }
            let isWear = options.wear
            try await ParallelWork.run(jobs: jobs.count(), over: Array(0..<options.units)) {
            } work: { (_: Void, number: Int) -> ([String], [GroundTruthEvent]) in
                let unit = generator.unit(number)
                let named = [("train.csv", unit.training), ("test.csv", unit.test)].flatMap { path, series in
                    series.events.map { event in
                        var event = event
                        event.path = path
                        return event
                    }
                }
                return ([form.text(of: unit.training), form.text(of: unit.test)], named)
            } deliver: { texts, found in
                try state.withLock {
                    try $0.append(texts)
                    $0.events += found
                }
                progress.advance()
            }
            try Interruption.check()
            let all = try state.withLock { try $0.finish() }
            try AtomicFile.write(Array(JSONText.document(all).utf8), to: output + "/events.json")
            let description = Description(
                preset: preset.rawValue, columns: generator.columns, rows: options.rows,
                spacingSeconds: options.spacingSeconds, units: options.units, seed: seed,
                failureHorizonSeconds: isWear ? horizon : nil)
            try AtomicFile.write(Array(JSONText.document(description).utf8), to: output + "/sensors.json")
            console.note("train.csv, test.csv, events.json (\(all.count) events) and sensors.json in \(output)")
        }

        /// What was made so far.
        private struct State {
            private let files: [AtomicFile]
            var events: [GroundTruthEvent] = []

            init(_ files: [AtomicFile]) { self.files = files }

            func append(_ texts: [String]) throws {
                for (file, text) in zip(files, texts) { try file.append(text) }
            }

            func finish() throws -> [GroundTruthEvent] {
                for file in files { try file.finish() }
                return events
            }
        }

        private func options() throws -> SensorSeriesOptions {
            var options = SensorSeriesOptions()
            options.preset = preset
            options.rows = rows
            if let spacing {
                guard spacing != 0 else {
                    throw SignalError(.invalidOption, "--spacing is 0.001 to 86400 seconds, not 0")
                }
                options.spacing = spacing
            }
            guard let date = try? Date(start, strategy: .iso8601) else {
                throw SignalError(
                    .invalidOption,
                    "--start is a date such as 2024-01-01T00:00:00Z, not '\(start.escapingControlCharacters)'")
            }
            options.start = date.timeIntervalSince1970
            options.anomalyRate = anomalyRate
            options.units = units
            options.wear = wear
            return options
        }
    }
}

/// How sensor series become text.
struct SensorTableForm: Sendable {
    let columns: [SensorColumn]
    let hasUnits: Bool
    /// Seconds before the failure in which `failure` is 1, of machines that run to failure.
    let failureHorizon: Double?

    /// The first line.
    var header: String {
        CSVText.row(
            ["time"] + (hasUnits ? ["unit"] : []) + columns.map(\.title)
                + (failureHorizon == nil ? ["anomaly"] : ["remaining_hours", "failure", "anomaly"]))
    }

    /// The rows of one machine; a missing value is an empty field.
    func text(of series: SensorSeries) -> String {
        var text = ""
        text.reserveCapacity(series.count * (30 + 10 * columns.count))
        for row in 0..<series.count {
            text += RowTime.date(series.time(ofRow: row)).description
            if hasUnits { text += "," + series.unit }
            for column in series.values {
                text += ","
                if !column[row].isNaN { text += Self.thousandths(column[row]) }
            }
            if let failureHorizon {
                let remaining = series.remainingSeconds[row]
                text += "," + Self.thousandths(remaining / 3_600) + (remaining <= failureHorizon ? ",1" : ",0")
            }
            text += series.labels[row] ? ",1\n" : ",0\n"
        }
        return text
    }

    /// A number with three digits after the point.
    private static func thousandths(_ value: Double) -> String {
        let whole = Int((value * 1_000).rounded())
        let digits = "\(abs(whole))"
        let padded = String(repeating: "0", count: max(0, 4 - digits.count)) + digits
        return (whole < 0 ? "-" : "") + padded.dropLast(3) + "." + padded.suffix(3)
    }
}
