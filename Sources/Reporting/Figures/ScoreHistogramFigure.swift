import SignalCore

/// How the scores of normal and of anomalous items are distributed, with the threshold between them.
public struct ScoreHistogramFigure: Figure {
    /// The name of this kind in files.
    public static let kind = "score-histogram"
    /// The stem of the figure's files.
    public var name: String
    /// What stands above the picture.
    public var title: String
    /// What is to be seen and how to read it.
    public var caption: String
    /// The edges of the intervals; one more than there are intervals.
    public var edges: [Double]
    /// The share of normal items in every interval, in percent.
    public var normal: [Double]
    /// The share of anomalous items in every interval, in percent.
    public var anomalous: [Double]
    /// The threshold, where there is one.
    public var threshold: Double?
    /// The number of items of each class.
    public var counts: [Int]

    /// Makes the figure from scores.
    public init(
        name: String = kind, title: String = "Scores by class", scores: [Double], isAnomalous: [Bool],
        threshold: Double?
    ) {
        let pairs = zip(scores, isAnomalous)
        let normalScores = pairs.filter { !$1 }.map(\.0)
        let anomalousScores = pairs.filter { $1 }.map(\.0)
        let histogram = Histogram(of: scores, including: threshold.map { [$0] } ?? [])
        self.name = name
        self.title = title
        self.threshold = threshold
        edges = histogram.edges
        normal = histogram.counts(normalScores).percentages
        anomalous = histogram.counts(anomalousScores).percentages
        counts = [normalScores.count, anomalousScores.count]
        caption =
            "The scores of \(normalScores.count) normal and \(anomalousScores.count) anomalous items, each class as "
            + "shares of its own number. What lies to the right of the threshold is reported." + histogram.note
    }

    /// The quantities on the axes, with their units.
    public var axes: [Axis] { [Axis("Anomaly score", unit: "no unit"), Axis("Share of the class", unit: "%")] }

    /// The numbers that are drawn, with their units.
    public var numbers: NumberTable {
        NumberTable([
            .init("from score", unit: "no unit", Array(edges.dropLast())),
            .init("to score", unit: "no unit", Array(edges.dropFirst())),
            .init("normal", unit: "%", normal), .init("anomalous", unit: "%", anomalous),
        ])
    }

    /// What gnuplot is told; refuses numbers that make no picture with a `SignalError`.
    public func script() throws -> FigureScript {
        try requireEqual(edges.count - 1, normal.count, anomalous.count)
        let scores = try drawnRange(edges, what: "score")
        _ = try drawnRange([normal.max() ?? 0, anomalous.max() ?? 0].filter { $0 > 0 }, what: "score")
        var script = FigureScript(title: title)
        script.margins(top: 0.75)
        script.keyAbove()
        script.label(x: axes[0], y: axes[1])
        script.range(x: scores.padded(0.01), y: 0...1.08 * max(normal.max() ?? 0, anomalous.max() ?? 0))
        let data = script.data(Array(edges.dropLast()), Array(edges.dropFirst()), normal, anomalous)
        var plots = [
            "\(data) using (0.5*($1+$2)):(0.5*$3):1:2:(0):3 with boxxyerror fillstyle solid 1.0 border linecolor rgb "
                + "'#2a6f97' fillcolor rgb '\(FigureStyle.normal)' linewidth 0.5 title 'normal'",
            "\(data) using (0.5*($1+$2)):(0.5*$4):1:2:(0):4 with boxxyerror fillstyle pattern 5 border linecolor rgb "
                + "'#000000' fillcolor rgb '\(FigureStyle.alarm)' linewidth 0.7 title 'anomalous'",
        ]
        if let threshold, threshold.isFinite { plots.append(script.upright(threshold, title: "threshold")) }
        script.plot(plots)
        return script
    }
}

extension FigureScript {
    /// An upright line over the whole height at a value, drawn as part of a plot.
    mutating func upright(_ value: Double, title: String, style: String = "linecolor rgb '#000000' dashtype '-'")
        -> String
    {
        command("set arrow from first \(value),graph 0 to first \(value),graph 1 nohead linewidth 1.2 \(style) front")
        return "NaN with lines linewidth 1.2 \(style) title \(GnuplotScript.quoted(title))"
    }
}
