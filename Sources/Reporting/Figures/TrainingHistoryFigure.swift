import SignalCore

/// The loss of an iterative fit after every step: epochs of networks, rounds of boosting.
public struct TrainingHistoryFigure: Figure {
    /// The name of this kind in files.
    public static let kind = "training-history"
    /// The stem of the figure's files.
    public var name: String
    /// What stands above the picture.
    public var title: String
    /// What is to be seen and how to read it.
    public var caption: String
    /// The loss on training data, one a step, from the first.
    public var loss: [Double]
    /// The loss on validation data, one a step; empty when there was none.
    public var validationLoss: [Double]
    /// What a step is, such as `epoch`.
    public var step: String
    /// What the loss is, such as `mean squared error`, of scaled values.
    public var measure: String
    /// The step, from 1, whose model was kept; 0 for none.
    public var kept: Int

    /// Makes the figure.
    public init(
        name: String = kind, title: String = "Training history", loss: [Double], validationLoss: [Double] = [],
        step: String = "epoch", measure: String = "mean squared error", kept: Int = 0
    ) {
        self.name = name
        self.title = title
        self.loss = loss
        (self.step, self.measure, self.kept) = (step, measure, kept)
        self.validationLoss = validationLoss.contains(where: \.isFinite) ? validationLoss : []
        caption =
            "The loss in every \(step): the \(measure) of values as the model sees them."
            + (self.validationLoss.isEmpty
                ? " There was no validation data, so that overfitting could not show here."
                : " Where validation rises while training falls, the model learns its training data by heart.")
            + (kept > 0 ? " The cross is the \(step) whose model was kept." : "")
    }

    /// The quantities on the axes, with their units.
    public var axes: [Axis] {
        [Axis(step.prefix(1).uppercased() + step.dropFirst(), unit: "count"), Axis("Loss", unit: measure)]
    }

    /// The numbers that are drawn, with their units.
    public var numbers: NumberTable {
        var columns: [NumberTable.Column] = [
            .init(step, unit: "count", loss.indices.map { Double($0 + 1) }),
            .init("training loss", unit: measure, loss),
        ]
        if !validationLoss.isEmpty { columns.append(.init("validation loss", unit: measure, validationLoss)) }
        return NumberTable(columns)
    }

    /// What gnuplot is told; refuses numbers that make no picture with a `SignalError`.
    public func script() throws -> FigureScript {
        try requireEqual(loss.count, validationLoss.isEmpty ? loss.count : validationLoss.count)
        let range = try drawnRange(loss, validationLoss, what: "loss")
        var script = FigureScript(title: title)
        script.margins(left: 1, top: 0.75)
        script.keyAbove()
        script.label(x: axes[0], y: axes[1])
        script.range(x: 0.5...Double(loss.count) + 0.5)
        if loss.count <= 12 { script.command("set xtics 1") }
        if range.lowerBound > 0 {
            script.command("set logscale y; set format y '%.3g'")
            script.range(y: range.lowerBound * 0.9...range.upperBound * 1.1)
            if range.upperBound < 20 * range.lowerBound { script.command("set ytics add (\(Self.ticks(range)))") }
        } else {
            script.range(y: range.padded())
        }
        let epochs = loss.indices.map { Double($0 + 1) }
        let data = script.data(epochs, loss, validationLoss.isEmpty ? loss : validationLoss)
        func style(_ number: Int) -> String {
            let style = FigureStyle.series(number)
            return "with linespoints linewidth 1.2 pointsize 0.7 \(style.line) pointtype \(style.mark)"
        }
        var plots = ["\(data) using 1:2 \(style(0)) title 'training'"]
        if !validationLoss.isEmpty {
            plots.append("\(data) using 1:3 \(style(1)) title 'validation'")
        }
        let judged = validationLoss.isEmpty ? loss : validationLoss
        if judged.indices.contains(kept - 1), judged[kept - 1].isFinite {
            let mark = script.data([epochs[kept - 1]], [judged[kept - 1]])
            plots.append(
                "\(mark) using 1:2 with points pointtype 2 pointsize 1.6 linewidth 1.6 linecolor rgb '#000000' "
                    + "title 'kept'")
        }
        script.plot(plots)
        return script
    }

    /// Round numbers inside a range that holds no more than one power of ten.
    private static func ticks(_ range: ClosedRange<Double>) -> String {
        let step = TimeScale.roundStep(atLeast: (range.upperBound - range.lowerBound) / 5)
        let first = (range.lowerBound / step).rounded(.up)
        let last = (range.upperBound / step).rounded(.down)
        guard first <= last else { return "\(range.lowerBound)" }
        return stride(from: first, through: last, by: 1).map { number in
            let value = (number * step * 1e9).rounded() / 1e9
            return "'\(value)' \(value)"
        }.joined(separator: ", ")
    }
}
