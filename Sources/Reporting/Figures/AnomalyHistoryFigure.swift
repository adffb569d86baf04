import SignalCore

/// How many rows were anomalous in each stretch of time, by severity.
public struct AnomalyHistoryFigure: Figure {
    /// The name of this kind in files.
    public static let kind = "anomaly-history"
    /// The stem of the figure's files.
    public var name: String
    /// What stands above the picture.
    public var title: String
    /// What is to be seen and how to read it.
    public var caption: String
    /// Whether times are seconds since 1970 rather than since a start.
    public var hasDates: Bool
    /// Where each stretch begins, in seconds, evenly spaced.
    public var starts: [Double]
    /// The length of a stretch in seconds.
    public var length: Double
    /// The severities, the mildest first.
    public var severities: [String]
    /// The number of anomalous rows for every severity, one a stretch.
    public var counts: [[Double]]
    /// What is counted, such as `rows`.
    public var unit: String

    /// Makes the figure from verdicts, with at most 60 stretches.
    ///
    /// - Parameters:
    ///   - times: the times of the rows in seconds, rising.
    ///   - severity: for every row the position of its severity among `severities`; `nil` for what is not anomalous.
    public init(
        name: String = kind, title: String = "Anomalies over time", times: [Double], hasDates: Bool,
        severities: [String], severity: [Int?], unit: String = "rows"
    ) {
        let range = times.finiteRange ?? 0...0
        let steps: [Double] = [1, 10, 60, 600, 3600, 21_600, 86_400, 604_800, 2_419_200]
        let span = range.upperBound - range.lowerBound
        let length = steps.first { span / $0 <= 59 } ?? span / 59
        self.length = length
        let first = (range.lowerBound / length).rounded(.down) * length
        let number = times.isEmpty ? 0 : min(62, Int((range.upperBound - first) / length) + 1)
        starts = (0..<number).map { first + Double($0) * length }
        var counts = severities.map { _ in [Double](repeating: 0, count: number) }
        for (time, severity) in zip(times, severity) where time.isFinite {
            guard let severity, counts.indices.contains(severity) else { continue }
            counts[severity][min(number - 1, Int((time - first) / length))] += 1
        }
        self.name = name
        self.title = title
        self.hasDates = hasDates
        self.severities = severities
        self.counts = counts
        self.unit = unit
        let sum = counts.joined().reduce(0, +)
        caption =
            "Anomalous \(unit) in stretches of \(Self.words(length)), by severity: \(Int(sum)) of \(times.count) in all."
    }

    private static func words(_ seconds: Double) -> String {
        switch seconds {
        case ..<60: "\(rounded(seconds, digits: 0)) s"
        case ..<3600: "\(rounded(seconds / 60, digits: 0)) min"
        case ..<86400: "\(rounded(seconds / 3600, digits: 0)) h"
        default: "\(rounded(seconds / 86400, digits: 0)) d"
        }
    }

    /// The quantities on the axes, with their units.
    public var axes: [Axis] {
        [TimeScale(range ?? 0...1, hasDates: hasDates).axis, Axis("Anomalous \(unit)", unit: "count")]
    }

    private var range: ClosedRange<Double>? {
        starts.finiteRange.map { $0.lowerBound...($0.upperBound + max(length, 1e-9)) }
    }

    /// The numbers that are drawn, with their units.
    public var numbers: NumberTable {
        NumberTable(
            [.time(starts, name: "begin", hasDates: hasDates)]
                + zip(severities, counts).map { .init($0, unit: "count", $1) })
    }

    /// What gnuplot is told; refuses numbers that make no picture with a `SignalError`.
    public func script() throws -> FigureScript {
        try requireEqual([starts.count] + counts.map(\.count))
        try requireEqual(severities.count, counts.count)
        _ = try drawnRange(starts, what: "time")
        let sums = starts.indices.map { row in counts.reduce(0) { $0 + $1[row] } }
        var script = FigureScript(title: title)
        script.margins(top: 0.75)
        script.keyAbove()
        script.label(y: axes[1])
        script.timeAxis(range ?? 0...1, hasDates: hasDates)
        script.range(y: 0...max(1, (sums.max() ?? 0) * 1.08))
        let fills = [
            ("fillstyle solid 1.0", "#cfe3f1"), ("fillstyle pattern 4", "#e69f00"), ("fillstyle solid 1.0", "#d55e00"),
            ("fillstyle solid 1.0", "#000000"),
        ]
        var below = [Double](repeating: 0, count: starts.count)
        var plots: [String] = []
        for (number, (severity, counts)) in zip(severities, counts).enumerated() {
            let top = zip(below, counts).map(+)
            let rows = counts.indices.filter { counts[$0] > 0 }
            let (fill, colour) = fills[min(number, fills.count - 1)]
            let style =
                "with boxxyerror \(fill) border linecolor rgb '#000000' fillcolor rgb '\(colour)' linewidth 0.4 "
                + "title \(GnuplotScript.quoted(GnuplotScript.shortened(severity, to: 20)))"
            if rows.isEmpty {
                plots.append(
                    "NaN with boxes \(fill) border linecolor rgb '#000000' fillcolor rgb '\(colour)' "
                        + "title \(GnuplotScript.quoted(GnuplotScript.shortened(severity, to: 20)))")
            } else {
                let data = script.data(
                    starts.rows(rows), rows.map { starts[$0] + 0.9 * length }, below.rows(rows), top.rows(rows))
                plots.append("\(data) using (0.5*($1+$2)):(0.5*($3+$4)):1:2:3:4 \(style)")
            }
            below = top
        }
        script.plot(plots.isEmpty ? ["NaN notitle"] : plots)
        return script
    }
}
