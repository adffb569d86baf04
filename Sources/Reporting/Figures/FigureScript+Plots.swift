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

    /// Writes names beside the places 0, 1, 2, … of an axis.
    mutating func names(_ names: [String], axis: String, limit: Int = 22, options: String = "") {
        let ticks = names.enumerated().map {
            "\(GnuplotScript.quoted(GnuplotScript.shortened($1, to: limit))) \($0)"
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
