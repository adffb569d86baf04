import SignalCore

/// How the values of every column of a table are distributed.
public struct DistributionsFigure: Figure {
    /// The distribution of one column.
    public struct Column: Codable, Sendable, Equatable {
        /// The column with its unit.
        public var axis: Axis
        /// The edges of the intervals; one more than there are intervals.
        public var edges: [Double]
        /// The number of values in every interval.
        public var counts: [Double]
        /// The median.
        public var median: Double
        /// The number of missing values.
        public var missing: Int

        /// Makes the distribution of values; what is not finite counts as missing.
        public init(_ axis: Axis, values: [Double]) {
            let sorted = values.filter(\.isFinite).sorted()
            let histogram = Histogram(of: values, bins: 30)
            self.axis = axis
            edges = histogram.edges
            counts = histogram.counts(values)
            median = sorted.isEmpty ? .nan : sorted[sorted.count / 2]
            missing = values.count - sorted.count
        }
    }

    /// The name of this kind in files.
    public static let kind = "distributions"
    /// The stem of the figure's files.
    public var name: String
    /// What stands above the picture.
    public var title: String
    /// What is to be seen and how to read it.
    public var caption: String
    /// The columns; the first twelve are drawn.
    public var columns: [Column]

    /// Makes the figure.
    public init(name: String = kind, title: String = "How values are distributed", columns: [Column]) {
        self.name = name
        self.title = title
        self.columns = Array(columns.prefix(12))
        let missing = columns.filter { $0.missing > 0 }.map { "\($0.axis.quantity) \($0.missing)" }
        caption =
            "How often each column took which value, with its median as a dashed line"
            + (columns.count > 12 ? ", the first 12 of \(columns.count) columns." : ".")
            + (missing.isEmpty ? "" : " Missing values: \(missing.joined(separator: ", ")).")
    }

    /// The quantities on the axes, with their units.
    public var axes: [Axis] { [Axis("Rows", unit: "count")] + columns.map(\.axis) }

    /// The numbers that are drawn, with their units.
    public var numbers: NumberTable {
        NumberTable([
            .init("column", columns.flatMap { column in column.counts.map { _ in column.axis.quantity } }),
            .init("unit", columns.flatMap { column in column.counts.map { _ in column.axis.unit } }),
            .init("from", unit: "the column's", columns.flatMap { Array($0.edges.dropLast()) }),
            .init("to", unit: "the column's", columns.flatMap { Array($0.edges.dropFirst()) }),
            .init("rows", unit: "count", columns.flatMap(\.counts)),
        ])
    }

    /// What gnuplot is told; refuses numbers that make no picture with a `SignalError`.
    public func script() throws -> FigureScript {
        for column in columns { try requireEqual(column.edges.count - 1, column.counts.count) }
        let drawn = columns.filter { $0.counts.contains { $0 > 0 } }
        guard !drawn.isEmpty else {
            throw SignalError(.insufficientData, "no column has a value whose distribution could be drawn")
        }
        let across = min(drawn.count, 3)
        let lines = (drawn.count + across - 1) / across
        var script = FigureScript(title: title, height: 0.6 + 2.1 * Double(lines))
        script.beginPanels()
        let width = (FigureScript.width - 0.4) / Double(across)
        for (number, column) in drawn.enumerated() {
            let left = 0.2 + Double(number % across) * width
            let top = 0.6 + Double(number / across) * 2.1
            script.panel(
                left: left + 0.7, right: FigureScript.width - left - width + 0.15, top: top, bottom: top + 1.45,
                text: "")
            script.label(x: column.axis, y: axes[0])
            script.command("set xlabel font ',9'; set ylabel font ',9'; set tics font ',8'")
            let range = try drawnRange(column.edges, what: "value")
            script.range(x: range, y: 0...1.08 * max(column.counts.max() ?? 0, 1))
            let step = TimeScale.roundStep(atLeast: (range.upperBound - range.lowerBound) / 4)
            script.command("set xtics \(step)")
            let data = script.data(Array(column.edges.dropLast()), Array(column.edges.dropFirst()), column.counts)
            if column.median.isFinite {
                script.command(
                    "set arrow from first \(column.median),graph 0 to first \(column.median),graph 1 nohead linewidth 1.2 "
                        + "linecolor rgb '#000000' dashtype '-' front")
            }
            script.plot([
                "\(data) using (0.5*($1+$2)):(0.5*$3):1:2:(0):3 with boxxyerror fillstyle solid 1.0 border "
                    + "linecolor rgb '#2a6f97' fillcolor rgb '\(FigureStyle.normal)' linewidth 0.4"
            ])
            script.endPanel()
        }
        script.endPanels()
        return script
    }
}
