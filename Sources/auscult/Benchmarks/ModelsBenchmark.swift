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
            scores are the fastest of the rounds, one job. Classifiers and regressors learn a class or a number made of some \
            columns; what they tell of a row is their score. Forests are 100 trees of at most ten levels here.

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
        let supervised = ModelRegistry.classifiers.map { $0.name }
        let names =
            models == "all" ? ModelRegistry.names + supervised : models.split(separator: ",").map(String.init)
        var lines: [Line] = []
        for name in names {
            try Interruption.check()
            let progress = FittingProgressLine(name, console: common.console)
            if supervised.contains(name) {
                lines.append(try line(ModelRegistry.classifier(named: name)) { progress.report($0) })
                lines.append(try line(ModelRegistry.regressor(named: name)) { progress.report($0) })
            } else {
                lines.append(try line(ModelRegistry.detector(named: name)) { progress.report($0) })
            }
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
        case "random-forest", "gradient-boosting": 50_000
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
        return try line(
            Algorithm.name, fitSeconds: fit, test, oneWindow: test.frames(in: 0..<model.contextLength),
            score: model.scores)
    }

    private func line<Model: Classifier>(
        _ type: Model.Type, report: @escaping @Sendable (FittingProgress) throws -> FittingDecision
    ) throws -> Line {
        let (training, numbers, test, seed) = try labelled(rows ?? Self.usualRows(Model.name))
        let median = numbers.sorted()[numbers.count / 2]
        let data = LabelledData(
            schema: BenchmarkData.schema(columns: columns), frames: training,
            targets: .classes(numbers.map { $0 > median ? 1 : 0 }, names: ["low", "high"]))
        let start = ContinuousClock.now
        let model = try Model.fit(
            data, validation: nil, options: Model.Options().setting(Self.settings(Model.name)),
            context: FittingContext(seed: seed, report: report))
        let fit = ProgressLine.seconds(ContinuousClock.now - start)
        return try line(
            "\(Model.name), classes", fitSeconds: fit, test, oneWindow: test.frames(in: 0..<1),
            score: model.probabilities)
    }

    private func line<Model: Regressor>(
        _ type: Model.Type, report: @escaping @Sendable (FittingProgress) throws -> FittingDecision
    ) throws -> Line {
        let (training, numbers, test, seed) = try labelled(rows ?? Self.usualRows(Model.name))
        let data = LabelledData(
            schema: BenchmarkData.schema(columns: columns), frames: training, targets: .numbers(numbers))
        let start = ContinuousClock.now
        let model = try Model.fit(
            data, validation: nil, options: Model.Options().setting(Self.settings(Model.name)),
            context: FittingContext(seed: seed, report: report))
        let fit = ProgressLine.seconds(ContinuousClock.now - start)
        return try line(
            "\(Model.name), numbers", fitSeconds: fit, test, oneWindow: test.frames(in: 0..<1),
            score: model.predictions)
    }

    /// As much work as peers are measured with: 100 trees or rounds.
    private static func settings(_ name: String) -> [(name: String, text: String)] {
        name == "random-forest" ? [("trees", "100"), ("maxDepth", "10")] : [("rounds", "100")]
    }

    /// Rows to learn from with a number for each, made of four columns and noise, and rows to score.
    private func labelled(_ count: Int) throws -> (FeatureFrames, [Float], FeatureFrames, UInt64) {
        let seed = try seeds.value()
        let training = BenchmarkData.sensors(rows: count, columns: columns, seed: seed)
        let test = BenchmarkData.sensors(rows: count, columns: columns, seed: seed &+ 1)
        var generator = SeededGenerator(seed: seed, stream: 1)
        let numbers = (0..<count).map { row in
            let at = { training.values[row * columns + $0 % columns] }
            let noise = Float(generator.uniform() - 0.5)
            return at(0) * at(1) + abs(at(2)) + (at(3) > 0.5 ? 1 : 0) + noise
        }
        return (training, numbers, test, seed)
    }

    private func line(
        _ name: String, fitSeconds fit: Double, _ test: FeatureFrames, oneWindow window: FeatureFrames,
        score: (FeatureFrames) throws -> [Float]
    ) throws -> Line {
        var sink = Float(0)
        let pass = Stopwatch.fastest(of: rounds) { sink += Self.sumOfSquares(test) }
        let seconds = try Stopwatch.fastest(of: rounds) { sink += try score(test).last ?? 0 }
        let repeats = max(5, min(2000, Int(0.2 / (seconds / Double(test.count)) / Double(window.count))))
        let single = try Stopwatch.fastest(of: rounds) {
            for _ in 0..<repeats { sink += try score(window).last ?? 0 }
        }
        guard sink.isFinite || sink.isNaN else { preconditionFailure("scores are finite") }
        return Line(
            model: name, rows: test.count, fitSeconds: fit, scoreSeconds: seconds,
            microsecondsPerRow: 1e6 * seconds / Double(test.count),
            oneWindowMicroseconds: 1e6 * single / Double(repeats),
            ratioToPass: seconds / pass)
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
