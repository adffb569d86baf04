import Foundation
import Learning
import Reporting
import SignalCore

extension ForecastRun {
    /// The JSON document of the command.
    struct Document: Encodable {
        struct Interval: Encodable {
            let level: Double
            let lower: Double
            let upper: Double
        }

        struct Row: Encodable {
            let time: String
            let column: String
            let step: Int
            let forecast: Double
            let intervals: [Interval]
        }

        struct Trial: Encodable {
            let label: String
            let meanAbsoluteError: Double?
            let isBaseline: Bool
        }

        struct Choice: Encodable {
            let column: String
            let chosen: String
            let reason: String
            let trials: [Trial]
        }

        let model: String
        let input: String
        let steps: Int
        let spacingSeconds: Double
        let intervalResiduals: Int
        let choices: [Choice]
        let crossings: [ForecastCrossing]
        let backtest: BacktestReport?
        let forecast: [Row]
    }

    func document(backtest: BacktestReport?, crossings: [ForecastCrossing]) -> Document {
        let auto = model.forecaster as? AutoForecaster
        let rows = (0..<steps).flatMap { step in
            targets.enumerated().map { column, target in
                let place = step * targets.count + column
                return Document.Row(
                    time: series.timeText(series.time(ofStep: step + 1)), column: target.name, step: step + 1,
                    forecast: forecast.values[place],
                    intervals: forecast.intervals.map {
                        Document.Interval(level: $0.level, lower: $0.lower[place], upper: $0.upper[place])
                    })
            }
        }
        return Document(
            model: method, input: series.path, steps: steps, spacingSeconds: series.spacing,
            intervalResiduals: model.intervals.originCount,
            choices: zip(targets, auto?.choices ?? []).map { target, choice in
                Document.Choice(
                    column: target.name, chosen: choice.label, reason: choice.reason,
                    trials: choice.trials.map {
                        Document.Trial(
                            label: $0.label, meanAbsoluteError: $0.meanAbsoluteError, isBaseline: $0.isBaseline)
                    })
            }, crossings: crossings, backtest: backtest, forecast: rows)
    }
}

/// A backtest, for people and as JSON.
struct BacktestReport: Encodable, Sendable {
    struct Line: Encodable {
        let column: String
        let method: String
        let period: Int
        let metrics: ForecastMetrics
        let errorByStep: [Double]
    }

    let origins: Int
    let steps: Int
    let levels: [Double]
    let lines: [Line]

    init(_ backtest: ForecastBacktest, columns: [FeatureColumn]) {
        origins = backtest.origins.count
        steps = backtest.horizon
        levels = backtest.levels
        lines = columns.indices.flatMap { column in
            backtest.lines.filter { $0.column == column }.map {
                Line(
                    column: columns[column].name, method: $0.method, period: backtest.periods[column],
                    metrics: $0.metrics, errorByStep: $0.errorByStep)
            }
        }
    }

    /// The table for people.
    var text: String {
        var table = TextTable(
            ["column", "forecaster", "MAE", "RMSE", "sMAPE %", "MASE", "pinball"]
                + levels.map { "within \(OptionValue.number(100 * $0)) %" })
        for line in lines {
            let metrics = line.metrics
            func number(_ value: Double?) -> String { value.map { String(format: "%.4g", $0) } ?? "-" }
            table.append(
                [
                    line.column, line.method + (line.method == "seasonal-naive" ? " (period \(line.period))" : ""),
                    number(metrics.meanAbsoluteError), number(metrics.rootMeanSquaredError),
                    number(metrics.symmetricPercentageError), number(metrics.meanAbsoluteScaledError),
                    number(metrics.pinballLoss),
                ] + metrics.coverage.map { Text.number(100 * $0, digits: 1) })
        }
        return "backtest from \(origins) places, \(steps) steps each\n" + table.rendered()
    }
}
