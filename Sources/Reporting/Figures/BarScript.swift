import SignalCore

extension FigureScript {
    /// Begins a figure of named rows from the top down, as high as it takes.
    ///
    /// - Parameter key: whether there is a key above.
    init(title: String, rows names: [String], key: Bool = false) {
        self.init(title: title, height: max(2.6, 1.35 + (key ? 0.3 : 0) + 0.25 * Double(names.count)))
        let longest = min(names.map(\.count).max() ?? 0, 28)
        margins(left: 0.5 + 0.085 * Double(longest), right: 0.4, top: key ? 0.75 : 0.5, bottom: 0.65)
        command("set yrange [\(Double(names.count) - 0.5):-0.5]")
        self.names(names, axis: "y", limit: 28)
        command("set border 1; set ytics scale 0")
        command("unset grid; set grid xtics linewidth 0.4 linecolor rgb '#d0d0d0'")
    }
}

/// The most rows that one picture names.
let mostBars = 30
