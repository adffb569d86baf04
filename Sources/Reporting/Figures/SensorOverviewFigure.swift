import SignalCore

/// All columns of a sensor table over time, below each other.
public struct SensorOverviewFigure: Figure {
    /// One column, with times of its own so that none of its spikes is lost in thinning.
    public struct Column: Codable, Sendable, Equatable {
        /// The quantity with its unit.
        public var axis: Axis
        /// The times of the values in seconds, rising.
        public var times: [Double]
        /// The values.
        public var values: [Double]

        /// Makes a column, thinned to what can be seen of it.
        public init(_ axis: Axis, times: [Double], values: [Double]) {
            let rows = Decimation.rows(Array(values.prefix(times.count)), limit: 700)
            self.axis = axis
            self.times = times.rows(rows)
            self.values = values.rows(rows)
        }
    }

    /// The name of this kind in files.
    public static let kind = "sensor-overview"
    /// The stem of the figure's files.
    public var name: String
    /// What stands above the picture.
    public var title: String
    /// What is to be seen and how to read it.
    public var caption: String
    /// Whether times are seconds since 1970 rather than since a start.
    public var hasDates: Bool
    /// The columns; at most ten.
    public var columns: [Column]
    /// What is marked, such as alarms.
    public var marked: [Stretch]

    /// Makes the figure.
    ///
    /// - Parameter marking: what is marked, such as `alarms`; `nil` when nothing is.
    public init(
        name: String = kind, title: String = "All columns over time", hasDates: Bool, columns: [Column],
        marked: [Stretch] = [], marking: String? = nil
    ) {
        self.name = name
        self.title = title
        self.hasDates = hasDates
        self.columns = Array(columns.prefix(10))
        self.marked = Stretch.joined(marked)
        caption =
            "Every column over time" + (columns.count > 10 ? ", the first 10 of \(columns.count)" : "")
            + (marking.map { "; shaded: \($0)." } ?? ".")
            + " Long series are drawn as the smallest and largest value of every short run, so that no spike is lost."
    }

    /// The quantities on the axes, with their units.
    public var axes: [Axis] {
        [TimeScale(columns.flatMap(\.times).finiteRange?.visible ?? 0...1, hasDates: hasDates).axis]
            + columns.map(\.axis)
    }

    /// The numbers that are drawn, with their units.
    public var numbers: NumberTable {
        NumberTable(
            columns.flatMap { column -> [NumberTable.Column] in
                [
                    .time(column.times, name: "time of \(column.axis.quantity)", hasDates: hasDates),
                    .init(column.axis.quantity, unit: column.axis.unit, column.values),
                ]
            })
    }

    /// What gnuplot is told; refuses numbers that make no picture with a `SignalError`.
    public func script() throws -> FigureScript {
        for column in columns { try requireEqual(column.times.count, column.values.count) }
        let range = try drawnRange(columns.flatMap(\.times), what: "time").padded(0.005)
        _ = try drawnRange(columns.flatMap(\.values), what: "value")
        var script = FigureScript(title: title, height: 1.1 + 1.2 * Double(columns.count))
        script.beginPanels()
        for (number, column) in columns.enumerated() {
            let top = 0.7 + 1.2 * Double(number)
            let values = (column.values.finiteRange ?? 0...1).padded(0.08)
            script.panel(top: top, bottom: top + 0.9, text: column.axis.text)
            script.timeAxis(range, hasDates: hasDates, isLabelled: number == columns.count - 1)
            script.range(y: values)
            let step = TimeScale.roundStep(atLeast: (values.upperBound - values.lowerBound) / 4)
            script.command("set ytics \(step) font ',9'")
            script.areas(marked.map { $0.visible(in: range) }, colour: FigureStyle.truth)
            let data = script.data(column.times, column.values)
            script.plot(["\(data) using 1:2 with lines linewidth 0.6 linecolor rgb '\(FigureStyle.measured)'"])
            script.endPanel()
        }
        script.endPanels()
        return script
    }
}
