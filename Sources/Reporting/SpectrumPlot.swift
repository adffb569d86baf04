import SignalCore

/// A picture of a spectrum as a line, with the frequencies marked at which something is expected, such as the lines of
/// a bearing. 2400 x 1350 pixels, 300 dots an inch.
public struct SpectrumPlot: Sendable {
    /// A frequency to mark.
    public struct Line: Sendable, Equatable {
        /// What may show there, such as `BPFO`.
        public var name: String
        /// Which multiple of the basic frequency it is, from 1.
        public var harmonic: Int
        /// The frequency in Hz.
        public var frequency: Double
        /// Whether it stands clear of its surroundings: drawn solid, else dashed.
        public var isFound: Bool

        /// Makes a line.
        public init(name: String, harmonic: Int = 1, frequency: Double, isFound: Bool = false) {
            self.name = name
            self.harmonic = harmonic
            self.frequency = frequency
            self.isFound = isFound
        }
    }

    /// How the values are drawn.
    public enum Scale: Sendable {
        /// From zero; for the amplitudes of an envelope spectrum.
        case linear
        /// Powers of ten, at most eight of them below the largest value; for power spectral densities.
        case logarithmic
    }

    /// What stands above the picture; may hold any characters.
    public var title: String
    /// The frequencies in Hz, rising.
    public var frequencies: [Double]
    /// The values, one a frequency.
    public var values: [Double]
    /// Quantity and unit of the values, such as `Power spectral density ((m/s²)²/Hz)`.
    public var valueLabel: String
    /// How the values are drawn.
    public var scale: Scale
    /// The frequencies to mark; those outside the spectrum are left out.
    public var lines: [Line]

    /// Makes a plot.
    public init(
        title: String, frequencies: [Double], values: [Double], valueLabel: String, scale: Scale, lines: [Line] = []
    ) {
        self.title = title
        self.frequencies = frequencies
        self.values = values
        self.valueLabel = valueLabel
        self.scale = scale
        self.lines = lines
    }

    /// Draws the plot into a PNG file, which takes its place when it is complete. Two runs give the same bytes.
    ///
    /// - Throws: `SignalError` with code `insufficientData` for fewer than two values, `mismatch` when frequencies and
    ///   values are not as many or the frequencies do not rise, `malformed` when a value is not finite, `unavailable`
    ///   when gnuplot fails or the file cannot be written.
    public func write(to path: String, using gnuplot: Gnuplot) async throws {
        try await gnuplot.draw(script(), to: path)
    }

    func script() throws -> GnuplotScript {
        let range = try checkedRange()
        let largest = values.max() ?? 0
        var script = GnuplotScript(title: title)
        script.command("set lmargin at screen \(Self.left); set rmargin at screen \(Self.right)")
        script.command("set tmargin at screen \(lines.isEmpty ? 0.91 : Self.top); set bmargin at screen 0.135")
        script.command("set xlabel 'Frequency (Hz)'")
        script.command("set ylabel \(GnuplotScript.quoted(valueLabel))")
        script.command("set grid linewidth 0.4 linecolor rgb '#b0b0b0'")
        script.command("set xrange [\(range.lowerBound):\(range.upperBound)]")

        let floor: Double
        switch scale {
        case .linear:
            floor = -Double.infinity
            script.command("set yrange [\(min(0, values.min() ?? 0)):\(largest > 0 ? largest * 1.05 : 1)]")
        case .logarithmic:
            guard largest > 0 else {
                throw SignalError(.insufficientData, "the spectrum is zero everywhere and has no logarithm")
            }
            let smallest = values.lazy.filter { $0 > 0 }.min() ?? largest
            floor = max(smallest, largest * 1e-8)
            script.command("set logscale y; set format y '%.0e'")
            script.command("set yrange [\(floor * 0.8):\(largest * 1.6)]")
        }
        mark(range, &script)
        script.command(
            "plot '-' binary record=(\(values.count)) format='%float%float' using 1:2 with lines linewidth 0.6 "
                + "linecolor rgb '#1f3a5f'")
        script.append(zip(frequencies, values).lazy.flatMap { [Float($0), Float(max(floor, $1))] })
        script.command("")
        return script
    }

    private static let left = 0.105
    private static let right = 0.975
    /// The upper edge where there are lines to name above it.
    private static let top = 0.80
    /// The height of a line of small text, as a fraction of the picture's width.
    private static let labelSpacing = 0.017

    /// Colours of Okabe and Ito (2008), which colour-blind people can tell apart; one a name, in order of appearance.
    private static let colours = ["#d55e00", "#0072b2", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000"]

    private func checkedRange() throws -> ClosedRange<Double> {
        guard let first = frequencies.first, let last = frequencies.last, first < last else {
            throw SignalError(.insufficientData, "a spectrum needs at least two rising frequencies to be drawn")
        }
        guard frequencies.count == values.count, zip(frequencies, frequencies.dropFirst()).allSatisfy({ $0 < $1 })
        else {
            throw SignalError(
                .mismatch,
                "\(values.count) values do not fit \(frequencies.count) frequencies, or the frequencies do not rise")
        }
        guard first.isFinite, last.isFinite, values.allSatisfy(\.isFinite) else {
            throw SignalError(.malformed, "a value of the spectrum is not finite")
        }
        return first...last
    }

    /// Draws every marked frequency as an upright line with its name above the picture. Names that would touch are
    /// moved apart and keep a leader to their line; of more than fit, those of the highest harmonics go.
    private func mark(_ range: ClosedRange<Double>, _ script: inout GnuplotScript) {
        let fitting = Int((Self.right - Self.left) / Self.labelSpacing)
        let inside = lines.filter { range.contains($0.frequency) }
        let shown = inside.sorted { ($0.harmonic, $0.frequency) < ($1.harmonic, $1.frequency) }.prefix(fitting)
            .sorted { ($0.frequency, $0.harmonic) < ($1.frequency, $1.harmonic) }
        var names: [String] = []
        for line in lines where !names.contains(line.name) { names.append(line.name) }

        let positions = shown.map { line in
            let fraction = (line.frequency - range.lowerBound) / (range.upperBound - range.lowerBound)
            return Self.left + fraction * (Self.right - Self.left)
        }
        for (line, (position, labelPosition)) in zip(shown, zip(positions, Self.spread(positions))) {
            let colour = Self.colours[(names.firstIndex(of: line.name) ?? 0) % Self.colours.count]
            let style = "nohead linewidth 0.6 linecolor rgb '\(colour)'"
            script.command(
                "set arrow from first \(line.frequency),graph 0 to first \(line.frequency),graph 1 \(style) "
                    + "dashtype \(line.isFound ? 1 : 2) back")
            script.command(
                "set arrow from screen \(position),\(Self.top) to screen \(labelPosition),\(Self.top + 0.02) \(style)")
            let text = GnuplotScript.quoted("\(line.name) ×\(line.harmonic)")
            script.command(
                "set label \(text) at screen \(labelPosition),\(Self.top + 0.026) rotate left font ',7' "
                    + "textcolor rgb '\(colour)'")
        }
    }

    /// Rising positions moved apart until none are nearer than a label is high, as little as needed, within the picture.
    static func spread(_ positions: [Double]) -> [Double] {
        var groups: [(wanted: [Double], start: Double)] = []
        for position in positions {
            groups.append(([position], position))
            // A group of touching labels stands centred on where they all want to be; groups that meet become one.
            while let last = groups.popLast() {
                let span = Double(last.wanted.count - 1) * labelSpacing
                let centred = last.wanted.reduce(0, +) / Double(last.wanted.count) - span / 2
                let start = min(max(centred, left), right - span)
                guard let before = groups.last,
                    before.start + Double(before.wanted.count) * labelSpacing > start
                else {
                    groups.append((last.wanted, start))
                    break
                }
                groups.removeLast()
                groups.append((before.wanted + last.wanted, start))
            }
        }
        return groups.flatMap { group in group.wanted.indices.map { group.start + Double($0) * labelSpacing } }
    }
}
