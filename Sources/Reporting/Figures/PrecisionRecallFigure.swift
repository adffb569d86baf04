import SignalCore

/// Precision over recall of one or several scores.
public struct PrecisionRecallFigure: Figure {
    /// The name of this kind in files.
    public static let kind = "precision-recall"
    /// The stem of the figure's files.
    public var name: String
    /// What stands above the picture.
    public var title: String
    /// What is to be seen and how to read it.
    public var caption: String
    /// The curves; the model's first, then those of trivial rules.
    public var curves: [RankingCurve]
    /// The share of anomalies: the precision of chance.
    public var prevalence: Double

    /// Makes the figure.
    public init(
        name: String = kind, title: String = "Precision against recall", curves: [RankingCurve], prevalence: Double
    ) {
        self.name = name
        self.title = title
        self.curves = curves
        self.prevalence = prevalence
        caption =
            "Of what is reported, the share that is anomalous (precision), against the share of anomalies found (recall). "
            + "The dotted line is chance, the share of anomalies in the data; AP is the average precision."
    }

    /// The quantities on the axes, with their units.
    public var axes: [Axis] { [Axis("Recall", unit: "share"), Axis("Precision", unit: "share")] }

    /// The numbers that are drawn, with their units.
    public var numbers: NumberTable { .curves(curves, x: "recall", y: "precision") }

    /// What gnuplot is told; refuses numbers that make no picture with a `SignalError`.
    public func script() throws -> FigureScript {
        var script = try curveScript(curves, measure: "AP")
        var plots = script.lines(of: curves, measure: "AP")
        if prevalence.isFinite {
            plots.append(
                script.level(
                    prevalence, title: "chance: \(rounded(prevalence))",
                    style: "linewidth 0.8 linecolor rgb '\(FigureStyle.reference)' dashtype '.'"))
        }
        script.plot(plots)
        return script
    }
}
