import SignalCore

/// The quality on every machine, with its interval, beside that of trivial rules.
public struct QualityFigure: Figure {
    /// The name of this kind in files.
    public static let kind = "machines"
    /// The stem of the figure's files.
    public var name: String
    /// What stands above the picture.
    public var title: String
    /// What is to be seen and how to read it.
    public var caption: String
    /// The machines, in the order from the top down.
    public var machines: [String]
    /// The area under the ROC curve on each; not a number where there are not both classes.
    public var values: [Double]
    /// The lower ends of the 95 % intervals.
    public var lower: [Double]
    /// The upper ends.
    public var upper: [Double]
    /// The areas of a trivial rule, one a machine; empty for none.
    public var baseline: [Double]
    /// The trivial rule's name.
    public var baselineName: String

    /// Makes the figure.
    public init(
        name: String = kind, title: String = "Quality by machine", machines: [String], values: [Double],
        lower: [Double], upper: [Double], baseline: [Double] = [], baselineName: String = ""
    ) {
        self.name = name
        self.title = title
        self.machines = machines
        self.values = values
        self.lower = lower
        self.upper = upper
        self.baseline = baseline
        self.baselineName = baselineName
        caption =
            "The area under the ROC curve on every machine with its 95 % interval by bootstrap; 0.5 is chance. "
            + "Machines without both normal and anomalous items have no mark."
            + (baseline.isEmpty ? "" : " The hollow marks are \(baselineName), which a model of use must beat.")
    }

    /// The quantities on the axes, with their units.
    public var axes: [Axis] { [Axis("Area under the ROC curve", unit: "share"), Axis("Machine", unit: "name")] }

    /// The numbers that are drawn, with their units.
    public var numbers: NumberTable {
        var columns: [NumberTable.Column] = [
            .init("machine", machines), .init("auc", unit: "share", values), .init("lower 95 %", unit: "share", lower),
            .init("upper 95 %", unit: "share", upper),
        ]
        if !baseline.isEmpty { columns.append(.init("auc of \(baselineName)", unit: "share", baseline)) }
        return NumberTable(columns)
    }

    /// What gnuplot is told; refuses numbers that make no picture with a `SignalError`.
    public func script() throws -> FigureScript {
        try requireEqual(machines.count, values.count, lower.count, upper.count)
        try requireEqual(machines.count, baseline.isEmpty ? machines.count : baseline.count)
        let range = try drawnRange(values, lower, upper, baseline, what: "quality")
        let shown = min(machines.count, mostBars)
        var script = FigureScript(title: title, rows: Array(machines.prefix(shown)), key: true)
        script.keyAbove()
        script.label(x: axes[0])
        script.command("set label \(GnuplotScript.quoted(axes[1].text)) at graph 0,1 right offset -1,0.7 font ',9'")
        script.range(x: min(0.4, range.lowerBound - 0.02)...1.02)
        let rows = (0..<shown).map(Double.init)
        let data = script.data(
            Array(values.prefix(shown)), rows, Array(lower.prefix(shown)), Array(upper.prefix(shown)))
        var plots = [
            script.upright(0.5, title: "chance", style: "linecolor rgb '\(FigureStyle.reference)' dashtype '.'")
        ]
        if !baseline.isEmpty {
            let data = script.data(Array(baseline.prefix(shown)), rows)
            plots.append(
                "\(data) using 1:2 with points pointtype 4 pointsize 0.9 linewidth 1 linecolor rgb '#000000' "
                    + "title \(GnuplotScript.quoted(GnuplotScript.shortened(baselineName, to: 30)))")
        }
        plots.append(
            "\(data) using 1:2:3:4 with xerrorbars pointtype 7 pointsize 0.9 linewidth 1.3 "
                + "linecolor rgb '\(FigureStyle.model)' title 'model, 95 % interval'")
        script.plot(plots)
        return script
    }
}
