public import SignalCore

/// Reads a table of samples, one row an instant: accelerometer logs, text records, snapshots of the IMS experiments.
///
/// Text in UTF-8 with `,`, `;`, tabs or blanks between columns (found by itself), quoted as in RFC 4180. A header is
/// optional. The signal's channels are the columns named like axes (`x`, `acc_y`, `az`, `z_g`), or else all columns of
/// numbers that are no labels. The unit comes from the options, or from column names such as `x_g` and `acc (m/s^2)`.
/// The rate comes from the options, in which case a time column is not looked at, or from the median spacing of the
/// time column (`time`, `timestamp`, `t`, `datetime`, ... or a first column without a name), for which the table is
/// read twice. Files named like IMS snapshots (``SnapshotName``) that have neither are read as such: 20 kHz, g.
///
/// The table is never held in memory. With a `resampleRate` in the options the rows are put on an even grid of the
/// table's own rate; ``SignalOpener`` then converts that rate.
public final class AccelerometerTable: SignalSource {
    /// Rate, channels and unit of the blocks.
    public let format: SignalFormat
    /// Seconds from 1970-01-01 UTC to the first row, where the time column or the name of a snapshot tells. Times
    /// without an offset are taken as UTC.
    public let startTime: Double?
    /// What a person should know about the table although it could be read. Complete once the end has been reached.
    public private(set) var warnings: [String] = []
    /// Whether the last row is cut off.
    public private(set) var isIncomplete = false

    private let rows: TableRows
    private let selected: [Int]
    private let selection: ChannelSelection
    private let isSnapshot: Bool
    private var grid: UniformGrid?
    private var row: [Float] = []
    private var interleaved: [Float] = []
    private var position = 0
    private var hasEnded = false

    /// Opens a table and finds its columns and its rate.
    ///
    /// - Throws: `SignalError` with code `unreadable`, `malformed` (with line and column), `unsupported` (no column
    ///   of numbers), `mismatch` (columns of different units), `insufficientData` (no rows), `invalidOption` (no rate
    ///   given or found, no such channel) or `limitExceeded` (a line over 1 MiB, gaps far longer than the signal).
    public convenience init(path: String, options: SignalReadingOptions = SignalReadingOptions()) throws {
        try options.validate()
        try self.init(file: RegularFile(path: path), options: options)
    }

    init(file: RegularFile, options: SignalReadingOptions) throws {
        guard file.byteCount > 0 else { throw OpenedRecording.unknownContent([], path: file.path) }
        var reader = try DelimitedTextReader(file)
        let columns = try TableColumns(&reader, unit: options.unit)
        rows = try TableRows(reader, columns)
        let selection = options.channels ?? .all
        let names: [String]
        do { names = try selection.names(from: columns.channelNames) } catch let error as SignalError {
            throw error.at(path: file.path)
        }
        // A single channel is picked while parsing; only an average needs all of them.
        if case .index(let channel) = selection {
            selected = [columns.signal[channel]]
            self.selection = .all
        } else {
            selected = columns.signal
            self.selection = selection
        }
        let snapshotTime = columns.hasHeader ? nil : SnapshotName.startTime(path: file.path)
        isSnapshot = snapshotTime != nil && options.rate == nil && columns.time == nil
        var start = snapshotTime
        let rate: Double
        if let stated = options.rate {
            rate = stated
        } else if let time = columns.time {
            let survey = try TimeColumnSurvey(rows)
            rate = 1e9 / survey.spacing
            guard rate <= Double(RecordingReader.highestRate) else {
                throw SignalError(
                    .limitExceeded,
                    "the rows are \(survey.spacing) ns apart; up to \(RecordingReader.highestRate) rows a second are read"
                ).at(path: file.path, column: columns.name(time.index))
            }
            if time.notation.isAbsolute { start = Double(survey.firstTime) / 1e9 }
            warnings = survey.warnings(isResampled: options.resampleRate != nil)
            if options.resampleRate != nil {
                try Self.checkBridges(survey, path: file.path)
                grid = UniformGrid(spacing: survey.spacing)
            }
        } else if isSnapshot {
            rate = SnapshotName.sampleRate
        } else {
            throw SignalError(
                .invalidOption, "has no time column that can be read; state its rows per second with --rate HZ"
            )
            .at(path: file.path)
        }
        format = SignalFormat(
            sampleRate: rate, channelNames: names,
            unit: columns.unit ?? (snapshotTime != nil ? .standardGravity : .unspecified))
        startTime = start
        try rows.rewind()
    }

    /// The next stretch of the table, or `nil` at the end. Blocks may be shorter than asked for at any place.
    ///
    /// - Throws: `SignalError` with code `malformed`, the line and the column.
    public func nextBlock(maximumFrames: Int) throws -> SignalBlock? {
        precondition(maximumFrames > 0, "a block has at least one sample frame")
        guard !hasEnded else { return nil }
        let wanted = min(maximumFrames, max(1, RecordingReader.chunkSamples / selected.count)) * selected.count
        interleaved.removeAll(keepingCapacity: true)
        while interleaved.count < wanted {
            if grid?.appendPoint(to: &interleaved) == true { continue }
            guard try rows.next() else {
                try finish()
                break
            }
            guard grid != nil else {
                try rows.append(selected, to: &interleaved)
                continue
            }
            row.removeAll(keepingCapacity: true)
            try rows.append(selected, to: &row)
            grid?.take(time: try rows.time().value, values: row)
        }
        guard !interleaved.isEmpty else { return nil }
        let frames = interleaved.count / selected.count
        let samples = ChannelGathering.planar(interleaved, channels: selected.count, selection: selection)
        defer { position += frames }
        return SignalBlock(startFrame: position, channelCount: format.channelCount, samples: samples)
    }

    private func finish() throws {
        hasEnded = true
        guard rows.count > 0 else {
            throw SignalError(.insufficientData, "has a header and no rows").at(path: rows.path)
        }
        isIncomplete = rows.hasIncompleteEnd
        if rows.hasIncompleteEnd { warnings.append("the last row is cut off and was left out") }
        if isSnapshot, rows.count != SnapshotName.rowCount {
            warnings.append(
                "a snapshot has \(SnapshotName.rowCount) rows, this one \(rows.count); its rate was taken as 20000 Hz, state another with --rate HZ"
            )
        }
    }

    /// Refuses to fill a table up with far more straight lines than it has rows.
    private static func checkBridges(_ survey: TimeColumnSurvey, path: String) throws {
        let points = (Double(survey.lastTime) - Double(survey.firstTime)) / survey.spacing
        guard points <= 10 * Double(survey.rowCount) + 1000 else {
            throw SignalError(
                .limitExceeded,
                "its gaps are so long that more than nine in ten samples would be made up; cut the table at its gaps"
            ).at(path: path, line: survey.largestSpacingLine)
        }
    }
}
