import ArgumentParser
import Foundation
import Learning
import Reporting
import SignalCore
import SignalIO

/// Forecasts of public series from rolling origins, beside last value, seasonal naive and mean.
struct ForecastBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "forecast",
        abstract: "Forecasts of public series from rolling origins over their last 30 %, beside the baselines.",
        discussion: """
            DIR holds nab/data/realKnownCause, synthetic-4-sensors and skab/anomaly-free as published. The first 70 % of \
            every series are for training: auto chooses a forecaster for every column there, and all models, seasons and \
            intervals come from there. The forecasts begin at places spread evenly over the last 30 %, and each looks only \
            at rows before its own. Rows are taken as evenly spaced. The seasonal naive forecast has the season found in \
            training, and is the last value where none was found.

            --part training does the same within the first 70 %, to choose a configuration by.

            Example: auscult benchmark forecast --data ../shared/data
            """)

    /// What is looked at.
    enum Part: String, ExpressibleByArgument, CaseIterable {
        /// The whole series.
        case all
        /// Only the training part.
        case training
    }

    @OptionGroup var protocolOptions: ProtocolOptions

    @Option(help: ArgumentHelp("Places to forecast from, 12 to 200.", valueName: "n"))
    var origins = 48

    @Option(help: "What is looked at: all, or training.")
    var part = Part.all

    /// One series with its horizon.
    private struct Series {
        let name: String
        let path: String
        let horizon: Int
        /// Whether there is something to know of what comes, rather than a level that wanders.
        let isStructured: Bool
    }

    /// Horizons are what one would plan by: a day of hours, a day of half hours, two hours of machine temperature, an
    /// hour of minutes, a minute of seconds.
    private static let series = [
        Series(
            name: "ambient temperature", path: "nab/data/realKnownCause/ambient_temperature_system_failure.csv",
            horizon: 24, isStructured: true),
        Series(name: "taxi", path: "nab/data/realKnownCause/nyc_taxi.csv", horizon: 48, isStructured: true),
        Series(
            name: "machine temperature", path: "nab/data/realKnownCause/machine_temperature_system_failure.csv",
            horizon: 24, isStructured: false),
        Series(name: "synthetic-4", path: "synthetic-4-sensors/sensors.csv", horizon: 60, isStructured: true),
        Series(name: "SKAB", path: "skab/anomaly-free/anomaly-free.csv", horizon: 60, isStructured: true),
    ]
    /// The share of a series that is for training.
    private static let trainingShare = 0.7
    private static let level = 0.9

    func run() async throws {
        guard (12...200).contains(origins) else {
            throw SignalError(.invalidOption, "--origins takes 12 to 200, not \(origins)")
        }
        var lines: [Line] = []
        var covered = (inside: 0, all: 0)
        for series in Self.series {
            try Interruption.check()
            let (found, inside) = try measure(series)
            lines += found
            covered.inside += inside.inside
            covered.all += inside.all
        }
        try protocolOptions.write(
            Report(
                origins: origins, part: part.rawValue, coverage: Double(covered.inside) / Double(max(covered.all, 1)),
                values: covered.all, machine: BenchmarkMachine.words, lines: lines))
    }

    private func measure(_ series: Series) throws -> (lines: [Line], covered: (inside: Int, all: Int)) {
        let path = protocolOptions.data + "/" + series.path
        let content = try SensorTable.read(path: path)
        let rows = content.frames
        let count = part == .all ? rows.count : Int(Self.trainingShare * Double(rows.count))
        let first = Int(Self.trainingShare * Double(count))
        let frames = rows.frames(in: 0..<count)
        let training = TrainingData(
            schema: content.schema, frames: frames.frames(in: 0..<first), segments: [0..<first])
        let progress = FittingProgressLine(series.name, console: protocolOptions.common.console)
        let context = FittingContext(
            seed: try protocolOptions.seeds.value(), jobs: try protocolOptions.jobs.count(),
            report: { report in
                try Interruption.check()
                return progress.report(report)
            })
        do {
            var model: CalibratedForecaster?
            let seconds = try Stopwatch.seconds {
                model = try CalibratedForecaster.fit(
                    named: AutoForecaster.name, training,
                    settings: [(name: "horizon", text: String(series.horizon))], context: context)
            }
            guard let model else { preconditionFailure("fitted above") }
            let (baselines, periods) = try ForecastBacktest.baselines(
                training, horizon: series.horizon, targets: 0, context: context)
            let backtest = try ForecastBacktest(
                [(name: AutoForecaster.name, model: model)] + baselines, frames: frames,
                origins: RollingForecasts.origins(origins, from: first, frames: count, horizon: series.horizon),
                steps: series.horizon, levels: [Self.level], periods: periods)
            let choices = (model.forecaster as? AutoForecaster)?.choices ?? []
            let lines = content.schema.columns.indices.map { column in
                let own = backtest.lines.filter { $0.column == column }
                func error(_ method: String) -> Double {
                    own.first { $0.method == method }?.metrics.meanAbsoluteError ?? .nan
                }
                let auto = error(AutoForecaster.name)
                let best = baselines.map { error($0.name) }.min() ?? .nan
                return Line(
                    series: series.name, column: content.schema.columns[column].name, isStructured: series.isStructured,
                    horizon: series.horizon, period: periods[column], chosen: choices[column].label,
                    meanAbsoluteError: auto, lastValue: error(LastValueForecaster.name),
                    seasonalNaive: error(SeasonalNaiveForecaster.name), mean: error(MeanForecaster.name),
                    ratioToSeasonalNaive: auto / error(SeasonalNaiveForecaster.name), ratioToBestBaseline: auto / best,
                    meanAbsoluteScaledError: own[0].metrics.meanAbsoluteScaledError,
                    coverage: own[0].metrics.coverage[0], fitSeconds: seconds / Double(choices.count))
            }
            return (lines, backtest.covered[0])
        } catch let error as SignalError {
            throw error.at(path: path)
        }
    }

    /// One column.
    struct Line: Encodable {
        let series: String
        let column: String
        let isStructured: Bool
        let horizon: Int
        let period: Int
        let chosen: String
        let meanAbsoluteError: Double
        let lastValue: Double
        let seasonalNaive: Double
        let mean: Double
        let ratioToSeasonalNaive: Double
        let ratioToBestBaseline: Double
        let meanAbsoluteScaledError: Double?
        let coverage: Double
        let fitSeconds: Double
    }

    private struct Report: ProtocolReport {
        let origins: Int
        let part: String
        let coverage: Double
        let values: Int
        let machine: String
        let lines: [Line]

        var text: String {
            var table = TextTable([
                "series", "column", "steps", "season", "chosen", "MAE", "last value", "seasonal naive", "mean",
                "/ seasonal naive", "/ best baseline", "within 90 %", "fit s",
            ])
            func number(_ value: Double) -> String { String(format: "%.4g", value) }
            for line in lines {
                table.append([
                    line.series, line.column, String(line.horizon), line.period > 1 ? String(line.period) : "-",
                    line.chosen, number(line.meanAbsoluteError), number(line.lastValue), number(line.seasonalNaive),
                    number(line.mean), Text.number(line.ratioToSeasonalNaive, digits: 3),
                    Text.number(line.ratioToBestBaseline, digits: 3), Text.number(100 * line.coverage, digits: 1),
                    Text.number(line.fitSeconds, digits: 2),
                ])
            }
            let structured = lines.filter(\.isStructured)
            let names = structured.map(\.series).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
            let ratios = names.map { name in
                let own = structured.filter { $0.series == name }.map(\.ratioToSeasonalNaive)
                return own.reduce(0, +) / Double(own.count)
            }
            let mean = ratios.reduce(0, +) / Double(max(ratios.count, 1))
            let columns = structured.map(\.ratioToSeasonalNaive)
            let shown = zip(names, ratios).map { "\($0) \(Text.number($1, digits: 3))" }.joined(separator: ", ")
            return """
                \(origins) origins over the last 30 %\(part == "training" ? " of the training part" : ""); \(machine)

                """ + table.rendered() + """
                    MAE over that of seasonal naive: \(shown); mean of the structured series \(Text.number(mean, digits: 3)), \
                    mean of their columns \(Text.number(columns.reduce(0, +) / Double(max(columns.count, 1)), digits: 3)), \
                    largest \(Text.number(columns.max() ?? 0, digits: 3))
                    90 % intervals hold \(Text.number(100 * coverage, digits: 1)) % of \(values) values

                    """
        }
    }
}
