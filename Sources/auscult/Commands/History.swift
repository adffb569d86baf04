import ArgumentParser
import Foundation
import Reporting
import SeriesAnalysis
import SignalCore
import SignalIO

/// What became of the columns of a table over time.
struct History: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history",
        abstract: "History of a sensor table: trend, season, distribution, correlation, anomalies of every column.",
        discussion: """
            The columns are machine,section,item,measure,value,unit; item is a column of the table, or two joined by ~. \
            Sections: distribution (count, missing, mean, std, quantiles, skewness, kurtosis, test of normality), trend \
            (slope a day by Theil and Sen with its 95 % interval, Mann and Kendall's test, on values less their season), \
            season (STL: its length, strength, range), correlation (Pearson, Spearman, lag), anomalies (from --anomalies). \
            --json also holds histograms and rolling statistics. --components prints every row's trend, season and \
            remainder instead: machine,time,column,value,trend,season,remainder,weight.

            Missing values are left out, of correlations pair by pair, and counted. Seasons, lags and windows count rows.

            Examples:
              auscult history sensors.csv --json -o history.json
              auscult detect --model m.safetensors sensors.csv -o readings.csv
              auscult history sensors.csv --anomalies readings.csv
            """)

    @OptionGroup var input: WholeTableOptions

    @Option(help: ArgumentHelp("Length of the season in seconds, such as 86400 (default: found).", valueName: "s"))
    var period: Double?

    @Option(
        help: ArgumentHelp("Rows that rolling statistics look at (default: a season, or a fiftieth).", valueName: "n"))
    var window: Int?

    @Option(help: ArgumentHelp("Longest lag between columns in rows (default: half a season).", valueName: "n"))
    var longestLag: Int?

    @Option(help: ArgumentHelp("What detect wrote about the same table, as CSV.", valueName: "file"))
    var anomalies: String?

    @Flag(help: "Every row's trend, season and remainder instead of the summary.")
    var components = false

    @OptionGroup var jobs: JobOptions
    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions

    @Flag(help: "One JSON document.")
    var json = false

    private struct Document: Encodable {
        struct Machine: Encodable {
            let machine: String
            let history: SeriesHistory
        }

        let source: String
        let hasDates: Bool
        let machines: [Machine]
        let anomalies: [AnomalyHistory]?
    }

    func run() async throws {
        guard !(components && json) else {
            throw SignalError(.invalidOption, "--components is CSV; leave out --json")
        }
        let jobs = try jobs.count()
        let readings = try anomalies.map { try DetectedReadings.read($0) }
        let series = try input.read()
        let options = try options(rowSeconds: series.rowSeconds)
        let histories: [Document.Machine]
        do {
            histories = try series.machines.map { machine in
                Document.Machine(
                    machine: machine.name,
                    history: try SeriesHistory(
                        columns: series.columns, values: machine.values, times: machine.times,
                        rowSeconds: series.rowSeconds, options: options, jobs: jobs))
            }
        } catch let error as SignalError where error.code != .invalidOption {
            throw error.at(path: series.path)
        }
        let found = readings.map { AnomalyHistory.summing($0.byParameter(of: series.columns)) }
        let result = try ResultOutput(path: output.output)
        if json {
            try result.write(
                JSONText.document(
                    Document(source: series.path, hasDates: series.isDated, machines: histories, anomalies: found)))
        } else if components {
            try result.write(
                CSVText.row(["machine", "time", "column", "value", "trend", "season", "remainder", "weight"]))
            for (machine, history) in zip(series.machines, histories) {
                try Self.writeComponents(machine, history.history, series, to: result)
            }
        } else {
            try result.write(MeasureRows.header)
            for history in histories {
                try result.write(Self.rows(history.history, machine: history.machine))
                common.console.note(Self.words(history.history, machine: history.machine))
            }
            if let found {
                try result.write(Self.rows(found, series))
                common.console.note(Self.words(found, series))
            }
        }
        try result.finish()
        try series.conclude(common.console)
    }

    private func options(rowSeconds: Double) throws -> HistoryOptions {
        var options = HistoryOptions()
        if let period {
            let rows = (period / rowSeconds).rounded()
            guard period > 0, (2...10_000_000).contains(rows) else {
                throw SignalError(
                    .invalidOption,
                    "--period is at least two rows, here \(2 * rowSeconds) seconds, and at most 10000000 rows; not \(period)"
                )
            }
            options.period = Int(rows)
        }
        if let window {
            try OptionRange.check("--window", window, in: 1...10_000_000)
            options.window = window
        }
        if let longestLag {
            try OptionRange.check("--longest-lag", longestLag, in: 1...1_000_000)
            options.longestLag = longestLag
        }
        return options
    }

    private static func rows(_ history: SeriesHistory, machine: String) -> String {
        var rows = MeasureRows(machine: machine)
        for column in history.columns {
            let (name, unit) = (column.name, column.unit)
            if let distribution = column.distribution {
                func add(_ measure: String, _ value: Double, _ unit: String = "") {
                    rows.add("distribution", name, measure, value, unit)
                }
                rows.add("distribution", name, "count", distribution.count)
                rows.add("distribution", name, "missing", distribution.missingCount)
                add("mean", distribution.mean, unit)
                add("std", distribution.standardDeviation, unit)
                add("min", distribution.minimum, unit)
                for (share, value) in zip(Distribution.shares, distribution.quantiles) {
                    add("q\(Int((share * 100).rounded()))", value, unit)
                }
                add("max", distribution.maximum, unit)
                add("skewness", distribution.skewness)
                add("kurtosis", distribution.kurtosis)
                add("jarque_bera", distribution.jarqueBera)
                add("normality_p", distribution.normalityPValue)
            } else {
                rows.add("distribution", name, "count", 0)
            }
            if let trend = column.trend {
                for (measure, value) in [("slope", trend.slope), ("lower", trend.lower), ("upper", trend.upper)] {
                    rows.add("trend", name, measure, value, unit.isEmpty ? "1/day" : "\(unit)/day")
                }
                rows.add("trend", name, "tau", trend.tau)
                rows.add("trend", name, "p", trend.pValue)
                rows.add("trend", name, "direction", text: trend.direction)
            }
            if let period = column.period {
                rows.add("season", name, "period", Double(period) * history.rowSeconds, "s")
                rows.add("season", name, "season_strength", column.seasonStrength)
                rows.add("season", name, "trend_strength", column.trendStrength)
                rows.add("season", name, "range", column.seasonRange, unit)
                rows.add("season", name, "peak_after_start", column.seasonPeakSeconds, "s")
                rows.add("season", name, "trough_after_start", column.seasonTroughSeconds, "s")
                rows.add("season", name, "remainder_std", column.remainderDeviation, unit)
            }
        }
        for pair in history.correlations.pairs {
            let item = "\(pair.first)~\(pair.second)"
            rows.add("correlation", item, "count", pair.count)
            rows.add("correlation", item, "pearson", pair.pearson)
            rows.add("correlation", item, "spearman", pair.spearman)
            rows.add("correlation", item, "lag", pair.lag.map { Double($0) * history.rowSeconds }, "s")
            rows.add("correlation", item, "lag_correlation", pair.lagCorrelation)
        }
        return rows.rows
    }

    private static func rows(_ anomalies: [AnomalyHistory], _ series: TableSeries) -> String {
        var rows = MeasureRows(machine: "")
        for history in anomalies {
            rows.add("anomalies", history.column, "rows", history.rowCount)
            rows.add("anomalies", history.column, "episodes", history.episodeCount)
            rows.add("anomalies", history.column, "rate", history.episodesPerDay, "1/day")
            rows.add("anomalies", history.column, "low", history.lowCount)
            rows.add("anomalies", history.column, "medium", history.mediumCount)
            rows.add("anomalies", history.column, "high", history.highCount)
            rows.add("anomalies", history.column, "first", text: series.time(history.firstTime))
            rows.add("anomalies", history.column, "last", text: series.time(history.lastTime))
            rows.add("anomalies", history.column, "trend", text: history.trend?.direction ?? "steady")
        }
        return rows.rows
    }

    private static func writeComponents(
        _ machine: TableSeries.Machine, _ history: SeriesHistory, _ series: TableSeries, to result: ResultOutput
    ) throws {
        for (index, column) in history.columns.enumerated() {
            guard let parts = column.decomposition else { continue }
            for row in machine.times.indices {
                func text(_ value: Double) -> String { value.isFinite ? String(format: "%.9g", value) : "" }
                try result.write(
                    CSVText.row([
                        machine.name, series.time(machine.times[row]), column.name, text(machine.values[index][row]),
                        text(parts.trend[row]), text(parts.season[row]), text(parts.remainder[row]),
                        text(parts.weights[row]),
                    ]))
            }
        }
    }

    private static func words(_ history: SeriesHistory, machine: String) -> String {
        func number(_ value: Double?, _ digits: Int = 3) -> String {
            value.map { String(format: "%.\(digits + 1)g", $0) } ?? ""
        }
        var table = TextTable([
            "column", "unit", "mean", "std", "median", "missing", "a day", "trend", "season h", "strength", "range",
        ])
        for column in history.columns {
            table.append([
                column.name, column.unit, number(column.distribution?.mean),
                number(column.distribution?.standardDeviation), number(column.distribution?.quantiles[3]),
                column.distribution.map { "\($0.missingCount)" } ?? "all", number(column.trend?.slope),
                column.trend?.direction ?? "", number(column.period.map { Double($0) * history.rowSeconds / 3_600 }),
                number(column.seasonStrength, 1), number(column.seasonRange),
            ])
        }
        var text = "\(machine.isEmpty ? "" : machine.escapingControlCharacters + ": ")\(history.rowCount) rows\n"
        text += table.rendered()
        let strongest = history.correlations.pairs.filter { $0.pearson != nil }
            .sorted { abs($0.pearson ?? 0) > abs($1.pearson ?? 0) }.prefix(10)
        guard !strongest.isEmpty else { return text }
        var pairs = TextTable(["most correlated", "Pearson", "Spearman", "rows", "follows by s", "then"])
        for pair in strongest {
            pairs.append([
                "\(pair.first) and \(pair.second)", number(pair.pearson, 2), number(pair.spearman, 2), "\(pair.count)",
                number(pair.lag.map { Double($0) * history.rowSeconds }), number(pair.lagCorrelation, 2),
            ])
        }
        return text + "\n" + pairs.rendered()
    }

    private static func words(_ anomalies: [AnomalyHistory], _ series: TableSeries) -> String {
        var table = TextTable(["to blame", "rows", "episodes", "a day", "low", "medium", "high", "last", "trend"])
        for history in anomalies {
            table.append([
                history.column, "\(history.rowCount)", "\(history.episodeCount)",
                Text.number(history.episodesPerDay, digits: 2), "\(history.lowCount)", "\(history.mediumCount)",
                "\(history.highCount)", series.time(history.lastTime), history.trend?.direction ?? "steady",
            ])
        }
        return anomalies.isEmpty ? "no anomalies" : table.rendered()
    }
}
