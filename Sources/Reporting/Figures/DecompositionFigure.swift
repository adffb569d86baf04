import SignalCore

/// A series taken apart into its trend, its season and the rest.
public struct DecompositionFigure: Figure {
    /// The name of this kind in files.
    public static let kind = "decomposition"
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
    /// What was measured.
    public var observed: [Double]
    /// The trend.
    public var trend: [Double]
    /// What repeats.
    public var seasonal: [Double]
    /// What is left.
    public var remainder: [Double]

    /// Makes the figure; a long series is thinned by the rest, in which what is unusual stands.
    ///
    /// - Parameter method: how the series was taken apart, such as `STL with a period of 24 rows`.
    public init(
        name: String = kind, title: String? = nil, method: String, value: Axis, hasDates: Bool, times: [Double],
        observed: [Double], trend: [Double], seasonal: [Double], remainder: [Double]
    ) {
        let count = [times.count, observed.count, trend.count, seasonal.count, remainder.count].min() ?? 0
        let rows = Decimation.rows(Array(remainder.prefix(count)))
        self.name = name
        self.title = title ?? "\(value.quantity): trend, season and rest"
        self.value = value
        self.hasDates = hasDates
        self.times = times.rows(rows)
        self.observed = observed.rows(rows)
        self.trend = trend.rows(rows)
        self.seasonal = seasonal.rows(rows)
        self.remainder = remainder.rows(rows)
        caption =
            "\(method): what was measured is the sum of the three below it. Each has a scale of its own."
            + Decimation.note(from: count, to: rows.count)
    }

    /// The quantities on the axes, with their units.
    public var axes: [Axis] { [TimeScale(times.finiteRange?.visible ?? 0...1, hasDates: hasDates).axis, value] }

    /// The numbers that are drawn, with their units.
    public var numbers: NumberTable {
        NumberTable([
            .time(times, hasDates: hasDates), .init("observed", unit: value.unit, observed),
            .init("trend", unit: value.unit, trend), .init("seasonal", unit: value.unit, seasonal),
            .init("remainder", unit: value.unit, remainder),
        ])
    }

    /// What gnuplot is told; refuses numbers that make no picture with a `SignalError`.
    public func script() throws -> FigureScript {
        try requireEqual(times.count, observed.count, trend.count, seasonal.count, remainder.count)
        let range = try drawnRange(times, what: "time").visible
        _ = try drawnRange(observed, what: "value")
        return .stacked(
            title: title, times: times, range: range, hasDates: hasDates,
            panels: [
                Panel(text: value.text, values: observed),
                Panel(
                    text: "Trend (\(value.unit))", values: trend, style: "lines linewidth 1.4 linecolor rgb '#0072b2'"),
                Panel(text: "Season (\(value.unit))", values: seasonal),
                Panel(
                    text: "Rest (\(value.unit))", values: remainder,
                    style: "lines linewidth 0.5 linecolor rgb '\(FigureStyle.alarm)'"),
            ])
    }
}
