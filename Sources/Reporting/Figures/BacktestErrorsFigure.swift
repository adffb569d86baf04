import SignalCore

/// How wrong forecasts were at every step ahead, in a backtest.
public struct BacktestErrorsFigure: Figure {
    /// The name of this kind in files.
    public static let kind = "backtest-errors"
    /// The stem of the figure's files.
    public var name: String
    /// What stands above the picture.
    public var title: String
    /// What is to be seen and how to read it.
    public var caption: String
    /// The forecasters; those for comparison last.
    public var forecasters: [String]
    /// The mean absolute error at every step ahead, for each forecaster.
    public var errors: [[Double]]
    /// The quantity that was forecast.
    public var value: Axis

    /// Makes the figure.
    ///
    /// - Parameter origins: the number of rolling origins.
    public init(
        name: String = kind, title: String? = nil, forecasters: [String], errors: [[Double]], value: Axis, origins: Int
    ) {
        self.name = name
        self.title = title ?? "\(value.quantity): error by step ahead"
        self.forecasters = forecasters
        self.errors = errors
        self.value = value
        caption =
            "The mean absolute error of forecasts from \(origins) rolling origins, by how many steps they look ahead. A "
            + "forecaster of use lies below the trivial ones."
    }

    /// The quantities on the axes, with their units.
    public var axes: [Axis] { [Axis("Steps ahead", unit: "rows"), Axis("Mean absolute error", unit: value.unit)] }

    /// The numbers that are drawn, with their units.
    public var numbers: NumberTable {
        let steps = errors.map(\.count).max() ?? 0
        return NumberTable(
            [.init("step", unit: "rows", (0..<steps).map { Double($0 + 1) })]
                + zip(forecasters, errors).map { .init("mean absolute error of \($0)", unit: value.unit, $1) })
    }

    /// What gnuplot is told; refuses numbers that make no picture with a `SignalError`.
    public func script() throws -> FigureScript {
        try requireEqual(forecasters.count, errors.count)
        let range = try drawnRange(errors.flatMap(\.self), [0], what: "error")
        _ = try drawnRange(errors.flatMap(\.self), what: "error")
        let steps = errors.map(\.count).max() ?? 1
        var script = FigureScript(title: title)
        script.margins(right: 2.2, top: 0.5)
        script.keyBeside()
        script.label(x: axes[0], y: axes[1])
        script.range(x: 0.5...Double(steps) + 0.5, y: 0...max(range.upperBound * 1.08, 1e-12))
        if steps <= 12 { script.command("set xtics 1") }
        var plots: [String] = []
        for (number, (forecaster, errors)) in zip(forecasters, errors).enumerated() {
            let data = script.data(errors.indices.map { Double($0 + 1) }, errors)
            let style = FigureStyle.series(number)
            plots.append(
                "\(data) using 1:2 with linespoints linewidth \(number == 0 ? 1.6 : 1) pointsize 0.7 pointinterval "
                    + "\(max(1, steps / 12)) pointtype \(style.mark) \(style.line) "
                    + "title \(GnuplotScript.quoted(GnuplotScript.shortened(forecaster, to: 20)))")
        }
        script.plot(plots)
        return script
    }
}
