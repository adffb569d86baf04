import ArgumentParser
import Foundation
import Learning
import Reporting
import SignalCore
import SignalIO
import SignalSynthesis

/// The tables of `synth sensors` against their ground truth.
struct SensorsBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sensors",
        abstract: "The sensor tables of synth sensors: events found of every kind, and false alarms.",
        discussion: """
            Every run makes the tables of a seed (as synth sensors does), trains on the one without anomalies, chooses the \
            threshold from held-out training rows and judges the other. An event is found when a row within it is in \
            alarm; false alarms are the share of normal rows in alarm, those after an event that is still in a window too. \
            Beside the share of events found stands what chance would find: the same alarms on the same rows without \
            the anomalies.

            Example: auscult benchmark sensors --runs 10
            """)

    @Option(help: ArgumentHelp("Runs with consecutive seeds from --seed on.", valueName: "n"))
    var runs = 10

    @Option(help: ArgumentHelp("Rows of each table.", valueName: "n"))
    var rows = SensorSeriesOptions().rows

    @Option(help: "The machine: machine or telemetry.")
    var preset = SensorPreset.machine

    @Option(help: ArgumentHelp("Configurations to run, separated by commas (default: all).", valueName: "names"))
    var models: String?

    @OptionGroup var seeds: SeedOptions
    @OptionGroup var jobs: JobOptions
    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions

    @Flag(help: "One JSON document instead of a table.")
    var json = false

    func run() async throws {
        guard (1...1_000).contains(runs) else { throw SignalError(.invalidOption, "--runs is 1 to 1000, not \(runs)") }
        let known = SensorsConfiguration.all
        let wanted = models?.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
        for name in wanted ?? [] where !known.contains(where: { $0.name == name }) {
            throw SignalError(.invalidOption, NearestName.unknown("configuration", name, among: known.map(\.name)))
        }
        let configurations = known.filter { wanted?.contains($0.name) ?? true }
        var options = SensorSeriesOptions()
        options.rows = rows
        options.preset = preset
        let (first, count, jobCount) = (try seeds.value(), runs, try jobs.count())
        let progress = ProgressLine("sensors", total: count * configurations.count, console: common.console)
        let series = try naming(["rows": "--rows"]) { try SensorsRun.all(options, firstSeed: first, count: count) }
        let lines = try configurations.map { configuration in
            let results = try ConcurrentLoop.map(count: count, jobs: jobCount) { run in
                try Interruption.check()
                defer { progress.advance() }
                return try series[run].result(configuration)
            }
            return SensorsLine(configuration.name, results)
        }
        let report = SensorsReport(
            runs: count, firstSeed: first, rows: rows, preset: preset.rawValue, machine: BenchmarkMachine.words,
            configurations: lines)
        let result = try ResultOutput(path: output.output)
        try result.write(json ? JSONText.document(report) : report.text)
        try result.finish()
    }
}

/// The tables of one seed.
struct SensorsRun: Sendable {
    let seed: UInt64
    let columns: [SensorColumn]
    let training: SensorSeries
    let test: SensorSeries
    /// The rows of the test table as they were without anomalies.
    let clean: SensorSeries

    /// What came of it.
    struct Result: Sendable {
        /// Of every event its kind, column, whether it was found, and whether chance would have found it.
        var events: [(kind: String, column: String, isFound: Bool, isChance: Bool)] = []
        var falseRows = 0
        var normalRows = 0
        var cleanFalseRows = 0
        var cleanRows = 0

        func share(
            _ kind: String? = nil, _ path: KeyPath<(kind: String, column: String, isFound: Bool, isChance: Bool), Bool>
        )
            -> Double?
        {
            let chosen = events.filter { kind == nil || $0.kind == kind }
            return chosen.isEmpty ? nil : Double(chosen.count { $0[keyPath: path] }) / Double(chosen.count)
        }
    }

    static func all(_ options: SensorSeriesOptions, firstSeed: UInt64, count: Int) throws -> [SensorsRun] {
        try (0..<count).map { try SensorsRun(options, seed: firstSeed &+ UInt64($0)) }
    }

    init(_ options: SensorSeriesOptions, seed: UInt64) throws {
        self.seed = seed
        let generator = try SensorSeriesGenerator(options: options, seed: seed)
        var without = options
        without.anomalyRate = 0
        columns = generator.columns
        (training, test) = generator.unit(0)
        clean = try SensorSeriesGenerator(options: without, seed: seed).unit(0).test
    }

    func result(_ configuration: SensorsConfiguration) throws -> Result {
        let alarms = try configuration.alarms(
            training: training, tests: [test, clean], columns: columns, context: FittingContext(seed: seed))
        var result = Result()
        for event in test.events {
            guard let start = event.startRow, let end = event.endRow else { continue }
            result.events.append(
                (
                    event.kind, event.column ?? "", alarms[0][start...end].contains(true),
                    alarms[1][start...end].contains(true)
                ))
        }
        for (row, isAlarm) in alarms[0].enumerated() where !test.labels[row] {
            result.normalRows += 1
            if isAlarm { result.falseRows += 1 }
        }
        result.cleanRows = alarms[1].count
        result.cleanFalseRows = alarms[1].count { $0 }
        return result
    }
}

/// What was measured of one configuration.
struct SensorsLine: Encodable {
    /// One kind of event.
    struct Kind: Encodable {
        let kind: String
        let events: Int
        let detectionRate: Double
        let chanceRate: Double
        /// Columns of missed events with their number.
        let missed: [String: Int]
    }

    let name: String
    let events: Int
    /// Over the runs: the share of events found, of normal rows in alarm, and of rows without any anomalies in alarm.
    let detectionRate: SeedSummary?
    let falsePositiveRate: SeedSummary?
    let cleanFalsePositiveRate: SeedSummary?
    let chanceRate: SeedSummary?
    let kinds: [Kind]

    init(_ name: String, _ results: [SensorsRun.Result]) {
        self.name = name
        let all = results.flatMap(\.events)
        events = all.count
        detectionRate = SeedSummary(results.compactMap { $0.share(nil, \.isFound) })
        chanceRate = SeedSummary(results.compactMap { $0.share(nil, \.isChance) })
        falsePositiveRate = SeedSummary(results.map { Double($0.falseRows) / Double(max(1, $0.normalRows)) })
        cleanFalsePositiveRate = SeedSummary(results.map { Double($0.cleanFalseRows) / Double(max(1, $0.cleanRows)) })
        kinds = SensorAnomalyKind.allCases.map(\.rawValue).compactMap { kind in
            let chosen = all.filter { $0.kind == kind }
            guard !chosen.isEmpty else { return nil }
            let count = Double(chosen.count)
            return Kind(
                kind: kind, events: chosen.count, detectionRate: Double(chosen.count { $0.isFound }) / count,
                chanceRate: Double(chosen.count { $0.isChance }) / count,
                missed: Dictionary(chosen.filter { !$0.isFound }.map { ($0.column, 1) }, uniquingKeysWith: +))
        }
    }
}

/// The result of the benchmark.
struct SensorsReport: Encodable {
    let runs: Int
    let firstSeed: UInt64
    let rows: Int
    let preset: String
    let machine: String
    let configurations: [SensorsLine]

    /// For people.
    var text: String {
        func percent(_ value: Double) -> String { Text.number(100 * value, digits: 1) }
        func spread(_ summary: SeedSummary?) -> String {
            summary.map {
                "\(Text.number(100 * $0.mean, digits: 2)) (\(Text.number(100 * $0.standardDeviation, digits: 2)); \(Text.number(100 * $0.minimum, digits: 2))-\(Text.number(100 * $0.maximum, digits: 2)))"
            } ?? ""
        }
        var table = TextTable([
            "configuration", "events", "found %", "by chance %", "false rows %", "false rows % without anomalies",
        ])
        for line in configurations {
            table.append([
                line.name, "\(line.events)", spread(line.detectionRate), spread(line.chanceRate),
                spread(line.falsePositiveRate), spread(line.cleanFalsePositiveRate),
            ])
        }
        var kinds = TextTable(["configuration", "kind", "events", "found %", "by chance %", "missed in"])
        for line in configurations {
            for kind in line.kinds {
                kinds.append([
                    line.name, kind.kind, "\(kind.events)", percent(kind.detectionRate), percent(kind.chanceRate),
                    kind.missed.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { "\($0.key) \($0.value)" }
                        .joined(separator: ", "),
                ])
            }
        }
        return """
            \(preset): \(runs) runs, seeds \(firstSeed) to \(firstSeed &+ UInt64(runs - 1)), \(rows) rows to train on and \
            \(rows) to judge; mean (standard deviation; range) over runs; \(machine)

            """ + table.rendered() + "\n" + kinds.rendered()
    }
}
