import ArgumentParser
import FeatureExtraction
import Foundation
import Learning
import SignalCore
import SignalIO

/// NASA C-MAPSS FD001, the remaining useful life of turbofans.
struct CMAPSSBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cmapss",
        abstract: "C-MAPSS FD001: remaining useful life by engine-wise 5-fold at random cut-offs.",
        discussion: """
            DIR holds train_FD001.txt: 100 engines that ran to failure. The test part is not used, so figures are not those of \
            the published test: engines are dealt into five folds, and every engine of a fold is judged at \
            ten cycles drawn at random from its 31st (the shortest engine of the published test) to the one before its last. \
            Remaining life is capped at 125, truth and prediction. Thresholds and intervals come from training folds only.

            Example: auscult benchmark cmapss --data cmapss-fd001
            """)

    @OptionGroup var options: ProtocolOptions

    @Option(help: ArgumentHelp("Seeds, counted up from --seed.", valueName: "n"))
    var repeats = 2

    /// The longest remaining life that is told apart, as in most papers.
    static let cap = 125.0
    /// A failure within so many cycles is to be told.
    static let horizon = 30
    /// Cut-offs of every engine.
    static let cutsPerEngine = 10
    /// The first cycle that an engine is judged at; the shortest engine of the published test has 31.
    static let firstCut = 31

    /// Means and slopes over a short, a middle and a long window against the engine's own first 30 cycles. The degradation
    /// is a slow bend under noise of its own size, so that long windows and a well known baseline count most; single
    /// readings and their spread add nothing. Large leaves, and half of the rows and a third of the columns a tree, because rows
    /// of an engine repeat each other and there are only 80 engines. Chosen by the out-of-fold error within 80 engines.
    static let features: UnitFeatureOptions = {
        var options = UnitFeatureOptions()
        options.keepsReadings = false
        options.windows = [10, 30, 60, 100]
        options.statistics = [.mean, .slope]
        options.baselineRows = 30
        options.age = true
        return options
    }()
    static let settings: [(name: String, text: String)] = [
        ("rounds", "300"), ("learningRate", "0.03"), ("maxLeaves", "15"), ("minLeafSamples", "200"),
        ("columnShare", "0.3"), ("rowShare", "0.5"),
    ]

    func run() async throws {
        guard (1...100).contains(repeats) else {
            throw SignalError(.invalidOption, "--repeats is 1 to 100, not \(repeats)")
        }
        let console = options.common.console
        let engines = try CMAPSSEngines(path: options.data + "/train_FD001.txt")
        let first = try options.seeds.value()
        let jobs = try options.jobs.count()
        var runs: [CMAPSSRun] = []
        for seed in (0..<UInt64(repeats)).map({ first &+ $0 }) {
            console.note("seed \(seed)")
            runs.append(try run(engines, seed: seed, jobs: jobs))
        }
        try options.write(CMAPSSReport(engines: engines, runs: runs, firstSeed: first))
    }

    /// One seed: five folds of engines, each judged by a model of the other four.
    private func run(_ engines: CMAPSSEngines, seed: UInt64, jobs: Int) throws -> CMAPSSRun {
        var run = CMAPSSRun()
        let numbers = FeatureFrames(
            columnCount: 0, times: engines.units.indices.map(Double.init), values: [])
        let dealt = try GroupedFolds(
            LabelledData(
                schema: FeatureSchema(feature: "engine", columns: []), frames: numbers,
                targets: .numbers(engines.units.map { Float($0.count) })), count: 5, seed: seed)
        let cuts = engines.units.indices.map { engine in
            var generator = SeededGenerator(seed: seed, stream: UInt64(engine))
            let cycles = Self.firstCut - 1..<engines.units[engine].count - 1
            return Set((0..<Self.cutsPerEngine).map { _ in Int.random(in: cycles, using: &generator) })
        }
        for (index, held) in dealt.folds.enumerated() {
            try Interruption.check()
            let part = try engines.features(dealt.rows(without: index), Self.features)
            var trainer = PredictorTrainer(algorithm: "gradient-boosting")
            trainer.settings = Self.settings
            trainer.folds = 3
            var targets = PredictorTrainer.Targets()
            targets.classes = (
                part.lives.map { $0 <= Float(Self.horizon) ? 1 : 0 }, ["later", "within \(Self.horizon)"], 0
            )
            (targets.lives, targets.cap, targets.horizon) = (part.lives, Self.cap, Self.horizon)
            let fitted = try trainer.fit(
                schema: part.schema, frames: part.frames, groups: part.groups, targets: targets,
                context: FittingContext(
                    seed: seed, jobs: jobs,
                    report: { _ in
                        try Interruption.check()
                        return .proceed
                    }))
            guard let failure = fitted.failure, let life = fitted.life else { continue }
            let line = CMAPSSLinear(part)
            for engine in held {
                let test = try engines.features([engine], Self.features)
                let lives = try life.regressor.predictions(test.frames)
                let probabilities = try failure.failures(test.frames)
                for row in test.lives.indices {
                    let truth = min(Self.cap, Double(test.lives[row]))
                    let prediction = min(Self.cap, max(0, Double(lives[row])))
                    let judged = CMAPSSRun.Row(
                        truth: truth, prediction: prediction, mean: line.mean, line: line.life(age: row),
                        isCovered: life.interval(around: prediction, level: 0.9).contains(truth),
                        intervalWidth: life.interval(around: prediction, level: 0.9).upperBound
                            - life.interval(around: prediction, level: 0.9).lowerBound,
                        probability: probabilities[row], isFound: probabilities[row] >= failure.threshold,
                        isFailure: test.lives[row] <= Float(Self.horizon))
                    run.all.append(judged)
                    if cuts[engine].contains(row) { run.cuts.append(judged) }
                }
            }
        }
        return run
    }
}

/// The engines of the file.
struct CMAPSSEngines {
    /// The rows of every engine, from its first cycle to its failure.
    let units: [FeatureFrames]
    let schema: FeatureSchema

    /// Rows with their remaining life.
    struct Part {
        let schema: FeatureSchema
        let frames: FeatureFrames
        let lives: [Float]
        let groups: [Int]
    }

    /// Reads `train_FD001.txt`: 26 numbers a row, separated by blanks, without a header.
    init(path: String) throws {
        let text: String
        do { text = try String(contentsOf: URL(filePath: path), encoding: .utf8) } catch {
            throw SignalError(.unreadable, "cannot be read; give the folder of FD001 of C-MAPSS", cause: error).at(
                path: path)
        }
        var units: [FeatureFrames] = []
        var current = -1.0
        for (index, line) in text.split(whereSeparator: \.isNewline).enumerated() {
            let values = line.split(separator: " ").compactMap { Double($0) }
            guard values.count == 26, values.allSatisfy(\.isFinite) else {
                throw SignalError(.malformed, "the row has not 26 numbers").at(path: path, line: index + 1)
            }
            if values[0] != current {
                current = values[0]
                units.append(FeatureFrames(columnCount: 24))
            }
            let unit = units.count - 1
            guard values[1] == Double(units[unit].count + 1) else {
                throw SignalError(.malformed, "cycle \(values[1]) does not follow the one before").at(
                    path: path, line: index + 1)
            }
            units[unit].append(time: values[1], row: values.dropFirst(2).map { Float($0) })
        }
        let shortest = CMAPSSBenchmark.firstCut + 2
        guard units.count >= 10, units.allSatisfy({ $0.count >= shortest }) else {
            throw SignalError(
                .insufficientData, "holds \(units.count) engines; at least 10 of at least \(shortest) cycles are needed"
            ).at(path: path)
        }
        self.units = units
        schema = FeatureSchema(
            feature: "table",
            columns: (1...3).map { FeatureColumn("setting\($0)") } + (1...21).map { FeatureColumn("sensor\($0)") },
            hopSeconds: 1)
    }

    /// The features of some engines.
    func features(_ engines: [Int], _ options: UnitFeatureOptions) throws -> Part {
        var features = try UnitFeatures(schema: schema, options: options)
        var frames = FeatureFrames(columnCount: features.schema.columns.count)
        var (lives, groups): ([Float], [Int]) = ([], [])
        for engine in engines {
            features.reset()
            try features.transform(units[engine], into: &frames)
            let count = units[engine].count
            lives += (0..<count).map { Float(count - 1 - $0) }
            groups += Array(repeating: engine, count: count)
        }
        return Part(schema: features.schema, frames: frames, lives: lives, groups: groups)
    }
}

/// The baselines: the mean life of the training engines, and a line in their age.
struct CMAPSSLinear {
    let mean: Double
    private let slope: Double
    private let middle: Double

    init(_ part: CMAPSSEngines.Part) {
        let lives = part.lives.map { min(CMAPSSBenchmark.cap, Double($0)) }
        var ages: [Double] = []
        for (index, group) in part.groups.enumerated() {
            ages.append(index > 0 && part.groups[index - 1] == group ? ages[index - 1] + 1 : 0)
        }
        let n = Double(lives.count)
        let (life, age) = (lives.reduce(0, +) / n, ages.reduce(0, +) / n)
        let products = zip(lives, ages).reduce(0) { $0 + ($1.0 - life) * ($1.1 - age) }
        let squares = ages.reduce(0) { $0 + ($1 - age) * ($1 - age) }
        (mean, slope, middle) = (life, squares > 0 ? products / squares : 0, age)
    }

    /// The remaining life at an age, from 0 to the cap.
    func life(age: Int) -> Double { min(CMAPSSBenchmark.cap, max(0, mean + slope * (Double(age) - middle))) }
}
