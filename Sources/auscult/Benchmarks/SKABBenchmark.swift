import ArgumentParser
import FeatureExtraction
import Foundation
import Learning
import Reporting
import SignalCore
import SignalIO

/// The Skoltech Anomaly Benchmark, by its published protocol.
struct SKABBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "skab",
        abstract: "SKAB by its published protocol: fit on 400 rows of every file, judge the others.",
        discussion: """
            DIR holds valve1, valve2, other (those that are there are used) and, for --calibrate, anomaly-free. Every file is \
            taken by itself: its first 400 rows are for training, each of the others is called anomalous or not, and the \
            counts of all files are added up. FAR and MAR stand beside F1 because a detector that calls every row anomalous \
            has a good F1 already.

            All configurations stand on the same columns (table preset tracked) and differ in the detector. The threshold is \
            the 0.99 quantile of the training scores with its distance from the usual score stretched by a factor; an alarm \
            ends half-way back to the usual score. The factors were found on anomaly-free.csv: 16 pieces of 1150 rows, each \
            fitted on its first 400, of whose other rows a tenth may be in alarm. --calibrate finds them again.

            Example: auscult benchmark skab --data SKAB/data
            """)

    @OptionGroup var protocolOptions: ProtocolOptions

    @Flag(help: "Find the thresholds' factors anew on anomaly-free/anomaly-free.csv and print them.")
    var calibrate = false

    @Option(help: ArgumentHelp("Algorithms to run, separated by commas (default: all).", valueName: "names"))
    var models: String?

    /// The rows of a file that are for training.
    static let trainingRows = 400

    func run() async throws {
        let console = protocolOptions.common.console
        let wanted = models?.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
        for name in wanted ?? [] { _ = try ModelRegistry.detector(named: name) }
        let configurations = SKABConfiguration.all.filter { wanted?.contains($0.algorithm) ?? true }
        let (seed, jobs) = (try protocolOptions.seeds.value(), try protocolOptions.jobs.count())
        if calibrate { return try calibrate(configurations, seed: seed, jobs: jobs) }
        let files = try groups().flatMap { group in
            try protocolOptions.files(in: protocolOptions.data + "/" + group, ending: ".csv", expected: "CSV files")
        }
        let series = try ConcurrentLoop.map(count: files.count, jobs: jobs) { try SKABSeries(path: files[$0]) }
        var lines: [SKABLine] = []
        for configuration in configurations {
            try Interruption.check()
            console.note("\(configuration.algorithm): \(files.count) files")
            let alarms = try ConcurrentLoop.map(count: series.count, jobs: jobs) { index in
                let scored = try configuration.scores(series[index], seed: seed)
                return try scored.alarms(factor: configuration.factor)
            }
            let line = try SKABLine(configuration.algorithm, series, alarms: alarms, factor: configuration.factor)
            for file in line.files { console.detail(file.words) }
            lines.append(line)
        }
        lines.append(
            try SKABLine("every row anomalous", series, alarms: series.map { $0.testLabels.map { _ in true } }))
        lines.append(try SKABLine("no row", series, alarms: series.map { $0.testLabels.map { _ in false } }))
        var generator = SeededGenerator(seed: seed)
        lines.append(
            try SKABLine(
                "random, half of the rows", series,
                alarms: series.map { $0.testLabels.map { _ in generator.uniform() < 0.5 } }))
        try protocolOptions.write(
            SKABReport(
                files: files.count, rows: series.reduce(0) { $0 + $1.testLabels.count },
                anomalousRows: series.reduce(0) { $0 + $1.testLabels.count { $0 } }, groups: try groups(),
                machine: BenchmarkMachine.words, lines: lines,
                published: SKABPublished.lines(valveOneOnly: try groups() == ["valve1"])))
    }

    private func groups() throws -> [String] {
        let found = ["valve1", "valve2", "other"].filter {
            FileManager.default.fileExists(atPath: protocolOptions.data + "/" + $0)
        }
        guard !found.isEmpty else {
            throw SignalError(.unreadable, "holds none of the folders valve1, valve2 and other of SKAB").at(
                path: protocolOptions.data)
        }
        return found
    }

    /// Prints the factor at which a tenth of anomaly-free rows is in alarm, for every configuration.
    private func calibrate(_ configurations: [SKABConfiguration], seed: UInt64, jobs: Int) throws {
        let whole = try SKABSeries(path: protocolOptions.data + "/anomaly-free/anomaly-free.csv", isLabelled: false)
        let pieces = whole.pieces(of: 1150, every: 550)
        var table = TextTable(["model", "factor", "false alarm rate %"])
        for configuration in configurations {
            try Interruption.check()
            let scored = try ConcurrentLoop.map(count: pieces.count, jobs: jobs) {
                try configuration.scores(pieces[$0], seed: seed)
            }
            func rate(_ factor: Double) throws -> Double {
                let shares = try scored.map { scored in
                    let alarms = try scored.alarms(factor: factor)
                    return Double(alarms.count { $0 }) / Double(alarms.count)
                }
                return shares.reduce(0, +) / Double(shares.count)
            }
            // The smallest factor on a grid of 2 % that keeps to a tenth, rounded to what is written in the code.
            var factor = 1.0
            while factor < 90, try rate(factor) > 0.1 { factor = (factor * 102).rounded(.up) / 100 }
            table.append([
                configuration.algorithm, Text.number(factor, digits: 2),
                Text.number(100 * (try rate(factor)), digits: 1),
            ])
        }
        let result = try ResultOutput(path: protocolOptions.output.output)
        try result.write(table.rendered())
        try result.finish()
    }
}
