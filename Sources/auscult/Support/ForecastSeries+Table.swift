import Learning
import SignalCore
import SignalIO

extension ForecastSeries {
    /// Reads a sensor table and puts its rows evenly apart.
    ///
    /// The spacing is the median of all steps. Rows that are missing, up to `fillGaps` in a row, lie on a straight line
    /// between their neighbours; a longer gap ends a run. Cells that are missing are filled likewise, the first and last
    /// ones by their neighbour; more in a row are refused.
    ///
    /// - Throws: `SignalError` with the path: `malformed` with line or row where a time does not advance or too many cells
    ///   are missing, `insufficientData` for a single row; or as `SensorTable`.
    init(table path: String, options: SensorTableOptions, fillGaps: Int, console: Console) throws {
        do {
            try self.init(
                try SensorTable.read(path: path, options: options), path: path, fillGaps: fillGaps, console: console)
            digest = Int64(bitPattern: try ContentDigest.of(file: path))
        } catch let error as SignalError {
            throw error.at(path: path)
        }
    }

    private init(_ content: SensorTableContent, path: String, fillGaps: Int, console: Console) throws {
        if content.isIncomplete {
            console.warn("\(path.escapingControlCharacters): the last row is cut off and was left out")
        }
        for warning in content.warnings where !warning.hasPrefix("the times") && !warning.hasPrefix("missing values") {
            console.warn("\(path.escapingControlCharacters): \(warning)")
        }
        if let fault = content.firstTimeFault {
            throw SignalError(
                .malformed,
                fault.isRepeated
                    ? "the time is that of the row before; a forecast needs every time once, so remove one of the two rows"
                    : "the time goes back; a forecast needs rows in the order of time, so sort them"
            ).at(line: fault.line)
        }
        let rows = content.frames
        guard rows.count > 1 else {
            throw SignalError(
                .insufficientData,
                "has \(rows.count == 1 ? "a single row" : "no row"), which says nothing of how it goes on")
        }
        if !content.hasTime {
            console.warn(
                "\(path.escapingControlCharacters): has no time column; rows are numbered from 0 and taken as evenly spaced"
            )
        }
        let steps = zip(rows.times.dropFirst(), rows.times).map { $0 - $1 }
        let spacing = steps.sorted()[steps.count / 2]
        let columnCount = rows.columnCount
        let filled = try Self.fillingCells(rows, content.schema.columns, limit: fillGaps)
        var even = FeatureFrames(columnCount: columnCount)
        even.reserveCapacity(rows.count)
        var segments: [Range<Int>] = []
        var start = 0
        var (bridged, irregular) = (0, 0)
        for row in 0..<rows.count {
            if row > 0 {
                let count = steps[row - 1] / spacing
                let missing = Int(min(count.rounded(), 1e9)) - 1
                if abs(count - count.rounded()) > 0.1 { irregular += 1 }
                if missing > fillGaps {
                    segments.append(start..<even.count)
                    start = even.count
                    console.warn(
                        "\(path.escapingControlCharacters): \(missing) rows are missing before row \(row + 1), more than the "
                            + "\(fillGaps) that are filled (--fill-gaps); nothing is learnt or forecast across")
                } else if missing > 0 {
                    bridged += missing
                    for place in 1...missing {
                        let share = Float(place) / Float(missing + 1)
                        even.append(
                            time: rows.times[row - 1] + Double(place) * spacing,
                            row: (0..<columnCount).map { column in
                                let before = filled.values[(row - 1) * columnCount + column]
                                return before + share * (filled.values[row * columnCount + column] - before)
                            })
                    }
                }
            }
            even.append(time: rows.times[row], row: filled.values[rows.range(ofFrame: row)])
        }
        segments.append(start..<even.count)
        let name = path.escapingControlCharacters
        if bridged > 0 { console.warn("\(name): \(bridged) missing rows were filled along straight lines") }
        if filled.count > 0 { console.warn("\(name): \(filled.count) missing cells were filled along straight lines") }
        if irregular > 0 {
            console.warn(
                "\(name): \(irregular) of \(steps.count) times are off the grid of \(OptionValue.number(spacing)) s by more "
                    + "than a tenth of it; rows are taken as evenly spaced")
        }
        let text = content.timeText
        self.init(
            path: path, columns: content.schema.columns, frames: even, segments: segments, spacing: spacing,
            startTime: content.startTime,
            timeText: { seconds in
                text.map { $0.text(secondsAfterFirst: seconds) } ?? OptionValue.number(seconds).description
            })
    }

    /// The values with short runs of missing cells filled, and how many were.
    private static func fillingCells(
        _ rows: FeatureFrames, _ columns: [FeatureColumn], limit: Int
    ) throws -> (values: [Float], count: Int) {
        var values = rows.values
        let width = rows.columnCount
        var count = 0
        for column in 0..<width {
            var row = 0
            while row < rows.count {
                guard values[row * width + column].isNaN else {
                    row += 1
                    continue
                }
                let first = row
                while row < rows.count, values[row * width + column].isNaN { row += 1 }
                guard row - first <= limit, row - first < rows.count else {
                    throw SignalError(
                        .malformed,
                        "\(row - first) values in a row are missing from row \(first + 1) on, more than the \(limit) that are "
                            + "filled; fill them with --fill-gaps \(row - first), or leave the column out with --columns"
                    ).at(column: columns[column].name)
                }
                let before = first > 0 ? values[(first - 1) * width + column] : values[row * width + column]
                let after = row < rows.count ? values[row * width + column] : before
                for place in first..<row {
                    let share = Float(place - first + 1) / Float(row - first + 1)
                    values[place * width + column] = before + share * (after - before)
                }
                count += row - first
            }
        }
        return (values, count)
    }
}
