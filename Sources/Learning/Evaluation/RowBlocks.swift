internal import SignalCore

/// Intervals of the measures of a series by resampling blocks of consecutive rows. A block ends outside of events, so that
/// an event is drawn as a whole; 95 % of the resamples lie in each interval.
public struct RowIntervals: Sendable, Equatable, Encodable {
    /// The number of blocks that were drawn from. With few of them intervals are too narrow.
    public let blockCount: Int
    /// The lower and upper end for the F1 over rows.
    public let f1: [Double]?
    /// The lower and upper end for the F1 over events.
    public let eventF1: [Double]?
    /// The lower and upper end for the area under the ROC curve over rows, the scores taken in 128 classes of equal size.
    public let auc: [Double]?
}

/// Blocks of consecutive rows, reduced to what measures need of them.
struct RowBlocks {
    /// The counts of one block.
    struct Block {
        var classification: ClassificationMetrics
        var events: EventCounts
        /// Rows by class of score, the highest first.
        var anomalous: [Int32]
        var normal: [Int32]
    }

    private static let classCount = 128
    private let blocks: [Block]

    /// Cuts series into about a hundred blocks in all, fewer where rows are few.
    init(_ series: [(scores: [Float], labels: [Bool], alarms: [Bool])]) {
        let rows = series.reduce(0) { $0 + $1.labels.count }
        let length = max(rows / 100, 10)
        guard rows > 0 else {
            blocks = []
            return
        }
        let thresholds = RankThresholds(series.flatMap(\.scores), count: Self.classCount)
        blocks = series.flatMap { scores, labels, alarms in
            Self.ranges(labels, length: length).map { range in
                var block = Block(
                    classification: ClassificationMetrics(
                        range.lazy.map { (isFound: alarms[$0], isAnomalous: labels[$0]) }),
                    events: EventCounts(
                        events: RowRuns.ranges(of: Array(labels[range])),
                        alarms: Self.alarms(startingIn: range, labels, alarms)),
                    anomalous: Array(repeating: 0, count: Self.classCount),
                    normal: Array(repeating: 0, count: Self.classCount))
                for row in range {
                    let rank = thresholds.rank(of: scores[row])
                    if labels[row] { block.anomalous[rank] += 1 } else { block.normal[rank] += 1 }
                }
                return block
            }
        }
    }

    /// The intervals; a measure that is undefined for most resamples has none.
    func intervals(seed: UInt64) -> RowIntervals {
        func interval(_ metric: ([Block]) -> Double?) -> [Double]? {
            guard blocks.count > 1 else { return nil }
            return Bootstrap.interval(of: blocks, seed: seed, resamples: 500, metric: metric).map {
                [$0.lowerBound, $0.upperBound]
            }
        }
        return RowIntervals(
            blockCount: blocks.count,
            f1: interval { blocks in
                let metrics = ClassificationMetrics(summing: blocks.lazy.map(\.classification))
                return metrics.truePositives + metrics.falseNegatives > 0 ? metrics.f1 : nil
            },
            eventF1: interval { blocks in
                let counts = EventCounts(summing: blocks.lazy.map(\.events))
                return counts.foundCount + counts.missedCount > 0 ? counts.f1 : nil
            },
            auc: interval(Self.area))
    }

    private static func area(_ blocks: [Block]) -> Double? {
        var anomalous = Array(repeating: Int32(0), count: classCount)
        var normal = anomalous
        for block in blocks {
            for index in 0..<classCount {
                anomalous[index] &+= block.anomalous[index]
                normal[index] &+= block.normal[index]
            }
        }
        return ScoreRanking.area(zip(anomalous, normal).map { (anomalous: Int($0), normal: Int($1)) })
    }

    /// Ranges of at least so many rows (the last one perhaps fewer) that do not end within an event.
    static func ranges(_ labels: [Bool], length: Int) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        var start = 0
        while start < labels.count {
            var end = min(start + length, labels.count)
            while end < labels.count, labels[end], labels[end - 1] { end += 1 }
            ranges.append(start..<end)
            start = end
        }
        return ranges
    }

    /// The alarm runs that start in a block, as far as they lie in it; one that reached an event before is left out,
    /// since it is not false there.
    private static func alarms(startingIn range: Range<Int>, _ labels: [Bool], _ alarms: [Bool]) -> [Range<Int>] {
        RowRuns.ranges(of: Array(alarms[range])).filter { run in
            // A run goes on from the block before, or touches an event of the block after.
            if run.lowerBound == 0, range.lowerBound > 0, alarms[range.lowerBound - 1] {
                return labels[range][(range.lowerBound + run.lowerBound)..<(range.lowerBound + run.upperBound)]
                    .contains(true)
            }
            var row = range.lowerBound + run.upperBound
            guard row == range.upperBound else { return true }
            while row < alarms.count, alarms[row] {
                if labels[row] { return false }
                row += 1
            }
            return true
        }
    }
}
