/// The statistics of the last rows of a column, each kept up to date only where it is asked for.
struct RollingWindow: Sendable {
    /// The most rows in the window.
    let length: Int
    /// What is asked for, in order.
    let statistics: [RollingStatistic]

    private var moments: RollingMoments?
    private var minimum: RollingExtreme?
    private var maximum: RollingExtreme?
    private var median: RollingMedian?
    /// The row from which on the value is what it is.
    private var lastChange = 0

    init(length: Int, statistics: [RollingStatistic]) {
        self.length = length
        self.statistics = statistics
        let wanted = Set(statistics)
        let hasHigherPowers = !wanted.isDisjoint(with: [.skewness, .kurtosis])
        if hasHigherPowers || !wanted.isDisjoint(with: [.mean, .std, .sum, .slope]) {
            moments = RollingMoments(length: length, hasHigherPowers: hasHigherPowers)
        }
        if !wanted.isDisjoint(with: [.min, .range]) { minimum = RollingExtreme(length: length, isMaximum: false) }
        if !wanted.isDisjoint(with: [.max, .range]) { maximum = RollingExtreme(length: length, isMaximum: true) }
        if wanted.contains(.median) { median = RollingMedian(length: length) }
    }

    /// Takes the row of number `row`, which stands in the column's ring already, beside the one that leaves, and writes
    /// the statistics.
    mutating func take(row: Int, from ring: [Float], into result: inout [Float], at next: inout Int) {
        let mask = ring.count - 1
        if row == 0 || ring[row & mask] != ring[(row - 1) & mask] { lastChange = row }
        moments?.take(row: row, from: ring.span)
        minimum?.take(ring[row & mask], row: row)
        maximum?.take(ring[row & mask], row: row)
        median?.take(ring[row & mask], leaving: ring[max(0, row - length) & mask])
        for statistic in statistics {
            result[next] = value(of: statistic, row: row)
            next += 1
        }
    }

    mutating func reset() {
        moments?.reset()
        minimum?.reset()
        maximum?.reset()
        median?.reset()
    }

    /// A statistic of the rows in the window, `row` being the last one.
    private func value(of statistic: RollingStatistic, row: Int) -> Float {
        switch statistic {
        case .mean: .nearest(moments?.mean ?? 0)
        case .std: .nearest(moments?.standardDeviation ?? 0)
        case .sum: .nearest(moments?.sum ?? 0)
        case .slope: .nearest(moments?.slope(row: row) ?? 0)
        case .skewness: .nearest(moments?.skewness ?? 0)
        case .kurtosis: .nearest(moments?.kurtosis ?? 0)
        case .min: minimum?.value ?? 0
        case .max: maximum?.value ?? 0
        case .range: .nearest(Double(maximum?.value ?? 0) - Double(minimum?.value ?? 0))
        case .median: .nearest(median?.value ?? 0)
        case .flatline: Float(min(row - lastChange, length - 1))
        }
    }
}
