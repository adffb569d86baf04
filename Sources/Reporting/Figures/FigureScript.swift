import SignalCore

/// Data and commands from which gnuplot draws one figure twice: as PNG with 300 dots an inch, then as SVG.
///
/// Data stands in the script as named blocks of numbers. Texts from outside go through ``GnuplotScript/quoted(_:)``.
public struct FigureScript: Sendable {
    /// Inches from left to right.
    static let width = 8.0
    /// Inches from top to bottom.
    let height: Double

    private var blocks = ""
    private var blockCount = 0
    private var commands = ""

    /// Begins a figure; `title` is a person's text and may hold anything.
    ///
    /// - Parameter height: inches from top to bottom; held between 2 and 16.
    init(title: String, height: Double = 4.5) {
        self.height = min(max(height, 2), 16)
        let place = 1 - 0.21 / self.height
        command(
            "set label \(GnuplotScript.quoted(GnuplotScript.shortened(title, to: 78))) at screen 0.5,\(place) center "
                + "font ',12'")
        command("set tics out nomirror scale 0.6")
        command("set format '%g'")
        command("set border 3 linewidth 0.7")
        command("set grid linewidth 0.4 linecolor rgb '#d0d0d0' dashtype 1")
        command("set style fill solid 1.0 noborder")
        command("unset key")
    }

    /// Appends one command.
    mutating func command(_ text: String) {
        commands += text
        commands += "\n"
    }

    /// Appends a block of numbers, a row for every position of the columns, and returns its name. What is not finite
    /// becomes NaN, which gnuplot leaves out.
    mutating func data(_ columns: [Double]...) -> String {
        data(columns: columns)
    }

    /// Appends a block of numbers given as columns.
    mutating func data(columns: [[Double]]) -> String {
        let name = "$data\(blockCount)"
        blockCount += 1
        blocks += "\(name) << END\n"
        for row in 0..<(columns.map(\.count).min() ?? 0) {
            for (number, column) in columns.enumerated() {
                if number > 0 { blocks += " " }
                blocks += column[row].isFinite ? "\(column[row])" : "NaN"
            }
            blocks += "\n"
        }
        blocks += "END\n"
        return name
    }

    /// Sets the margins of the plot in inches from the edges of the picture.
    mutating func margins(left: Double = 0.85, right: Double = 0.25, top: Double = 0.45, bottom: Double = 0.6) {
        command("set lmargin at screen \(left / Self.width); set rmargin at screen \(1 - right / Self.width)")
        command("set tmargin at screen \(1 - top / height); set bmargin at screen \(bottom / height)")
    }

    /// Names the axes.
    mutating func label(x: Axis? = nil, y: Axis? = nil) {
        if let x { command("set xlabel \(GnuplotScript.quoted(x.text))") }
        if let y { command("set ylabel \(GnuplotScript.quoted(y.text))") }
    }

    /// A key in one line between title and plot; wants a top margin of 0.75 inches.
    mutating func keyAbove() {
        let place = 1 - 0.4 / height
        command(
            "set key at screen 0.5,\(place) center top horizontal Left reverse samplen 2.5 width 1 spacing 1.1 "
                + "font ',9'")
    }

    /// A key to the right of the plot, from its upper edge; wants a right margin.
    mutating func keyBeside() {
        command("set key at graph 1.03,1 left top vertical Left reverse samplen 2.5 spacing 1.25 font ',9'")
    }

    /// What gnuplot reads: all data, then every command for each of the two forms.
    func bytes() -> [UInt8] {
        let pixels = Int((300 * height).rounded())
        let points = Int((100 * height).rounded())
        let png =
            "set terminal pngcairo size 2400,\(pixels) font 'DejaVu Sans,10' fontscale 2.6 linewidth 3 pointscale 2 "
            + "background rgb 'white' noenhanced\n"
        let svg =
            "set terminal svg size 800,\(points) dynamic font 'DejaVu Sans,10' fontscale \(Self.vectorFontScale) linewidth 1 "
            + "background rgb 'white' noenhanced\n"
        return Array(("set encoding utf8\n" + blocks + png + commands + "reset\n" + svg + commands).utf8)
    }

    /// Makes letters as large in the SVG, compared with the picture, as in the PNG.
    private static let vectorFontScale = 1.15
}
