/// Measures of series with gaps, for reports.
enum SeriesMeasures {
    /// Mean and standard deviation of the last `window` rows at every row, over those that have a number; not a number
    /// where fewer than two have one.
    static func rolling(_ values: [Double], window: Int) -> (mean: [Double], deviation: [Double]) {
        // Sums about a middle value lose no digits to an offset.
        let finite = values.filter(\.isFinite)
        let centre = finite.isEmpty ? 0 : finite.reduce(0) { $0 + $1 / Double(finite.count) }
        var (count, sum, squares) = (0, 0.0, 0.0)
        var means: [Double] = []
        var deviations: [Double] = []
        func add(_ value: Double, _ sign: Double) {
            guard value.isFinite else { return }
            count += sign > 0 ? 1 : -1
            sum += sign * (value - centre)
            squares += sign * (value - centre) * (value - centre)
        }
        for row in values.indices {
            add(values[row], 1)
            if row >= window { add(values[row - window], -1) }
            guard count > 1 else {
                means.append(.nan)
                deviations.append(.nan)
                continue
            }
            let mean = sum / Double(count)
            means.append(centre + mean)
            deviations.append(max(0, squares / Double(count) - mean * mean).squareRoot())
        }
        return (means, deviations)
    }
}
