import SignalCore

/// The column that holds the clock of the board.
public struct DeviceTimeColumn: Sendable, Equatable {
    /// The name of the column.
    public var name: String
    /// Seconds a tick, such as 0.001 for milliseconds.
    public var secondsPerTick: Double

    /// Makes the description of a column of time.
    public init(name: String, secondsPerTick: Double) {
        self.name = name
        self.secondsPerTick = secondsPerTick
    }
}

/// How lines become rows.
public struct LineParserOptions: Sendable, Equatable {
    /// The checksum that every line must have; sentences in the manner of NMEA are checked without being asked for.
    public var checksum: LineChecksum?
    /// What stands before the checksum, an ASCII character.
    public var checksumSeparator: Character = "*"
    /// Names of the values of lines that carry none; where nil, those of a header line, or `value` or `value_1`, `value_2`…
    public var columns: [String]?
    /// Whether a comma is always a decimal comma. Where other separators make that clear, it is found without being said.
    public var forcesDecimalComma = false
    /// The column with the clock of the board; where nil, `millis`, `micros`, or `t` if it counts up in whole numbers.
    public var deviceTime: DeviceTimeColumn?
    /// The column with the number of the line, of which gaps and repeats are counted.
    public var sequenceColumn = "seq"
    /// Whether rows are the samples of a signal. Members of a JSON object that are arrays are then samples one after the
    /// other, each of which gives a row, and `t` is a clock of milliseconds wherever it holds whole numbers.
    public var areSamples = false
    /// Whether the first line that looks like a format settles it. Otherwise a second one must look the same, for the first
    /// line of a port may be a part of one, or a greeting.
    public var trustsFirstLine = false
    /// What the values of each column must fulfil; the check named `*` is that of all columns without their own.
    public var checks: [String: ChannelCheck] = [:]

    /// Lines whose format is found by itself, without checks.
    public init() {}

    /// - Throws: `SignalError` with code `invalidOption` for what cannot be.
    public func validate() throws {
        guard let separator = checksumSeparator.asciiValue, separator > 0x20 else {
            throw SignalError(.invalidOption, "checksumSeparator is one visible ASCII character")
        }
        guard !checksumSeparator.isHexDigit else {
            throw SignalError(.invalidOption, "checksumSeparator is no digit of the checksum that follows it")
        }
        if let columns {
            guard !columns.isEmpty, columns.count <= LineParser.maximumColumns, Set(columns).count == columns.count
            else {
                throw SignalError(.invalidOption, "columns are 1 to \(LineParser.maximumColumns) different names")
            }
        }
        if let deviceTime, !(deviceTime.secondsPerTick > 0 && deviceTime.secondsPerTick <= 3_600) {
            throw SignalError(.invalidOption, "secondsPerTick is more than 0 and at most 3600")
        }
        for check in checks.values { try check.validate() }
    }
}

/// Why a line gave no row.
public enum LineRejection: String, Sendable, CaseIterable {
    /// It fits no known format.
    case unrecognised = "of no known format"
    /// It is not of the format of the others, or damaged.
    case format = "damaged or of another format"
    /// It has more or fewer values than the others.
    case fieldCount = "wrong number of values"
    /// Its checksum is missing or wrong.
    case checksum = "wrong checksum"
    /// It holds no value that could be used.
    case noValues = "without a usable value"
    /// It names more columns than are kept.
    case tooManyColumns = "too many columns"
}

/// What came of the lines so far.
public struct LineCounters: Sendable, Equatable {
    /// Lines that were parsed.
    public var lines = 0
    /// Rows that came of them.
    public var rows = 0
    /// Header lines.
    public var headers = 0
    /// Lines that begin with `#` or `//`.
    public var comments = 0
    /// Lines without a row, by reason.
    public var rejectedLines: [LineRejection: Int] = [:]
    /// Values that were taken for missing, by reason.
    public var rejectedValues: [ValueRejection: Int] = [:]
    /// Values that the board sent as missing: `nan`, `inf`, `ovf`, nothing.
    public var missingValues = 0
    /// Lines that never came, by their sequence numbers.
    public var missingLines = 0
    /// Lines whose sequence number had been there already.
    public var repeatedLines = 0
    /// What the board's clock did.
    public var clock = DeviceClock.Counters()
    /// The last line that was rejected, harmless to a terminal and at most 120 characters.
    public var lastRejectedLine: String?
    /// Why it was.
    public var lastRejection: LineRejection?

    /// Nothing parsed yet.
    public init() {}

    /// Lines without a row, whatever the reason.
    public var rejectedLineCount: Int { rejectedLines.values.reduce(0, +) }
}
