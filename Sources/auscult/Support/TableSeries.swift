import ArgumentParser
import Foundation
import SignalCore
import SignalIO

/// The flags of commands that look at one sensor table as a whole.
struct WholeTableOptions: ParsableArguments {
    @Argument(help: ArgumentHelp("A sensor table: CSV or TSV with a header.", valueName: "table"))
    var table: String

    @Option(help: ArgumentHelp("Columns to use, separated by commas (default: all numbers).", valueName: "names"))
    var columns: String?

    @Option(
        name: .customLong("unit"),
        help: ArgumentHelp(
            "The column that tells which machine a row belongs to; each is looked at by itself.", valueName: "name"))
    var unit: String?

    /// Reads the table.
    ///
    /// - Throws: `SignalError` with the path.
    func read() throws -> TableSeries {
        var options = SensorTableOptions()
        options.columns = columns.map { $0.split(separator: ",").map(String.init) } ?? []
        options.unit = unit
        return TableSeries(path: table, try SensorTable.read(path: table, options: options))
    }
}

/// A sensor table by columns, machine by machine.
struct TableSeries: Sendable {
    /// The rows of one machine.
    struct Machine: Sendable {
        /// Empty without a unit column.
        let name: String
        /// Seconds since 1970-01-01 UTC, or from the first row of the table where it has no dates.
        let times: [Double]
        /// NaN for a missing value. Shape: columns x rows.
        let values: [[Double]]
    }

    let path: String
    let columns: [FeatureColumn]
    /// Whether times are seconds since 1970-01-01 UTC.
    let isDated: Bool
    /// The usual seconds from row to row.
    let rowSeconds: Double
    let machines: [Machine]
    let warnings: [String]
    let isIncomplete: Bool

    init(path: String, _ content: SensorTableContent) {
        self.path = path
        columns = content.schema.columns
        isDated = content.startTime != nil
        rowSeconds = content.schema.hopSeconds
        warnings = content.warnings
        isIncomplete = content.isIncomplete
        let start = content.startTime ?? 0
        let width = columns.count
        // Rows of one machine may stand apart in the table.
        var names: [String] = []
        var rows: [String: [Range<Int>]] = [:]
        for segment in content.segments {
            let name = content.units.isEmpty ? "" : content.units[segment.lowerBound]
            if rows[name] == nil { names.append(name) }
            rows[name, default: []].append(segment)
        }
        machines = names.map { name in
            let own = rows[name] ?? []
            let values = content.frames.values.span
            var columns: [[Double]] = []
            for column in 0..<width {
                var one: [Double] = []
                one.reserveCapacity(own.reduce(0) { $0 + $1.count })
                for segment in own { for row in segment { one.append(Double(values[row * width + column])) } }
                columns.append(one)
            }
            return Machine(
                name: name, times: own.flatMap { $0.map { start + content.frames.times[$0] } }, values: columns)
        }
    }

    /// A time of the table, as people and programs read it.
    func time(_ seconds: Double) -> String {
        (isDated ? RowTime.date(seconds) : .seconds(seconds)).description
    }

    /// Says what there is to know about the table, and fails as a cut off one must; after the results are written.
    func conclude(_ console: Console) throws {
        var failures = Failures()
        failures.note(warnings: warnings, isIncomplete: isIncomplete, of: path, console)
        try failures.conclude(console)
    }
}

/// Results of several kinds in one table: what was measured of what, one number a row.
struct MeasureRows {
    let machine: String

    init(machine: String) { self.machine = machine }

    /// The rows without the header.
    private(set) var rows = ""

    /// Adds a number; nothing for `nil`.
    mutating func add(_ section: String, _ item: String, _ measure: String, _ value: Double?, _ unit: String = "") {
        guard let value, value.isFinite else { return }
        add(section, item, measure, text: Self.number(value), unit)
    }

    mutating func add(_ section: String, _ item: String, _ measure: String, _ value: Int?, _ unit: String = "") {
        guard let value else { return }
        add(section, item, measure, text: "\(value)", unit)
    }

    /// Adds a word or a time.
    mutating func add(_ section: String, _ item: String, _ measure: String, text: String, _ unit: String = "") {
        rows += CSVText.row([machine, section, item, measure, text, unit])
    }

    /// Nine digits are more than any sensor has.
    private static func number(_ value: Double) -> String {
        let text = String(format: "%.9g", value)
        return text == "-0" ? "0" : text
    }

    /// The header of all such tables.
    static let header = CSVText.row(["machine", "section", "item", "measure", "value", "unit"])
}
