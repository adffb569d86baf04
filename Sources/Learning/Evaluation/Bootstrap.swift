internal import SignalCore

/// Intervals for any measure by drawing its items anew, with replacement (Efron and Tibshirani, "An Introduction to the
/// Bootstrap", 1993, chapter 13: the percentile interval).
///
/// The items must not depend on each other. Rows of a series do, so resample blocks of them instead
/// (``RowBlocks``), as Künsch, "The Jackknife and the Bootstrap for General Stationary Observations", Annals of Statistics
/// 17, 1989.
public enum Bootstrap {
    /// The interval in which a measure lies with some confidence.
    ///
    /// - Parameters:
    ///   - items: the items to draw from.
    ///   - seed: the seed of the draws.
    ///   - resamples: how often as many items as there are, are drawn.
    ///   - confidence: the share of the resamples that the interval holds.
    ///   - metric: the measure of some items; `nil` where it is undefined, as for items of one class only.
    /// - Returns: the interval; `nil` without items or when the measure is undefined for more than half of the resamples.
    public static func interval<Item>(
        of items: [Item], seed: UInt64, resamples: Int = 1000, confidence: Double = 0.95,
        metric: ([Item]) throws -> Double?
    ) rethrows -> ClosedRange<Double>? {
        precondition(confidence > 0 && confidence < 1, "a confidence is a share")
        guard !items.isEmpty, resamples > 0 else { return nil }
        var generator = SeededGenerator(seed: seed)
        var values: [Double] = []
        values.reserveCapacity(resamples)
        var drawn = items
        for _ in 0..<resamples {
            for index in drawn.indices { drawn[index] = items[Int(generator.uniform() * Double(items.count))] }
            if let value = try metric(drawn), value.isFinite { values.append(value) }
        }
        guard values.count * 2 > resamples else { return nil }
        values.sort()
        let tail = (1 - confidence) / 2
        return Quantile.linear(ofSorted: values, tail)...Quantile.linear(ofSorted: values, 1 - tail)
    }
}
