internal import SignalCore

/// F1 over rows after "point adjustment", beside what random alarms get: an extra for comparison with papers that report
/// it, never a measure to choose by.
///
/// Point adjustment (Xu et al., "Unsupervised Anomaly Detection via Variational Auto-Encoder for Seasonal KPIs in Web
/// Applications", WWW 2018) counts every row of an event as found when one is. Kim et al., "Towards a Rigorous Evaluation
/// of Time-Series Anomaly Detection" (AAAI 2022) show that random scores then reach what is published. The random alarms
/// here fall on every row with the probability that is the share of rows in alarm.
public struct PointAdjustment: Sendable, Equatable, Encodable {
    /// The adjusted measures.
    public let adjusted: ClassificationMetrics
    /// The mean adjusted F1 of random alarms over many draws.
    public let randomF1: Double
    /// The adjusted F1 that 97.5 % of the draws exceed.
    public let randomF1Lower: Double
    /// The adjusted F1 that 2.5 % of the draws exceed.
    public let randomF1Upper: Double

    /// Measures one or several series together. Events do not cross from one to the next.
    init(_ series: [EventMetrics.Rows], seed: UInt64) {
        let events = series.map { RowRuns.ranges(of: $0.labels) }
        let alarmRows = series.reduce(0) { $0 + $1.alarms.count { $0 } }
        let rows = series.reduce(0) { $0 + $1.labels.count }
        adjusted = ClassificationMetrics(
            summing: zip(series, events).map { one, events in Self.metrics(one.labels, events) { one.alarms[$0] } })
        let share = rows > 0 ? Double(alarmRows) / Double(rows) : 0
        // Large series need fewer draws, because each is nearer to the mean.
        let draws = min(200, max(20, 2_000_000 / max(1, rows)))
        var values: [Double] = []
        for draw in 0..<draws {
            var generator = SeededGenerator(seed: seed, stream: 0x5041_0000 + UInt64(draw))
            var parts: [ClassificationMetrics] = []
            for (one, events) in zip(series, events) {
                parts.append(Self.metrics(one.labels, events) { _ in generator.uniform() < share })
            }
            values.append(ClassificationMetrics(summing: parts).f1)
        }
        values.sort()
        randomF1 = values.reduce(0, +) / Double(values.count)
        randomF1Lower = Quantile.linear(ofSorted: values, 0.025)
        randomF1Upper = Quantile.linear(ofSorted: values, 0.975)
    }

    /// - Parameter isAlarm: asked once for every row that matters, in ascending order.
    private static func metrics(_ labels: [Bool], _ events: [Range<Int>], isAlarm: (Int) -> Bool)
        -> ClassificationMetrics
    {
        var found = 0
        var falsePositives = 0
        var normal = 0
        var row = 0
        func skip(to end: Int) {
            while row < end {
                if isAlarm(row) { falsePositives += 1 }
                normal += 1
                row += 1
            }
        }
        for event in events {
            skip(to: event.lowerBound)
            if event.contains(where: isAlarm) { found += event.count }
            row = event.upperBound
        }
        skip(to: labels.count)
        return ClassificationMetrics(
            truePositives: found, falsePositives: falsePositives, trueNegatives: normal - falsePositives,
            falseNegatives: events.reduce(0) { $0 + $1.count } - found)
    }
}
