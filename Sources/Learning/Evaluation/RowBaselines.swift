public import SignalCore

/// Trivial scores of the rows of a table, which a model must clearly outdo to have learnt anything of use.
public enum RowBaselines {
    /// The scores by name:
    /// - `constant`: always the same, so that the AUC is 0.5 and the average precision the share of anomalies;
    /// - `last value`: how far the row is from the one before, the largest over the columns, each over the standard
    ///   deviation of its steps in this series;
    /// - `loudness`: how far the row is from the middle of this series, the mean over the columns of the distance from
    ///   the median, each over its median.
    ///
    /// They may look at the whole series, which no model may: they are not there to win but to be beaten.
    ///
    /// - Parameter frames: the rows, in order.
    /// - Returns: one score a row for every name; finite.
    public static func scores(of frames: FeatureFrames) -> [String: [Float]] {
        let columns = frames.columnCount
        var steps = Array(repeating: 0.0, count: frames.count)
        var distances = steps
        for column in 0..<columns {
            let values = (0..<frames.count).map { Double(frames.values[$0 * columns + column]) }
            let differences = zip(values.dropFirst(), values).map { $0 - $1 }
            let usualStep = (differences.reduce(0) { $0 + $1 * $1 } / Double(max(1, differences.count))).squareRoot()
            for (row, difference) in differences.enumerated() where usualStep > 0 {
                steps[row + 1] = max(steps[row + 1], abs(difference) / usualStep)
            }
            guard !values.isEmpty else { continue }
            let median = Quantile.linear(of: values, 0.5)
            let deviations = values.map { abs($0 - median) }
            let usualDistance = Quantile.linear(of: deviations, 0.5)
            for (row, deviation) in deviations.enumerated() where usualDistance > 0 {
                distances[row] += deviation / usualDistance / Double(columns)
            }
        }
        return [
            "constant": frames.times.map { _ in 0 }, "last value": steps.map(finite), "loudness": distances.map(finite),
        ]
    }

    private static func finite(_ value: Double) -> Float { Float(min(value, 1e30)) }
}
