public import SignalCore

/// Finds rows of a sensor table that do not follow the trend and season of their columns, be it far for a moment or a
/// little for long.
///
/// Every column is explained by a constant, a linear trend and the harmonics of a period, as functions of the time of
/// the frame in seconds, by robust regression. Of the residuals r, in units of their spread, the detector looks at all
/// sums within the window over 1, 2, 3, 5, 8, 12, 20, … consecutive rows, `|sum r| / sqrt(rows)`: the generalised
/// likelihood ratio of a change of level, limited to a window (Lai, "Sequential Changepoint Detection in Quality
/// Control and Dynamical Systems", Journal of the Royal Statistical Society B 57, 1995), which is a cumulative sum for
/// every size of change at once. The first of them, of one row, is the point residual. Every sum is divided by a high
/// quantile of its values in training, which also allows for residuals that hang together in time.
///
/// The contribution of a column is the largest of its ratios, the score the largest contribution; 1 is unusual.
///
/// Fitting draws no random numbers, so the seed does not matter.
public struct SeasonalResidualDetector: Detector {
    /// The name used on the command line and in files.
    public static let name = "seasonal-residual"
    /// One line for listings.
    public static let summary = "robust trend and season of every column, then point and cumulative-sum residuals"

    /// The options the model was fitted with.
    public let options: SeasonalResidualOptions
    /// The period in seconds that the model goes by, or `nil` for none.
    public var period: Double? { basis.period > 0 ? basis.period : nil }

    let basis: SeasonalBasis
    /// Of every column, what the functions of the basis are multiplied by. Shape: columns x functions.
    let coefficients: [Double]
    /// The spread of the residuals of every column.
    let spreads: [Double]
    /// The usual largest value of the sums of every column. Shape: columns x lengths.
    let limits: [Double]

    /// The number of columns a frame must have.
    public var columnCount: Int { spreads.count }
    /// The number of consecutive frames that one score looks at.
    public var contextLength: Int { options.contextFrames }

    /// The numbers of rows that are summed, those that fit a window.
    static func lengths(contextFrames: Int) -> [Int] {
        [1, 2, 3, 5, 8, 12, 20, 32, 50, 80, 128, 200, 320, 512].filter { $0 <= contextFrames }
    }

    /// Residuals are held within so many spreads; what is beyond is as abnormal as anything.
    static let largestResidual = 1e6

    init(
        options: SeasonalResidualOptions, basis: SeasonalBasis, coefficients: [Double], spreads: [Double],
        limits: [Double]
    ) {
        self.options = options
        self.basis = basis
        self.coefficients = coefficients
        self.spreads = spreads
        self.limits = limits
    }

    /// The largest contribution to every window; the same to the bit however the frames are cut into calls.
    ///
    /// - Throws: `SignalError` with code `mismatch` when the columns are not as many as in training, `malformed` when
    ///   a value or a time is not finite.
    public func scores(_ frames: FeatureFrames) throws -> [Float] {
        let contributions = try contributions(frames)
        return stride(from: 0, to: contributions.count, by: columnCount).map { start in
            contributions[start..<start + columnCount].reduce(0) { max($0, $1) }
        }
    }

    /// The largest of every column's residuals and sums of residuals within every window, relative to what is usual.
    /// Shape: windows x columns.
    public func contributions(_ frames: FeatureFrames) throws -> [Float] {
        let residuals = try residuals(frames)
        let lengths = Self.lengths(contextFrames: contextLength)
        let windowCount = max(0, frames.count - contextLength + 1)
        // Of the rows of a window, counted from 1, the number of lengths that end there within the window.
        let usable = (1...contextLength).map { row in lengths.count { $0 <= row } }
        var contributions = Array(repeating: Float(0), count: windowCount * columnCount)
        var largest = Array(repeating: Float(0), count: frames.count * lengths.count)
        for column in 0..<columnCount {
            // The largest ratio of the sums that end in a row, over the first length, the first two, ….
            for row in 0..<frames.count {
                var best = Float(0)
                for (index, length) in lengths.enumerated() where length <= row + 1 {
                    let ratio =
                        Self.sum(residuals, column, columnCount, endingIn: row, length)
                        / limits[column * lengths.count + index]
                    best = max(best, Float(ratio))
                    largest[row * lengths.count + index] = best
                }
            }
            for window in 0..<windowCount {
                var best = Float(0)
                for row in 0..<contextLength {
                    best = max(best, largest[(window + row) * lengths.count + usable[row] - 1])
                }
                contributions[window * columnCount + column] = best
            }
        }
        return contributions
    }

    /// The residuals of all columns in units of their spread. Shape: frames x columns.
    func residuals(_ frames: FeatureFrames) throws -> [Double] {
        try frames.requireColumns(columnCount)
        try frames.requireFinite(nil)
        let functions = try basis.values(at: frames.times)
        let width = basis.count
        var residuals = Array(repeating: 0.0, count: frames.values.count)
        for frame in 0..<frames.count {
            for column in 0..<columnCount {
                var expected = 0.0
                for function in 0..<width {
                    expected += coefficients[column * width + function] * functions[frame * width + function]
                }
                let index = frame * columnCount + column
                let residual = (Double(frames.values[index]) - expected) / spreads[column]
                residuals[index] = min(max(residual, -Self.largestResidual), Self.largestResidual)
            }
        }
        return residuals
    }

    /// The magnitude of the sum of the last residuals of a column up to a row, relative to that of independent ones.
    /// Summed anew for every row, so that it does not depend on where the frames begin.
    static func sum(
        _ residuals: [Double], _ column: Int, _ columnCount: Int, endingIn row: Int, _ length: Int
    ) -> Double {
        var sum = 0.0
        for earlier in row - length + 1...row { sum += residuals[earlier * columnCount + column] }
        return abs(sum) / Double(length).squareRoot()
    }
}
