import SignalCore

/// How much a model of targets rests on each column.
public struct FeatureImportanceFigure: Figure {
    /// The name of this kind in files.
    public static let kind = "feature-importance"
    /// The stem of the figure's files.
    public var name: String
    /// What stands above the picture.
    public var title: String
    /// What is to be seen and how to read it.
    public var caption: String
    /// The columns, the most important first.
    public var columns: [String]
    /// Their importance.
    public var importance: [Double]
    /// Its standard deviation over repetitions; empty when not known.
    public var deviation: [Double]
    /// How importance is measured, with its unit.
    public var measure: Axis

    /// Makes the figure of the 25 most important columns.
    ///
    /// - Parameter measure: what is measured, such as `Axis("Rise of the error by permutation", unit: "cycles")`.
    public init(
        name: String = kind, title: String = "What the model rests on", columns: [String], importance: [Double],
        deviation: [Double] = [], measure: Axis
    ) {
        let count = min(columns.count, importance.count)
        let order = (0..<count).sorted { importance[$0] > importance[$1] }.prefix(25)
        self.name = name
        self.title = title
        self.columns = order.map { columns[$0] }
        self.importance = importance.rows(Array(order))
        self.deviation = deviation.count == count ? deviation.rows(Array(order)) : []
        self.measure = measure
        caption =
            "\(measure.quantity) of every column"
            + (count > 25 ? ", the first 25 of \(count)" : "")
            + (self.deviation.isEmpty ? "." : ", with one standard deviation over repetitions.")
            + " Columns that say the same share their importance."
    }

    /// The quantities on the axes, with their units.
    public var axes: [Axis] { [measure, Axis("Column", unit: "name")] }

    /// The numbers that are drawn, with their units.
    public var numbers: NumberTable {
        var table: [NumberTable.Column] = [
            .init("column", columns), .init(measure.quantity, unit: measure.unit, importance),
        ]
        if !deviation.isEmpty { table.append(.init("standard deviation", unit: measure.unit, deviation)) }
        return NumberTable(table)
    }

    /// What gnuplot is told; refuses numbers that make no picture with a `SignalError`.
    public func script() throws -> FigureScript {
        try requireEqual(columns.count, importance.count, deviation.isEmpty ? importance.count : deviation.count)
        let ends = zip(importance, deviation).map { [$0 - $1, $0 + $1] }.flatMap(\.self)
        let range = try drawnRange(importance, ends, [0], what: "importance")
        _ = try drawnRange(importance, what: "importance")
        var script = FigureScript(title: title, rows: columns)
        script.label(x: measure)
        script.command("set label \(GnuplotScript.quoted(axes[1].text)) at graph 0,1 right offset -1,0.7 font ',9'")
        script.range(x: range.padded(0.03))
        let spread = deviation.isEmpty ? importance.map { _ in 0.0 } : deviation
        let data = script.data(importance, columns.indices.map(Double.init), spread)
        var plots = [
            "\(data) using (0.5*$1):2:(0):1:($2-0.36):($2+0.36) with boxxyerror fillcolor rgb '\(FigureStyle.normal)' "
                + "notitle"
        ]
        if !deviation.isEmpty {
            plots.append(
                "\(data) using 1:2:3 with xerrorbars pointtype -1 linewidth 1.1 linecolor rgb '#000000' notitle")
        }
        script.plot(plots)
        return script
    }
}
