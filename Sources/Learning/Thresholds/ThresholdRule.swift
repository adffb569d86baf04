internal import SignalCore

/// How a threshold is chosen from scores of normal data.
public enum ThresholdRule: Sendable, Equatable, CustomStringConvertible {
    /// The quantile of the scores, linear between neighbours as in NumPy; 0.99 lets one normal score in a hundred
    /// through.
    case quantile(Double)
    /// The mean plus this many standard deviations (divisor n - 1).
    case sigma(Double)
    /// Peaks over threshold: the level that a normal score exceeds with this probability, read off a generalised Pareto
    /// distribution fitted to the scores above their 0.98 quantile (Siffer et al., "Anomaly Detection in Streams with
    /// Extreme Value Theory", KDD 2017). It can lie beyond every score seen.
    case extremeValue(risk: Double)
    /// The quantile of a gamma distribution fitted to the scores, as the baselines of DCASE task 2 do.
    case gamma(Double)
    /// The threshold whose exceedances, taken away, leave the calmest scores in the fewest runs (Hundman et al.,
    /// "Detecting Spacecraft Anomalies Using LSTMs and Nonparametric Dynamic Thresholding", KDD 2018); see
    /// ``DynamicThreshold``. Uses the order of the scores.
    case dynamic

    /// The names of the rules.
    static let names = ["quantile", "sigma", "evt", "gamma", "dynamic"]

    /// Reads `quantile:0.99`, `sigma:4`, `evt:1e-3`, `gamma:0.99` or `dynamic`.
    ///
    /// - Throws: `SignalError` with code `invalidOption` for an unknown rule (listing the known ones) or a number out
    ///   of range.
    public init(text: String) throws {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let name = String(parts.first ?? "")
        guard Self.names.contains(name) else {
            throw SignalError(.invalidOption, NearestName.unknown("threshold rule", name, among: Self.names))
        }
        if name == "dynamic" {
            guard parts.count == 1 else {
                throw SignalError(
                    .invalidOption,
                    "threshold rule 'dynamic' takes no number, unlike '\(text.escapingControlCharacters)'")
            }
            self = .dynamic
            return
        }
        guard parts.count == 2, let number = Double(parts[1]), number.isFinite else {
            let example = ["sigma": "sigma:4", "evt": "evt:1e-3", "gamma": "gamma:0.99"][name] ?? "quantile:0.99"
            throw SignalError(
                .invalidOption,
                "threshold rule '\(text.escapingControlCharacters)' lacks its number; write for example \(example)")
        }
        func check(_ isInside: Bool, _ range: String) throws {
            guard isInside else {
                throw SignalError(.invalidOption, "\(range), not \(String(parts[1]).escapingControlCharacters)")
            }
        }
        switch name {
        case "quantile":
            try check(number > 0 && number <= 1, "the quantile of a threshold is above 0 and at most 1")
            self = .quantile(number)
        case "sigma":
            try check(number >= 0 && number <= 1000, "the sigma of a threshold is 0 to 1000")
            self = .sigma(number)
        case "evt":
            try check(number > 0 && number < 1, "the risk of a threshold by extreme values is between 0 and 1")
            self = .extremeValue(risk: number)
        default:
            try check(number > 0 && number < 1, "the quantile of a gamma distribution is between 0 and 1")
            self = .gamma(number)
        }
    }

    /// The rule as ``init(text:)`` reads it.
    public var description: String {
        switch self {
        case .quantile(let share): "quantile:\(OptionValue.number(share))"
        case .sigma(let count): "sigma:\(OptionValue.number(count))"
        case .extremeValue(let risk): "evt:\(OptionValue.number(risk))"
        case .gamma(let share): "gamma:\(OptionValue.number(share))"
        case .dynamic: "dynamic"
        }
    }
}
