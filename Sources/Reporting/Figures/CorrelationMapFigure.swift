import SignalCore

/// The correlation of every two columns.
public struct CorrelationMapFigure: Figure {
    /// The name of this kind in files.
    public static let kind = "correlation-map"
    /// The stem of the figure's files.
    public var name: String
    /// What stands above the picture.
    public var title: String
    /// What is to be seen and how to read it.
    public var caption: String
    /// The columns.
    public var columns: [String]
    /// Their correlation coefficients, row by row, from -1 to 1; not a number where a column is constant.
    public var coefficients: [[Double]]

    /// Makes the figure.
    ///
    /// - Parameter method: how correlation is measured, such as `Pearson's coefficient`.
    public init(
        name: String = kind, title: String = "Which columns move together", columns: [String],
        coefficients: [[Double]], method: String = "Pearson's coefficient"
    ) {
        self.name = name
        self.title = title
        self.columns = columns
        self.coefficients = coefficients
        caption =
            "\(method) of every two columns: 1 where they rise together, -1 where one rises as the other falls, 0 where "
            + "neither tells of the other. Light is positive, dark negative. Correlation is no cause."
    }

    /// The quantities on the axes, with their units.
    public var axes: [Axis] {
        [Axis("Column", unit: "name"), Axis("Column", unit: "name"), Axis("Correlation", unit: "-1 to 1")]
    }

    /// The numbers that are drawn, with their units.
    public var numbers: NumberTable {
        NumberTable(
            [.init("column", columns)]
                + columns.indices.map { column in
                    NumberTable.Column(
                        columns[column], unit: "-1 to 1",
                        coefficients.map { column < $0.count ? $0[column] : .nan })
                })
    }

    /// What gnuplot is told; refuses numbers that make no picture with a `SignalError`.
    public func script() throws -> FigureScript {
        try requireEqual([columns.count, coefficients.count] + coefficients.map(\.count))
        _ = try drawnRange(coefficients.flatMap(\.self), what: "correlation")
        guard columns.count <= 60 else {
            throw SignalError(.insufficientData, "a correlation map shows at most 60 columns, not \(columns.count)")
        }
        let count = Double(columns.count)
        let isSmall = columns.count <= 16
        var script = FigureScript(title: title, height: isSmall ? 5.5 : 7)
        let name = 0.4 + 0.085 * Double(min(columns.map(\.count).max() ?? 0, isSmall ? 18 : 14))
        script.margins(left: max(1.2, name + 0.2), right: 1.5, top: 0.5, bottom: max(0.9, name + 0.1))
        script.command("unset grid; set border 15; set tics scale 0")
        script.command(
            "set palette maxcolors 256 defined (-1 '#00224e', -0.5 '#424f6d', 0 '#8a8779', 0.5 '#c3b369', 1 '#fee838')")
        script.command("set cbrange [-1:1]; set cblabel \(GnuplotScript.quoted(axes[2].text)) offset 0.5,0")
        script.command("set cbtics 0.5")
        script.label(x: axes[0], y: axes[1])
        script.range(x: -0.5...count - 0.5)
        script.command("set yrange [\(count - 0.5):-0.5]")
        let font = isSmall ? 9 : 6
        script.names(columns, axis: "x", limit: isSmall ? 18 : 14, options: "rotate by -45 left font ',\(font)'")
        script.names(columns, axis: "y", limit: isSmall ? 18 : 14, options: "font ',\(font)'")
        let data = script.data(columns: columns.indices.map { column in coefficients.map { $0[column] } })
        // Rectangles rather than an image, which some viewers blur.
        var plots = ["\(data) matrix using 1:2:(0.5):(0.5):3 with boxxyerror fillcolor palette fillstyle solid 1.0"]
        if isSmall {
            var inks: [[Double]] = [[], [], [], []]
            for (row, line) in coefficients.enumerated() {
                for (column, value) in line.enumerated() where value.isFinite {
                    inks[0].append(Double(column))
                    inks[1].append(Double(row))
                    inks[2].append((value * 100).rounded() / 100)
                    inks[3].append(value < -0.15 ? 0xFFFFFF : 0)
                }
            }
            let labels = script.data(columns: inks)
            plots.append(
                "\(labels) using 1:2:(sprintf('%.2f',$3)):4 with labels font ',\(columns.count <= 10 ? 9 : 7)' textcolor rgb variable"
            )
        }
        script.plot(plots)
        return script
    }
}
