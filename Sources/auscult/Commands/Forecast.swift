import ArgumentParser
import Foundation
import Learning
import SignalCore
import SignalIO

/// Says how the columns of a table, the frames of a recording or the scores of a detector go on.
struct Forecast: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "forecast",
        abstract: "Forecast the next rows of a sensor table (or frames of a recording), with intervals.",
        discussion: """
            --model is a file from train, or the name of a forecaster that is fitted on the input itself: auto tries the \
            quick ones on past parts of every column and says which it took and why; --set \
            candidates=linear+lstm names those to try (of holt-winters, auto-regressive, linear, lstm). Intervals come from the errors of \
            forecasts over past parts that the forecaster was not fitted on, step by step.

            Columns of the CSV: time,column,step,forecast,lower,upper. Times go on in the input's own form and spacing. Of \
            several levels, the CSV holds the highest; --json and --plot hold all.

            Missing rows and cells are filled along straight lines up to --fill-gaps in a row, and counted; a longer gap \
            ends a run of rows, and the forecast goes on from the last run.

            --backtest K forecasts from K places over the last 30 % of the rows and measures the errors beside last value, \
            seasonal naive and mean. A forecaster that is fitted here is then fitted on the rows before only.

            --score-model FILE forecasts the anomaly score that a detector gives every row or frame, and says when it is \
            expected to cross the threshold; --threshold says so for any column.

            Examples:
              auscult forecast --model auto --input sensors.csv --horizon 48 --plot forecast.png -o forecast.csv
              auscult forecast --model forecast.safetensors --input sensors.csv --backtest 12
              auscult forecast --input fan.wav -f vibration --set vibration.hopSeconds=0.1 --columns rms
              auscult forecast --input sensors.csv --score-model detector.safetensors --horizon 60
            """)

    @Option(
        help: ArgumentHelp(
            "A model file, or the name of a forecaster: auto, linear, holt-winters, auto-regressive, lstm, ...",
            valueName: "file|name"))
    var model = AutoForecaster.name

    @Option(help: ArgumentHelp("A sensor table, or a recording.", valueName: "file"))
    var input: String

    @Option(help: ArgumentHelp("The steps to forecast (default: the model's, or 24).", valueName: "n"))
    var horizon: Int?

    @Option(help: ArgumentHelp("The levels of the intervals, separated by commas.", valueName: "list"))
    var levels = "0.9"

    @Option(help: ArgumentHelp("Forecast from so many past places too, and measure the errors.", valueName: "k"))
    var backtest: Int?

    @Option(help: ArgumentHelp("Draw history, forecast and intervals: a .png or .svg file.", valueName: "file"))
    var plot: String?

    @Option(help: ArgumentHelp("Also write a report with figures (index.html) to this folder.", valueName: "dir"))
    var report: String?

    @Option(
        help: ArgumentHelp("Forecast the scores that this detector gives the input.", valueName: "file"))
    var scoreModel: String?

    @Option(help: ArgumentHelp("Say when a column is expected to reach this value.", valueName: "value"))
    var threshold: Double?

    @Option(help: ArgumentHelp("Rows or cells missing in a row that are filled.", valueName: "n"))
    var fillGaps = GapFilling.usual

    @OptionGroup var features: FeatureOptions
    @OptionGroup var tables: TableFlags
    @OptionGroup var reading: ReadingOptions
    @OptionGroup var seeds: SeedOptions
    @OptionGroup var jobs: JobOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var common: CommonOptions

    @Flag(help: "One JSON document instead of CSV.")
    var json = false

    func run() async throws {
        let console = common.console
        try GapFilling.check(fillGaps)
        let levels = try parsedLevels()
        if let plot, !plot.hasSuffix(".png"), !plot.hasSuffix(".svg") {
            throw SignalError(
                .invalidOption, "--plot takes a file .png or .svg, not '\(plot.escapingControlCharacters)'")
        }
        if let backtest, !(1...1000).contains(backtest) {
            throw SignalError(.invalidOption, "--backtest takes 1 to 1000 places, not \(backtest)")
        }
        if let threshold, !threshold.isFinite {
            throw SignalError(.invalidOption, "--threshold takes a number, not \(threshold)")
        }
        let file = try forecasterFile()
        var (series, settings) = try readSeries(file)
        if let threshold { series.threshold = threshold }
        let run = try ForecastRun(
            series: series, file: file, name: model, settings: settings, horizon: horizon, levels: levels,
            context: FittingContext(
                seed: try seeds.value(), jobs: try jobs.count(),
                report: { [progress = FittingProgressLine(model, console: console)] in progress.report($0) }))
        for line in run.choiceLines { console.note(line) }
        let crossings = run.crossings()
        for crossing in crossings { console.note(crossing.sentence) }
        var backtest: BacktestReport?
        if let count = self.backtest {
            let report = try run.backtest(count, console: console)
            if !json { console.note(report.text) }
            backtest = report
        }
        try Interruption.check()
        if let plot { try await ForecastPicture.write(run, to: plot, console: console) }
        let result = try ResultOutput(path: output.output)
        if json {
            try result.write(JSONText.document(run.document(backtest: backtest, crossings: crossings)))
        } else {
            try result.write(run.csv)
        }
        try result.finish()
        if let report {
            try await ReportMaker.write(
                ForecastReport(run: run, backtest: backtest, crossings: crossings).report(), to: report,
                jobs: try jobs.count(), console)
        }
    }

    private func parsedLevels() throws -> [Double] {
        let levels = try levels.split(separator: ",").map { text in
            guard let level = Double(text.trimmingCharacters(in: .whitespaces)), (0.01...0.99).contains(level) else {
                throw SignalError(
                    .invalidOption,
                    "--levels takes numbers from 0.01 to 0.99 separated by commas, not '\(text.description.escapingControlCharacters)'"
                )
            }
            return level
        }
        guard !levels.isEmpty else { throw SignalError(.invalidOption, "--levels names at least one level") }
        return Set(levels).sorted()
    }

    /// The model file; `nil` where a forecaster is named.
    private func forecasterFile() throws -> ForecasterFile? {
        if ModelRegistry.forecasters.contains(where: { $0.name == model }) { return nil }
        guard FileManager.default.fileExists(atPath: model) || model.contains("/") || model.contains(".") else {
            throw SignalError(
                .invalidOption,
                NearestName.unknown("forecaster", model, among: ModelRegistry.forecasters.map { $0.name })
                    + "; there is no file of that name either")
        }
        guard features.settings.isEmpty else {
            throw SignalError(
                .invalidOption, "--set is for forecasters that are fitted here; a model file has its options")
        }
        return try ForecasterFile(path: model)
    }

    /// The rows to forecast, and the settings that are the forecaster's.
    private func readSeries(_ file: ForecasterFile?) throws -> (ForecastSeries, [String]) {
        let console = common.console
        let names = tables.columns.map { $0.split(separator: ",").map(String.init) } ?? []
        if let scoreModel {
            if file != nil {
                throw SignalError(
                    .invalidOption,
                    "scores are forecast by a forecaster that is fitted on them: leave out the file of --model")
            }
            let detector = try ModelFile(path: scoreModel)
            return (
                try ForecastSeries(scores: input, model: detector, reading: reading, label: tables.label),
                features.settings
            )
        }
        let isTable = try features.feature == nil && SensorTable.isLikely(input)
        guard !isTable else {
            var options = tables.resolved(unit: nil)
            if let file {
                if !names.isEmpty {
                    throw SignalError(.invalidOption, "--columns is for forecasters that are fitted here")
                }
                options.columns = file.forecaster.table.columns.map(\.name)
            }
            let series = try ForecastSeries(table: input, options: options, fillGaps: fillGaps, console: console)
            if let file {
                do {
                    try file.forecaster.table.requireMatch(
                        rowSpacing: series.spacing, hasAbsoluteTimes: series.startTime != nil)
                } catch let error as SignalError { throw error.at(path: input) }
                if file.forecaster.provenance.includes(digest: series.digest), backtest != nil {
                    console.warn("the model was trained on rows of this table, so its backtest is too good")
                }
            }
            return (series, features.settings)
        }
        if file != nil {
            throw SignalError(
                .mismatch, "the model forecasts tables; name a forecaster, such as --model auto, for a recording"
            ).at(
                path: input)
        }
        let (chosen, others) = try FeatureChoice.parse(
            features.feature ?? "vibration", settings: features.settings)
        guard let feature = chosen.first, chosen.count == 1 else {
            throw SignalError(.invalidOption, "one feature is forecast, not \(chosen.count)")
        }
        let series = try ForecastSeries(
            recording: input, feature: feature, reading: reading.resolved(), names: names)
        return (series, others.map { "\($0.name)=\($0.text)" })
    }
}
