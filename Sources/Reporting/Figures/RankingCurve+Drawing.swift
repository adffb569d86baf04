import SignalCore

extension Figure {
    /// The square plot of shares that both curves stand in.
    func curveScript(_ curves: [RankingCurve], measure: String) throws -> FigureScript {
        for curve in curves { try requireEqual(curve.x.count, curve.y.count) }
        _ = try drawnRange(curves.flatMap(\.x), what: "curve, since there are not both normal and anomalous items")
        var script = FigureScript(title: title, height: 5)
        script.margins(left: 0.85, right: 3.2, top: 0.5, bottom: 0.6)
        script.keyBeside()
        script.label(x: axes[0], y: axes[1])
        script.range(x: 0...1, y: 0...1.002)
        script.command("set xtics 0.2; set ytics 0.2")
        return script
    }
}

extension FigureScript {
    mutating func lines(of curves: [RankingCurve], measure: String) -> [String] {
        curves.enumerated().map { number, curve in
            let data = data(curve.x, curve.y)
            let width = number == 0 ? 1.6 : 1.0
            return "\(data) using 1:2 with lines linewidth \(width) \(FigureStyle.series(number).line) "
                + "title \(GnuplotScript.quoted(curve.text(measure: measure)))"
        }
    }
}

extension NumberTable {
    static func curves(_ curves: [RankingCurve], x: String, y: String) -> NumberTable {
        NumberTable([
            Column("curve", curves.flatMap { curve in curve.x.map { _ in curve.name } }),
            Column(x, unit: "share", curves.flatMap(\.x)), Column(y, unit: "share", curves.flatMap(\.y)),
        ])
    }
}
