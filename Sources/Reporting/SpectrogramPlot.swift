import SignalCore

/// A picture of a spectrogram: time to the right, frequency upwards, level as colour. 2400 x 1350 pixels, 300 dots an
/// inch.
public struct SpectrogramPlot: Sendable {
    /// What stands above the picture, such as the recording's name; may hold any characters.
    public var title: String
    /// What is drawn.
    public var spectrogram: Spectrogram
    /// Levels more than this many dB below the loudest are drawn as the darkest colour. A fixed range keeps a few very
    /// quiet cells from taking the contrast away from all others.
    public var dynamicRange: Double

    /// The colours from quiet to loud: viridis by Stéfan van der Walt and Nathaniel Smith (2015), every 17th of 256.
    /// Its lightness rises evenly, so that it reads the same in grey and to colour-blind people.
    private static let colours = [
        "440154", "481a6c", "472f7d", "414487", "39568c", "31688e", "2a788e", "23888e", "1f988b", "22a884", "35b779",
        "54c568", "7ad151", "a5db36", "d2e21b", "fde725",
    ]

    /// Makes a plot.
    public init(title: String, spectrogram: Spectrogram, dynamicRange: Double = 80) {
        self.title = title
        self.spectrogram = spectrogram
        self.dynamicRange = dynamicRange
    }

    /// Draws the plot into a PNG file, which takes its place when it is complete. Two runs give the same bytes.
    ///
    /// - Throws: `SignalError` with code `invalidOption` for a dynamic range that is not positive, `unavailable` when
    ///   gnuplot fails or the file cannot be written.
    public func write(to path: String, using gnuplot: Gnuplot) async throws {
        try await gnuplot.draw(script(), to: path)
    }

    func script() throws -> GnuplotScript {
        guard dynamicRange > 0, dynamicRange.isFinite else {
            throw SignalError(.invalidOption, "the dynamic range takes a positive number of dB, not \(dynamicRange)")
        }
        let rows = spectrogram.frequencies.count
        let columns = spectrogram.columnCount
        let loudest = spectrogram.levels.max() ?? 0
        let quietest = loudest - Float(dynamicRange)

        var script = GnuplotScript(title: title)
        script.command("set lmargin at screen 0.085; set rmargin at screen 0.875")
        script.command("set tmargin at screen 0.91; set bmargin at screen 0.135")
        let palette = Self.colours.enumerated().map { "\($0) '#\($1)'" }.joined(separator: ", ")
        script.command("set palette maxcolors 256 defined (\(palette))")
        script.command("set cbrange [\(quietest):\(loudest)]")
        script.command("set colorbox user origin 0.89,0.135 size 0.018,0.775")
        script.command("set cblabel 'Level (dB)' offset 1,0")

        let time = timeUnit
        script.command("set xlabel 'Time (\(time.name))'")
        // The first frame is drawn about its middle; the axis begins with the recording all the same.
        let begin = spectrogram.startTime < 0.1 * spectrogram.endTime ? 0 : spectrogram.startTime
        script.command("set xrange [\(begin / time.seconds):\(spectrogram.endTime / time.seconds)]")
        commandFrequencyAxis(&script)

        let step = spectrogram.columnSeconds / time.seconds
        let firstMiddle = spectrogram.startTime / time.seconds + step / 2
        script.command(
            "plot '-' binary array=(\(columns),\(rows)) format='%float' origin=(\(firstMiddle),0) dx=\(step) dy=1 "
                + "with image")
        script.append(
            (0..<rows).lazy.flatMap { row in
                (0..<columns).lazy.map { max(quietest, spectrogram.levels[$0 * rows + row]) }
            })
        script.command("")
        return script
    }

    /// Rows of equal height, with round frequencies written where they belong between the bands' centres: right for
    /// FFT bins and for mel bands alike.
    private func commandFrequencyAxis(_ script: inout GnuplotScript) {
        let rows = spectrogram.frequencies.count
        let ticks = FrequencyTicks.ticks(for: spectrogram.frequencies)
        let inKilohertz = ticks.contains { $0.frequency >= 2000 } && !ticks.contains { 0.1..<100 ~= $0.frequency }
        let labels = ticks.map { tick in
            let value = inKilohertz ? tick.frequency / 1000 : tick.frequency
            let text = value == value.rounded() ? String(Int(value)) : String(value)
            return "'\(text)' \(tick.position)"
        }
        // A label of its own, since gnuplot would move it to the left of the longest number and out of the picture.
        script.command(
            "set label 'Frequency (\(inKilohertz ? "kHz" : "Hz"))' at screen 0.018,0.5225 center rotate by 90")
        script.command("set yrange [-0.5:\(Double(rows) - 0.5)]")
        script.command("set ytics (\(labels.joined(separator: ", ")))")
    }

    private var timeUnit: (name: String, seconds: Double) {
        switch spectrogram.endTime {
        case ..<600: ("s", 1)
        case ..<(4 * 3600): ("min", 60)
        default: ("h", 3600)
        }
    }
}
