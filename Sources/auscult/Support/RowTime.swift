import Foundation

/// When something was: seconds from the start of a recording, or a date.
enum RowTime: Encodable, Sendable, CustomStringConvertible {
    /// Seconds from the start.
    case seconds(Double)
    /// Seconds from 1970-01-01 UTC.
    case date(Double)

    /// A number of seconds, or ISO 8601 in UTC, with milliseconds.
    var description: String {
        switch self {
        case .seconds(let seconds): return String(seconds)
        case .date(let seconds):
            let rounded = Date(timeIntervalSince1970: (seconds * 1000).rounded() / 1000)
            return rounded.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .seconds(let seconds): try container.encode(seconds)
        case .date: try container.encode(description)
        }
    }
}
