import ArgumentParser
import FeatureExtraction
import Learning
import Reporting
import SignalCore
import SignalIO

/// AI4I 2020, failures of a milling machine from single rows.
struct AI4IBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ai4i",
        abstract: "AI4I 2020: the failure class by stratified 5-fold, with the threshold from training folds only.",
        discussion: """
            DIR holds ai4i2020_train8000.csv (or ai4i2020.csv). Learnt from Type, both temperatures, speed, torque and tool \
            wear; not from ids and failure modes. Added: temperature difference, torque x speed, wear x torque, as the \
            published gradient boosting does. A table line is the mean over the seeds, each of which deals the folds and the \
            models anew.

            Example: auscult benchmark ai4i --data ai4i2020
            """)

    @OptionGroup var options: ProtocolOptions

    @Option(help: ArgumentHelp("Seeds, counted up from --seed.", valueName: "n"))
    var repeats = 5

    /// A model of the table.
    struct Configuration: Sendable {
        let name: String
        let algorithm: String
        let settings: [(name: String, text: String)]
        let hasPhysics: Bool

        /// The forest: bagged trees that see every column at every split and every value of it, because the failures are
        /// rules with sharp edges in one or two columns; boosting rounds such edges off. Leaves of two rows, so that one
        /// mislabelled row alone makes no leaf.
        static let forest: [(name: String, text: String)] = [
            ("trees", "300"), ("maxFeatures", "all"), ("minLeafSamples", "2"), ("bins", "4095"),
        ]

        static let all = [
            Configuration(name: "random forest", algorithm: "random-forest", settings: forest, hasPhysics: true),
            Configuration(
                name: "random forest, columns as they are", algorithm: "random-forest", settings: forest,
                hasPhysics: false),
            Configuration(
                name: "gradient boosting", algorithm: "gradient-boosting",
                settings: [
                    ("rounds", "100"), ("learningRate", "0.05"), ("maxLeaves", "15"), ("minLeafSamples", "5"),
                    ("bins", "4095"),
                ], hasPhysics: true),
        ]
    }

    func run() async throws {
        guard (1...100).contains(repeats) else {
            throw SignalError(.invalidOption, "--repeats is 1 to 100, not \(repeats)")
        }
        let console = options.common.console
        let path = try options.files(in: options.data, ending: ".csv", expected: "ai4i2020 CSV file")[0]
        let first = try options.seeds.value()
        let seeds = (0..<UInt64(repeats)).map { first &+ $0 }
        let jobs = try options.jobs.count()
        var lines: [AI4ILine] = []
        var counts = (rows: 0, failures: 0)
        for configuration in Configuration.all {
            let data = try Self.read(path, hasPhysics: configuration.hasPhysics)
            guard case .classes(let classes, _) = data.targets else { continue }
            let isFailure = classes.map { $0 == 1 }
            counts = (data.count, isFailure.count { $0 })
            var runs: [AI4IRun] = []
            for seed in seeds {
                try Interruption.check()
                console.note("\(configuration.name), seed \(seed)")
                runs.append(try Self.run(configuration, data, isFailure, seed: seed, jobs: jobs))
            }
            lines.append(AI4ILine(configuration.name, runs))
        }
        let share = Double(counts.failures) / Double(max(1, counts.rows))
        lines.append(AI4ILine(baseline: "every row fails", precision: share, recall: 1, ap: share))
        lines.append(AI4ILine(baseline: "no row fails", precision: 0, recall: 0, ap: share))
        try options.write(
            AI4IReport(rows: counts.rows, failures: counts.failures, seeds: seeds, lines: lines))
    }

    /// The rows, by the columns that may be used.
    private static func read(_ path: String, hasPhysics: Bool) throws -> LabelledData {
        let type = CategoryColumn(name: "Type", values: ["L", "M", "H"], isOneHot: false)
        var reading = SensorTableOptions()
        reading.columns = [
            "Air temperature [K]", "Process temperature [K]", "Rotational speed [rpm]", "Torque [Nm]",
            "Tool wear [min]",
        ]
        reading.texts = ["Type", "Machine failure"]
        let table = try UnitTable(path: path, options: reading, categories: [type], everyRowIsAUnit: true)
        var features = UnitFeatureOptions()
        features.fixed = ["Type"]
        if hasPhysics {
            features.differences = ["Process_temperature-Air_temperature"]
            features.products = ["Torque*Rotational_speed", "Tool_wear*Torque"]
        }
        let made = try table.features(features)
        let labels = table.content.texts[1]
        guard labels.allSatisfy({ $0 == "0" || $0 == "1" }) else {
            throw SignalError(.malformed, "holds other values than 0 and 1").at(path: path, column: "Machine failure")
        }
        return LabelledData(
            schema: made.features.schema, frames: made.frames,
            targets: .classes(made.order.map { labels[$0] == "1" ? 1 : 0 }, names: ["0", "1"]))
    }

    /// One seed: five folds, each judged by a model and a threshold of the other four.
    private static func run(
        _ configuration: Configuration, _ data: LabelledData, _ isFailure: [Bool], seed: UInt64, jobs: Int
    ) throws -> AI4IRun {
        let dealt = try GroupedFolds(data, count: 5, seed: seed)
        var (probabilities, decisions, atHalf) = (
            Array(repeating: 0.0, count: data.count), Array(repeating: false, count: data.count),
            Array(repeating: false, count: data.count)
        )
        for (index, test) in dealt.folds.enumerated() {
            try Interruption.check()
            let part = data.selecting(dealt.rows(without: index))
            var trainer = PredictorTrainer(algorithm: configuration.algorithm)
            trainer.settings = configuration.settings
            var targets = PredictorTrainer.Targets()
            guard case .classes(let classes, let names) = part.targets else { continue }
            targets.classes = (classes, names, 0)
            let fitted = try trainer.fit(
                schema: part.schema, frames: part.frames, groups: part.groups, targets: targets,
                context: FittingContext(
                    seed: seed, jobs: jobs,
                    report: { _ in
                        try Interruption.check()
                        return .proceed
                    }))
            guard let failure = fitted.failure else { continue }
            let values = try failure.failures(data.selecting(test).frames)
            for (row, value) in zip(test, values) {
                (probabilities[row], decisions[row], atHalf[row]) = (value, value >= failure.threshold, value >= 0.5)
            }
        }
        func metrics(_ decisions: [Bool]) -> ClassificationMetrics {
            ClassificationMetrics(zip(decisions, isFailure).map { (isFound: $0, isAnomalous: $1) })
        }
        let ranking = try ScoreRanking(zip(probabilities, isFailure).map { (score: $0, isAnomalous: $1) })
        return AI4IRun(
            metrics: metrics(decisions), f1AtHalf: metrics(atHalf).f1, auc: ranking.areaUnderCurve ?? 0,
            averagePrecision: ranking.averagePrecision ?? 0)
    }
}

/// What one seed came to, all five folds pooled.
struct AI4IRun {
    let metrics: ClassificationMetrics
    let f1AtHalf: Double
    let auc: Double
    let averagePrecision: Double
}

/// A line of the table.
struct AI4ILine: Encodable {
    let model: String
    var f1: Double?
    var f1Spread: Double?
    var precision: Double?
    var recall: Double?
    var f1AtHalf: Double?
    var auc: Double?
    var averagePrecision: Double?
    var remark = ""

    init(_ model: String, _ runs: [AI4IRun]) {
        self.model = model
        func mean(_ value: (AI4IRun) -> Double) -> Double? { SeedSummary(runs.map(value))?.mean }
        let f1 = SeedSummary(runs.map(\.metrics.f1))
        (self.f1, f1Spread) = (f1?.mean, f1?.standardDeviation)
        (precision, recall) = (mean(\.metrics.precision), mean(\.metrics.recall))
        (f1AtHalf, auc, averagePrecision) = (mean(\.f1AtHalf), mean(\.auc), mean(\.averagePrecision))
    }

    init(baseline model: String, precision: Double, recall: Double, ap: Double) {
        self.model = model
        f1 = precision + recall > 0 ? 2 * precision * recall / (precision + recall) : 0
        (self.precision, self.recall, auc, averagePrecision) = (precision, recall, 0.5, ap)
    }

    init(
        published model: String, precision: Double?, recall: Double?, f1: Double?, auc: Double? = nil, _ remark: String
    ) {
        self.model = "published: \(model)"
        (self.precision, self.recall, self.f1, self.auc, self.remark) = (precision, recall, f1, auc, remark)
    }

    static let published = [
        AI4ILine(published: "decision tree, tuned", precision: 0.735, recall: 0.735, f1: 0.735, "2,000 test rows"),
        AI4ILine(published: "SVM, tuned", precision: 0.912, recall: 0.456, f1: 0.608, "2,000 test rows"),
        AI4ILine(published: "k nearest neighbours", precision: 0.714, recall: 0.368, f1: 0.485, "2,000 test rows"),
        AI4ILine(published: "logistic regression", precision: 0.632, recall: 0.176, f1: 0.276, "2,000 test rows"),
        AI4ILine(
            published: "random forest, raw columns", precision: nil, recall: nil, f1: nil, auc: 0.964, "2,000 test rows"
        ),
        AI4ILine(
            published: "hist. gradient boosting + 3 products", precision: 0.949, recall: 0.824, f1: 0.882,
            "2,000 test rows"),
        AI4ILine(published: "XGBoost, cross-validated", precision: nil, recall: nil, f1: 0.895, "10,000 rows"),
    ]
}

/// What the benchmark found, beside what is published.
struct AI4IReport: ProtocolReport {
    let rows: Int
    let failures: Int
    let seeds: [UInt64]
    let lines: [AI4ILine]
    let published = AI4ILine.published

    var text: String {
        var table = TextTable(["model", "F1", "+-", "precision", "recall", "F1 at 0.5", "ROC AUC", "PR AUC", "remark"])
        func number(_ value: Double?) -> String { value.map { Text.number($0, digits: 3) } ?? "" }
        for line in lines + published {
            table.append([
                line.model, number(line.f1), number(line.f1Spread), number(line.precision), number(line.recall),
                number(line.f1AtHalf), number(line.auc), number(line.averagePrecision), line.remark,
            ])
        }
        return """
            AI4I 2020: \(rows) rows, \(failures) failures; stratified 5-fold, folds pooled, mean and standard deviation over \
            \(seeds.count) seeds.
            The threshold is where F1 is highest on rows held out inside the training folds.

            \(table.rendered())
            """
    }
}
