import SignalCore

/// The features of one column of one unit.
struct UnitColumn: Sendable {
    private let keepsReading: Bool
    private let lengths: [Int]
    private let statistics: [RollingStatistic]
    private let baselineRows: Int
    /// Every window, which always tells its mean first for the difference to the baseline.
    private var windows: [RollingWindow]
    /// The last values; number n stands at `n & (count - 1)`.
    private var ring: [Float]
    private var seen = 0
    private var baselineSum = 0.0
    private var scratch: [Float]

    init(_ options: UnitFeatureOptions) {
        keepsReading = options.keepsReadings
        lengths = options.windows
        statistics = options.statistics
        baselineRows = options.baselineRows
        windows = options.windows.map { RollingWindow(length: $0, statistics: [.mean] + options.statistics) }
        scratch = Array(repeating: 0, count: 1 + options.statistics.count)
        var capacity = 2
        // The value that leaves a window is still there when the next one comes.
        while capacity < (options.windows.max() ?? 1) + 1 { capacity *= 2 }
        ring = Array(repeating: 0, count: capacity)
    }

    /// The number of features.
    var count: Int {
        (keepsReading ? 1 : 0) + lengths.count * statistics.count + (baselineRows > 0 ? max(1, lengths.count) : 0)
    }

    /// What the features of a column are called.
    func columns(of column: FeatureColumn) -> [FeatureColumn] {
        var columns = keepsReading ? [column] : []
        func add(_ suffix: String, unit: String) {
            columns.append(FeatureColumn("\(column.name).\(suffix)", unit: unit))
        }
        for length in lengths {
            for statistic in statistics {
                let isNumber = statistic == .skewness || statistic == .kurtosis
                add("\(statistic.rawValue)\(length)", unit: isNumber ? "" : column.unit)
            }
        }
        guard baselineRows > 0 else { return columns }
        for length in lengths { add("change\(length)", unit: column.unit) }
        if lengths.isEmpty { add("change", unit: column.unit) }
        return columns
    }

    /// Takes the value of the next row and writes the features.
    mutating func take(_ value: Float, into result: inout [Float], at next: inout Int) {
        let mask = ring.count - 1
        let isMissing = value.isNaN
        guard !isMissing || seen > 0 else {
            for _ in 0..<count {
                result[next] = .nan
                next += 1
            }
            return
        }
        let held = isMissing ? ring[(seen - 1) & mask] : value
        ring[seen & mask] = held
        if seen < baselineRows { baselineSum += Double(held) }
        let baseline = baselineSum / Double(max(1, min(seen + 1, baselineRows)))
        if keepsReading {
            result[next] = held
            next += 1
        }
        var change = next + lengths.count * statistics.count
        for index in windows.indices {
            var place = 0
            windows[index].take(row: seen, from: ring, into: &scratch, at: &place)
            for statistic in statistics.indices {
                result[next] = scratch[1 + statistic]
                next += 1
            }
            guard baselineRows > 0 else { continue }
            result[change] = .nearest(Double(scratch[0]) - baseline)
            change += 1
        }
        if baselineRows > 0, windows.isEmpty {
            result[change] = .nearest(Double(held) - baseline)
            change += 1
        }
        if baselineRows > 0 { next = change }
        seen += 1
    }

    mutating func reset() {
        for index in windows.indices { windows[index].reset() }
        (seen, baselineSum) = (0, 0)
    }
}
