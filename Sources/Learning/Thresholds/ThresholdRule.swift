internal import SignalCore

/// How a threshold is chosen from scores of normal data.
public enum ThresholdRule: Sendable, Equatable, CustomStringConvertible {
    /// The quantile of the scores, linear between neighbours as in NumPy; 0.99 lets one normal score in a hundred
    /// through.
    case quantile(Double)
    /// The mean plus this many standard deviations (divisor n - 1).
    case sigma(Double)

    /// The names of the rules.
    static let names = ["quantile", "sigma"]

    /// Reads `quantile:0.99` or `sigma:4`.
    ///
    /// - Throws: `SignalError` with code `invalidOption` for an unknown rule (listing the known ones) or a number out
    ///   of range.
    public init(text: String) throws {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let name = String(parts.first ?? "")
        guard Self.names.contains(name) else {
            throw SignalError(.invalidOption, NearestName.unknown("threshold rule", name, among: Self.names))
        }
        guard parts.count == 2, let number = Double(parts[1]), number.isFinite else {
            throw SignalError(
                .invalidOption,
                "threshold rule '\(text.escapingControlCharacters)' lacks its number; write quantile:0.99 or sigma:4")
        }
        switch name {
        case "quantile":
            guard number > 0, number <= 1 else {
                throw SignalError(
                    .invalidOption, "the quantile of a threshold is above 0 and at most 1, not \(parts[1])")
            }
            self = .quantile(number)
        default:
            guard number >= 0, number <= 1000 else {
                throw SignalError(.invalidOption, "the sigma of a threshold is 0 to 1000, not \(parts[1])")
            }
            self = .sigma(number)
        }
    }

    /// The rule as ``init(text:)`` reads it.
    public var description: String {
        switch self {
        case .quantile(let share): "quantile:\(OptionValue.number(share))"
        case .sigma(let count): "sigma:\(OptionValue.number(count))"
        }
    }

    /// What the rule gives for scores of normal data.
    ///
    /// - Precondition: there is at least one score.
    func value(of scores: [Float]) -> Double {
        switch self {
        case .quantile(let share):
            return Quantile.linear(of: scores, share)
        case .sigma(let multiple):
            let mean = scores.reduce(0.0) { $0 + Double($1) } / Double(scores.count)
            let squares = scores.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) }
            return mean + multiple * (squares / Double(max(scores.count - 1, 1))).squareRoot()
        }
    }
}
