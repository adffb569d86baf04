import SignalCore

/// Whether probabilities mean what they say.
public struct CalibrationFigure: Figure {
    /// The name of this kind in files.
    public static let kind = "calibration"
    /// The stem of the figure's files.
    public var name: String
    /// What stands above the picture.
    public var title: String
    /// What is to be seen and how to read it.
    public var caption: String
    /// The mean predicted probability in every interval of a tenth that holds an item.
    public var predicted: [Double]
    /// The share of items in it for which it came true.
    public var observed: [Double]
    /// The number of items in it.
    public var counts: [Int]

    /// Makes the figure from probabilities and what came true.
    public init(
        name: String = kind, title: String = "Do probabilities mean what they say?", probabilities: [Double],
        cameTrue: [Bool]
    ) {
        var sums = [(probability: Double, hits: Int, count: Int)](repeating: (0, 0, 0), count: 10)
        for (probability, hit) in zip(probabilities, cameTrue) where (0...1).contains(probability) {
            let place = min(9, Int(probability * 10))
            sums[place].probability += probability
            sums[place].hits += hit ? 1 : 0
            sums[place].count += 1
        }
        let filled = sums.filter { $0.count > 0 }
        self.name = name
        self.title = title
        predicted = filled.map { $0.probability / Double($0.count) }
        observed = filled.map { Double($0.hits) / Double($0.count) }
        counts = filled.map(\.count)
        caption =
            "Items in tenths of their predicted probability: how often it came true, against what was predicted. On the "
            + "diagonal probabilities mean what they say. Beside each mark the number of items; few say little."
    }

    /// The quantities on the axes, with their units.
    public var axes: [Axis] { [Axis("Predicted probability", unit: "share"), Axis("Came true", unit: "share")] }

    /// The numbers that are drawn, with their units.
    public var numbers: NumberTable {
        NumberTable([
            .init("predicted probability", unit: "share", predicted), .init("came true", unit: "share", observed),
            .init("items", unit: "count", counts.map(Double.init)),
        ])
    }

    /// What gnuplot is told; refuses numbers that make no picture with a `SignalError`.
    public func script() throws -> FigureScript {
        try requireEqual(predicted.count, observed.count, counts.count)
        _ = try drawnRange(predicted, what: "probability")
        var script = FigureScript(title: title, height: 5)
        script.margins(left: 2, right: 2, top: 0.5)
        script.label(x: axes[0], y: axes[1])
        script.range(x: 0...1, y: 0...1.02)
        script.command("set xtics 0.2; set ytics 0.2")
        let data = script.data(predicted, observed, counts.map(Double.init))
        script.plot([
            "x with lines linewidth 0.8 linecolor rgb '\(FigureStyle.reference)' dashtype '.'",
            "\(data) using 1:2 with linespoints linewidth 1.2 pointtype 7 pointsize 1 linecolor rgb '\(FigureStyle.model)'",
            "\(data) using 1:2:(sprintf('%.0f',$3)) with labels right offset -0.8,0.6 font ',8'",
        ])
        return script
    }
}
