import SignalCore

/// One of several series over the same time, drawn below each other.
struct Panel {
    /// What stands above it: quantity and unit.
    var text: String
    /// The values, one a time.
    var values: [Double]
    /// gnuplot's style of the line.
    var style = "lines linewidth 0.7 linecolor rgb '\(FigureStyle.measured)'"
    /// The height compared with the others.
    var weight = 1.0
}

extension FigureScript {
    /// Series below each other over one axis of time.
    ///
    /// - Parameters:
    ///   - panels: the series; one without a number keeps its place, empty.
    ///   - areas: stretches marked in all of them.
    static func stacked(
        title: String, times: [Double], range: ClosedRange<Double>, hasDates: Bool, panels: [Panel],
        areas: [Stretch] = [], panelHeight: Double = 1.35
    ) -> FigureScript {
        var script = FigureScript(title: title, height: 1.1 + panelHeight * panels.reduce(0) { $0 + $1.weight })
        script.beginPanels()
        var top = 0.7
        let room = (script.height - 1.1) / max(panels.reduce(0) { $0 + $1.weight }, 1)
        for (number, panel) in panels.enumerated() {
            let bottom = top + room * panel.weight
            script.panel(top: top, bottom: bottom - 0.3, text: panel.text)
            script.timeAxis(range, hasDates: hasDates, isLabelled: number == panels.count - 1)
            script.range(y: (panel.values.finiteRange ?? 0...1).padded(0.08))
            let span = (panel.values.finiteRange ?? 0...1).padded(0.08)
            script.command(
                "set ytics \(TimeScale.roundStep(atLeast: (span.upperBound - span.lowerBound) / 4)) font ',9'")
            script.areas(areas.map { $0.visible(in: range) }, colour: FigureStyle.truth)
            let data = script.data(times, panel.values)
            script.plot(["\(data) using 1:2 with \(panel.style)"])
            script.endPanel()
            top = bottom
        }
        script.endPanels()
        return script
    }
}
