import SignalCore

/// One anomaly on its way into a table.
struct SensorAnomaly {
    var kind: SensorAnomalyKind
    /// Rows of the table.
    var rows: Range<Int>
    /// The column that shows it.
    var column: Int
    /// The size in standard deviations of the column's noise, downward below 0.
    var size: Double
    /// The period of a swing in rows.
    var period: Double
}

/// Decides which anomalies come when: every kind as often as every other, in random order,
/// at random distances.
struct SensorAnomalyPlan {
    /// Rows between two anomalies at least.
    static let smallestGap = 30

    private(set) var anomalies: [SensorAnomaly] = []

    /// Makes a plan.
    ///
    /// - Parameters:
    ///   - kinds: the kinds to draw from.
    ///   - rows: the rows of the table.
    ///   - columns: the number of columns; ``SensorAnomalyKind/wear`` shows in `vibration`.
    ///   - vibration: that column.
    init(
        kinds: [SensorAnomalyKind], rows: Int, rate: Double, columns: Int, vibration: Int,
        using generator: inout SeededGenerator
    ) {
        let target = Int((rate * Double(rows)).rounded())
        var total = 0
        func fits(_ length: Int, _ count: Int) -> Bool {
            total + length <= target && total + length + (anomalies.count + count + 1) * Self.smallestGap <= rows
        }
        while !kinds.isEmpty {
            var round = kinds.shuffled(using: &generator).map { ($0, generator.integer($0.lengths)) }
            let isWhole = fits(round.reduce(0) { $0 + $1.1 }, round.count)
            // Only whole rounds, or short kinds would fill up what is left. Of a single one that does not fit, what does.
            guard isWhole || anomalies.isEmpty else { break }
            if !isWhole {
                var taken: [(SensorAnomalyKind, Int)] = []
                for next in round where fits(taken.reduce(next.1) { $0 + $1.1 }, taken.count + 1) { taken.append(next) }
                round = taken
            }
            for (kind, length) in round {
                total += length
                var size = kind.sizes.map { generator.uniform($0) } ?? 0
                let isDownward = generator.uniform() < 0.5
                if kind == .drop || (isDownward && [.levelShift, .drift].contains(kind)) { size = -size }
                let column = generator.integer(0...columns - 1)
                anomalies.append(
                    SensorAnomaly(
                        kind: kind, rows: 0..<length, column: kind == .wear ? vibration : column, size: size,
                        period: generator.uniform(6...12)))
            }
            if !isWhole { break }
        }
        anomalies.shuffle(using: &generator)
        let free = Double(rows - total - (anomalies.count + 1) * Self.smallestGap)
        let gaps = (0...anomalies.count).map { _ in generator.exponential(mean: 1) }
        let sum = gaps.reduce(0, +)
        var row = 0
        for index in anomalies.indices {
            row += Self.smallestGap + Int(free * gaps[index] / sum)
            let length = anomalies[index].rows.count
            anomalies[index].rows = row..<row + length
            row += length
        }
    }
}
