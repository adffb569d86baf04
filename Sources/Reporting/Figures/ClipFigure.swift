import SignalCore

/// One recording as the model saw it: its spectrogram, what the model could not explain of it, and its score over time.
public struct ClipFigure: Figure {
    /// The name of this kind in files.
    public static let kind = "clip"
    /// The stem of the figure's files.
    public var name: String
    /// What stands above the picture.
    public var title: String
    /// What is to be seen and how to read it.
    public var caption: String
    /// The middle of every band in Hz, rising; the positions of the columns where they are no bands.
    public var frequencies: [Double]
    /// The middle of every column of the pictures, in seconds, evenly spaced.
    public var columnTimes: [Double]
    /// The levels in dB. Shape: columns of time x bands.
    public var levels: [Float]
    /// What every band adds to the score. Shape: columns of time x bands.
    public var errors: [Float]
    /// The time of every score in seconds, rising.
    public var times: [Double]
    /// The scores.
    public var scores: [Double]
    /// The threshold of a frame's score.
    public var threshold: Double

    /// More columns of time than this nobody can tell apart; neighbours are joined by their mean.
    private static let mostColumns = 400
    private static let mostBands = 128

    /// Makes the figure; long recordings are thinned to what can be seen of them.
    ///
    /// - Parameters:
    ///   - levels: the levels in dB. Shape: frames x bands.
    ///   - errors: what every band adds to the score, for the same frames.
    ///   - frameTimes: the time of every frame in seconds, evenly spaced.
    ///   - reason: why this recording is shown, a whole sentence.
    public init(
        name: String = kind, title: String, reason: String, frequencies: [Double], frameTimes: [Double],
        levels: [Float], errors: [Float], times: [Double], scores: [Double], threshold: Double
    ) {
        let bands = max(1, frequencies.count)
        let frames = min(frameTimes.count, levels.count / bands, errors.count / bands)
        let columns = min(frames, Self.mostColumns)
        let bandStep = (bands + Self.mostBands - 1) / Self.mostBands
        let rows = stride(from: 0, to: bands, by: bandStep).map { $0..<min($0 + bandStep, bands) }
        func joined(_ values: [Float]) -> [Float] {
            (0..<columns).flatMap { column -> [Float] in
                let run = column * frames / columns..<(column + 1) * frames / columns
                return rows.map { row in
                    var sum: Float = 0
                    for frame in run { for band in row { sum += values[frame * bands + band] } }
                    return sum / Float(run.count * row.count)
                }
            }
        }
        let kept = Decimation.rows(Array(scores.prefix(times.count)))
        self.name = name
        self.title = title
        self.frequencies = rows.map { row in
            row.reduce(0) { $0 + ($1 < frequencies.count ? frequencies[$1] : 0) } / Double(row.count)
        }
        columnTimes = (0..<columns).map { frameTimes[($0 * frames / columns + (($0 + 1) * frames / columns - 1)) / 2] }
        self.levels = joined(levels)
        self.errors = joined(errors)
        self.times = times.rows(kept)
        self.scores = scores.rows(kept)
        self.threshold = threshold
        caption =
            reason
            + " Above its levels, in the middle what each band adds to the score (the reconstruction error or what "
            + "stands for it), below the score of every frame with the threshold of frames."
            + (frames > columns ? " \(frames) frames are drawn as \(columns) columns, by their mean." : "")
    }

    /// The quantities on the axes, with their units.
    public var axes: [Axis] {
        [
            TimeScale((columnTimes + times).finiteRange?.visible ?? 0...1, hasDates: false).axis,
            Axis("Level", unit: "dB"),
            Axis("Frequency", unit: "Hz"), Axis("Part of the score", unit: "no unit"), Axis("Score", unit: "no unit"),
        ]
    }

    /// The numbers that are drawn, with their units.
    public var numbers: NumberTable {
        let bands = frequencies.count
        var columns: [NumberTable.Column] = [.init("time", unit: "s", columnTimes)]
        guard bands > 0 else { return NumberTable(columns) }
        func values(_ values: [Float], _ band: Int) -> [Double] {
            stride(from: band, to: values.count, by: bands).map { Double(values[$0]) }
        }
        for (band, frequency) in frequencies.enumerated() {
            columns.append(.init("level at \(rounded(frequency, digits: 1)) Hz", unit: "dB", values(levels, band)))
        }
        for (band, frequency) in frequencies.enumerated() {
            columns.append(
                .init("part of the score at \(rounded(frequency, digits: 1)) Hz", unit: "no unit", values(errors, band))
            )
        }
        columns.append(.init("time of the score", unit: "s", times))
        columns.append(.init("score", unit: "no unit", scores))
        return NumberTable(columns)
    }

    /// What gnuplot is told; refuses numbers that make no picture with a `SignalError`.
    public func script() throws -> FigureScript {
        let bands = frequencies.count
        try requireEqual(times.count, scores.count)
        try requireEqual(columnTimes.count * bands, levels.count, errors.count)
        let all = try drawnRange(columnTimes, what: "frame")
        let levelRange = try drawnRange(levels.map(Double.init), what: "level")
        let errorRange = try drawnRange(errors.map(Double.init), what: "error")
        let scoreRange = try drawnRange(scores, [threshold], what: "score").padded(0.08)
        let step =
            columnTimes.count > 1
            ? (all.upperBound - all.lowerBound) / Double(columnTimes.count - 1) : 1
        let range = (all.lowerBound - step / 2)...(all.upperBound + step / 2)

        var script = FigureScript(title: title, height: 7)
        script.beginPanels()
        let top = [0.7, 3.1, 5.35]
        let bottom = [2.7, 4.95, 6.4]
        script.command("unset grid; set border 15")
        script.command(FigureStyle.rising)
        let pictures: [([Float], ClosedRange<Double>, Int)] = [
            (levels, max(levelRange.lowerBound, levelRange.upperBound - 80)...levelRange.upperBound, 1),
            (errors, errorRange, 3),
        ]
        for (number, (values, colours, axis)) in pictures.enumerated() {
            script.panel(right: 1.25, top: top[number], bottom: bottom[number], text: "")
            script.label(y: axes[2])
            script.timeAxis(range, hasDates: false, isLabelled: false)
            commandFrequencies(&script)
            let spread = colours.upperBound > colours.lowerBound ? colours : colours.padded()
            script.command("set cbrange [\(spread.lowerBound):\(spread.upperBound)]")
            script.command("set cblabel \(GnuplotScript.quoted(axes[axis].text)) offset 1,0 font ',9'")
            let low = 1 - bottom[number] / script.height
            script.command(
                "set colorbox user origin \(1 - 1.15 / FigureScript.width),\(low) size 0.018,"
                    + "\((bottom[number] - top[number]) / script.height)")
            script.command("set cbtics font ',8'")
            let data = script.data(
                columns: (0..<columnTimes.count).map { column in
                    (0..<bands).map { band in
                        min(max(Double(values[column * bands + band]), spread.lowerBound), spread.upperBound)
                    }
                })
            script.plot([
                "\(data) matrix using (\(columnTimes[0])+$1*\(step)):2:3 with image"
            ])
            script.endPanel()
        }
        script.panel(right: 1.25, top: top[2], bottom: bottom[2], text: "")
        script.command("set border 3; set grid linewidth 0.4 linecolor rgb '#d0d0d0' dashtype 1")
        script.timeAxis(range, hasDates: false)
        script.label(y: axes[4])
        script.range(y: scoreRange)
        script.command("set ytics autofreq font ',8'")
        script.command("set key at graph 1.01,1 left top Left reverse samplen 1.2 font ',8'")
        let data = script.data(times, scores)
        var plots = ["\(data) using 1:2 with lines linewidth 1 linecolor rgb '\(FigureStyle.measured)' title 'score'"]
        if threshold.isFinite {
            plots.append(
                script.level(threshold, title: "threshold", style: "linewidth 1.2 linecolor rgb '#000000' dashtype '-'")
            )
        }
        script.plot(plots)
        script.endPanels()
        return script
    }

    /// Rows of equal height with round frequencies written where they belong.
    private func commandFrequencies(_ script: inout FigureScript) {
        let gap = 0.1 * Double(frequencies.count)
        var ticks: [String] = []
        var last = -Double.infinity
        let rises = zip(frequencies, frequencies.dropFirst()).allSatisfy { $0 < $1 }
        for tick in rises ? FrequencyTicks.ticks(for: frequencies) : [] where tick.position - last >= gap {
            last = tick.position
            ticks.append("'\(rounded(tick.frequency, digits: tick.frequency < 10 ? 1 : 0))' \(tick.position)")
        }
        script.command("set yrange [-0.5:\(Double(frequencies.count) - 0.5)]")
        script.command(ticks.isEmpty ? "unset ytics" : "set ytics font ',8' (\(ticks.joined(separator: ", ")))")
    }
}
