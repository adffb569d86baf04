import Foundation
import Learning
import Reporting
import SignalCore

/// What one seed came to.
struct CMAPSSRun {
    /// One judged cycle.
    struct Row {
        let truth: Double
        let prediction: Double
        let mean: Double
        let line: Double
        let isCovered: Bool
        let intervalWidth: Double
        let probability: Double
        let isFound: Bool
        let isFailure: Bool
    }

    /// The random cut-offs.
    var cuts: [Row] = []
    /// Every cycle of every engine.
    var all: [Row] = []
}

/// A line about remaining life.
struct CMAPSSLifeLine: Encodable {
    let model: String
    var rows = ""
    var rmse: Double?
    var rmseSpread: Double?
    var mae: Double?
    /// NASA's score of 100 engines.
    var score: Double?
    var coveragePercent: Double?
    var intervalWidth: Double?

    init(_ model: String, _ rows: String, _ runs: [[CMAPSSRun.Row]], _ prediction: (CMAPSSRun.Row) -> Double) {
        (self.model, self.rows) = (model, rows)
        func errors(_ run: [CMAPSSRun.Row]) -> [Double] { run.map { prediction($0) - $0.truth } }
        func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(max(1, values.count)) }
        let summary = SeedSummary(runs.map { mean(errors($0).map { $0 * $0 }).squareRoot() })
        (rmse, rmseSpread) = (summary?.mean, summary?.standardDeviation)
        mae = mean(runs.map { mean(errors($0).map(abs)) })
        score = mean(runs.map { 100 * mean(errors($0).map(Self.score)) })
    }

    init(published model: String, rmse: Double, score: Double) {
        self.model = "published: \(model)"
        (rows, self.rmse, self.score) = ("test part", rmse, score)
    }

    /// The penalty of an error, late predictions weighing more (Saxena et al., PHM 2008).
    static func score(_ error: Double) -> Double {
        error < 0 ? exp(-error / 13) - 1 : exp(error / 10) - 1
    }
}

/// What the benchmark found, beside what is published.
struct CMAPSSReport: ProtocolReport {
    /// The failure within 30 cycles.
    struct FailureLine: Encodable {
        let model: String
        let rows: String
        let auc: Double
        let f1: Double
        let precision: Double
        let recall: Double
    }

    let engineCount: Int
    let cycles: Int
    let seeds: Int
    let firstSeed: UInt64
    let judged: Int
    let life: [CMAPSSLifeLine]
    let failure: [FailureLine]
    let published = [
        ("MLP", 37.56, 18000), ("SVR", 20.96, 1380), ("CNN", 18.45, 1299), ("deep LSTM", 16.14, 338),
        ("random forest, rolling statistics", 17.1, 659), ("TaFCN", 13.99, 336), ("AGCNN", 12.42, 225.5),
        ("bi-level LSTM", 11.80, 194), ("MTSTAN", 10.97, 175.36),
    ].map { CMAPSSLifeLine(published: $0.0, rmse: $0.1, score: $0.2) }

    init(engines: CMAPSSEngines, runs: [CMAPSSRun], firstSeed: UInt64) {
        engineCount = engines.units.count
        cycles = engines.units.reduce(0) { $0 + $1.count }
        (seeds, self.firstSeed) = (runs.count, firstSeed)
        judged = runs.reduce(0) { $0 + $1.cuts.count } / max(1, runs.count)
        let (cuts, all) = (runs.map(\.cuts), runs.map(\.all))
        func ours(_ name: String, _ rows: [[CMAPSSRun.Row]]) -> CMAPSSLifeLine {
            var line = CMAPSSLifeLine("gradient boosting", name, rows) { $0.prediction }
            let joined = rows.flatMap(\.self)
            line.coveragePercent = 100 * Double(joined.count { $0.isCovered }) / Double(max(1, joined.count))
            line.intervalWidth = joined.reduce(0) { $0 + $1.intervalWidth } / Double(max(1, joined.count))
            return line
        }
        life = [
            ours("cut-offs", cuts), CMAPSSLifeLine("linear in age", "cut-offs", cuts) { $0.line },
            CMAPSSLifeLine("mean of training engines", "cut-offs", cuts) { $0.mean }, ours("all cycles", all),
        ]
        failure = [("cut-offs", cuts), ("all cycles", all)].flatMap { name, runs in
            let lines = runs.map { rows in
                let metrics = ClassificationMetrics(rows.map { (isFound: $0.isFound, isAnomalous: $0.isFailure) })
                let ranking = try? ScoreRanking(rows.map { (score: $0.probability, isAnomalous: $0.isFailure) })
                return (metrics: metrics, auc: ranking?.areaUnderCurve ?? 0.5)
            }
            func mean(_ value: (ClassificationMetrics) -> Double) -> Double {
                lines.reduce(0) { $0 + value($1.metrics) } / Double(max(1, lines.count))
            }
            let rows = runs.flatMap(\.self)
            let share = Double(rows.count { $0.isFailure }) / Double(max(1, rows.count))
            return [
                FailureLine(
                    model: "gradient boosting", rows: name,
                    auc: lines.reduce(0) { $0 + $1.auc } / Double(max(1, lines.count)), f1: mean(\.f1),
                    precision: mean(\.precision), recall: mean(\.recall)),
                FailureLine(
                    model: "every cycle fails", rows: name, auc: 0.5, f1: 2 * share / (1 + share), precision: share,
                    recall: 1),
            ]
        }
    }

    var text: String {
        func number(_ value: Double?, _ digits: Int = 2) -> String {
            value.map { Text.number($0, digits: digits) } ?? ""
        }
        var lives = TextTable([
            "model", "judged at", "RMSE", "+-", "MAE", "score of 100", "90 % intervals hold %", "their width",
        ])
        for line in life + published {
            lives.append([
                line.model, line.rows, number(line.rmse), number(line.rmseSpread), number(line.mae),
                number(line.score, 0), number(line.coveragePercent, 1), number(line.intervalWidth, 1),
            ])
        }
        var failures = TextTable(["fails within 30 cycles", "judged at", "ROC AUC", "F1", "precision", "recall"])
        for line in failure {
            failures.append([
                line.model, line.rows, number(line.auc, 4), number(line.f1, 3), number(line.precision, 3),
                number(line.recall, 3),
            ])
        }
        return """
            C-MAPSS FD001, training part: \(engineCount) engines, \(cycles) cycles; engine-wise 5-fold, remaining life capped \
            at 125, \(judged) random cut-offs from cycle 31 on, mean and standard deviation over \(seeds) seeds from \(firstSeed).
            Published figures are of the test part (100 other engines, one cut-off each) and stand here for orientation only.

            \(lives.rendered())
            \(failures.rendered())
            """
    }
}
