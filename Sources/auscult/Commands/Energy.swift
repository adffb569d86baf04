import ArgumentParser
import Foundation
import Reporting
import SeriesAnalysis
import SignalCore
import SignalIO

/// What the machines of a table consumed, when, for how much, and where less would do.
struct Energy: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "energy",
        abstract: "Energy of a sensor table: consumption, peaks, cost, unusual hours, and where less would do.",
        discussion: """
            Power is a column (W, kW or MW, by its name or --power-unit), or follows from current, voltage and power factor \
            of one or three phases. Energy is summed in trapezoids over the real times; steps over --longest-step are \
            gaps, which are reported and not bridged. Times are taken as they stand.

            The columns are machine,section,item,measure,value,unit. Sections: total (energy, average and peak power, \
            highest demand over --demand-minutes, load factor, power factor, cost, gaps), hour (item 0 to 23), day (item \
            the date), unusual (item the hour: its power, the usual one, the distance in robust standard deviations), saving \
            (item standby, shifting, peak-shaving or power-factor), gap (item where it begins). Tables for people go to \
            standard error. In --json, times are seconds since 1970-01-01.

            A tariff is a price a kWh, then prices of hours, weekdays or both; the last that holds counts.

            Examples:
              auscult energy sensors.csv --tariff 0.24,6-22=0.31,sat-sun=0.24
              auscult energy meter.csv --current i --voltage 400 --power-factor 0.85 --json
            """)

    @OptionGroup var input: WholeTableOptions
    @OptionGroup var powerOptions: PowerOptions

    @Option(help: ArgumentHelp("Price of a kWh, such as 0.30 or 0.22,6-22=0.34,sun=0.2.", valueName: "prices"))
    var tariff: String?

    @Option(help: ArgumentHelp("Price of a kW of the highest demand over the time of the table.", valueName: "price"))
    var demandPrice = EnergyOptions().demandPrice

    @Option(help: ArgumentHelp("Minutes that demand is averaged over.", valueName: "n"))
    var demandMinutes = EnergyOptions().demandMinutes

    @Option(
        help: ArgumentHelp(
            "Hours in which the machine is meant to run, such as 6-22 (default: those with at least half the mean power of the highest).",
            valueName: "from-to"))
    var operatingHours: String?

    @Option(help: ArgumentHelp("Longest step that is no gap, in seconds (default: three usual steps).", valueName: "s"))
    var longestStep: Double?

    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions

    @Flag(help: "One JSON document.")
    var json = false

    private struct Document: Encodable {
        struct Machine: Encodable {
            let machine: String
            let energy: EnergyReport
        }

        let source: String
        let hasDates: Bool
        let tariff: String?
        let machines: [Machine]
    }

    func run() async throws {
        let options = try options()
        let series = try input.read()
        let result: ResultOutput
        do {
            let columns = try PowerColumns(powerOptions, series.columns)
            let reports = try series.machines.map { machine in
                let (power, factor) = columns.kilowatts(machine.values)
                return Document.Machine(
                    machine: machine.name,
                    energy: try EnergyReport(
                        times: machine.times, power: power, powerFactor: factor, source: columns.words,
                        isDated: series.isDated, options: options))
            }
            result = try ResultOutput(path: output.output)
            if json {
                try result.write(
                    JSONText.document(
                        Document(
                            source: series.path, hasDates: series.isDated, tariff: options.tariff?.description,
                            machines: reports)))
            } else {
                try result.write(MeasureRows.header)
                for report in reports {
                    try result.write(Self.rows(report.energy, machine: report.machine, series))
                    common.console.note(Self.words(report.energy, machine: report.machine, series))
                }
            }
        } catch let error as SignalError where error.place.path == nil && error.code != .invalidOption {
            throw error.at(path: series.path)
        }
        try result.finish()
        try series.conclude(common.console)
    }

    private func options() throws -> EnergyOptions {
        var options = EnergyOptions()
        options.tariff = try tariff.map { try Tariff($0) }
        options.demandPrice = demandPrice
        options.demandMinutes = demandMinutes
        if let longestStep {
            guard longestStep > 0 else {
                throw SignalError(.invalidOption, "--longest-step is a positive number of seconds, not \(longestStep)")
            }
            options.longestStep = longestStep
        }
        if let operatingHours {
            let ends = operatingHours.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
            guard ends.count == 2, let from = ends[0], let to = ends[1], from < to, from >= 0, to <= 24 else {
                throw SignalError(
                    .invalidOption,
                    "--operating-hours is from-to within 0-24, such as 6-22; not '\(operatingHours.escapingControlCharacters)'"
                )
            }
            options.operatingHours = from..<to
        }
        try naming([
            "demandPrice": "--demand-price", "demandMinutes": "--demand-minutes", "longestStep": "--longest-step",
        ]) { try options.validate() }
        return options
    }

    /// The date of a day, or the hour it begins.
    private static func date(_ seconds: Double) -> String { String(RowTime.date(seconds).description.prefix(10)) }

    private static func rows(_ report: EnergyReport, machine: String, _ series: TableSeries) -> String {
        var rows = MeasureRows(machine: machine)
        func total(_ measure: String, _ value: Double?, _ unit: String = "") {
            rows.add("total", "", measure, value, unit)
        }
        total("energy", report.energy, "kWh")
        total("covered_time", report.coveredHours, "h")
        total("average_power", report.averagePower, "kW")
        total("peak_power", report.peakPower, "kW")
        rows.add("total", "", "peak_time", text: series.time(report.peakTime))
        total("peak_demand", report.peakDemand, "kW")
        rows.add("total", "", "peak_demand_time", text: series.time(report.peakDemandTime))
        total("load_factor", report.loadFactor)
        total("power_factor", report.powerFactor)
        total("cost", report.cost)
        rows.add("total", "", "missing_rows", report.missingRows)
        rows.add("total", "", "gaps", report.gapCount)
        total("gap_time", report.gapSeconds, "s")
        for hour in report.hours where hour.coveredHours > 0 {
            let item = "\(hour.hour)"
            rows.add("hour", item, "energy", hour.energy, "kWh")
            rows.add("hour", item, "mean_power", hour.meanPower, "kW")
            rows.add("hour", item, "cost", hour.cost)
            rows.add("hour", item, "peak", hour.isPeak ? 1 : 0)
            rows.add("hour", item, "operating", hour.isOperating ? 1 : 0)
        }
        for day in report.days {
            let item = date(day.start)
            rows.add("day", item, "energy", day.energy, "kWh")
            rows.add("day", item, "peak_power", day.peakPower, "kW")
            rows.add("day", item, "covered_time", day.coveredHours, "h")
            rows.add("day", item, "cost", day.cost)
        }
        for hour in report.unusual {
            let item = series.time(hour.start)
            rows.add("unusual", item, "mean_power", hour.meanPower, "kW")
            rows.add("unusual", item, "usual_power", hour.usualPower, "kW")
            rows.add("unusual", item, "distance", hour.distance)
            rows.add("unusual", item, "excess_energy", hour.excessEnergy, "kWh")
        }
        for saving in report.savings {
            rows.add("saving", saving.kind, "energy", saving.energy, "kWh")
            rows.add("saving", saving.kind, "cost", saving.cost)
            rows.add("saving", saving.kind, "amount", saving.amount, saving.amountUnit ?? "")
            rows.add("saving", saving.kind, "rule", text: saving.rule)
        }
        for gap in report.gaps { rows.add("gap", series.time(gap.start), "duration", gap.seconds, "s") }
        return rows.rows
    }

    /// What a person wants to know first.
    private static func words(_ report: EnergyReport, machine: String, _ series: TableSeries) -> String {
        func number(_ value: Double, _ digits: Int = 1) -> String { Text.number(value, digits: digits) }
        let cost = report.cost.map { ", cost \(number($0, 2))" } ?? ""
        var text = """
            \(machine.isEmpty ? "" : machine.escapingControlCharacters + ": ")\(number(report.energy)) kWh in \
            \(number(report.coveredHours)) h\(cost); average \(number(report.averagePower, 2)) kW, peak \
            \(number(report.peakPower, 2)) kW at \(series.time(report.peakTime)), highest demand \
            \(number(report.peakDemand, 2)) kW, load factor \(number(report.loadFactor, 2))
            power from \(report.source); \(report.gapCount) gaps of \(number(report.gapSeconds / 3_600, 2)) h in all, \
            not counted (steps over \(number(report.longestStep, 0)) s)

            """
        if !report.hours.isEmpty {
            var table = TextTable(["hour", "kWh", "mean kW", "cost", ""])
            for hour in report.hours where hour.coveredHours > 0 {
                table.append([
                    "\(hour.hour)", number(hour.energy), number(hour.meanPower, 2),
                    hour.cost.map { number($0, 2) } ?? "",
                    [hour.isPeak ? "peak" : "", hour.isOperating ? "" : "not operating"].filter { !$0.isEmpty }
                        .joined(separator: ", "),
                ])
            }
            text += "\n" + table.rendered()
        }
        if !report.unusual.isEmpty {
            var table = TextTable(["unusual hour", "kW", "usual kW", "distance", "kWh more"])
            let worst = report.unusual.sorted { abs($0.distance) > abs($1.distance) }.prefix(10)
            for hour in worst {
                table.append([
                    series.time(hour.start), number(hour.meanPower, 2), number(hour.usualPower, 2),
                    number(hour.distance), number(hour.excessEnergy, 2),
                ])
            }
            text +=
                "\n\(report.unusual.count) unusual hours (the farthest ten below): \(report.unusualRule)\n"
                + table.rendered()
        }
        if !report.savings.isEmpty {
            var table = TextTable(["where less would do", "kWh", "cost", "amount", "rule"])
            for saving in report.savings {
                table.append([
                    saving.kind, saving.energy > 0 ? number(saving.energy) : "",
                    saving.cost.map { number($0, 2) } ?? "",
                    saving.amount.map { "\(number($0, 2)) \(saving.amountUnit ?? "")" } ?? "", saving.rule,
                ])
            }
            text += "\n" + table.rendered()
        }
        return text
    }
}
