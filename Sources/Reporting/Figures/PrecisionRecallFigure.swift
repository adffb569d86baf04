import SignalCore

/// Precision over recall of one or several scores.
public struct PrecisionRecallFigure: Figure {
    public static let kind = "precision-recall"
    public var name: String
    public var title: String
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

    public var axes: [Axis] { [Axis("Recall", unit: "share"), Axis("Precision", unit: "share")] }

    public var numbers: NumberTable { .curves(curves, x: "recall", y: "precision") }

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
