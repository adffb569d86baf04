internal import SignalCore

/// The volumes under the surfaces that the ROC and the precision-recall curve make when the labelled events are widened
/// step by step: VUS-ROC and VUS-PR, which forgive an alarm that is a little early or late and need no threshold
/// (Paparrizos et al., "Volume Under the Surface: A New Accuracy Evaluation Measure for Time-Series Anomaly Detection",
/// PVLDB 15, 2022; Boniol et al., "VUS: effective and efficient accuracy measures for time-series anomaly detection",
/// VLDB Journal 34, 2025).
///
/// The rule, as in version 0.0.6 of the authors' library `vus`: for every buffer length `l` from 0 to ``bufferLength`` a
/// row at a distance `d` of at most `l / 2` (rounded down) before or after an event gets the label `sqrt(1 - d / l)`; labels
/// of neighbouring events add up to at most 1. At 250 thresholds, evenly spaced among the ranks of the scores, true
/// positives are the sum of labels at or above the threshold; positives are the anomalous rows and half of the labels of
/// buffers at or above the threshold; recall is multiplied by the share of the widened events with a row at or above the
/// threshold. The area under the ROC curve follows by trapezoids, that under the precision-recall curve as the average
/// precision does; the volume is the mean over the buffer lengths. For scores without meaning VUS-ROC need not be 0.5, so
/// look at the random baseline beside it. (Earlier versions counted all labels of buffers as positives and joined
/// precisions by trapezoids; their figures are lower.)
public struct VolumeUnderSurface: Sendable, Equatable, Encodable {
    /// The longest buffer, in rows.
    public let bufferLength: Int
    /// The volume under the ROC surface, 0 to 1.
    public let vusRoc: Double?
    /// The volume under the precision-recall surface, 0 to 1.
    public let vusPr: Double?
    /// Why the volumes are missing, where they are.
    public let reason: String?

    /// The longest buffer where nobody asks for another. The authors take the period of the series.
    public static let defaultBufferLength = 100

    /// Measures one or several series together; events widen within their own series only.
    ///
    /// Takes time for sorting the scores, and beyond that `bufferLength` times the number of events and 250 times the
    /// square of `bufferLength`, whatever the number of rows.
    ///
    /// - Parameters:
    ///   - series: scores, higher for more anomalous, and labels row by row.
    ///   - bufferLength: the longest buffer in rows, 0 to 10,000.
    /// - Throws: `SignalError` with code `malformed` when a score is not finite, `invalidOption` for a buffer out of range,
    ///   `mismatch` when there are not as many labels as scores.
    public init(
        _ series: [(scores: [Float], labels: [Bool])], bufferLength: Int = VolumeUnderSurface.defaultBufferLength
    ) throws {
        guard (0...10_000).contains(bufferLength) else {
            throw SignalError(
                .invalidOption, "the buffer of a volume under the surface is 0 to 10,000 rows, not \(bufferLength)")
        }
        for one in series {
            guard one.scores.count == one.labels.count else {
                throw SignalError(.mismatch, "there are \(one.scores.count) scores but \(one.labels.count) labels")
            }
            guard one.scores.allSatisfy(\.isFinite) else {
                throw SignalError(.malformed, "a score that is not finite cannot be ranked")
            }
        }
        self.bufferLength = bufferLength
        let rows = series.reduce(0) { $0 + $1.labels.count }
        let anomalous = series.reduce(0) { $0 + $1.labels.count { $0 } }
        guard anomalous > 0, anomalous < rows else {
            vusRoc = nil
            vusPr = nil
            reason = rows == 0 ? "there are no rows" : anomalous == 0 ? "no row is anomalous" : "no row is normal"
            return
        }
        let thresholds = RankThresholds(series.flatMap(\.scores))
        var surface = RangeSurface(series, thresholds: thresholds, bufferLength: bufferLength)
        var sums = (roc: 0.0, pr: 0.0)
        for length in 0...bufferLength {
            let areas = surface.areas(bufferLength: length)
            sums.roc += areas.roc
            sums.pr += areas.pr
        }
        vusRoc = sums.roc / Double(bufferLength + 1)
        vusPr = sums.pr / Double(bufferLength + 1)
        reason = nil
    }
}

/// Thresholds evenly spaced among the ranks of scores, the highest first.
struct RankThresholds {
    /// The thresholds, descending; a score belongs to it when it is at least as high.
    let values: [Float]
    /// How many scores belong to each.
    let foundCounts: [Int]

    /// - Precondition: there is a score.
    init(_ scores: [Float], count: Int = 250) {
        let ascending = scores.sorted()
        let last = ascending.count - 1
        let step = Double(last) / Double(count - 1)
        values = (0..<count).map { ascending[last - ($0 == count - 1 ? last : Int(Double($0) * step))] }
        foundCounts = values.map { threshold in
            var low = 0
            var high = ascending.count
            while low < high {
                let middle = (low + high) / 2
                if ascending[middle] >= threshold { high = middle } else { low = middle + 1 }
            }
            return ascending.count - low
        }
    }

    /// The first threshold that a score belongs to.
    func rank(of score: Float) -> Int {
        var low = 0
        var high = values.count - 1
        while low < high {
            let middle = (low + high) / 2
            if score >= values[middle] { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
