import Foundation

/// How scores are laid out along an axis.
enum ScoreScale: Equatable {
    case linear
    /// Powers of ten at equal distances; wants all values above 0.
    case logarithmic
    /// Powers of ten far from 0 and linear between -`unit` and `unit`: `asinh(value / unit)`. It has room for 0, for values
    /// below it, and for values so near to 0 that powers of ten would fill the picture.
    case symmetric(unit: Double)

    /// Beyond this many thresholds a linear axis has less than a twentieth of its height for all that decides.
    private static let mostThresholds = 20.0
    /// Scores this many times their median are spread over several powers of ten, whatever the threshold.
    private static let mostMedians = 50.0
    /// Scores down to this share of what is to stay visible have a place on a logarithmic axis.
    private static let leastShare = 1e-3

    /// The scale at which the threshold and the scores about it stay visible beside the largest score.
    init(_ scores: [Double], threshold: Double) {
        let sorted = scores.filter(\.isFinite).sorted()
        guard let least = sorted.first, let largest = sorted.last else {
            self = .linear
            return
        }
        let median = sorted[sorted.count / 2]
        let hasThreshold = threshold.isFinite && threshold > 0
        // Below 0 neither is a measure of size.
        let unit: Double
        if hasThreshold, largest > Self.mostThresholds * threshold {
            unit = threshold
        } else if median > 0, largest > Self.mostMedians * median {
            unit = median
        } else {
            self = .linear
            return
        }
        self = least >= Self.leastShare * unit ? .logarithmic : .symmetric(unit: unit)
    }

    /// What the label of the axis says about it.
    var note: String {
        switch self {
        case .linear: ""
        case .logarithmic: ", logarithmic"
        case .symmetric: ", symmetric logarithmic"
        }
    }

    /// What a caption says about it.
    var caption: String {
        switch self {
        case .linear: ""
        case .logarithmic: " The axis is logarithmic, since a few scores are far above all others."
        case .symmetric:
            " The axis is logarithmic away from zero and linear near it, since a few scores are far above all others."
        }
    }

    /// Sets range and ticks of the upright axis, with room above for a bar.
    func apply(to script: inout FigureScript, range: ClosedRange<Double>) {
        // Beyond this gnuplot draws nothing.
        let high = min(range.upperBound * 1.6, 1e300)
        switch self {
        case .linear:
            let limits = range.padded()
            let room = 0.06 * (limits.upperBound - limits.lowerBound)
            script.range(y: limits.lowerBound...limits.upperBound + room)
        case .logarithmic:
            script.command("set logscale y")
            script.range(y: range.lowerBound * 0.8...high)
        case .symmetric(let unit):
            // Zero stands a little above the lower edge, or the line of quiet scores would be cut in half.
            let low = max(min(range.lowerBound * 1.6, -0.1 * unit), -1e300)
            script.command("set nonlinear y via asinh(y / \(unit)) inverse \(unit) * sinh(y)")
            script.range(y: low...high)
            script.command(
                "set ytics (\(Self.ticks(in: low...high, unit: unit).map { "\($0)" }.joined(separator: ", ")))")
        }
    }

    /// Zero and the powers of ten from a third of the unit on, at most about eight on either side.
    static func ticks(in range: ClosedRange<Double>, unit: Double) -> [Double] {
        let first = Int(log10(unit / 3).rounded(.up))
        let last = Int(log10(max(abs(range.lowerBound), abs(range.upperBound))).rounded(.down))
        guard first <= last else { return [0] }
        let powers = stride(from: first, through: last, by: max(1, (last - first) / 8 + 1)).map {
            pow(10, Double($0))
        }
        return (powers.reversed().map { -$0 } + [0] + powers).filter(range.contains)
    }
}
