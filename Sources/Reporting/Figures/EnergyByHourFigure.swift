import SignalCore

/// Energy use by the hour of the day.
public struct EnergyByHourFigure: Figure {
    /// The name of this kind in files.
    public static let kind = "energy-by-hour"
    /// The stem of the figure's files.
    public var name: String
    /// What stands above the picture.
    public var title: String
    /// What is to be seen and how to read it.
    public var caption: String
    /// The mean energy of each of the 24 hours from midnight; not a number where there is no data.
    public var meanEnergy: [Double]
    /// The largest energy of each of the hours on any day.
    public var peakEnergy: [Double]
    /// Whether each of the hours is one of the peak hours.
    public var isPeak: [Bool]
    /// The unit of energy, such as `kWh`.
    public var unit: String

    /// Makes the figure.
    public init(
        name: String = kind, title: String = "Energy by hour of the day", meanEnergy: [Double], peakEnergy: [Double],
        isPeak: [Bool] = [], unit: String = "kWh", clock: String = "UTC"
    ) {
        self.name = name
        self.title = title
        self.meanEnergy = meanEnergy
        self.peakEnergy = peakEnergy
        self.isPeak = isPeak.isEmpty ? meanEnergy.map { _ in false } : isPeak
        self.unit = unit
        caption =
            "The mean energy of every hour of the day (\(clock)), with the highest of any day as a mark; hatched: the peak hours."
    }

    /// The quantities on the axes, with their units.
    public var axes: [Axis] { [Axis("Hour of the day", unit: "h"), Axis("Energy in an hour", unit: unit)] }

    /// The numbers that are drawn, with their units.
    public var numbers: NumberTable {
        NumberTable([
            .init("hour", unit: "h", meanEnergy.indices.map(Double.init)), .init("mean energy", unit: unit, meanEnergy),
            .init("highest energy", unit: unit, peakEnergy),
            .init("peak hour", unit: "0 or 1", isPeak.map { $0 ? 1 : 0 }),
        ])
    }

    /// What gnuplot is told; refuses numbers that make no picture with a `SignalError`.
    public func script() throws -> FigureScript {
        try requireEqual(meanEnergy.count, peakEnergy.count, isPeak.count)
        let range = try drawnRange(meanEnergy, peakEnergy, [0], what: "energy")
        _ = try drawnRange(meanEnergy, what: "energy")
        var script = FigureScript(title: title)
        script.margins(top: 0.75)
        script.keyAbove()
        script.label(x: axes[0], y: axes[1])
        script.range(
            x: -0.6...Double(meanEnergy.count) - 0.4,
            y: min(0, range.lowerBound * 1.08)...max(range.upperBound * 1.08, 1e-12))
        script.command("set xtics 2")
        let rows = Array(meanEnergy.indices)
        func boxes(_ rows: [Int]) -> String? {
            rows.isEmpty ? nil : script.data(rows.map(Double.init), meanEnergy.rows(rows))
        }
        let box = "using 1:(0.5*$2):($1-0.4):($1+0.4):(0):2 with boxxyerror"
        var plots: [String] = []
        if let data = boxes(rows.filter { !isPeak[$0] }) {
            plots.append(
                "\(data) \(box) fillstyle solid 1.0 border linecolor rgb '#2a6f97' fillcolor rgb '\(FigureStyle.normal)' "
                    + "linewidth 0.5 title 'mean'")
        }
        if let data = boxes(rows.filter { isPeak[$0] }) {
            plots.append(
                "\(data) \(box) fillstyle pattern 5 border linecolor rgb '#000000' fillcolor rgb '\(FigureStyle.alarm)' "
                    + "linewidth 0.7 title 'mean, peak hour'")
        }
        let highest = script.data(rows.map(Double.init), peakEnergy)
        plots.append(
            "\(highest) using 1:2 with points pointtype 9 pointsize 0.8 linecolor rgb '#000000' title 'highest of any day'"
        )
        script.plot(plots)
        return script
    }
}
