internal import SignalCore

/// How the scores of a recording's frames become the one score of the recording.
public enum ClipAggregation: Sendable, Equatable, CustomStringConvertible {
    /// Their mean, as in the baseline of DCASE 2020 task 2.
    case mean
    /// Their maximum: for faults that are heard once in a recording.
    case maximum
    /// A quantile of them, linear between neighbours: between the two.
    case quantile(Double)

    /// The names of the ways.
    static let names = ["mean", "max", "quantile"]

    /// Reads `mean`, `max` or `quantile:0.9`.
    ///
    /// - Throws: `SignalError` with code `invalidOption`.
    public init(text: String) throws {
        switch text {
        case "mean": self = .mean
        case "max": self = .maximum
        default:
            let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            let name = String(parts.first ?? "")
            guard name == "quantile" else {
                throw SignalError(.invalidOption, NearestName.unknown("clip aggregation", text, among: Self.names))
            }
            guard parts.count == 2, let share = Double(parts[1]), (0...1).contains(share) else {
                throw SignalError(
                    .invalidOption,
                    "clip aggregation '\(text.escapingControlCharacters)' needs a share from 0 to 1, as in quantile:0.9"
                )
            }
            self = .quantile(share)
        }
    }

    /// The way as ``init(text:)`` reads it.
    public var description: String {
        switch self {
        case .mean: "mean"
        case .maximum: "max"
        case .quantile(let share): "quantile:\(OptionValue.number(share))"
        }
    }

    /// The score of a recording, or `nil` when it has no frame scores.
    public func score(of scores: [Float]) -> Float? {
        guard let largest = scores.max() else { return nil }
        switch self {
        case .mean: return Float(scores.reduce(0.0) { $0 + Double($1) } / Double(scores.count))
        case .maximum: return largest
        case .quantile(let share): return Float(Quantile.linear(of: scores, share))
        }
    }
}
