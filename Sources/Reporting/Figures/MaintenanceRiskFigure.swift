import SignalCore

/// The units of a fleet by how soon they are expected to fail.
public struct MaintenanceRiskFigure: Figure {
    /// The name of this kind in files.
    public static let kind = "maintenance-risk"
    /// The stem of the figure's files.
    public var name: String
    /// What stands above the picture.
    public var title: String
    /// What is to be seen and how to read it.
    public var caption: String
    /// The units, the most urgent first.
    public var units: [String]
    /// The risk of each: `LOW`, `MEDIUM` or `HIGH`.
    public var risks: [String]
    /// The probability of failure of each, from 0 to 1; not a number where not known.
    public var probabilities: [Double]
    /// The remaining useful life of each; not a number where not known.
    public var remainingLife: [Double]
    /// The lower ends of the intervals.
    public var lower: [Double]
    /// The upper ends.
    public var upper: [Double]
    /// The unit of remaining useful life, such as `cycles` or `h`.
    public var lifeUnit: String

    /// Makes the figure.
    public init(
        name: String = kind, title: String = "Units by risk", units: [String], risks: [String],
        probabilities: [Double], remainingLife: [Double], lower: [Double], upper: [Double], lifeUnit: String,
        level: Double = 0.9
    ) {
        let count =
            [units.count, risks.count, probabilities.count, remainingLife.count, lower.count, upper.count].min() ?? 0
        let rank = ["HIGH": 0, "MEDIUM": 1]
        func life(_ row: Int) -> Double { remainingLife[row].isFinite ? remainingLife[row] : .infinity }
        let order = (0..<count).sorted {
            (rank[risks[$0]] ?? 2, life($0), $0) < (rank[risks[$1]] ?? 2, life($1), $1)
        }
        self.name = name
        self.title = title
        self.units = order.map { units[$0] }
        self.risks = order.map { risks[$0] }
        self.probabilities = probabilities.rows(order)
        self.remainingLife = remainingLife.rows(order)
        self.lower = lower.rows(order)
        self.upper = upper.rows(order)
        self.lifeUnit = lifeUnit
        caption =
            "The remaining useful life of every unit with its \(percent(level)) interval, the most urgent first"
            + (count > mostBars ? " (the first \(mostBars) of \(count))" : "")
            + "; beside the name the probability of failure."
    }

    /// The quantities on the axes, with their units.
    public var axes: [Axis] {
        [Axis("Remaining useful life", unit: lifeUnit), Axis("Unit, probability", unit: "name, %")]
    }

    /// The numbers that are drawn, with their units.
    public var numbers: NumberTable {
        NumberTable([
            .init("unit", units), .init("risk", risks), .init("failure probability", unit: "share", probabilities),
            .init("remaining useful life", unit: lifeUnit, remainingLife), .init("lower", unit: lifeUnit, lower),
            .init("upper", unit: lifeUnit, upper),
        ])
    }

    /// What gnuplot is told; refuses numbers that make no picture with a `SignalError`.
    public func script() throws -> FigureScript {
        try requireEqual(
            units.count, risks.count, probabilities.count, remainingLife.count, lower.count, upper.count)
        let shown = min(units.count, mostBars)
        let range = try drawnRange(remainingLife, lower, upper, [0], what: "remaining life")
        _ = try drawnRange(remainingLife, what: "remaining life")
        let names = (0..<shown).map { row in
            let probability = probabilities[row].isFinite ? ", \(percent(probabilities[row]))" : ""
            return GnuplotScript.shortened(units[row], to: 18) + probability
        }
        var script = FigureScript(title: title, rows: names, key: true)
        script.keyAbove()
        script.label(x: axes[0])
        script.command("set label \(GnuplotScript.quoted(axes[1].text)) at graph 0,1 right offset -1,0.7 font ',9'")
        script.range(x: min(0, range.lowerBound)...max(range.upperBound * 1.04, 1e-9))
        var plots: [String] = []
        let styles: [(risk: String, mark: Int, colour: String)] = [
            ("HIGH", 7, FigureStyle.alarm), ("MEDIUM", 9, "#e69f00"), ("LOW", 4, FigureStyle.model),
        ]
        for style in styles {
            let rows = (0..<shown).filter { row in
                style.risk == "LOW" ? !["HIGH", "MEDIUM"].contains(risks[row]) : risks[row] == style.risk
            }
            guard !rows.isEmpty else { continue }
            let data = script.data(
                remainingLife.rows(rows), rows.map(Double.init),
                rows.map { lower[$0].isFinite ? lower[$0] : remainingLife[$0] },
                rows.map { upper[$0].isFinite ? upper[$0] : remainingLife[$0] })
            plots.append(
                "\(data) using 1:2:3:4 with xerrorbars pointtype \(style.mark) pointsize 1 linewidth 1.3 linecolor rgb "
                    + "'\(style.colour)' title '\(style.risk)'")
        }
        script.plot(plots)
        return script
    }
}
