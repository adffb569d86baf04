import SignalCore

/// A series with the mean and the spread of the values around every moment.
public struct RollingStatisticsFigure: Figure {
    /// The name of this kind in files.
    public static let kind = "rolling-statistics"
    /// The stem of the figure's files.
    public var name: String
    /// What stands above the picture.
    public var title: String
    /// What is to be seen and how to read it.
    public var caption: String
    /// The quantity.
    public var value: Axis
    /// Whether times are seconds since 1970 rather than since a start.
    public var hasDates: Bool
    /// The times in seconds, rising.
    public var times: [Double]
    /// The values.
    public var values: [Double]
    /// The rolling mean.
    public var mean: [Double]
    /// The rolling standard deviation.
    public var deviation: [Double]

    /// Makes the figure; a long series is thinned to what can be seen of it.
    ///
    /// - Parameter window: what the statistics are of, such as `24 rows`.
    public init(
        name: String = kind, title: String? = nil, window: String, value: Axis, hasDates: Bool, times: [Double],
        values: [Double], mean: [Double], deviation: [Double]
    ) {
        let count = [times.count, values.count, mean.count, deviation.count].min() ?? 0
        let rows = Decimation.rows(Array(values.prefix(count)))
        self.name = name
        self.title = title ?? "\(value.quantity): rolling mean and spread"
        self.value = value
        self.hasDates = hasDates
        self.times = times.rows(rows)
        self.values = values.rows(rows)
        self.mean = mean.rows(rows)
        self.deviation = deviation.rows(rows)
        caption =
            "The mean of a window of \(window) that ends at every moment, with two standard deviations to both sides; below the "
            + "standard deviation alone." + Decimation.note(from: count, to: rows.count)
    }

    /// The quantities on the axes, with their units.
    public var axes: [Axis] {
        [
            TimeScale(times.finiteRange?.visible ?? 0...1, hasDates: hasDates).axis, value,
            Axis("Deviation", unit: value.unit),
        ]
    }

    /// The numbers that are drawn, with their units.
    public var numbers: NumberTable {
        NumberTable([
            .time(times, hasDates: hasDates), .init("value", unit: value.unit, values),
            .init("rolling mean", unit: value.unit, mean),
            .init("rolling standard deviation", unit: value.unit, deviation),
        ])
    }

    /// What gnuplot is told; refuses numbers that make no picture with a `SignalError`.
    public func script() throws -> FigureScript {
        try requireEqual(times.count, values.count, mean.count, deviation.count)
        let range = try drawnRange(times, what: "time").visible
        let low = zip(mean, deviation).map { $0 - 2 * $1 }
        let high = zip(mean, deviation).map { $0 + 2 * $1 }
        let limits = try drawnRange(values, low, high, what: "value").padded()
        var script = FigureScript(title: title, height: 5.5)
        script.beginPanels()
        script.panel(top: 0.85, bottom: 3.5, text: "")
        script.keyAbove()
        script.timeAxis(range, hasDates: hasDates, isLabelled: false)
        script.label(y: value)
        script.range(y: limits)
        let data = script.data(times, values, mean, low, high)
        script.plot([
            "\(data) using 1:4:5 with filledcurves linecolor rgb '#b9d7ea' title 'mean ± 2 deviations'",
            "\(data) using 1:2 with lines linewidth 0.5 linecolor rgb '#808080' title 'value'",
            "\(data) using 1:3 with lines linewidth 1.6 linecolor rgb '\(FigureStyle.model)' title 'rolling mean'",
        ])
        script.endPanel()
        script.panel(top: 3.8, bottom: 4.85, text: "")
        script.timeAxis(range, hasDates: hasDates)
        script.label(y: axes[2])
        script.command("set ylabel font ',9'")
        let spread = deviation.finiteRange ?? 0...1
        script.range(y: 0...max(spread.upperBound * 1.1, 1e-12))
        script.command("set ytics \(TimeScale.roundStep(atLeast: max(spread.upperBound, 1e-12) / 3)) font ',9'")
        let lower = script.data(times, deviation)
        script.plot(["\(lower) using 1:2 with lines linewidth 1 linecolor rgb '\(FigureStyle.measured)' notitle"])
        script.endPanels()
        return script
    }
}
