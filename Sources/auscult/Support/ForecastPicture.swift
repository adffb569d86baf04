import Foundation
import Learning
import Reporting
import SignalCore
import SignalIO

/// Draws forecasts: history, forecast and intervals of the first column, and of every further one in a file of its own.
enum ForecastPicture {
    /// The most columns that are drawn.
    static let mostColumns = 16

    /// - Parameter path: a file `.png` or `.svg`; those of further columns have the column's name before the ending.
    static func write(_ run: ForecastRun, to path: String, console: Console) async throws {
        let gnuplot = try await Gnuplot.locate()
        let targets = run.targets
        if targets.count > mostColumns {
            console.warn("the first \(mostColumns) of \(targets.count) columns are drawn; choose others with --columns")
        }
        for (column, target) in targets.prefix(mostColumns).enumerated() {
            let figure = figure(run, column: column, target: target)
            let picture = try await gnuplot.draw(figure)
            let path = column == 0 ? path : named(path, target.name)
            try AtomicFile.write(path.hasSuffix(".svg") ? Array(picture.svg.utf8) : picture.png, to: path)
            console.note("drawn: \(path.escapingControlCharacters)")
        }
    }

    /// The fan of a column: so much history that the forecast is still to be seen beside it.
    static func figure(_ run: ForecastRun, column: Int, target: FeatureColumn) -> ForecastFanFigure {
        let series = run.series
        let past = series.lastRun
        let first = max(0, past.count - max(5 * run.steps, 200))
        let start = series.startTime ?? 0
        let count = run.targets.count
        func steps(_ values: [Double]) -> [Double] { (0..<run.steps).map { values[$0 * count + column] } }
        return ForecastFanFigure(
            method: run.method, value: Axis(target.name, unit: target.unit), hasDates: series.startTime != nil,
            historyTimes: past.times[first...].map { $0 + start },
            history: (first..<past.count).map { Double(past.values[$0 * past.columnCount + column]) },
            times: (1...run.steps).map { series.time(ofStep: $0) + start }, forecast: steps(run.forecast.values),
            bands: run.forecast.intervals.map {
                ForecastFanFigure.Band(level: $0.level, lower: steps($0.lower), upper: steps($0.upper))
            })
    }

    private static func named(_ path: String, _ column: String) -> String {
        let safe = String(column.map { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" ? $0 : "_" })
        return "\(path.dropLast(4))-\(safe)\(path.suffix(4))"
    }
}
