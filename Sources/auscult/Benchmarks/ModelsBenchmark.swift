import ArgumentParser
import Foundation
import Learning
import Reporting
import SignalCore

/// Fit and score of every algorithm, in batches and for a single window.
struct ModelsBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "models",
        abstract: "Time to fit and to score, in batches and for one window, of every algorithm.",
        discussion: """
            Rows of made-up sensors, by default as many as the algorithm is meant for. The floor is one pass over the same \
            rows, which adds up their squares; the ratio says how many such passes scoring costs. Fits are measured once, \
            scores are the fastest of the rounds, one job.

            Example: auscult benchmark models --models isolation-forest,local-outlier-factor
            """)

    @Option(help: ArgumentHelp("Algorithms, separated by commas, or all.", valueName: "names"))
    var models = "all"

    @Option(help: ArgumentHelp("Rows to fit on and to score (default: by algorithm).", valueName: "n"))
    var rows: Int?

    @Option(help: ArgumentHelp("Columns of a row.", valueName: "n"))
    var columns = 32

    @Option(help: ArgumentHelp("Rounds, of which the fastest counts.", valueName: "n"))
    var rounds = 3

    @OptionGroup var seeds: SeedOptions
    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions

    @Flag(help: "One JSON document.")
    var json = false

    private struct Line: Encodable {
        let model: String
        let rows: Int
        let fitSeconds: Double
        let scoreSeconds: Double
        let microsecondsPerRow: Double
        let oneWindowMicroseconds: Double
        let ratioToPass: Double
    }

    private struct Report: ProtocolReport {
        let columns: Int
        let machine: String
        let lines: [Line]

        var text: String {
            var table = TextTable(["model", "rows", "fit s", "score s", "us/row", "one window us", "ratio to a pass"])
            for line in lines {
                table.append([
                    line.model, "\(line.rows)", Text.number(line.fitSeconds, digits: 4),
                    Text.number(line.scoreSeconds, digits: 4), Text.number(line.microsecondsPerRow, digits: 2),
                    Text.number(line.oneWindowMicroseconds, digits: 1), Text.number(line.ratioToPass, digits: 1),
                ])
            }
            return "rows of \(columns) columns, one job; \(machine)\n" + table.rendered()
        }
    }

    func run() async throws {
        guard (1...1000).contains(columns), (1...100).contains(rounds),
            rows.map({ (200...10_000_000).contains($0) }) ?? true
        else {
            throw SignalError(.invalidOption, "--columns is 1 to 1000, --rounds 1 to 100, --rows 200 to 10000000")
        }
        let names = models == "all" ? ModelRegistry.names : models.split(separator: ",").map(String.init)
        var lines: [Line] = []
        for name in names {
            try Interruption.check()
            let progress = FittingProgressLine(name, console: common.console)
            lines.append(try line(ModelRegistry.detector(named: name)) { progress.report($0) })
        }
        let report = Report(columns: columns, machine: BenchmarkMachine.words, lines: lines)
        let result = try ResultOutput(path: output.output)
        try result.write(json ? JSONText.document(report) : report.text)
        try result.finish()
    }

    /// As many rows as make the time of an algorithm worth measuring.
    private static func usualRows(_ name: String) -> Int {
        switch name {
        case "isolation-forest", "pca", "mahalanobis": 100_000
        case "lstm-autoencoder", "forecast-error": 2000
        default: 10_000
        }
    }

    private func line<Algorithm: Detector>(
        _ type: Algorithm.Type, report: @escaping @Sendable (FittingProgress) throws -> FittingDecision
    ) throws -> Line {
        let count = rows ?? Self.usualRows(Algorithm.name)
        let seed = try seeds.value()
        let training = BenchmarkData.sensors(rows: count, columns: columns, seed: seed)
        let test = BenchmarkData.sensors(rows: count, columns: columns, seed: seed &+ 1)
        let data = TrainingData(
            schema: BenchmarkData.schema(columns: columns), frames: training, segments: [0..<training.count])
        let start = ContinuousClock.now
        let model = try Algorithm.fit(
            data, options: Algorithm.Options(), context: FittingContext(seed: seed, report: report))
        let fit = ProgressLine.seconds(ContinuousClock.now - start)
        var sink = Float(0)
        let pass = Stopwatch.fastest(of: rounds) { sink += Self.sumOfSquares(test) }
        let score = try Stopwatch.fastest(of: rounds) { sink += try model.scores(test).last ?? 0 }
        let window = test.frames(in: 0..<model.contextLength)
        let repeats = max(5, min(2000, Int(0.2 / (score / Double(count)) / Double(model.contextLength))))
        let single = try Stopwatch.fastest(of: rounds) {
            for _ in 0..<repeats { sink += try model.scores(window).last ?? 0 }
        }
        guard sink.isFinite || sink.isNaN else { preconditionFailure("scores are finite") }
        return Line(
            model: Algorithm.name, rows: count, fitSeconds: fit, scoreSeconds: score,
            microsecondsPerRow: 1e6 * score / Double(count), oneWindowMicroseconds: 1e6 * single / Double(repeats),
            ratioToPass: score / pass)
    }

    private static func sumOfSquares(_ frames: FeatureFrames) -> Float {
        var sums = SIMD16<Float>()
        let values = frames.values
        for start in stride(from: 0, to: values.count - 15, by: 16) {
            var lanes = SIMD16<Float>()
            for lane in 0..<16 { lanes[lane] = values[start + lane] }
            sums += lanes * lanes
        }
        return sums.sum()
    }
}
