public import SignalCore

/// All that one sensor table holds.
public struct SensorTableContent: Sendable {
    /// What the columns of values mean.
    public var schema: FeatureSchema
    /// All rows; missing values are NaN, times count from the first row.
    public var frames: FeatureFrames
    /// The label columns by name, in the order of the table: 1 for anomalous. Each is as long as ``frames``.
    public var labels: [(name: String, values: [UInt8])]
    /// The unit of every row; empty without a unit column.
    public var units: [String]
    /// The cells of the columns read as text, in the order asked for. Each is as long as ``frames``.
    public var texts: [[String]]
    /// Whether the table has a time column.
    public var hasTime: Bool
    /// Seconds from 1970-01-01 UTC to the first row, where the time column tells.
    public var startTime: Double?
    /// Writes times as the time column does; `nil` without one.
    public var timeText: TimeText?
    /// The first row whose time does not advance.
    public var firstTimeFault: TimeFault?
    /// Missing cells of every column of values.
    public var missingCells: [Int]
    /// What a person should know about the table although it could be read.
    public var warnings: [String]
    /// Whether the last row is cut off.
    public var isIncomplete: Bool

    /// Runs of rows of one unit: the whole table without a unit column.
    public var segments: [Range<Int>] {
        guard !units.isEmpty else { return frames.isEmpty ? [] : [0..<frames.count] }
        var segments: [Range<Int>] = []
        var start = 0
        for row in 1...units.count where row == units.count || units[row] != units[start] {
            segments.append(start..<row)
            start = row
        }
        return segments
    }
}

extension SensorTable {
    /// Reads a whole table into memory.
    ///
    /// - Throws: as ``init(path:options:)`` and ``nextFrames(maximum:into:)``.
    public static func read(
        path: String, options: SensorTableOptions = SensorTableOptions()
    ) throws -> SensorTableContent {
        let table = try SensorTable(path: path, options: options)
        var frames = FeatureFrames(columnCount: table.schema.columns.count)
        var labels = table.labelNames.map { (name: $0, values: [UInt8]()) }
        var units: [String] = []
        var texts = table.texts
        while try table.nextFrames(maximum: 4096, into: &frames) {
            for index in labels.indices { labels[index].values += table.labels[index] }
            units += table.units
            for index in texts.indices { texts[index] += table.texts[index] }
        }
        return SensorTableContent(
            schema: table.schema, frames: frames, labels: labels, units: units, texts: texts, hasTime: table.hasTime,
            startTime: table.startTime, timeText: table.timeText,
            firstTimeFault: table.firstTimeFault, missingCells: table.missingCells, warnings: table.warnings,
            isIncomplete: table.isIncomplete)
    }
}
