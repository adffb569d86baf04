import Learning
import Reporting
import SignalCore

/// A report on a forecast: the fans, what was chosen and why, and the backtest.
struct ForecastReport {
    let run: ForecastRun
    let backtest: BacktestReport?
    let crossings: [ForecastCrossing]

    /// The sections of the report.
    func report() -> Report {
        var report = ReportMaker.report("Forecast of \(run.series.path)")
        let targets = run.targets.prefix(ForecastPicture.mostColumns)
        report.summary =
            [
                "\(run.method) forecasts \(run.targets.count) columns \(run.steps) steps ahead, one step in "
                    + "\(Text.number(run.series.spacing, digits: 3)) s, after \(run.series.lastRun.count) rows."
            ] + crossings.map(\.sentence)
        var forecast = Report.Section("Forecast")
        for (column, target) in targets.enumerated() {
            var figure = ForecastPicture.figure(run, column: column, target: target)
            figure.name = "forecast-\(column + 1)"
            forecast.show(figure)
        }
        if run.targets.count > targets.count {
            forecast.say("The first \(targets.count) of \(run.targets.count) columns are drawn.")
        }
        report.sections = [forecast]
        if let auto = run.model.forecaster as? AutoForecaster {
            var choice = Report.Section("What was chosen, and why")
            let trials = zip(run.targets, auto.choices).flatMap { target, choice in
                choice.trials.map { (target.name, choice.label, $0) }
            }
            choice.show(
                NumberTable([
                    .init("column", trials.map(\.0)), .init("tried", trials.map(\.2.label)),
                    .init("baseline", trials.map { $0.2.isBaseline ? "yes" : "" }),
                    .init("chosen", trials.map { $0.1 == $0.2.label ? "yes" : "" }),
                    .init("mean absolute error", unit: "the column's", trials.map { $0.2.meanAbsoluteError ?? .nan }),
                ]), caption: "Forecasts from past places of the rows, each fitted on the rows before.")
            for line in run.choiceLines { choice.say(line) }
            report.sections.append(choice)
        }
        if let training = ReportMaker.training(run.histories) { report.sections.append(training) }
        if let backtest { report.sections.append(section(backtest)) }
        report.sections.append(ReportMaker.howToReproduce())
        return report
    }

    private func section(_ backtest: BacktestReport) -> Report.Section {
        var section = Report.Section("Backtest")
        let lines = backtest.lines
        section.show(
            NumberTable(
                [
                    .init("column", lines.map(\.column)), .init("forecaster", lines.map(\.method)),
                    .init("MAE", unit: "the column's", lines.map(\.metrics.meanAbsoluteError)),
                    .init("RMSE", unit: "the column's", lines.map(\.metrics.rootMeanSquaredError)),
                    .init("sMAPE", unit: "%", lines.map(\.metrics.symmetricPercentageError)),
                    .init("MASE", unit: "1", lines.map { $0.metrics.meanAbsoluteScaledError ?? .nan }),
                ]
                    + backtest.levels.enumerated().map { index, level in
                        .init(
                            "within \(OptionValue.number(100 * level)) %", unit: "share",
                            lines.map { $0.metrics.coverage[index] })
                    }),
            caption: "\(backtest.origins) places over the last 30 % of the rows, \(backtest.steps) steps from each.")
        for (number, target) in run.targets.prefix(ForecastPicture.mostColumns).enumerated() {
            let own = lines.filter { $0.column == target.name }
            section.show(
                BacktestErrorsFigure(
                    name: "backtest-errors-\(number + 1)", forecasters: own.map(\.method),
                    errors: own.map(\.errorByStep), value: Axis(target.name, unit: target.unit),
                    origins: backtest.origins))
        }
        return section
    }
}
