import SignalCore
import Testing

@testable import Learning

@Suite struct EventMetricsTests {
    /// One row a second: `#` an anomalous row or an alarm.
    private func rows(_ labels: String, _ alarms: String, step: Double = 1) -> EventMetrics.Rows {
        EventMetrics.Rows(
            times: (0..<labels.count).map { Double($0) * step }, labels: labels.map { $0 == "#" },
            alarms: alarms.map { $0 == "#" })
    }

    @Test func `Runs of rows`() {
        func runs(_ text: String) -> [Range<Int>] { RowRuns.ranges(of: text.map { $0 == "#" }) }
        #expect(runs("") == [] && runs("..") == [] && runs("#") == [0..<1])
        #expect(runs("##.#..###") == [0..<2, 3..<4, 6..<9])
    }

    @Test func `Events are found by one row, alarms are false when they touch none`() {
        let metrics = EventMetrics([
            rows("..####....###....##..", ".##..#.#......##..#..")
        ])
        // Found: the first event by two alarms, the last by one; the second is touched by none (its alarm comes later).
        #expect(metrics.counts.foundCount == 2 && metrics.counts.missedCount == 1)
        #expect(metrics.counts.falseAlarmCount == 2 && metrics.alarmCount == 5)
        #expect(metrics.counts.precision == 0.5 && abs(metrics.counts.recall - 2.0 / 3) < 1e-15)
        #expect(abs(metrics.counts.f1 - 4.0 / 7) < 1e-15)
        let (p, r) = (metrics.counts.precision, metrics.counts.recall)
        #expect(abs(metrics.counts.f05 - 1.25 * p * r / (0.25 * p + r)) < 1e-15)
        // The first was in alarm from its first row on, the last from its second.
        #expect(metrics.meanDelay == 0.5 && metrics.medianDelay == 0.5)
        #expect(abs(metrics.alarmShare - 7.0 / 21) < 1e-15)
        #expect(abs((metrics.falseAlarmsPerHour ?? 0) - 2 / (12.0 / 3600)) < 1e-9)
    }

    @Test func `Several series do not run into each other, and gaps count for nothing`() {
        var late = rows("#...", "...#", step: 60)
        late.times = [0, 60, 120, 1e6]
        let metrics = EventMetrics([rows("..#", "..#"), late])
        #expect(metrics.counts == EventCounts(foundCount: 1, missedCount: 1, falseAlarmCount: 1))
        #expect(abs(metrics.normalHours - (2 + 180) / 3600) < 1e-12 && metrics.meanDelay == 0)
        let nothing = EventMetrics([])
        #expect(nothing.meanDelay == nil && nothing.falseAlarmsPerHour == nil && nothing.counts.f1 == 0)
    }

    @Test(arguments: 0..<20) func `Counting by ranges is counting by rows`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        func ranges() -> [Range<Int>] {
            (0..<Int(generator.uniform() * 8)).map { _ in
                let start = Int(generator.uniform() * 60)
                return start..<start + Int(generator.uniform() * 12)
            }
        }
        let (events, alarms) = (ranges(), ranges())
        let counts = EventCounts(events: events, alarms: alarms)
        let found = events.filter { event in alarms.contains { $0.overlaps(event) } }.count
        #expect(counts.foundCount == found)
        #expect(counts.missedCount == events.filter { !$0.isEmpty }.count - found)
        #expect(
            counts.falseAlarmCount
                == alarms.filter { alarm in !alarm.isEmpty && !events.contains { $0.overlaps(alarm) } }.count)
    }

    @Test func `Point adjustment stands beside what random alarms get`() {
        var generator = SeededGenerator(seed: 1)
        let labels = (0..<5000).map { $0 % 1000 >= 700 && $0 % 1000 < 800 }
        let alarms = labels.map { _ in generator.uniform() < 0.03 }
        let random = PointAdjustment(
            [EventMetrics.Rows(times: labels.indices.map(Double.init), labels: labels, alarms: alarms)], seed: 7)
        // Chance finds all five events of a hundred rows: high numbers that mean nothing.
        #expect(random.adjusted.f1 > 0.75 && random.randomF1 > 0.75)
        #expect(random.randomF1Lower <= random.adjusted.f1 && random.adjusted.f1 <= random.randomF1Upper)
        #expect(random.randomF1Lower < random.randomF1 && random.randomF1 < random.randomF1Upper)

        let one = PointAdjustment([rows("..###..##.", "#..#......")], seed: 7)
        #expect(one.adjusted.truePositives == 3 && one.adjusted.falseNegatives == 2)
        #expect(one.adjusted.falsePositives == 1 && one.adjusted.trueNegatives == 4)
        #expect(PointAdjustment([rows("..##", "....")], seed: 7).randomF1 == 0)
        #expect(PointAdjustment([], seed: 7).adjusted.f1 == 0)
    }

    @Test func `Files are summed before they are measured`() {
        let first = ClassificationMetrics(truePositives: 10, falsePositives: 0, trueNegatives: 5, falseNegatives: 5)
        let second = ClassificationMetrics(truePositives: 0, falsePositives: 5, trueNegatives: 15, falseNegatives: 5)
        let both = ClassificationMetrics(summing: [first, second])
        #expect(both.f1 == 10 / (10 + (10.0 + 5) / 2) && both.falseAlarmRate == 0.2 && both.missedAlarmRate == 0.5)
        // The published totals of SKAB's T-squared+Q on valve1: F1 0.760, FAR 23.89 %, MAR 26.09 %.
        let published = ClassificationMetrics(
            truePositives: 4663, falsePositives: 1302, trueNegatives: 4149, falseNegatives: 1646)
        #expect(abs(published.f1 - 0.760) < 5e-4 && abs(published.falseAlarmRate - 0.2389) < 5e-5)
        #expect(abs(published.missedAlarmRate - 0.2609) < 5e-5)
    }

    @Test func `Seeds are summarised`() throws {
        let summary = try #require(SeedSummary([1, 2, 3, 6]))
        #expect(summary.mean == 3 && summary.minimum == 1 && summary.maximum == 6 && summary.count == 4)
        #expect(abs(summary.standardDeviation - (14.0 / 3).squareRoot()) < 1e-15)
        #expect(SeedSummary([]) == nil && SeedSummary([0.1, 0.1, 0.1])?.mean == 0.1)
        #expect(SeedSummary([5])?.standardDeviation == 0)
    }

    @Test func `A bootstrap of any measure`() throws {
        var generator = SeededGenerator(seed: 3)
        let items = (0..<400).map { _ in generator.uniform() }
        let mean: ([Double]) -> Double? = { $0.reduce(0, +) / Double($0.count) }
        let interval = try #require(Bootstrap.interval(of: items, seed: 1, metric: mean))
        // The mean of 400 uniform numbers deviates by sqrt(1 / 12 / 400).
        #expect(abs((interval.upperBound - interval.lowerBound) / (2 * 1.96 * 0.01443) - 1) < 0.15)
        #expect(Bootstrap.interval(of: items, seed: 1, metric: mean) == interval)
        #expect(Bootstrap.interval(of: items, seed: 2, metric: mean) != interval)
        #expect(Bootstrap.interval(of: items, seed: 1) { _ in nil } == nil)
        #expect(Bootstrap.interval(of: [Double](), seed: 1, metric: mean) == nil)
    }

    @Test func `Blocks cover every row and never cut an event`() {
        var generator = SeededGenerator(seed: 8)
        for _ in 0..<20 {
            var isAnomalous = false
            let labels = (0..<500).map { _ in
                if generator.uniform() < 0.1 { isAnomalous.toggle() }
                return isAnomalous
            }
            let ranges = RowBlocks.ranges(labels, length: 20)
            #expect(ranges.flatMap { Array($0) } == Array(0..<500))
            for range in ranges.dropLast() {
                #expect(range.count >= 20 && !(labels[range.upperBound] && labels[range.upperBound - 1]))
            }
        }
    }
}
