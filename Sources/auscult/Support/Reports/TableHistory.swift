import ArgumentParser
import Foundation
import Reporting
import SeriesAnalysis
import SignalCore
import SignalIO

/// What the columns of one sensor table did.
struct TableHistory {
    private let series: TableSeries
    private let axes: [Axis]
    private let columns: [[Double]]
    private let times: [Double]
    private let hasDates: Bool

    /// The most columns with figures of their own.
    private static let mostColumns = 4

    init(path: String, content: SensorTableContent) {
        series = TableSeries(path: path, content)
        let count = content.frames.columnCount
        let values = content.frames.values
        axes = content.schema.columns.map { Axis($0.name, unit: $0.unit) }
        columns = (0..<count).map { column in
            (0..<content.frames.count).map { Double(values[$0 * count + column]) }
        }
        let start = content.startTime ?? 0
        times = content.frames.times.map { start + $0 }
        hasDates = content.startTime != nil
    }

    /// Overview, trends, distributions, correlation, seasons and rolling statistics of the columns, and the energy where
    /// there is power.
    func sections(title: String, alarms: [Stretch], jobs: Int) throws -> [Report.Section] {
        var section = Report.Section(title)
        section.show(statistics(), caption: "What each column held.")
        section.show(
            SensorOverviewFigure(
                hasDates: hasDates, columns: zip(axes, columns).map { .init($0, times: times, values: $1) },
                marked: alarms, marking: alarms.isEmpty ? nil : "alarms"))
        section.show(DistributionsFigure(columns: zip(axes, columns).map { .init($0, values: $1) }))
        try addHistory(to: &section, jobs: jobs)
        let window = max(3, min(times.count / 50, 10_000))
        for (number, (axis, values)) in zip(axes, columns).enumerated().prefix(Self.mostColumns) {
            let (mean, deviation) = SeriesMeasures.rolling(values, window: window)
            section.show(
                RollingStatisticsFigure(
                    name: "rolling-\(number + 1)", window: "\(window) rows, a fiftieth of the table", value: axis,
                    hasDates: hasDates, times: times, values: values, mean: mean, deviation: deviation))
        }
        return [section] + (try energy())
    }

    /// Trends, correlations and seasons, of the machine that the table begins with.
    private func addHistory(to section: inout Report.Section, jobs: Int) throws {
        guard let machine = series.machines.first else { return }
        guard machine.times.count >= 3 else {
            section.say("Trends and seasons need at least three rows.")
            return
        }
        if series.machines.count > 1 {
            section.say("Trends, correlations and seasons are those of \(machine.name), the first of the machines.")
        }
        let history = try SeriesHistory(
            columns: series.columns, values: machine.values, times: machine.times, rowSeconds: series.rowSeconds,
            jobs: jobs)
        section.show(
            NumberTable([
                .init("column", axes.map(\.quantity)), .init("unit", axes.map(\.unit)),
                .init("slope", unit: "a day", history.columns.map { $0.trend?.slope ?? .nan }),
                .init("lower", unit: "95 %", history.columns.map { $0.trend?.lower ?? .nan }),
                .init("upper", unit: "95 %", history.columns.map { $0.trend?.upper ?? .nan }),
                .init("trend", history.columns.map { $0.trend?.direction ?? "" }),
                .init(
                    "season", unit: "h",
                    history.columns.map { $0.period.map { Double($0) * history.rowSeconds / 3600 } ?? .nan }),
                .init("strength of the season", unit: "0 to 1", history.columns.map { $0.seasonStrength ?? .nan }),
            ]),
            caption:
                "Trends by Theil and Sen, of values less their season; rising or falling only where Mann and Kendall's test "
                + "says so. A season stands where one is found.")
        if columns.count > 1, columns.count <= 60 {
            section.show(CorrelationMapFigure(columns: axes.map(\.quantity), coefficients: matrix(history)))
        }
        let seasonal = history.columns.indices.filter { history.columns[$0].decomposition != nil }
        for (number, index) in seasonal.prefix(Self.mostColumns).enumerated() {
            guard let parts = history.columns[index].decomposition else { continue }
            section.show(
                DecompositionFigure(
                    name: "decomposition-\(number + 1)", method: "STL with a season of \(parts.period) rows",
                    value: axes[index], hasDates: hasDates, times: machine.times, observed: machine.values[index],
                    trend: parts.trend, seasonal: parts.season, remainder: parts.remainder))
        }
    }

    /// Pearson's coefficient of every column with every other; not a number where one is constant.
    private func matrix(_ history: SeriesHistory) -> [[Double]] {
        var matrix = columns.indices.map { _ in columns.map { _ in Double.nan } }
        var pairs = history.correlations.pairs[...]
        for first in columns.indices {
            matrix[first][first] = Set(columns[first].filter(\.isFinite)).count > 1 ? 1 : .nan
            for second in first + 1..<max(columns.count, first + 1) {
                let value = pairs.popFirst()?.pearson ?? .nan
                matrix[first][second] = value
                matrix[second][first] = value
            }
        }
        return matrix
    }

    /// The energy by hour of the day, where the table has power by the names of its columns, and dates.
    private func energy() throws -> [Report.Section] {
        guard hasDates, let columns = try? PowerColumns(PowerOptions.parse([]), series.columns),
            let machine = series.machines.first
        else { return [] }
        let (power, factor) = columns.kilowatts(machine.values)
        let report: EnergyReport
        do {
            report = try EnergyReport(
                times: machine.times, power: power, powerFactor: factor, source: columns.words, isDated: true,
                options: EnergyOptions())
        } catch let error as SignalError where error.code == .insufficientData {
            return []
        }
        var section = Report.Section("Energy")
        func number(_ value: Double, _ digits: Int = 2) -> String { Text.number(value, digits: digits) }
        section.say(
            "\(number(report.energy)) kWh in \(number(report.coveredHours, 1)) h; average \(number(report.averagePower)) kW, "
                + "peak \(number(report.peakPower)) kW at \(series.time(report.peakTime)), load factor "
                + "\(number(report.loadFactor)). Power is \(report.source). \(report.gapCount) gaps are not counted.")
        guard report.hours.contains(where: { $0.coveredHours > 0 }) else { return [section] }
        section.show(
            EnergyByHourFigure(
                meanEnergy: report.hours.map { $0.coveredHours > 0 ? $0.meanPower : .nan },
                peakEnergy: Self.highest(power, machine.times), isPeak: report.hours.map(\.isPeak),
                clock: "the table's clock"))
        if !report.savings.isEmpty {
            section.show(
                NumberTable([
                    .init("where less would do", report.savings.map(\.kind)),
                    .init("energy", unit: "kWh", report.savings.map(\.energy)),
                    .init("rule", report.savings.map(\.rule)),
                ]), caption: "What could be saved, and by what rule; with a tariff auscult energy gives the cost.")
        }
        return [section]
    }

    /// The highest mean power of each hour of the day, on any day.
    private static func highest(_ power: [Double], _ times: [Double]) -> [Double] {
        var sums: [Int: (sum: Double, count: Int)] = [:]
        for (value, time) in zip(power, times) where value.isFinite {
            let hour = Int((time / 3600).rounded(.down))
            let (sum, count) = sums[hour] ?? (0, 0)
            sums[hour] = (sum + value, count + 1)
        }
        var highest = Array(repeating: Double.nan, count: 24)
        for (hour, part) in sums {
            let mean = part.sum / Double(part.count)
            let place = (hour % 24 + 24) % 24
            highest[place] = highest[place].isNaN ? mean : max(highest[place], mean)
        }
        return highest
    }

    private func statistics() -> NumberTable {
        let sorted = columns.map { $0.filter(\.isFinite).sorted() }
        func quantile(_ share: Double) -> [Double] {
            sorted.map { $0.isEmpty ? .nan : $0[Int((share * Double($0.count - 1)).rounded())] }
        }
        return NumberTable([
            .init("column", axes.map(\.quantity)), .init("unit", axes.map(\.unit)),
            .init("rows", unit: "count", sorted.map { Double($0.count) }),
            .init("missing", unit: "count", zip(columns, sorted).map { Double($0.count - $1.count) }),
            .init("smallest", unit: "the column's", quantile(0)), .init("5 %", unit: "the column's", quantile(0.05)),
            .init("median", unit: "the column's", quantile(0.5)), .init("95 %", unit: "the column's", quantile(0.95)),
            .init("largest", unit: "the column's", quantile(1)),
        ])
    }
}
