import SignalCore

extension FigureScript {
    /// Draws one plot of several parts.
    mutating func plot(_ parts: [String]) {
        command("plot " + parts.joined(separator: ", \\\n  "))
    }

    /// Sets the range of an axis.
    mutating func range(x: ClosedRange<Double>? = nil, y: ClosedRange<Double>? = nil) {
        if let x { command("set xrange [\(x.lowerBound):\(x.upperBound)]") }
        if let y { command("set yrange [\(y.lowerBound):\(y.upperBound)]") }
    }

    /// Begins several plots in one picture.
    mutating func beginPanels() { command("set multiplot") }

    /// Ends them.
    mutating func endPanels() { command("unset multiplot") }

    /// Places the next of several plots, in inches from the edges of the picture, with a text above its left corner.
    mutating func panel(left: Double = 0.85, right: Double = 0.25, top: Double, bottom: Double, text: String) {
        margins(left: left, right: right, top: top, bottom: height - bottom)
        command(
            "set label 9 \(GnuplotScript.quoted(GnuplotScript.shortened(text, to: 70))) at graph 0,1 left "
                + "offset 0,0.55 font ',9'")
    }

    /// Takes away what belongs to the plot before: the title of the picture too, which is drawn by then.
    mutating func endPanel() {
        command("unset label; unset key; unset xlabel; unset ylabel; unset object; unset arrow")
    }

    /// Marks stretches of the lower axis over the whole height, behind everything else.
    mutating func areas(
        _ stretches: [Stretch], colour: String, pattern: Int? = nil, from low: Double = 0, to high: Double = 1
    ) {
        for stretch in stretches where stretch.start.isFinite && stretch.end.isFinite {
            let fill = pattern.map { "fillstyle pattern \($0)" } ?? "fillstyle solid 1.0"
            command(
                "set object rectangle from first \(stretch.start),graph \(low) to first \(stretch.end),graph \(high) behind "
                    + "fillcolor rgb '\(colour)' \(fill) noborder")
        }
    }

    /// A line across the whole width at a value, drawn as part of a plot.
    func level(_ value: Double, title: String, style: String) -> String {
        "\(value) with lines \(style) title \(GnuplotScript.quoted(title))"
    }

    /// Writes names beside the places 0, 1, 2, … of an axis.
    mutating func names(_ names: [String], axis: String, limit: Int = 22, options: String = "") {
        // The texts of ticks are formats of numbers.
        let ticks = names.enumerated().map {
            "\(GnuplotScript.quoted(GnuplotScript.shortened($1, to: limit)).replacing("%", with: "%%")) \($0)"
        }
        command("set \(axis)tics \(options) (\(ticks.joined(separator: ", ")))")
    }
}

/// A probability or share for people: `90 %`, `99.5 %`.
func percent(_ share: Double) -> String {
    guard share.isFinite, abs(share) < 1e6 else { return "\(share)" }
    let number = (share * 1000).rounded() / 10
    return number == number.rounded() ? "\(Int(number)) %" : "\(number) %"
}

/// A number for people, with so many digits after the point.
func rounded(_ value: Double, digits: Int = 3) -> String {
    guard value.isFinite, abs(value) < 1e12 else { return value.isFinite ? "\(value)" : "not defined" }
    var scale = 1.0
    for _ in 0..<digits { scale *= 10 }
    let whole = Int((abs(value) * scale).rounded())
    let fraction = String(whole % Int(scale))
    let sign = value < 0 && whole != 0 ? "-" : ""
    guard digits > 0 else { return sign + String(whole) }
    return "\(sign)\(whole / Int(scale))." + String(repeating: "0", count: digits - fraction.count) + fraction
}

extension NumberTable.Column {
    /// A column of times: seconds, or dates as ISO 8601 in UTC.
    static func time(_ times: [Double], name: String = "time", hasDates: Bool) -> NumberTable.Column {
        guard hasDates else { return NumberTable.Column(name, unit: "s", times) }
        return NumberTable.Column("\(name), UTC", times.map { $0.isFinite ? CivilDate(seconds: $0).iso8601 : "" })
    }
}
