import SignalCore

/// How often each true class was taken for which.
public struct ConfusionMatrixFigure: Figure {
    /// The name of this kind in files.
    public static let kind = "confusion-matrix"
    /// The stem of the figure's files.
    public var name: String
    /// What stands above the picture.
    public var title: String
    /// What is to be seen and how to read it.
    public var caption: String
    /// The classes.
    public var classes: [String]
    /// The counts: a row for every true class, a column for every class it was taken for.
    public var counts: [[Int]]
    /// What is counted, such as `recordings`.
    public var unit: String

    /// Makes the figure.
    public init(
        name: String = kind, title: String = "Confusion matrix", classes: [String], counts: [[Int]], unit: String
    ) {
        self.name = name
        self.title = title
        self.classes = classes
        self.counts = counts
        self.unit = unit
        caption =
            "Every row is a true class, every column what it was taken for: numbers of \(unit), and shares of the row. "
            + "Right decisions stand on the falling diagonal; darker means a larger share of the row."
    }

    /// The quantities on the axes, with their units.
    public var axes: [Axis] { [Axis("Taken for", unit: "class"), Axis("True class", unit: "class")] }

    /// The numbers that are drawn, with their units.
    public var numbers: NumberTable {
        NumberTable(
            [.init("true class", classes)]
                + classes.indices.map { column in
                    NumberTable.Column(
                        "taken for \(classes[column])", unit: unit,
                        counts.map { column < $0.count ? Double($0[column]) : .nan })
                })
    }

    /// What gnuplot is told; refuses numbers that make no picture with a `SignalError`.
    public func script() throws -> FigureScript {
        try requireEqual([classes.count, counts.count] + counts.map(\.count))
        guard !classes.isEmpty, classes.count <= 30, counts.joined().contains(where: { $0 > 0 }) else {
            throw SignalError(.insufficientData, "a confusion matrix needs 1 to 30 classes, and items in them")
        }
        var script = FigureScript(title: title, height: 5)
        script.margins(left: 2, right: 2, top: 0.5, bottom: 0.75)
        script.command("unset grid; set border 15; set tics scale 0")
        script.label(x: axes[0], y: axes[1])
        let last = Double(classes.count) - 0.5
        script.range(x: -0.5...last)
        script.command("set yrange [\(last):-0.5]")
        script.names(classes, axis: "x", limit: classes.count > 4 ? 8 : 16)
        script.names(classes, axis: "y", limit: 14)
        for (row, line) in counts.enumerated() {
            let sum = line.reduce(0.0) { $0 + Double($1) }
            for (column, count) in line.enumerated() {
                let share = sum > 0 ? Double(count) / sum : 0
                let number = Double(row)
                script.command(
                    "set object rectangle from first \(Double(column) - 0.5),\(number - 0.5) to first "
                        + "\(Double(column) + 0.5),\(number + 0.5) fillcolor rgb '\(FigureStyle.shade(share))' "
                        + "fillstyle solid 1.0 border linecolor rgb '#ffffff' behind")
                let ink = share > 0.5 ? "#ffffff" : "#000000"
                let size = classes.count <= 4 ? 14 : classes.count <= 10 ? 9 : 6
                script.command(
                    "set label '\(count)' at first \(column),\(row) center font ',\(size)' textcolor rgb '\(ink)' front"
                )
                guard classes.count <= 6 else { continue }
                script.command(
                    "set label '\(percent(share))' at first \(column),\(row) center offset 0,-1.3 font ',9' "
                        + "textcolor rgb '\(ink)' front")
            }
        }
        script.plot(["NaN notitle"])
        return script
    }
}

extension FigureStyle {
    /// White for 0 to dark blue for 1.
    static func shade(_ share: Double) -> String {
        let part = min(max(share.isFinite ? share : 0, 0), 1)
        func mix(_ from: Int, _ to: Int) -> String {
            let value = Int((Double(from) + part * Double(to - from)).rounded())
            return (value < 16 ? "0" : "") + String(value, radix: 16)
        }
        return "#" + mix(0xF7, 0x08) + mix(0xFB, 0x45) + mix(0xFF, 0x94)
    }
}
