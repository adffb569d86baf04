internal import RealModule
internal import SignalCore

/// Looks for a period that columns have in common.
///
/// Columns are brought to a uniform grid, their trend taken away and outliers held in. The strongest line of the sum of
/// their normalised periodograms is a candidate if it is seen at least three times and carries two fifths of the variance
/// of at least one column (which a wandering level of that length hardly ever does); its period is then refined by least squares.
struct PeriodSearch {
    /// The most points of the grid.
    static let mostPoints = 4096
    /// The fewest cycles in the data.
    static let fewestCycles = 3.0
    /// The least share of a column's variance.
    static let leastShare = 0.4

    /// The columns on the grid, each with mean 0 and variance 1.
    private let columns: [[Double]]
    /// Seconds from one point to the next.
    private let step: Double

    /// Brings columns to a grid.
    ///
    /// - Returns: `nil` when there is too little to see a period in: fewer than sixteen frames, or all at one time.
    init?(_ frames: FeatureFrames) {
        guard let first = frames.times.min(), let last = frames.times.max(), frames.count >= 16 else { return nil }
        let count = min(frames.count, Self.mostPoints)
        let step = (last - first) / Double(count - 1)
        guard step > 0, step.isFinite else { return nil }
        let points = frames.times.map { min(max(Int((($0 - first) / step).rounded()), 0), count - 1) }
        self.step = step
        columns = (0..<frames.columnCount).compactMap { column in
            var sums = Array(repeating: 0.0, count: count)
            var counts = Array(repeating: 0, count: count)
            for (frame, point) in points.enumerated() {
                sums[point] += Double(frames.values[frame * frames.columnCount + column])
                counts[point] += 1
            }
            return Self.prepared(Self.filled(sums, counts))
        }
    }

    /// The means of points, linear where there are none.
    private static func filled(_ sums: [Double], _ counts: [Int]) -> [Double] {
        var values = Array(repeating: 0.0, count: sums.count)
        var last: Int?
        for point in sums.indices where counts[point] > 0 {
            values[point] = sums[point] / Double(counts[point])
            let start = last ?? point
            for gap in start + 1..<max(point, start + 1) {
                let share = Double(gap - start) / Double(point - start)
                values[gap] = values[start] * (1 - share) + values[point] * share
            }
            last = point
        }
        return values
    }

    /// Without trend, outliers held within three spreads, at variance 1; `nil` for a column that does not change.
    private static func prepared(_ values: [Double]) -> [Double]? {
        let count = Double(values.count)
        var basis: [Double] = []
        for index in values.indices { basis += [1, 2 * Double(index) / count - 1] }
        let line = RobustRegression.solve(basis, values, Array(repeating: 1, count: values.count), 2)
        var rest = RobustRegression.residuals(basis, values, line)
        let limit = 3 * RobustRegression.spread(of: rest)
        if limit > 0 { rest = rest.map { min(max($0, -limit), limit) } }
        let mean = rest.reduce(0, +) / count
        let deviation = (rest.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count).squareRoot()
        let largest = values.reduce(0) { max($0, abs($1)) }
        guard deviation > 1e-7 * largest, deviation > 1e-30 else { return nil }
        return rest.map { ($0 - mean) / deviation }
    }

    /// The period in seconds, or `nil` when none stands out.
    func period() -> Double? {
        guard let count = columns.first?.count else { return nil }
        var size = 1
        while size < 4 * count { size *= 2 }
        let transform = PowerOfTwoTransform(size: size)
        var total = Array(repeating: 0.0, count: size / 2)
        for column in columns {
            let power = transform.power(column)
            let sum = power.reduce(0, +)
            for index in total.indices { total[index] += power[index] / sum }
        }
        let perCycle = Double(size) / Double(count)
        let lowest = Int((Self.fewestCycles * perCycle).rounded(.up))
        let highest = size / 4
        guard lowest < highest, let best = (lowest...highest).max(by: { total[$0] < total[$1] }) else { return nil }
        let length = Double(count) * step
        let cycles = Double(best) / perCycle
        var candidate = length / cycles
        // The line is half a cycle wide to either side.
        var reach = candidate * 0.5 / cycles
        var shares: [Double] = []
        for _ in 0..<4 {
            let periods = (-5...5).map { candidate + Double($0) / 5 * reach }
            let rated = periods.map { (period: $0, shares: explained($0 / step)) }
            guard
                let winner = rated.max(by: { $0.shares.reduce(0, +) < $1.shares.reduce(0, +) })
            else { return nil }
            candidate = winner.period
            shares = winner.shares
            reach /= 5
        }
        return (shares.max() ?? 0) >= Self.leastShare ? candidate : nil
    }

    /// The share of every column's variance that a sine of a period, in points, explains.
    private func explained(_ period: Double) -> [Double] {
        guard let count = columns.first?.count else { return [] }
        var basis: [Double] = []
        basis.reserveCapacity(2 * count)
        for index in 0..<count {
            let phase = 2 * Double.pi * Double(index) / period
            basis.append(.sin(phase))
            basis.append(.cos(phase))
        }
        let weights = Array(repeating: 1.0, count: count)
        return columns.map { column in
            let rest = RobustRegression.residuals(
                basis, column, RobustRegression.solve(basis, column, weights, 2))
            return 1 - rest.reduce(0) { $0 + $1 * $1 } / Double(count)
        }
    }
}
