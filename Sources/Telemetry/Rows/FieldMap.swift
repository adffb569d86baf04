internal import SignalCore

/// Which value goes to which field of which channel: `rms=1,score=7`, or `rms=12345:1,score=99:2` for several channels.
public struct FieldMap: Equatable, Sendable {
    /// A value of a reading.
    public enum Source: Hashable, Sendable {
        /// A column of the values.
        case column(String)
        /// The anomaly score.
        case score
        /// The threshold of the score.
        case threshold
        /// Whether the score is over the threshold: 1 or 0.
        case anomalous
        /// How far, as a number.
        case severity
        /// What the forecaster expects of a column.
        case forecast(String)

        /// The name in a map.
        public var name: String {
            switch self {
            case .column(let name): name
            case .score: "score"
            case .threshold: "threshold"
            case .anomalous: "anomalous"
            case .severity: "severity"
            case .forecast(let column): "forecast." + column
            }
        }
    }

    /// One value and where it goes.
    public struct Assignment: Equatable, Sendable {
        /// The value.
        public let source: Source
        /// The channel's number.
        public let channel: Int
        /// The field, 1 to 8.
        public let field: Int
    }

    /// The assignments, as they were written.
    public let assignments: [Assignment]

    /// The channels that get anything, in ascending order.
    public var channels: [Int] { Set(assignments.map(\.channel)).sorted() }

    /// Reads a map.
    ///
    /// - Parameters:
    ///   - text: `NAME=FIELD` or `NAME=CHANNEL:FIELD`, separated by commas. The last `=` separates, for a column's name
    ///     may hold one.
    ///   - columns: the columns of the values; a column named like a verdict (`score`) is hidden by it.
    ///   - forecasts: the columns that a forecaster predicts; none without one.
    ///   - channel: the channel of fields that name none.
    /// - Throws: `SignalError` with code `invalidOption`, naming the nearest known value.
    public init(text: String, columns: [String], forecasts: [String] = [], channel: Int?) throws {
        let verdicts: [Source] = [.score, .threshold, .anomalous, .severity]
        let known = verdicts + columns.map { .column($0) } + forecasts.map { .forecast($0) }
        var assignments: [Assignment] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let item = Self.trimmed(part)
            guard let mark = item.lastIndex(of: "=") else {
                throw SignalError(
                    .invalidOption, "--fields is NAME=FIELD,…, such as rms=1,score=7; '\(Self.shown(item))' is not")
            }
            let name = Self.trimmed(item[..<mark])
            guard let source = known.first(where: { $0.name == name }) else {
                throw SignalError(
                    .invalidOption, "--fields: " + NearestName.unknown("value", name, among: known.map(\.name)))
            }
            let target = try Self.target(Self.trimmed(item[item.index(after: mark)...]), of: name, channel: channel)
            if let other = assignments.first(where: { $0.channel == target.channel && $0.field == target.field }) {
                throw SignalError(
                    .invalidOption,
                    "--fields: field \(target.field) of channel \(target.channel) is given to both "
                        + "'\(Self.shown(other.source.name))' and '\(Self.shown(name))'")
            }
            assignments.append(Assignment(source: source, channel: target.channel, field: target.field))
        }
        self.assignments = assignments
    }

    /// The map when none is written: the columns in order to fields 1 to 8 of the channels, eight to each.
    ///
    /// - Throws: `SignalError` with code `invalidOption` when the channels have too few fields.
    public init(columns: [String], channels: [Int]) throws {
        guard columns.count <= 8 * channels.count else {
            throw SignalError(
                .invalidOption,
                "\(columns.count) columns need \((columns.count + 7) / 8) channels of eight fields, and there are "
                    + "\(channels.count); name more in THINGSPEAK_CHANNEL_ID or choose some by --fields")
        }
        assignments = columns.enumerated().map { index, column in
            Assignment(source: .column(column), channel: channels[index / 8], field: index % 8 + 1)
        }
    }

    /// The rows of one reading by channel; a value that is not finite is left out, and so is a row without values.
    ///
    /// - Parameters:
    ///   - time: seconds since 1970, UTC, by the signal's clock.
    ///   - value: looks a value up; `nil` when the reading has none.
    public func rows(time: Double, value: (Source) -> Double?) -> [Int: UploadRow] {
        var values: [Int: [Int: Double]] = [:]
        for assignment in assignments {
            guard let number = value(assignment.source), number.isFinite else { continue }
            values[assignment.channel, default: [:]][assignment.field] = number
        }
        return values.mapValues { UploadRow(time: time, values: $0) }.filter { !$0.value.isEmpty }
    }

    private static func target(_ text: String, of name: String, channel: Int?) throws -> (channel: Int, field: Int) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count <= 2, let field = parts.last.flatMap({ Int($0) }), (1...8).contains(field) else {
            throw SignalError(
                .invalidOption,
                "--fields: '\(shown(name))' goes to a field from 1 to 8, or CHANNEL:FIELD, not to '\(shown(text))'")
        }
        guard parts.count == 2 else {
            guard let channel else {
                throw SignalError(
                    .invalidOption,
                    "--fields: no channel for '\(shown(name))'; set THINGSPEAK_CHANNEL_ID or write "
                        + "CHANNEL:FIELD")
            }
            return (channel, field)
        }
        guard let channel = Int(parts[0]), channel > 0 else {
            throw SignalError(.invalidOption, "--fields: '\(shown(String(parts[0])))' is no channel number")
        }
        return (channel, field)
    }

    private static func trimmed(_ text: some StringProtocol) -> String {
        var rest = Substring(text)
        while rest.first?.isWhitespace == true { rest.removeFirst() }
        while rest.last?.isWhitespace == true { rest.removeLast() }
        return String(rest)
    }

    private static func shown(_ text: String) -> String { text.escapingControlCharacters }
}
