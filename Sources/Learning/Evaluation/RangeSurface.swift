internal import RealModule

/// The curves of ``VolumeUnderSurface`` for one buffer length after the other, in ascending order.
///
/// A buffer reaches `length / 2` rows from an event. Of a row near events only two things matter: how near the nearest
/// edge is (`d`), and from which reach on a second edge is near enough that its labels add up to 1 (each alone is at
/// least `sqrt(1 / 2)`). Rows of the same distance and the same rank are counted together, so that a longer buffer costs
/// the same for any number of rows.
struct RangeSurface {
    private let thresholds: RankThresholds
    private let rowCount: Int
    private let anomalousCount: Int
    private let rankCount: Int
    /// Rows in events, by rank.
    private var inEvents: [Int]
    /// Rows with the label 1, by rank: those in events and those near two edges.
    private var whole: [Int]
    /// Rows in reach of one edge only, by distance and rank.
    private var partial: [[Int]]
    /// Rows by the reach from which on two edges are near: their distance to the nearest one and their rank.
    private var joining: [[(distance: Int, rank: Int)]]
    private var events: [Event]
    private var reach = 0

    private struct Event {
        /// The first and last row, counted through all series.
        var first: Int
        var last: Int
        /// The rows of the series that holds it.
        var bounds: Range<Int>
        /// The highest rank (the lowest number) within reach of it.
        var best: Int
    }

    /// The rank of every row that is in reach of an event at the longest buffer; others are never asked for.
    private var ranks: [Int32]

    init(_ series: [(scores: [Float], labels: [Bool])], thresholds: RankThresholds, bufferLength: Int) {
        self.thresholds = thresholds
        rankCount = thresholds.values.count
        let longest = bufferLength / 2
        whole = Array(repeating: 0, count: rankCount)
        partial = Array(repeating: Array(repeating: 0, count: rankCount), count: longest + 1)
        joining = Array(repeating: [], count: longest + 1)
        inEvents = whole
        events = []
        ranks = Array(repeating: -1, count: series.reduce(0) { $0 + $1.labels.count })
        var start = 0
        var anomalous = 0
        for (scores, labels) in series {
            let runs = RowRuns.ranges(of: labels)
            for (index, run) in runs.enumerated() {
                var best = rankCount
                for row in run {
                    let rank = thresholds.rank(of: scores[row])
                    ranks[start + row] = Int32(rank)
                    inEvents[rank] += 1
                    best = min(best, rank)
                }
                anomalous += run.count
                events.append(
                    Event(
                        first: start + run.lowerBound, last: start + run.upperBound - 1,
                        bounds: start..<start + labels.count, best: best))
                // Rows before this event that no earlier event has dealt with, and rows after it up to the next one.
                let previousEnd = index > 0 ? runs[index - 1].upperBound : 0
                let nextStart = index + 1 < runs.count ? runs[index + 1].lowerBound : labels.count
                let reached = max(previousEnd + (index > 0 ? longest : 0), run.lowerBound - longest)
                let before = min(reached, run.lowerBound)..<run.lowerBound
                let after = run.upperBound..<min(nextStart, run.upperBound + longest)
                for row in [before, after].joined() {
                    let near = Self.nearestTwo(row, runs, around: row < run.lowerBound ? index : index + 1)
                    let rank = thresholds.rank(of: scores[row])
                    ranks[start + row] = Int32(rank)
                    partial[near.first][rank] += 1
                    if near.second <= longest { joining[near.second].append((near.first, rank)) }
                }
            }
            start += labels.count
        }
        whole = inEvents
        rowCount = start
        anomalousCount = anomalous
    }

    /// The distances from a row outside of events to the nearest and second nearest edge.
    ///
    /// - Parameter following: the index of the first event after the row.
    private static func nearestTwo(_ row: Int, _ runs: [Range<Int>], around following: Int) -> (first: Int, second: Int)
    {
        var distances: [Int] = []
        for index in max(0, following - 2)..<min(runs.count, following + 2) {
            distances.append(index < following ? row - runs[index].upperBound + 1 : runs[index].lowerBound - row)
        }
        distances.sort()
        return (distances[0], distances.count > 1 ? distances[1] : Int.max)
    }

    /// The areas under the ROC and the precision-recall curve.
    ///
    /// - Precondition: buffer lengths ascend from call to call, by at most one.
    mutating func areas(bufferLength: Int) -> (roc: Double, pr: Double) {
        while reach < bufferLength / 2 { extendReach() }
        var found = whole.map(Double.init)
        for distance in stride(from: 1, through: reach, by: 1) {
            let label = (1 - Double(distance) / Double(bufferLength)).squareRoot()
            let counts = partial[distance]
            for rank in 0..<rankCount { found[rank] += label * Double(counts[rank]) }
        }
        let (segmentCount, segmentRanks) = segments()

        var truePositives = 0.0
        var foundInEvents = 0
        var touched = 0
        var last = (truePositiveRate: 0.0, falsePositiveRate: 0.0, precision: 1.0)
        var roc = 0.0
        var pr = 0.0
        for rank in 0..<rankCount {
            truePositives += found[rank]
            foundInEvents += inEvents[rank]
            // Labels of buffers count as positives only where they are found, and then by half.
            let positives = Double(anomalousCount) + (truePositives - Double(foundInEvents)) / 2
            let negatives = Double(rowCount) - positives
            touched += segmentRanks[rank]
            let count = Double(thresholds.foundCounts[rank])
            let recall = min(truePositives / positives, 1)
            let point = (
                truePositiveRate: recall * Double(touched) / Double(segmentCount),
                falsePositiveRate: (count - truePositives) / negatives, precision: truePositives / count
            )
            let height = (point.truePositiveRate + last.truePositiveRate) / 2
            roc += (point.falsePositiveRate - last.falsePositiveRate) * height
            pr += (point.truePositiveRate - last.truePositiveRate) * point.precision
            last = point
        }
        roc += (1 - last.falsePositiveRate) * (1 + last.truePositiveRate) / 2
        return (roc, pr)
    }

    private mutating func extendReach() {
        reach += 1
        for (distance, rank) in joining[reach] {
            partial[distance][rank] -= 1
            whole[rank] += 1
        }
        for index in events.indices {
            let event = events[index]
            for row in [event.first - reach, event.last + reach] where event.bounds.contains(row) {
                if ranks[row] >= 0 { events[index].best = min(event.best, events[index].best, Int(ranks[row])) }
            }
        }
    }

    /// The number of widened events, those that overlap being one, and how many have their highest score at each rank.
    private func segments() -> (count: Int, ranks: [Int]) {
        var counts = Array(repeating: 0, count: rankCount)
        var segmentCount = 0
        var index = 0
        while index < events.count {
            var best = events[index].best
            while index + 1 < events.count, events[index + 1].bounds == events[index].bounds,
                events[index].last + reach >= events[index + 1].first - reach
            {
                index += 1
                best = min(best, events[index].best)
            }
            counts[best] += 1
            segmentCount += 1
            index += 1
        }
        return (segmentCount, counts)
    }
}
