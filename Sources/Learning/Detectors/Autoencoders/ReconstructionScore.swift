public import SignalCore

/// How the residuals of a reconstructed window become its score.
public enum ReconstructionScore: String, OptionChoice {
    /// The mean squared residual over all frames and columns, in scaled units.
    case mean
    /// The largest residual over all frames and columns, each column relative to its usual one (1.4826 times the median
    /// of its absolute residuals in training): what lasts for a few frames, or lies in one column of many, does not
    /// drown in the mean.
    case maximum
    /// The mean squared residual of the last frame over the columns, in scaled units: nothing of an anomaly stays in
    /// the score once it is over.
    case lastFrame

    /// Reduces the residuals of one window to one statistic a column.
    ///
    /// - Parameters:
    ///   - input: the scaled window. Shape: frames x columns, row-major.
    ///   - output: its reconstruction.
    ///   - inverseScale: what residuals are multiplied by for ``maximum``, a column.
    ///   - statistics: one a column; what was there before does not matter.
    func reduce(
        input: Span<Float>, output: Span<Float>, inverseScale: Span<Float>, into statistics: inout MutableSpan<Float>
    ) {
        let columns = statistics.count
        for column in 0..<columns { statistics[column] = 0 }
        var index = self == .lastFrame ? input.count - columns : 0
        while index < input.count {
            for column in 0..<columns {
                let residual = input[index] - output[index]
                if self == .maximum {
                    statistics[column] = max(statistics[column], abs(residual) * inverseScale[column])
                } else {
                    statistics[column] += residual * residual
                }
                index += 1
            }
        }
        let factor: Float = self == .mean ? Float(columns) / Float(input.count) : 1
        for column in 0..<columns {
            let value = statistics[column] * factor
            // A damaged model may overflow; a score is finite all the same.
            statistics[column] = value.isFinite ? value : .greatestFiniteMagnitude
        }
    }

    /// The score of a window from the statistics of its columns.
    func score(_ statistics: ArraySlice<Float>) -> Float {
        if self == .maximum { return statistics.reduce(0, max) }
        let score = statistics.reduce(0, +) / Float(statistics.count)
        return score.isFinite ? score : .greatestFiniteMagnitude
    }
}
