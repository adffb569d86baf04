/// Bytes in, rows out: a splitter and a parser that know of each other's damage.
public struct LineReader: Sendable {
    /// What the bytes gave.
    public private(set) var splitter: LineSplitter
    /// What the lines gave.
    public private(set) var parser: LineParser

    /// Makes a reader.
    ///
    /// - Throws: `SignalError` with code `invalidOption` for options that cannot be.
    public init(lines: LineSplitterOptions = LineSplitterOptions(), parser: LineParserOptions = LineParserOptions())
        throws
    {
        try lines.validate()
        self.splitter = LineSplitter(options: lines)
        self.parser = try LineParser(options: parser)
    }

    /// The link was opened, for the first time or anew.
    public mutating func begin(at arrival: ArrivalTime) {
        splitter.begin(at: arrival.monotonicSeconds)
        parser.begin()
    }

    /// Takes bytes that arrived together and hands out the rows of the lines that they end.
    public mutating func consume(
        _ bytes: some Collection<UInt8>, arrival: ArrivalTime, emit: (SensorRow) throws -> Void
    ) rethrows {
        let damaged = splitter.counters.damagedLines
        var lines: [String] = []
        splitter.consume(bytes, at: arrival.monotonicSeconds) { lines.append($0) }
        parser.noteDamaged(splitter.counters.damagedLines - damaged)
        for line in lines { try parser.parse(line, arrival: arrival, emit: emit) }
    }

    /// The link is gone; the line it was cut off in is dropped.
    public mutating func disconnect() {
        splitter.disconnect()
    }

    /// The input ended as files do: its last line counts without a line end, and lines still waiting become rows.
    public mutating func finish(arrival: ArrivalTime, emit: (SensorRow) throws -> Void) rethrows {
        var lines: [String] = []
        splitter.finish { lines.append($0) }
        for line in lines { try parser.parse(line, arrival: arrival, emit: emit) }
        try parser.finish(emit: emit)
    }
}
