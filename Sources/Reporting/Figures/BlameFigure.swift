import SignalCore

/// Which columns or bands the anomalies are blamed on.
public struct BlameFigure: Figure {
    /// The name of this kind in files.
    public static let kind = "blame"
    /// The stem of the figure's files.
    public var name: String
    /// What stands above the picture.
    public var title: String
    /// What is to be seen and how to read it.
    public var caption: String
    /// The columns, those with the largest share first.
    public var columns: [String]
    /// Their shares of the score, in percent.
    public var shares: [Double]
    /// Their shares in what is normal, for comparison; empty when not known.
    public var usual: [Double]

    /// Makes the figure; columns beyond the first 20 are summed up as one.
    ///
    /// - Parameters:
    ///   - contributions: what every column adds to the score, of whatever scale.
    ///   - usual: the same on normal data; empty when not known.
    public init(
        name: String = kind, title: String = "Columns to blame", columns: [String], contributions: [Double],
        usual: [Double] = []
    ) {
        let shares = contributions.map { max(0, $0) }.percentages
        let usualShares = usual.map { max(0, $0) }.percentages
        let count = min(columns.count, shares.count)
        let order = (0..<count).sorted { shares[$0] > shares[$1] }
        let rest = Array(order.dropFirst(20))
        let hasUsual = usualShares.count == count
        self.name = name
        self.title = title
        self.columns = order.prefix(20).map { columns[$0] } + (rest.isEmpty ? [] : ["\(rest.count) other columns"])
        self.shares = shares.rows(Array(order.prefix(20))) + (rest.isEmpty ? [] : [shares.rows(rest).reduce(0, +)])
        self.usual =
            hasUsual
            ? usualShares.rows(Array(order.prefix(20))) + (rest.isEmpty ? [] : [usualShares.rows(rest).reduce(0, +)])
            : []
        caption =
            "What each column adds to the score of what was reported, as a share of all columns, averaged over what was reported."
            + (hasUsual ? " The marks are the same shares in what was not reported." : "")
    }

    /// The quantities on the axes, with their units.
    public var axes: [Axis] { [Axis("Share of the score", unit: "%"), Axis("Column", unit: "name")] }

    /// The numbers that are drawn, with their units.
    public var numbers: NumberTable {
        var table: [NumberTable.Column] = [.init("column", columns), .init("share of the score", unit: "%", shares)]
        if !usual.isEmpty { table.append(.init("usual share", unit: "%", usual)) }
        return NumberTable(table)
    }

    /// What gnuplot is told; refuses numbers that make no picture with a `SignalError`.
    public func script() throws -> FigureScript {
        try requireEqual(columns.count, shares.count, usual.isEmpty ? shares.count : usual.count)
        let range = try drawnRange(shares, usual, what: "share")
        var script = FigureScript(title: title, rows: columns, key: !usual.isEmpty)
        if !usual.isEmpty { script.keyAbove() }
        script.label(x: axes[0])
        script.command("set label \(GnuplotScript.quoted(axes[1].text)) at graph 0,1 right offset -1,0.7 font ',9'")
        script.range(x: 0...max(range.upperBound * 1.05, 1e-9))
        let rows = columns.indices.map(Double.init)
        let data = script.data(shares, rows, usual.isEmpty ? shares : usual)
        var plots = [
            "\(data) using (0.5*$1):2:(0):1:($2-0.36):($2+0.36) with boxxyerror fillcolor rgb '\(FigureStyle.model)' "
                + "title 'reported'"
        ]
        if !usual.isEmpty {
            plots.append(
                "\(data) using 3:2 with points pointtype 9 pointsize 0.9 linecolor rgb '#000000' title 'not reported'")
        }
        script.plot(plots)
        return script
    }
}
