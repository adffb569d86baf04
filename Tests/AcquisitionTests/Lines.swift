import Acquisition
import SignalCore

/// Rows of lines that arrive a second apart.
func rows(
    _ lines: [String], options: LineParserOptions = LineParserOptions(), spacing: Double = 1, finishes: Bool = true
) throws -> (rows: [SensorRow], parser: LineParser) {
    var parser = try LineParser(options: options)
    var rows: [SensorRow] = []
    for (number, line) in lines.enumerated() {
        parser.parse(line, arrival: arrival(Double(number) * spacing)) { rows.append($0) }
    }
    if finishes { parser.finish { rows.append($0) } }
    return (rows, parser)
}

/// A time some seconds after a fixed one on both clocks.
func arrival(_ seconds: Double) -> ArrivalTime {
    ArrivalTime(unixSeconds: 1_700_000_000 + seconds, monotonicSeconds: 1_000 + seconds)
}

/// Lines of bytes that were cut at places.
func split(
    _ bytes: [UInt8], cuts: [Int] = [], options: LineSplitterOptions = LineSplitterOptions()
) -> (lines: [String], splitter: LineSplitter) {
    var splitter = LineSplitter(options: options)
    splitter.begin(at: 0)
    var lines: [String] = []
    var start = 0
    for end in cuts.sorted() + [bytes.count] {
        splitter.consume(bytes[start..<end], at: 1) { lines.append($0) }
        start = end
    }
    return (lines, splitter)
}

extension SensorRow {
    /// The value of a column; nil where there is no such column.
    subscript(column: String) -> Float? {
        columns.firstIndex(of: column).map { values[$0] }
    }
}
