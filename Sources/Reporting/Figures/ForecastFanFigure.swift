import SignalCore

/// A forecast with its intervals behind the history it continues, as a fan; and what came, where that is known.
public struct ForecastFanFigure: Figure {
    /// Where the values will lie with a certain probability.
    public struct Band: Codable, Sendable, Equatable {
        /// The probability, such as 0.9.
        public var level: Double
        /// The lower ends, one a step.
        public var lower: [Double]
        /// The upper ends, one a step.
        public var upper: [Double]

        /// Makes a band.
        public init(level: Double, lower: [Double], upper: [Double]) {
            self.level = level
            self.lower = lower
            self.upper = upper
        }
    }

    /// The name of this kind in files.
    public static let kind = "forecast-fan"
    /// The stem of the figure's files.
    public var name: String
    /// What stands above the picture.
    public var title: String
    /// What is to be seen and how to read it.
    public var caption: String
    /// The quantity that is forecast.
    public var value: Axis
    /// Whether times are seconds since 1970 rather than since a start.
    public var hasDates: Bool
    /// When the past values were measured, in seconds, rising.
    public var historyTimes: [Double]
    /// The past values.
    public var history: [Double]
    /// When the forecast values will come, in seconds, rising.
    public var times: [Double]
    /// The forecast, one a step.
    public var forecast: [Double]
    /// The intervals of the forecast, in any order of levels.
    public var bands: [Band]
    /// What came, one a step; empty when it is not known.
    public var actual: [Double]

    /// Makes the figure. A long history is thinned to what can be seen of it.
    ///
    /// - Parameters:
    ///   - title: what stands above the picture; by default the quantity and the number of steps.
    ///   - method: what made the forecast, for the caption, such as `holt-winters`.
    public init(
        name: String = kind, title: String? = nil, method: String, value: Axis, hasDates: Bool,
        historyTimes: [Double], history: [Double], times: [Double], forecast: [Double], bands: [Band],
        actual: [Double] = []
    ) {
        let count = min(historyTimes.count, history.count)
        let rows = Decimation.rows(Array(history.prefix(count)))
        self.name = name
        self.title = title ?? "\(value.quantity): \(forecast.count) steps ahead"
        self.value = value
        self.hasDates = hasDates
        self.historyTimes = historyTimes.rows(rows)
        self.history = history.rows(rows)
        self.times = times
        self.forecast = forecast
        self.bands = bands
        self.actual = actual
        let levels = bands.map(\.level).sorted().map(percent).joined(separator: " and ")
        caption =
            "Forecast by \(method)"
            + (bands.isEmpty
                ? "." : "; the future values are expected inside the bands with a probability of \(levels).")
            + (actual.isEmpty ? "" : " The marks are what came.") + Decimation.note(from: count, to: rows.count)
    }

    /// The quantities on the axes, with their units.
    public var axes: [Axis] { [TimeScale(timeRange?.visible ?? 0...1, hasDates: hasDates).axis, value] }

    /// The numbers that are drawn, with their units.
    public var numbers: NumberTable {
        let past = history.count
        func after(_ values: [Double]) -> [Double] { [Double](repeating: .nan, count: past) + values }
        var columns = [
            NumberTable.Column.time(historyTimes + times, hasDates: hasDates),
            NumberTable.Column("history", unit: value.unit, history),
            NumberTable.Column("forecast", unit: value.unit, after(forecast)),
        ]
        for band in bands {
            columns.append(.init("lower \(percent(band.level))", unit: value.unit, after(band.lower)))
            columns.append(.init("upper \(percent(band.level))", unit: value.unit, after(band.upper)))
        }
        if !actual.isEmpty { columns.append(.init("actual", unit: value.unit, after(actual))) }
        return NumberTable(columns)
    }

    private var timeRange: ClosedRange<Double>? { (historyTimes + times).finiteRange }

    /// What gnuplot is told; refuses numbers that make no picture with a `SignalError`.
    public func script() throws -> FigureScript {
        try requireEqual(historyTimes.count, history.count)
        for band in bands { try requireEqual(times.count, forecast.count, band.lower.count, band.upper.count) }
        try requireEqual(times.count, forecast.count, actual.isEmpty ? times.count : actual.count)
        let range = try drawnRange(historyTimes, times, what: "time").visible
        let values = try drawnRange(
            history, forecast, actual, bands.flatMap(\.lower), bands.flatMap(\.upper), what: "value")

        var script = FigureScript(title: title)
        script.margins(top: 0.75)
        script.keyAbove()
        script.label(y: value)
        script.timeAxis(range, hasDates: hasDates)
        script.range(y: values.padded())
        var plots: [String] = []
        // The widest band first, the narrower ones darker on top of it.
        let tints = ["#d6e6f2", "#a9cbe4", "#7fb1d6", "#5597c8"]
        for (number, band) in bands.sorted(by: { $0.level > $1.level }).enumerated() {
            let data = script.data(times, band.lower, band.upper)
            let tint = tints[min(number, tints.count - 1)]
            // A single step has no area.
            let style =
                times.count > 1
                ? "with filledcurves" : "with yerrorbars pointtype -1 linewidth \(2 + 2 * number)"
            let columns = times.count > 1 ? "1:2:3" : "1:(0.5*($2+$3)):2:3"
            plots.append(
                "\(data) using \(columns) \(style) linecolor rgb '\(tint)' "
                    + "title \(GnuplotScript.quoted("\(percent(band.level)) interval"))")
        }
        let past = script.data(historyTimes, history)
        let isShort = history.count < 60
        plots.append(
            "\(past) using 1:2 with \(isShort ? "linespoints pointtype 7 pointsize 0.35" : "lines") linewidth 0.8 "
                + "linecolor rgb '\(FigureStyle.measured)' title 'history'")
        let future = script.data(times, forecast)
        let forecastStyle = times.count > 1 ? "lines linewidth 1.4 dashtype '-'" : "points pointtype 7 pointsize 0.8"
        plots.append(
            "\(future) using 1:2 with \(forecastStyle) linecolor rgb '\(FigureStyle.model)' title 'forecast'")
        if !actual.isEmpty {
            let data = script.data(times, actual)
            plots.append(
                "\(data) using 1:2 with points pointtype 7 pointsize 0.6 linecolor rgb '#000000' "
                    + "title 'what came'")
        }
        script.plot(plots)
        return script
    }
}
