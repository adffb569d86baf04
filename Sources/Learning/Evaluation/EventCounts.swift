/// Anomalous sequences found, missed and wrongly reported, counted as wholes (Hundman et al., "Detecting Spacecraft
/// Anomalies Using LSTMs and Nonparametric Dynamic Thresholding", KDD 2018, section 4.1).
///
/// The overlap rule: a labelled sequence is found when at least one alarm row lies in it, however many alarm sequences
/// touch it; an alarm sequence is false when it touches no labelled sequence. An alarm over everything is therefore never
/// false and finds all, which is why the share of rows in alarm belongs beside these numbers.
public struct EventCounts: Sendable, Equatable, Encodable {
    /// Labelled sequences with an alarm in them.
    public let foundCount: Int
    /// Labelled sequences without one.
    public let missedCount: Int
    /// Alarm sequences that touch no labelled sequence.
    public let falseAlarmCount: Int
    /// Found sequences among found ones and false alarms; 0 where there are neither.
    public let precision: Double
    /// The share of the labelled sequences that was found; 0 where there are none.
    public let recall: Double
    /// The harmonic mean of precision and recall; 0 where both are.
    public let f1: Double
    /// The weighted harmonic mean that counts precision twice as much as recall (F0.5); 0 where both are.
    public let f05: Double

    /// Measures what was counted.
    public init(foundCount: Int, missedCount: Int, falseAlarmCount: Int) {
        self.foundCount = foundCount
        self.missedCount = missedCount
        self.falseAlarmCount = falseAlarmCount
        let found = Double(foundCount)
        func share(_ whole: Double) -> Double { whole > 0 ? found / whole : 0 }
        precision = share(Double(foundCount + falseAlarmCount))
        recall = share(Double(foundCount + missedCount))
        // (1 + b^2) P R / (b^2 P + R) in counts.
        f1 = share(found + 0.5 * Double(missedCount) + 0.5 * Double(falseAlarmCount))
        f05 = share(found + 0.2 * Double(missedCount) + 0.8 * Double(falseAlarmCount))
    }

    /// Compares the sequences of one series.
    ///
    /// - Parameters:
    ///   - events: the labelled sequences, in rows.
    ///   - alarms: the alarm sequences, in rows. Both in any order; sequences that overlap each other are each counted,
    ///     empty ones are left out.
    public init(events: [Range<Int>], alarms: [Range<Int>]) {
        func touched(_ ranges: [Range<Int>], by others: [Range<Int>]) -> Int {
            let merged = Self.merged(others)
            return ranges.count { range in
                // The first of the merged ranges that ends after this one begins.
                var low = 0
                var high = merged.count
                while low < high {
                    let middle = (low + high) / 2
                    if merged[middle].upperBound > range.lowerBound { high = middle } else { low = middle + 1 }
                }
                return low < merged.count && merged[low].lowerBound < range.upperBound
            }
        }
        let events = events.filter { !$0.isEmpty }
        let alarms = alarms.filter { !$0.isEmpty }
        let found = touched(events, by: alarms)
        self.init(
            foundCount: found, missedCount: events.count - found,
            falseAlarmCount: alarms.count - touched(alarms, by: events))
    }

    /// The measures of several series together: the counts are added first.
    public init(summing parts: some Collection<EventCounts>) {
        self.init(
            foundCount: parts.reduce(0) { $0 + $1.foundCount }, missedCount: parts.reduce(0) { $0 + $1.missedCount },
            falseAlarmCount: parts.reduce(0) { $0 + $1.falseAlarmCount })
    }

    private static func merged(_ ranges: [Range<Int>]) -> [Range<Int>] {
        var merged: [Range<Int>] = []
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = merged.last, range.lowerBound <= last.upperBound {
                merged[merged.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
            } else {
                merged.append(range)
            }
        }
        return merged
    }
}
