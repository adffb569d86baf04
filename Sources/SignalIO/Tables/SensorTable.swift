public import SignalCore

/// Reads a sensor table: a header, an optional time column, columns of numbers, columns of labels.
///
/// Text in UTF-8 with `,`, `;` or tabs between columns (found by itself), quoted as in RFC 4180.
/// - The time is the column named like one (`time`, `timestamp`, `datetime`, ...), or the first one of dates: ISO 8601,
///   also with a blank for the `T`, seconds or milliseconds (microseconds, nanoseconds) since 1970, or a number of
///   seconds. Without an offset, times are taken as UTC. Frames are timed from the first row on, ``startTime`` says when
///   that was. Without a time column, rows are numbered as if they were a second apart.
/// - Labels are the columns named `anomaly`, `label`, `failure` and `changepoint`, and those the options name: 0 or 1,
///   or a word such as `true` or `normal`. They are no values.
/// - All other columns whose first value is a number are values; a cell that is empty or says `NaN`, `NA`, `null` or `-`
///   is missing and becomes NaN. Columns of text and of row numbers are left out with a warning.
///
/// Names in the schema have no blanks, commas or quotes (`Volume_Flow_RateRMS`), and units in brackets are taken off
/// (`Torque [Nm]`). The table is never held in memory; see ``read(path:options:)`` for that.
public final class SensorTable: FrameSource {
    /// The columns of values, and the usual step of the rows (the median of the first thousand) as `hopSeconds`.
    public let schema: FeatureSchema
    /// The label columns, in the order of the table.
    public let labelNames: [String]
    /// Whether the table has a time column.
    public let hasTime: Bool
    /// Whether the table has the unit column that was asked for.
    public let hasUnits: Bool
    /// Seconds from 1970-01-01 UTC to the first row, where the time column tells.
    public let startTime: Double?
    /// Writes times as the time column does; `nil` without one.
    public let timeText: TimeText?
    /// The first row whose time does not advance, as far as has been read, by its line.
    public var firstTimeFault: TimeFault? { times.firstFault }
    /// What a person should know about the table although it could be read. Complete once the end has been reached.
    public private(set) var warnings: [String]
    /// Whether the last row is cut off.
    public private(set) var isIncomplete = false
    /// The labels of the frames that the last call appended, 1 for anomalous. Shape: label columns x frames.
    public private(set) var labels: [[UInt8]]
    /// The unit of each of the frames that the last call appended; empty without a unit column.
    public private(set) var units: [String] = []
    /// The cells of the columns read as text, of the frames that the last call appended; blanks around them are taken off.
    /// Shape: text columns x frames.
    public private(set) var texts: [[String]]
    /// Missing cells of every column of values so far.
    public private(set) var missingCells: [Int]

    private let rows: TableRows
    private let columns: SensorTableColumns
    private let firstTime: Int64
    private var times: SensorTimes
    private var row: [Float]
    private var unusualLabels: [Int]
    private var missingLabels: [Int]
    private var currentUnit: String?
    private var hasEnded = false

    /// The name that a column of a header has in a schema: without blanks and unit.
    public static func cleanName(_ name: String) -> String { SensorColumnNames([name]).clean[0] }

    /// Opens a table and finds its columns.
    ///
    /// - Throws: `SignalError` with code `unreadable`, `malformed` (no header, rows of different lengths; with line and
    ///   column), `unsupported` (no column of measurements), `insufficientData` (no rows), `invalidOption` (no such
    ///   column) or `limitExceeded` (a line over 1 MiB, too many columns).
    public convenience init(path: String, options: SensorTableOptions = SensorTableOptions()) throws {
        try self.init(file: RegularFile(path: path), options: options)
    }

    init(file: RegularFile, options: SensorTableOptions) throws {
        guard file.byteCount > 0 else { throw SignalError(.insufficientData, "is empty").at(path: file.path) }
        let sample = try SensorTableSample(file)
        do { columns = try SensorTableColumns(sample, options: options) } catch let error as SignalError {
            throw error.at(path: file.path)
        }
        rows = try TableRows(DelimitedTextReader(file), TableColumns(names: sample.names.original))
        let (first, steps) = try Self.firstTimes(rows, columns)
        firstTime = first
        times = SensorTimes(steps: steps)
        let step = times.step
        timeText = columns.time.map { time in
            TimeText(sample.first.texts[time.index], notation: time.notation, first: first, step: step)
        }
        hasTime = columns.time != nil
        hasUnits = columns.unit != nil
        let isAbsolute = columns.time?.notation.isAbsolute == true
        startTime = isAbsolute ? Double(first) / 1e9 : nil
        let names = columns.names
        labelNames = columns.labels.map { names.clean[$0] }
        schema = FeatureSchema(
            feature: "table", columns: columns.values.map { FeatureColumn(names.clean[$0], unit: names.units[$0]) },
            hopSeconds: columns.time == nil ? 1 : times.step / 1e9)
        warnings = columns.warnings
        labels = Array(repeating: [], count: columns.labels.count)
        unusualLabels = Array(repeating: 0, count: columns.labels.count)
        missingLabels = unusualLabels
        missingCells = Array(repeating: 0, count: columns.values.count)
        texts = Array(repeating: [], count: columns.texts.count)
        row = Array(repeating: 0, count: columns.values.count)
        try rows.rewind()
    }

    /// Appends up to `maximum` further rows; `false` at the end.
    ///
    /// - Precondition: the frames have the columns of ``schema``.
    /// - Throws: `SignalError` with code `malformed`, the line and the column.
    public func nextFrames(maximum: Int, into frames: inout FeatureFrames) throws -> Bool {
        precondition(maximum > 0, "a batch has at least one frame")
        for column in labels.indices { labels[column].removeAll(keepingCapacity: true) }
        units.removeAll(keepingCapacity: true)
        for column in texts.indices { texts[column].removeAll(keepingCapacity: true) }
        var count = 0
        while count < maximum, !hasEnded {
            guard try rows.next() else {
                try finish()
                break
            }
            try readValues()
            try readLabels()
            for (position, index) in columns.texts.enumerated() {
                texts[position].append(rows.reader.text(index).trimmingBlanks)
            }
            let isFirst = readUnit()
            let time = try readTime(isFirst: isFirst)
            frames.append(time: time) { span in
                for index in 0..<row.count { span[index] = row[index] }
            }
            count += 1
        }
        return count > 0
    }

    private func readValues() throws {
        let (bytes, fields) = (rows.reader.buffer, rows.reader.fields)
        for (position, index) in columns.values.enumerated() {
            let field = fields[index].range
            if let number = DecimalNumber.parse(bytes, field) {
                row[position] = Float(number)
                guard row[position].isFinite else { throw rows.notANumber(index) }
            } else {
                guard SensorCell.isMissing(bytes, field) else { throw rows.notANumber(index) }
                row[position] = .nan
                missingCells[position] += 1
            }
        }
    }

    private func readLabels() throws {
        guard !columns.labels.isEmpty else { return }
        let (bytes, fields) = (rows.reader.buffer, rows.reader.fields)
        for (position, index) in columns.labels.enumerated() {
            let field = fields[index].range
            if let label = SensorCell.label(bytes, field) {
                labels[position].append(label.isAnomalous ? 1 : 0)
                if !label.isPlain { unusualLabels[position] += 1 }
            } else {
                guard SensorCell.isMissing(bytes, field) else {
                    throw SignalError(.malformed, "'\(rows.shown(index))' is no label; labels are 0 and 1")
                        .at(path: rows.path, line: rows.line, column: columns.names.shown(index))
                }
                labels[position].append(0)
                missingLabels[position] += 1
            }
        }
    }

    /// Reads the unit; returns whether the row is the first one of a unit.
    private func readUnit() -> Bool {
        guard let index = columns.unit else { return false }
        let unit = rows.reader.text(index)
        units.append(unit)
        defer { currentUnit = unit }
        return unit != currentUnit
    }

    /// The seconds from the first row.
    private func readTime(isFirst: Bool) throws -> Double {
        guard let time = columns.time else { return Double(rows.count - 1) }
        let (value, digits) = try Self.time(rows, columns)
        times.take(value, tick: time.notation.tick(fractionDigits: digits), line: rows.line, isFirst: isFirst)
        return SensorTimes.difference(value, firstTime) / 1e9
    }

    private static func time(_ rows: TableRows, _ columns: SensorTableColumns) throws -> (Int64, Int) {
        guard let time = columns.time else { preconditionFailure("asked only where there is a time column") }
        guard let read = time.notation.nanoseconds(rows.reader.buffer, rows.reader.fields[time.index].range) else {
            throw SignalError(
                .malformed, "'\(rows.shown(time.index))' is no time like that of the first row; mend or remove the row"
            ).at(path: rows.path, line: rows.line, column: columns.names.shown(time.index))
        }
        return read
    }

    /// The first time, and the steps between the first rows of each unit, in nanoseconds.
    private static func firstTimes(_ rows: TableRows, _ columns: SensorTableColumns) throws -> (Int64, [Double]) {
        guard columns.time != nil else { return (0, []) }
        var steps: [Double] = []
        var first: Int64?
        var previous: (time: Int64, unit: String?) = (0, nil)
        while rows.count < SensorTableSample.mostRows, try rows.next() {
            let (time, _) = try time(rows, columns)
            let unit = columns.unit.map { rows.reader.text($0) }
            if first != nil, unit == previous.unit { steps.append(SensorTimes.difference(time, previous.time)) }
            first = first ?? time
            previous = (time, unit)
        }
        return (first ?? 0, steps)
    }

    private func finish() throws {
        hasEnded = true
        isIncomplete = rows.hasIncompleteEnd
        if isIncomplete { warnings.append("the last row is cut off and was left out") }
        warnings += times.warnings
        warnings += Self.counted(missingCells, columns.values, columns.names).map {
            "missing values, of \(rows.count) rows: \($0)"
        }
        warnings += Self.counted(missingLabels, columns.labels, columns.names).map {
            "labels that are missing were taken as 0: \($0)"
        }
        warnings += Self.counted(unusualLabels, columns.labels, columns.names).map {
            "labels other than 0 and 1 were taken as 1: \($0)"
        }
    }

    /// The columns with a count above 0, with their counts; nothing when there are none.
    private static func counted(_ counts: [Int], _ indices: [Int], _ names: SensorColumnNames) -> [String] {
        let found = zip(indices, counts).filter { $0.1 > 0 }
        guard !found.isEmpty else { return [] }
        let shown = found.prefix(8).map { "\(names.shown($0.0)) \($0.1)" }.joined(separator: ", ")
        return [found.count > 8 ? "\(shown) and \(found.count - 8) more columns" : shown]
    }
}

extension String {
    /// The text without blanks at its ends.
    fileprivate var trimmingBlanks: String {
        var text = self[...]
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}
