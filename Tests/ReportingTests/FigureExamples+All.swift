import Foundation
import SignalCore

@testable import Reporting

/// The numbers from which one kind of figure is made.
struct FigureInput: Sendable {
    /// The number of rows.
    var count: Int
    /// Values by the number of a series.
    var values: @Sendable (Int) -> [Double]
    var flags: [Bool]
    /// A text for titles and names.
    var text: @Sendable (String) -> String

    func names(_ stem: String) -> [String] { (0..<count).map { text("\(stem) \($0 + 1)") } }
    var times: [Double] { FigureExample.times(count, from: FigureExample.march2014) }

    /// Sound numbers.
    static func sound(_ count: Int, text: @escaping @Sendable (String) -> String = { $0 }) -> FigureInput {
        FigureInput(
            count: count, values: { FigureExample.series(count, seed: UInt64($0)) },
            flags: (0..<count).map { $0 % 40 > 33 }, text: text)
    }

    /// Numbers that nobody would wish for.
    static let odd: [FigureInput] =
        [0, 1, 2].map { sound($0) } + [sound(30) { $0 + FigureExample.hostile }]
        + [0, .nan, .infinity, -.infinity, 1e300, -1e-300].map { value in
            FigureInput(
                count: 20, values: { _ in [Double](repeating: value, count: 20) },
                flags: [Bool](repeating: value == 0, count: 20), text: { $0 })
        }
        + [
            FigureInput(
                count: 20, values: { _ in (0..<20).map { [.nan, 1e300, -1e300, .infinity, 3][$0 % 5] } },
                flags: (0..<20).map { $0 % 2 == 0 }, text: { $0 })
        ]
}

extension FigureExample {
    static let all: [FigureExample] = makers.map { sound, maker in
        FigureExample(figure: maker(.sound(sound)), oddities: FigureInput.odd.map(maker))
    }

    private static let temperature = Axis("Temperature", unit: "°C")

    /// For every kind the number of rows that suits it, and how it is made.
    private static let makers: [(Int, @Sendable (FigureInput) -> any Figure)] = [
        (
            300,
            { input in
                let isAnomalous = input.flags
                let scores = zip(input.values(1), isAnomalous).map { $0 + ($1 ? 4 : 0) }
                return ROCFigure(
                    title: input.text("ROC"),
                    curves: [
                        .receiverOperatingCharacteristic(
                            name: input.text("model"), scores: scores, isAnomalous: isAnomalous, area: 0.83,
                            lower: 0.79,
                            upper: 0.86),
                        .receiverOperatingCharacteristic(
                            name: "loudness", scores: input.values(2), isAnomalous: isAnomalous, area: 0.5),
                    ], falsePositiveRate: 0.1, truePositiveRate: 0.4)
            }
        ),
        (
            300,
            { input in
                PrecisionRecallFigure(
                    title: input.text("PR"),
                    curves: [
                        .precisionRecall(
                            name: input.text("model"),
                            scores: zip(input.values(1), input.flags).map { $0 + ($1 ? 6 : 0) },
                            isAnomalous: input.flags, averagePrecision: 0.6),
                        .precisionRecall(name: "loudness", scores: input.values(2), isAnomalous: input.flags),
                    ], prevalence: 0.15)
            }
        ),
        (
            300,
            { input in
                ScoreHistogramFigure(
                    title: input.text("Scores"), scores: zip(input.values(1), input.flags).map { $0 + ($1 ? 6 : 0) },
                    isAnomalous: input.flags, threshold: 26)
            }
        ),
        (
            2,
            { input in
                ConfusionMatrixFigure(
                    title: input.text("Confusion"), classes: input.names("class"),
                    counts: (0..<input.count).map { row in
                        (0..<input.count).map { $0 == row ? 90 + row : 7 + $0 }
                    }, unit: "recordings")
            }
        ),
        (
            6,
            { input in
                let values = input.values(1).map { $0 / 30 }
                return QualityFigure(
                    title: input.text("Machines"), machines: input.names("fan/id"), values: values,
                    lower: values.map { $0 - 0.05 }, upper: values.map { $0 + 0.04 },
                    baseline: input.values(2).map { $0 / 40 }, baselineName: input.text("loudness"))
            }
        ),
        (
            150,
            { input in
                let bands = 64
                let frames = input.count
                let values = input.values(1)
                let levels = (0..<frames * bands).map { position in
                    Float(-60 + values[position / bands] - abs(Double(position % bands) - 20))
                }
                return ClipFigure(
                    title: input.text("Clip"), reason: "It has the highest score.",
                    frequencies: (0..<bands).map { 60 * pow(1.08, Double($0)) },
                    frameTimes: times(frames, step: 0.064), levels: levels,
                    errors: levels.map { max(0, $0 + 50) }, times: times(frames, step: 0.064), scores: values,
                    threshold: 25)
            }
        ),
        (
            30,
            { input in
                BlameFigure(
                    title: input.text("Blame"), columns: input.names("column"),
                    contributions: input.values(1).map { $0 - 15 }, usual: input.values(2).map { $0 - 10 })
            }
        ),
        (
            9000,
            { input in
                TimelineFigure(
                    title: input.text("Timeline"), times: input.times, hasDates: true, scores: input.values(1),
                    threshold: 25, alarms: input.values(1).map { $0 > 25.8 }, labels: input.flags)
            }
        ),
        (
            20,
            { input in
                TrainingHistoryFigure(
                    title: input.text("History"), loss: input.values(1).enumerated().map { $1 / Double(10 + $0) },
                    validationLoss: input.values(2).enumerated().map { $1 / Double(9 + $0) })
            }
        ),
        (
            800,
            { input in
                ThresholdFigure(
                    title: input.text("Threshold"), scores: input.values(1), threshold: 28,
                    source: input.text("normal recordings"), rule: "quantile:0.99")
            }
        ),
        (
            300,
            { input in
                ThresholdSweepFigure(
                    title: input.text("Sweep"), scores: zip(input.values(1), input.flags).map { $0 + ($1 ? 6 : 0) },
                    isAnomalous: input.flags, threshold: 26)
            }
        ),
        (
            9,
            { input in
                let quality = input.values(1).map { $0 / 30 }
                return ModelComparisonFigure(
                    title: input.text("Models"), models: input.names("model"),
                    microseconds: input.values(2).enumerated().map { $0 > 6 ? .nan : pow(3, Double($0)) * $1 / 20 },
                    quality: quality, lower: quality.map { $0 - 0.03 }, upper: quality.map { $0 + 0.03 })
            }
        ),
        (
            14,
            { input in
                FeatureImportanceFigure(
                    title: input.text("Importance"), columns: input.names("sensor"),
                    importance: input.values(1).map { $0 - 15 }, deviation: input.values(2).map { $0 / 40 },
                    measure: Axis(input.text("Rise of the error"), unit: "cycles"))
            }
        ),
        (
            400,
            { input in
                CalibrationFigure(
                    title: input.text("Calibration"), probabilities: input.values(1).map { ($0 - 15) / 11 },
                    cameTrue: zip(input.values(1), input.values(2)).map { $0 + 6 * ($1 - $1.rounded(.down)) > 24 })
            }
        ),
        (
            7,
            { input in
                CorrelationMapFigure(
                    title: input.text("Correlation"), columns: input.names("sensor"),
                    coefficients: (0..<input.count).map { row in
                        input.values(row).enumerated().map { $0 == row ? 1 : ($1 - 20) / 7 }
                    })
            }
        ),
        (
            500,
            { input in
                DistributionsFigure(
                    title: input.text("Distributions"),
                    columns: (1...7).map {
                        .init(Axis(input.text("Sensor \($0)"), unit: "unit"), values: input.values($0))
                    })
            }
        ),
        (
            3000,
            { input in
                SensorOverviewFigure(
                    title: input.text("Sensors"), hasDates: true,
                    columns: (1...4).map {
                        .init(
                            Axis(input.text("Sensor \($0)"), unit: "°C"), times: input.times, values: input.values($0))
                    }, marked: Stretch.marked(input.flags, times: input.times), marking: "alarms")
            }
        ),
        (
            600,
            { input in
                let all = input.values(1)
                let season = all.indices.map { 5 * sin(Double($0) * .pi / 12) }
                return DecompositionFigure(
                    title: input.text("Decomposition"), method: "STL", value: temperature, hasDates: true,
                    times: input.times, observed: all, trend: all.map { _ in 20.5 }, seasonal: season,
                    remainder: zip(all, season).map { $0 - 20.5 - $1 })
            }
        ),
        (
            600,
            { input in
                RollingStatisticsFigure(
                    title: input.text("Rolling"), window: "24 rows", value: temperature, hasDates: true,
                    times: input.times, values: input.values(1), mean: input.values(1).map { 20 + ($0 - 20) / 3 },
                    deviation: input.values(2).map { $0 / 10 })
            }
        ),
        (
            2000,
            { input in
                AnomalyHistoryFigure(
                    title: input.text("Anomalies"), times: input.times, hasDates: true,
                    severities: [input.text("low"), "medium", "high"],
                    severity: input.flags.enumerated().map { $1 ? $0 % 3 : nil })
            }
        ),
        (
            48,
            { input in
                let forecast = input.values(2)
                return ForecastFanFigure(
                    title: input.text("Forecast"), method: input.text("holt-winters"),
                    value: Axis(input.text("Temperature"), unit: "°C"), hasDates: true, historyTimes: input.times,
                    history: input.values(1),
                    times: times(input.count, from: march2014 + 3600 * Double(input.count)), forecast: forecast,
                    bands: [
                        .init(level: 0.5, lower: forecast.map { $0 - 0.5 }, upper: forecast.map { $0 + 0.5 }),
                        .init(level: 0.9, lower: forecast.map { $0 - 2 }, upper: forecast.map { $0 + 2 }),
                    ], actual: forecast.map { $0 + 0.3 })
            }
        ),
        (
            24,
            { input in
                BacktestErrorsFigure(
                    title: input.text("Backtest"), forecasters: ["auto", input.text("seasonal-naive"), "last-value"],
                    errors: (1...3).map { number in input.values(number).map { $0 * Double(number) / 20 } },
                    value: temperature, origins: 12)
            }
        ),
        (
            12,
            { input in
                let life = input.values(1).map { ($0 - 14) * 10 }
                return MaintenanceRiskFigure(
                    title: input.text("Risk"), units: input.names("engine"),
                    risks: (0..<input.count).map { ["LOW", "HIGH", "MEDIUM"][$0 % 3] },
                    probabilities: life.map { 1 / (1 + $0 / 20) }, remainingLife: life, lower: life.map { $0 * 0.7 },
                    upper: life.map { $0 * 1.2 }, lifeUnit: "cycles")
            }
        ),
        (
            24,
            { input in
                EnergyByHourFigure(
                    title: input.text("Energy"), meanEnergy: input.values(1).map { $0 / 10 },
                    peakEnergy: input.values(2).map { $0 / 8 },
                    isPeak: (0..<input.count).map { 17...20 ~= $0 })
            }
        ),
    ]
}
