import SignalCore

/// The quality of several models against the time that one score takes.
public struct ModelComparisonFigure: Figure {
    /// The name of this kind in files.
    public static let kind = "model-comparison"
    /// The stem of the figure's files.
    public var name: String
    /// What stands above the picture.
    public var title: String
    /// What is to be seen and how to read it.
    public var caption: String
    /// The models.
    public var models: [String]
    /// Microseconds that one score takes; not a number for trivial rules, which stand as lines.
    public var microseconds: [Double]
    /// The quality of each.
    public var quality: [Double]
    /// The lower ends of the 95 % intervals; not a number where not known.
    public var lower: [Double]
    /// The upper ends.
    public var upper: [Double]
    /// The quality that is measured.
    public var measure: Axis

    /// Makes the figure.
    public init(
        name: String = kind, title: String = "Quality against time", models: [String], microseconds: [Double],
        quality: [Double], lower: [Double], upper: [Double],
        measure: Axis = Axis("Area under the ROC curve", unit: "share")
    ) {
        self.name = name
        self.title = title
        self.models = models
        self.microseconds = microseconds
        self.quality = quality
        // Lines have no intervals.
        self.lower = zip(lower, microseconds).map { $1 > 0 ? $0 : .nan }
        self.upper = zip(upper, microseconds).map { $1 > 0 ? $0 : .nan }
        self.measure = measure
        caption =
            "Up is better, left is faster. Intervals are 95 % by bootstrap over the items judged; models whose intervals "
            + "overlap may differ by chance. Horizontal lines are trivial rules."
    }

    /// The quantities on the axes, with their units.
    public var axes: [Axis] { [Axis("Time of one score", unit: "µs"), measure] }

    /// The numbers that are drawn, with their units.
    public var numbers: NumberTable {
        NumberTable([
            .init("model", models), .init("time of one score", unit: "µs", microseconds),
            .init(measure.quantity, unit: measure.unit, quality), .init("lower 95 %", unit: measure.unit, lower),
            .init("upper 95 %", unit: measure.unit, upper),
        ])
    }

    /// What gnuplot is told; refuses numbers that make no picture with a `SignalError`.
    public func script() throws -> FigureScript {
        try requireEqual(models.count, microseconds.count, quality.count, lower.count, upper.count)
        let range = try drawnRange(quality, lower, upper, what: "quality")
        let isTimed = models.indices.filter { microseconds[$0] > 0 && quality[$0].isFinite }
        let times = try drawnRange(microseconds.filter { $0 > 0 }, what: "time")
        var script = FigureScript(title: title, height: max(4.5, 1.4 + 0.25 * Double(models.count)))
        script.margins(right: 2.6, top: 0.5)
        script.keyBeside()
        script.label(x: axes[0], y: axes[1])
        script.command("set logscale x; set format x '%g'")
        script.range(x: times.lowerBound / 1.6...times.upperBound * 1.6, y: range.padded())
        var plots: [String] = []
        for (number, row) in isTimed.enumerated() {
            let hasInterval = lower[row].isFinite && upper[row].isFinite
            let data = script.data(
                [microseconds[row]], [quality[row]], [hasInterval ? lower[row] : quality[row]],
                [hasInterval ? upper[row] : quality[row]])
            let title = GnuplotScript.quoted(GnuplotScript.shortened(models[row], to: 26))
            // Marks go on where colours begin again.
            let mark = [7, 9, 5, 11, 13, 6, 4, 8, 10, 12, 1, 2, 3][number % 13]
            plots.append(
                "\(data) using 1:2:3:4 with yerrorbars pointtype \(mark) pointsize 1.3 linewidth 1 linecolor rgb "
                    + "'\(FigureStyle.series(number).colour)' title \(title)")
        }
        for (number, row) in models.indices.filter({ !(microseconds[$0] > 0) && quality[$0].isFinite }).enumerated() {
            let dash = ["'.'", "'-'", "'-.'", "'_'"][number % 4]
            plots.append(
                script.level(
                    quality[row], title: GnuplotScript.shortened(models[row], to: 26),
                    style: "linewidth 1 linecolor rgb '\(FigureStyle.reference)' dashtype \(dash)"))
        }
        script.plot(plots)
        return script
    }
}
