import SignalCore

/// Receiver operating characteristics of one or several scores.
public struct ROCFigure: Figure {
    /// The name of this kind in files.
    public static let kind = "roc"
    /// The stem of the figure's files.
    public var name: String
    /// What stands above the picture.
    public var title: String
    /// What is to be seen and how to read it.
    public var caption: String
    /// The curves; the model's first, then those of trivial rules.
    public var curves: [RankingCurve]
    /// False-positive and true-positive rate at the threshold in use, as shares.
    public var operatingPoint: [Double]?

    /// Makes the figure.
    public init(
        name: String = kind, title: String = "How the score ranks: receiver operating characteristic",
        curves: [RankingCurve], falsePositiveRate: Double? = nil, truePositiveRate: Double? = nil
    ) {
        self.name = name
        self.title = title
        self.curves = curves
        operatingPoint = falsePositiveRate.flatMap { x in truePositiveRate.map { [x, $0] } }
        caption =
            "The share of anomalies found against the share of false alarms, for every possible threshold. The dotted "
            + "diagonal is chance; the area under the curve (AUC) is the probability that an anomaly scores higher than "
            + "something normal, with its 95 % interval in brackets."
            + (operatingPoint == nil ? "" : " The cross is the threshold in use.")
    }

    /// The quantities on the axes, with their units.
    public var axes: [Axis] { [Axis("False-positive rate", unit: "share"), Axis("True-positive rate", unit: "share")] }

    /// The numbers that are drawn, with their units.
    public var numbers: NumberTable { .curves(curves, x: "false-positive rate", y: "true-positive rate") }

    /// What gnuplot is told; refuses numbers that make no picture with a `SignalError`.
    public func script() throws -> FigureScript {
        var script = try curveScript(curves, measure: "AUC")
        var plots = [
            "x with lines linewidth 0.8 linecolor rgb '\(FigureStyle.reference)' dashtype '.' title 'chance: AUC 0.500'"
        ]
        plots = script.lines(of: curves, measure: "AUC") + plots
        if let point = operatingPoint, point.count == 2, point.allSatisfy(\.isFinite) {
            let data = script.data([point[0]], [point[1]])
            plots.append(
                "\(data) using 1:2 with points pointtype 2 pointsize 1.4 linewidth 1.6 linecolor rgb '#000000' "
                    + "title 'threshold in use'")
        }
        script.plot(plots)
        return script
    }
}
