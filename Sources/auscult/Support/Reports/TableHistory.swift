import Reporting
import SignalCore
import SignalIO

/// What the columns of one sensor table did.
struct TableHistory {
    private let axes: [Axis]
    private let columns: [[Double]]
    private let times: [Double]
    private let hasDates: Bool

    init(content: SensorTableContent) {
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

    /// Overview, distributions, correlation, and rolling statistics of every column (the first four).
    func section(title: String, alarms: [Stretch]) -> Report.Section {
        var section = Report.Section(title)
        section.show(statistics(), caption: "What each column held.")
        section.show(
            SensorOverviewFigure(
                hasDates: hasDates, columns: zip(axes, columns).map { .init($0, times: times, values: $1) },
                marked: alarms, marking: alarms.isEmpty ? nil : "alarms"))
        section.show(DistributionsFigure(columns: zip(axes, columns).map { .init($0, values: $1) }))
        if columns.count > 1, columns.count <= 60 {
            section.show(
                CorrelationMapFigure(
                    columns: axes.map(\.quantity),
                    coefficients: columns.map { left in columns.map { SeriesMeasures.correlation(left, $0) } }))
        }
        let window = max(3, min(times.count / 50, 10_000))
        for (number, (axis, values)) in zip(axes, columns).enumerated().prefix(4) {
            let (mean, deviation) = SeriesMeasures.rolling(values, window: window)
            section.show(
                RollingStatisticsFigure(
                    name: "rolling-\(number + 1)", window: "\(window) rows, a fiftieth of the table", value: axis,
                    hasDates: hasDates, times: times, values: values, mean: mean, deviation: deviation))
        }
        return section
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

/// Measures of series with gaps, for reports.
enum SeriesMeasures {
    /// Pearson's coefficient over the rows in which both have a number; not a number where one is constant.
    static func correlation(_ left: [Double], _ right: [Double]) -> Double {
        var (count, meanLeft, meanRight) = (0.0, 0.0, 0.0)
        var (squaresLeft, squaresRight, products) = (0.0, 0.0, 0.0)
        // Updated means (Welford) keep large offsets from swallowing small changes.
        for (x, y) in zip(left, right) where x.isFinite && y.isFinite {
            count += 1
            let (dx, dy) = (x - meanLeft, y - meanRight)
            meanLeft += dx / count
            meanRight += dy / count
            squaresLeft += dx * (x - meanLeft)
            squaresRight += dy * (y - meanRight)
            products += dx * (y - meanRight)
        }
        guard count > 1, squaresLeft > 0, squaresRight > 0 else { return .nan }
        return min(1, max(-1, products / (squaresLeft * squaresRight).squareRoot()))
    }

    /// Mean and standard deviation of the last `window` rows at every row, over those that have a number; not a number
    /// where fewer than two have one.
    static func rolling(_ values: [Double], window: Int) -> (mean: [Double], deviation: [Double]) {
        // Sums about a middle value lose no digits to an offset.
        let finite = values.filter(\.isFinite)
        let centre = finite.isEmpty ? 0 : finite.reduce(0) { $0 + $1 / Double(finite.count) }
        var (count, sum, squares) = (0, 0.0, 0.0)
        var means: [Double] = []
        var deviations: [Double] = []
        func add(_ value: Double, _ sign: Double) {
            guard value.isFinite else { return }
            count += sign > 0 ? 1 : -1
            sum += sign * (value - centre)
            squares += sign * (value - centre) * (value - centre)
        }
        for row in values.indices {
            add(values[row], 1)
            if row >= window { add(values[row - window], -1) }
            guard count > 1 else {
                means.append(.nan)
                deviations.append(.nan)
                continue
            }
            let mean = sum / Double(count)
            means.append(centre + mean)
            deviations.append(max(0, squares / Double(count) - mean * mean).squareRoot())
        }
        return (means, deviations)
    }
}
