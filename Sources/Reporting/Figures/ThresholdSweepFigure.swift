import SignalCore

/// What another threshold would give: precision, recall and F1 against it.
public struct ThresholdSweepFigure: Figure {
    /// The name of this kind in files.
    public static let kind = "threshold-sweep"
    /// The stem of the figure's files.
    public var name: String
    /// What stands above the picture.
    public var title: String
    /// What is to be seen and how to read it.
    public var caption: String
    /// The thresholds, rising.
    public var thresholds: [Double]
    /// The precision at each; not a number where nothing is reported.
    public var precision: [Double]
    /// The recall at each.
    public var recall: [Double]
    /// The harmonic mean of both at each.
    public var f1: [Double]
    /// The threshold in use, where there is one.
    public var threshold: Double?

    /// Makes the figure from scores.
    public init(
        name: String = kind, title: String = "What another threshold would give", scores: [Double],
        isAnomalous: [Bool], threshold: Double?
    ) {
        let order = (0..<min(scores.count, isAnomalous.count)).filter { scores[$0].isFinite }
            .sorted { scores[$0] < scores[$1] }
        let positives = order.count { isAnomalous[$0] }
        var above = order.count
        var hits = positives
        var rows: [(threshold: Double, precision: Double, recall: Double, f1: Double)] = []
        for (position, row) in order.enumerated() {
            above -= 1
            if isAnomalous[row] { hits -= 1 }
            if position + 1 < order.count, scores[order[position + 1]] == scores[row] { continue }
            let precision = above > 0 ? Double(hits) / Double(above) : .nan
            let recall = positives > 0 ? Double(hits) / Double(positives) : .nan
            rows.append((scores[row], precision, recall, 2 * Double(hits) / Double(max(1, above + positives))))
        }
        if rows.count > 800 { rows = (0..<800).map { rows[$0 * (rows.count - 1) / 799] } }
        self.name = name
        self.title = title
        self.threshold = threshold
        thresholds = rows.map(\.threshold)
        precision = rows.map(\.precision)
        recall = rows.map(\.recall)
        f1 = rows.map(\.f1)
        caption =
            "Precision, recall and F1 for every threshold on these labelled items; the dashed line is the threshold in use, "
            + "learnt without labels. A threshold chosen here by the best F1 would flatter."
    }

    /// The quantities on the axes, with their units.
    public var axes: [Axis] {
        [Axis("Threshold", unit: "score, no unit"), Axis("Precision, recall, F1", unit: "share")]
    }

    /// The numbers that are drawn, with their units.
    public var numbers: NumberTable {
        NumberTable([
            .init("threshold", unit: "no unit", thresholds), .init("precision", unit: "share", precision),
            .init("recall", unit: "share", recall), .init("f1", unit: "share", f1),
        ])
    }

    /// What gnuplot is told; refuses numbers that make no picture with a `SignalError`.
    public func script() throws -> FigureScript {
        try requireEqual(thresholds.count, precision.count, recall.count, f1.count)
        _ = try drawnRange(recall, what: "recall, since nothing is labelled anomalous")
        let range = try drawnRange(thresholds, threshold.map { [$0] } ?? [], what: "threshold")
        var script = FigureScript(title: title)
        script.margins(top: 0.75)
        script.keyAbove()
        script.label(x: axes[0], y: axes[1])
        script.range(x: range.padded(0.02), y: 0...1.02)
        // A score that reaches far beyond the others would push everything to the left edge.
        if range.lowerBound > 0, range.upperBound > 50 * thresholds[thresholds.count / 2] {
            script.command("set logscale x")
            script.range(x: range.lowerBound * 0.9...range.upperBound * 1.1)
        }
        let data = script.data(thresholds, precision, recall, f1)
        var plots = [(2, "precision"), (3, "recall"), (4, "F1")].enumerated().map { number, line in
            "\(data) using 1:\(line.0) with lines linewidth 1.3 \(FigureStyle.series(number).line) title '\(line.1)'"
        }
        if let threshold, threshold.isFinite {
            plots.append(script.upright(threshold, title: "in use", style: "linecolor rgb '#707070' dashtype '-'"))
        }
        script.plot(plots)
        return script
    }
}
