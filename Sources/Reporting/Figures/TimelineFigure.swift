import SignalCore

/// A score over time with its threshold, the alarms it raised, and the events that truly happened.
public struct TimelineFigure: Figure {
    /// The name of this kind in files.
    public static let kind = "timeline"
    /// The stem of the figure's files.
    public var name: String
    /// What stands above the picture.
    public var title: String
    /// What is to be seen and how to read it.
    public var caption: String
    /// Whether times are seconds since 1970 rather than since a start.
    public var hasDates: Bool
    /// The time of every score in seconds, rising.
    public var times: [Double]
    /// The scores.
    public var scores: [Double]
    /// The threshold.
    public var threshold: Double
    /// When there was an alarm.
    public var alarms: [Stretch]
    /// When something was wrong, by label; `nil` when there are no labels.
    public var events: [Stretch]?

    /// Makes the figure; a long series is thinned to what can be seen of it, alarms are those of all rows.
    ///
    /// - Parameters:
    ///   - alarms: whether there is an alarm, for every row.
    ///   - labels: whether something is wrong, for every row; `nil` when there are no labels.
    public init(
        name: String = kind, title: String = "Score over time", times: [Double], hasDates: Bool, scores: [Double],
        threshold: Double, alarms: [Bool], labels: [Bool]? = nil
    ) {
        let rows = Decimation.rows(Array(scores.prefix(times.count)))
        self.name = name
        self.title = title
        self.hasDates = hasDates
        self.times = times.rows(rows)
        self.scores = scores.rows(rows)
        self.threshold = threshold
        self.alarms = Stretch.marked(alarms, times: times)
        events = labels.map { Stretch.marked($0, times: times) }
        caption =
            "The score with its threshold. Bars on top are alarms"
            + (labels == nil ? "; there are no labels to compare them with." : ", shaded areas the events by label.")
            + ScoreScale(self.scores, threshold: threshold).caption
            + Decimation.note(from: min(scores.count, times.count), to: rows.count)
    }

    /// The quantities on the axes, with their units.
    public var axes: [Axis] {
        [
            TimeScale(times.finiteRange?.visible ?? 0...1, hasDates: hasDates).axis,
            Axis("Anomaly score\(ScoreScale(scores, threshold: threshold).note)", unit: "no unit"),
        ]
    }

    /// The numbers that are drawn, with their units.
    public var numbers: NumberTable {
        func state(_ stretches: [Stretch]) -> [Double] {
            var next = 0
            return times.map { time in
                while next < stretches.count, stretches[next].end < time { next += 1 }
                return next < stretches.count && stretches[next].start <= time ? 1 : 0
            }
        }
        var columns: [NumberTable.Column] = [
            .time(times, hasDates: hasDates), .init("score", unit: "no unit", scores),
            .init("threshold", unit: "no unit", times.map { _ in threshold }),
            .init("alarm", unit: "0 or 1", state(alarms)),
        ]
        if let events { columns.append(.init("event", unit: "0 or 1", state(events))) }
        return NumberTable(columns)
    }

    /// What gnuplot is told; refuses numbers that make no picture with a `SignalError`.
    public func script() throws -> FigureScript {
        try requireEqual(times.count, scores.count)
        let range = try drawnRange(times, what: "time").visible
        _ = try drawnRange(scores, what: "score")
        let scale = ScoreScale(scores, threshold: threshold)
        // A threshold of 0 or less has no place on a logarithmic axis.
        let isBeyond = scale == .logarithmic && threshold <= 0
        let values = try drawnRange(scores, isBeyond ? [] : [threshold], what: "score")
        var script = FigureScript(title: title)
        script.margins(top: 0.75)
        script.keyAbove()
        script.label(y: axes[1])
        script.timeAxis(range, hasDates: hasDates)
        scale.apply(to: &script, range: values)
        if let events { script.areas(events.map { $0.visible(in: range) }, colour: FigureStyle.truth) }
        script.areas(alarms.map { $0.visible(in: range) }, colour: FigureStyle.alarm, from: 0.96)
        let data = script.data(times, scores)
        let style = times.count < 60 ? "linespoints pointtype 7 pointsize 0.5" : "lines"
        var plots = [
            "\(data) using 1:2 with \(style) linewidth 0.7 linecolor rgb '\(FigureStyle.measured)' title 'score'"
        ]
        if threshold.isFinite, !isBeyond {
            plots.append(
                script.level(threshold, title: "threshold", style: "linewidth 1.2 linecolor rgb '#000000' dashtype '-'")
            )
        }
        plots.append("NaN with boxes fillcolor rgb '\(FigureStyle.alarm)' title 'alarm'")
        if events != nil { plots.append("NaN with boxes fillcolor rgb '\(FigureStyle.truth)' title 'event by label'") }
        script.plot(plots)
        return script
    }
}
