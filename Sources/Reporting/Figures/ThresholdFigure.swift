import SignalCore

/// Why the threshold lies where it lies: the scores it was learnt from.
public struct ThresholdFigure: Figure {
    /// The name of this kind in files.
    public static let kind = "threshold"
    /// The stem of the figure's files.
    public var name: String
    /// What stands above the picture.
    public var title: String
    /// What is to be seen and how to read it.
    public var caption: String
    /// The edges of the intervals; one more than there are intervals.
    public var edges: [Double]
    /// The number of scores in every interval.
    public var counts: [Double]
    /// The threshold.
    public var threshold: Double
    /// The median of the scores.
    public var median: Double

    /// Makes the figure.
    ///
    /// - Parameters:
    ///   - scores: scores of normal data.
    ///   - source: what the scores are of, such as `normal recordings not trained on`.
    ///   - rule: the rule that made the threshold, such as `quantile:0.99`.
    public init(
        name: String = kind, title: String = "Threshold and its reason", scores: [Double], threshold: Double,
        source: String, rule: String
    ) {
        let sorted = scores.filter(\.isFinite).sorted()
        let histogram = Histogram(of: scores, including: [threshold], bins: 50)
        let above = sorted.count { $0 > threshold }
        self.name = name
        self.title = title
        self.threshold = threshold
        edges = histogram.edges
        counts = histogram.counts(scores)
        median = sorted.isEmpty ? .nan : sorted[sorted.count / 2]
        caption =
            "The scores of \(source), and the threshold that the rule \(rule) made of its training scores. "
            + "\(above) of these \(sorted.count) scores lie above it"
            + (sorted.isEmpty ? "." : " (\(percent(Double(above) / Double(sorted.count)))).") + histogram.note
    }

    /// The quantities on the axes, with their units.
    public var axes: [Axis] { [Axis("Anomaly score", unit: "no unit"), Axis("Scores", unit: "count")] }

    /// The numbers that are drawn, with their units.
    public var numbers: NumberTable {
        NumberTable([
            .init("from score", unit: "no unit", Array(edges.dropLast())),
            .init("to score", unit: "no unit", Array(edges.dropFirst())), .init("scores", unit: "count", counts),
        ])
    }

    /// What gnuplot is told; refuses numbers that make no picture with a `SignalError`.
    public func script() throws -> FigureScript {
        try requireEqual(edges.count - 1, counts.count)
        let range = try drawnRange(edges, what: "score")
        let most = try drawnRange(counts.filter { $0 > 0 }, what: "score").upperBound
        var script = FigureScript(title: title)
        script.margins(top: 0.75)
        script.keyAbove()
        script.label(x: axes[0], y: axes[1])
        script.range(x: range.padded(0.02), y: 0.7...most * 1.5)
        // A few scores near the threshold matter as much as the many in the middle.
        script.command("set logscale y")
        let data = script.data(Array(edges.dropLast()), Array(edges.dropFirst()), counts.map { $0 > 0 ? $0 : .nan })
        var plots = [
            "\(data) using (0.5*($1+$2)):3:1:2:(0.7):3 with boxxyerror fillstyle solid 1.0 border linecolor rgb "
                + "'#2a6f97' fillcolor rgb '\(FigureStyle.normal)' linewidth 0.5 title 'scores'"
        ]
        if median.isFinite {
            plots.append(
                script.upright(median, title: "median", style: "linecolor rgb '\(FigureStyle.reference)' dashtype '.'"))
        }
        if threshold.isFinite { plots.append(script.upright(threshold, title: "threshold")) }
        script.plot(plots)
        return script
    }
}
