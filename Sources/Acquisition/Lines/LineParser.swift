import SignalCore

/// Makes rows of the lines that boards send, in whatever format: JSON objects, values between separators with or without
/// a header, pairs of name and value, single numbers, sentences with checksum.
///
/// The format is found from the lines themselves and held as soon as two lines agree; until then lines wait, so that no
/// banner and no end of a line sets the format. A line that does not fit is rejected and counted, a value that does not is
/// missing (NaN), never 0. When more than half of 200 lines were bad, the format is looked for anew.
public struct LineParser: Sendable {
    /// Columns that a stream may have.
    public static let maximumColumns = 256
    private static let maximumSentences = 32
    private static let maximumWaiting = 8

    private struct Waiting: Sendable {
        let line: [UInt8]
        let arrival: ArrivalTime
        let format: LineFormat
    }

    /// What is known of one kind of line. Sentences have a kind for each of their names, all other lines have one.
    private struct Kind: Sendable {
        var format: LineFormat?
        var waiting: [Waiting] = []
        var header: [String]?
        var headerCandidate: [String]?
        /// A line that would be the header of what follows, if that has as many values; a banner otherwise.
        var announcement: (line: [UInt8], names: [String])?
    }

    /// How lines become rows.
    public let options: LineParserOptions
    /// What came of the lines so far.
    public private(set) var counters = LineCounters()
    /// Whether more than half of the last 200 lines were bad: the baud rate or the format is wrong.
    public private(set) var isMostlyDamaged = false
    private var kinds: [String: Kind] = [:]
    private var columns = ColumnTable()
    private var deviceTime: DeviceTimeColumn?
    private var clock: DeviceClock?
    private var fit = DeviceClockFit()
    private var sequence = SequenceCounter()
    private var damage = DamageWatch()
    /// Lines without a row since the last one.
    private var lostLines = 0

    /// Makes a parser.
    ///
    /// - Throws: `SignalError` with code `invalidOption` for options that cannot be.
    public init(options: LineParserOptions = LineParserOptions()) throws {
        try options.validate()
        self.options = options
        deviceTime = options.deviceTime
    }

    /// The format of plain lines, once it is known.
    public var format: LineFormat? { kinds[""]?.format }

    /// The link was opened anew: a board may have started again, with its counters at 0.
    public mutating func begin() {
        clock?.expectRestart()
        sequence.expectRestart()
        for key in kinds.keys {
            reject(kinds[key]?.waiting ?? [])
            kinds[key]?.waiting = []
        }
    }

    /// Takes a line and hands out the rows that are known now: one, none, or several when the format has become clear.
    public mutating func parse(_ text: String, arrival: ArrivalTime, emit: (SensorRow) throws -> Void) rethrows {
        counters.lines += 1
        let isSpace = { (byte: UInt8) in byte == 0x20 || byte == 0x09 }
        var line = Array(text.utf8)[...]
        if line.starts(with: [0xEF, 0xBB, 0xBF]) { line = line.dropFirst(3) }
        line = LineFormat.trim(line, isSpace)
        guard !line.isEmpty else {
            reject(line, .noValues)
            return
        }
        var kind = ""
        if line.first == UInt8(ascii: "$") {
            guard let sentence = LineChecksum.exclusiveOr.verified(line.dropFirst(), separator: UInt8(ascii: "*"))
            else {
                reject(line, .checksum)
                return
            }
            let name = sentence.prefix { $0 != UInt8(ascii: ",") }
            kind = String(decoding: name, as: UTF8.self)
            line = sentence[name.endIndex...].dropFirst()
            guard !kind.isEmpty, kinds[kind] != nil || kinds.count < Self.maximumSentences else {
                reject(sentence, .format)
                return
            }
        } else if let checksum = options.checksum {
            let separator = options.checksumSeparator.asciiValue ?? UInt8(ascii: "*")
            guard let content = checksum.verified(line, separator: separator) else {
                reject(line, .checksum)
                return
            }
            line = content
        }
        if line.starts(with: "#".utf8) || line.starts(with: "//".utf8) {
            counters.comments += 1
            return
        }
        if let format = kinds[kind]?.format {
            try parse(line, kind: kind, format: format, arrival: arrival, emit: emit)
        } else {
            try look(at: line, kind: kind, arrival: arrival, emit: emit)
        }
    }

    /// The input ended: lines that still wait for another one of their format become rows.
    public mutating func finish(emit: (SensorRow) throws -> Void) rethrows {
        for key in kinds.keys.sorted() {
            if let format = kinds[key]?.waiting.last?.format {
                try hold(format, kind: key, emit: emit)
            } else {
                settleAnnouncement(kind: key, isHeader: false)
            }
        }
    }

    /// Counts lines that were bad before they could be parsed: too long, or no text.
    public mutating func noteDamaged(_ count: Int) {
        lostLines += count
        for _ in 0..<min(count, DamageWatch.lines) { record(isBad: true) }
    }

    // MARK: Finding the format

    private mutating func look(
        at line: ArraySlice<UInt8>, kind: String, arrival: ArrivalTime, emit: (SensorRow) throws -> Void
    ) rethrows {
        let found = LineFormat.detect(
            line, forcesDecimalComma: options.forcesDecimalComma, allowsText: !kind.isEmpty,
            areSamples: options.areSamples)
        guard let format = found else {
            if let names = header(of: line) {
                settleAnnouncement(kind: kind, isHeader: kinds[kind]?.announcement?.names == names)
                kinds[kind, default: Kind()].announcement = (Array(line), names)
            } else {
                reject(line, .unrecognised)
            }
            return
        }
        var waiting = kinds[kind]?.waiting ?? []
        let isKnown = waiting.contains { $0.format == format }
        waiting.append(Waiting(line: Array(line), arrival: arrival, format: format))
        if waiting.count > Self.maximumWaiting { reject([waiting.removeFirst()]) }
        kinds[kind, default: Kind()].waiting = waiting
        if isKnown || options.trustsFirstLine { try hold(format, kind: kind, emit: emit) }
    }

    private func header(of line: ArraySlice<UInt8>) -> [String]? {
        for separator in LineFormat.Separator.allCases {
            guard let names = LineFormat.headerNames(of: line, separator) else { continue }
            if names.count > 1 || separator == .space { return names }
        }
        return nil
    }

    private mutating func hold(_ format: LineFormat, kind: String, emit: (SensorRow) throws -> Void) rethrows {
        guard var held = kinds[kind] else { return }
        let waiting = held.waiting
        held.waiting = []
        held.format = format
        var isHeader = false
        if case .delimited(_, _, let count) = format, let names = held.announcement?.names, names.count == count {
            held.header = names
            isHeader = true
        }
        kinds[kind] = held
        settleAnnouncement(kind: kind, isHeader: isHeader)
        let fitting = waiting.filter { $0.format == format }
        findDeviceTime(fitting.map { content(of: $0.line[...], kind: kind, format: format).members })
        for line in waiting {
            if line.format == format {
                try parse(line.line[...], kind: kind, format: format, arrival: line.arrival, emit: emit)
            } else {
                reject([line])
            }
        }
    }

    /// Counts the line that might have been a header as what it turned out to be.
    private mutating func settleAnnouncement(kind: String, isHeader: Bool) {
        guard let line = kinds[kind]?.announcement?.line else { return }
        kinds[kind]?.announcement = nil
        if isHeader {
            counters.headers += 1
        } else {
            reject(line[...], .unrecognised)
        }
    }

    /// Looks for the board's clock among the columns of the first lines.
    private mutating func findDeviceTime(_ lines: [[(name: String, value: NumberText)]]) {
        guard deviceTime == nil, let first = lines.first, let last = lines.last else { return }
        func number(_ name: String, _ line: [(name: String, value: NumberText)]) -> Double? {
            guard case .number(let value) = line.first(where: { $0.name == name })?.value else { return nil }
            return value
        }
        for (name, seconds) in [("millis", 0.001), ("micros", 0.000_001), ("t", 0.001)] {
            guard let start = number(name, first), let end = number(name, last) else { continue }
            // `t` may as well be a temperature, which does not go up by whole numbers as milliseconds do.
            let least = options.areSamples ? 0.0 : 5
            let counts = start == start.rounded() && end == end.rounded() && end - start >= least
            guard name != "t" || counts else { continue }
            deviceTime = DeviceTimeColumn(name: name, secondsPerTick: seconds)
            return
        }
    }

    // MARK: Lines of a known format

    private typealias Member = (name: String, value: NumberText)

    private enum Content {
        case members([Member])
        case samples(common: [Member], arrays: [(name: String, values: [NumberText])])
        case header([String])
        case rejected(LineRejection)

        var members: [Member] {
            switch self {
            case .members(let members), .samples(let members, _): members
            case .header, .rejected: []
            }
        }
    }

    private func content(of line: ArraySlice<UInt8>, kind: String, format: LineFormat) -> Content {
        let prefix = kind.isEmpty ? "" : kind + "."
        switch format {
        case .json:
            guard let object = JSONLine(line, areSamples: options.areSamples) else { return .rejected(.format) }
            let members = prefix.isEmpty ? object.members : object.members.map { (prefix + $0.name, $0.value) }
            guard let count = object.arrays.first?.values.count else { return .members(members) }
            guard object.arrays.allSatisfy({ $0.values.count == count }) else { return .rejected(.fieldCount) }
            return .samples(common: members, arrays: object.arrays.map { (prefix + $0.name, $0.values) })
        case .labelled:
            guard let pairs = LabelledLine(line) else { return .rejected(.format) }
            return .members(pairs.members.map { (prefix + $0.name, $0.value) })
        case .delimited(let separator, let decimalComma, let count):
            let fields = LineFormat.fields(of: line, separator)
            let values = fields.map { NumberText($0, decimalComma: decimalComma) }
            if !values.contains(where: { if case .number = $0 { true } else { false } }),
                let names = LineFormat.headerNames(of: line, separator), names.count == count
            {
                return .header(names)
            }
            guard fields.count == count else { return .rejected(.fieldCount) }
            return .members(values.enumerated().map { (prefix + name($0, of: count, kind: kind), $1) })
        }
    }

    private func name(_ index: Int, of count: Int, kind: String) -> String {
        if kind.isEmpty, let names = options.columns, index < names.count { return names[index] }
        if let names = kinds[kind]?.header, index < names.count { return names[index] }
        return count == 1 ? "value" : "value_\(index + 1)"
    }

    private mutating func parse(
        _ line: ArraySlice<UInt8>, kind: String, format: LineFormat, arrival: ArrivalTime,
        emit: (SensorRow) throws -> Void
    ) rethrows {
        switch content(of: line, kind: kind, format: format) {
        case .rejected(let reason):
            reject(line, reason)
        case .header(let names):
            noteHeader(names, kind: kind, line: line)
        case .members(let members):
            try row(of: members, line: line, format: format, arrival: arrival, emit: emit)
        case .samples(let common, let arrays):
            for index in 0..<(arrays.first?.values.count ?? 0) {
                let members = common + arrays.map { ($0.name, $0.values[index]) }
                try row(of: members, index: index, line: line, format: format, arrival: arrival, emit: emit)
            }
        }
    }

    /// A header among the values: the board began anew. New names are believed when they came twice, for a damaged line may
    /// look like names.
    private mutating func noteHeader(_ names: [String], kind: String, line: ArraySlice<UInt8>) {
        let known = kinds[kind]?.header
        guard known == nil || known == names || kinds[kind]?.headerCandidate == names else {
            kinds[kind]?.headerCandidate = names
            reject(line, .format)
            return
        }
        counters.headers += 1
        lostLines += 1
        clock?.expectRestart()
        sequence.expectRestart()
        kinds[kind]?.header = names
        kinds[kind]?.headerCandidate = names
    }

    private mutating func row(
        of members: [Member], index indexInLine: Int = 0, line: ArraySlice<UInt8>, format: LineFormat,
        arrival: ArrivalTime, emit: (SensorRow) throws -> Void
    ) rethrows {
        var row = SensorRow(arrival: arrival, columns: [], values: [])
        row.indexInLine = indexInLine
        // The time first: checks of rates need it, wherever it stands. That of a line is its first sample's.
        for (name, value) in members where name == deviceTime?.name && indexInLine == 0 {
            setTime(of: &row, from: value)
        }
        var values = [Float](repeating: .nan, count: columns.count)
        var usable = 0
        for (name, value) in members where name != deviceTime?.name {
            if name == options.sequenceColumn, case .number(let number) = value {
                row.sequence = number
                guard indexInLine == 0 else { continue }
                sequence.note(number)
                counters.missingLines = sequence.missing
                counters.repeatedLines = sequence.repeated
                continue
            }
            // A member of text, such as the name of the board, is no column, unless it was a number before.
            if value == .text, !columns.contains(name), format.hasNames { continue }
            guard let index = columns.index(of: name) else {
                reject(line, .tooManyColumns)
                return
            }
            if index == values.count { values.append(.nan) }
            let (number, isUsable) = check(value, name: name, column: index, at: row.unixSeconds)
            values[index] = number
            if isUsable { usable += 1 }
        }
        guard usable > 0 else {
            reject(line, .noValues)
            return
        }
        row.columns = columns.names
        row.values = values
        row.number = counters.rows
        row.lostLines = lostLines
        lostLines = 0
        counters.rows += 1
        if indexInLine == 0 { record(isBad: false) }
        try emit(row)
    }

    private mutating func setTime(of row: inout SensorRow, from value: NumberText) {
        guard let deviceTime, case .number(let reading) = value else { return }
        var running = clock ?? DeviceClock(secondsPerTick: deviceTime.secondsPerTick)
        let before = running.counters
        let seconds = running.seconds(reading: reading, host: row.arrival.monotonicSeconds)
        counters.clock = running.counters
        clock = running
        if running.counters.resets != before.resets { fit = DeviceClockFit() }
        guard let seconds else { return }
        row.deviceSeconds = seconds
        let sent = fit.hostSeconds(device: seconds, arrival: row.arrival.monotonicSeconds)
        row.unixSeconds = row.arrival.unixSeconds - (row.arrival.monotonicSeconds - sent)
    }

    private mutating func check(_ value: NumberText, name: String, column: Int, at time: Double) -> (Float, Bool) {
        let rejection: ValueRejection
        switch value {
        case .missing:
            counters.missingValues += 1
            return (.nan, true)
        case .text: rejection = .syntax
        case .overflow: rejection = .overflow
        case .number(let number):
            guard let check = options.checks[name] ?? options.checks["*"],
                let failed = columns.rejection(of: number, column: column, at: time, check: check)
            else { return (Float(number), true) }
            rejection = failed
        }
        counters.rejectedValues[rejection, default: 0] += 1
        // A line whose values the checks reject is a good line of a sensor that is not.
        return (.nan, rejection != .syntax)
    }

    // MARK: Rejections

    private mutating func reject(_ lines: [Waiting]) {
        for line in lines { reject(line.line[...], .format) }
    }

    private mutating func reject(_ line: ArraySlice<UInt8>, _ reason: LineRejection) {
        counters.rejectedLines[reason, default: 0] += 1
        lostLines += 1
        counters.lastRejectedLine = String(decoding: line.prefix(120), as: UTF8.self).escapingControlCharacters
        counters.lastRejection = reason
        record(isBad: true)
    }

    private mutating func record(isBad: Bool) {
        let wasDamaged = isMostlyDamaged
        isMostlyDamaged = damage.record(isBad: isBad)
        guard isMostlyDamaged, !wasDamaged else { return }
        for key in kinds.keys { kinds[key]?.format = nil }
    }
}
