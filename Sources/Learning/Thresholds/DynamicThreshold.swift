public import SignalCore

/// The threshold without a distribution of Hundman et al., "Detecting Spacecraft Anomalies Using LSTMs and Nonparametric
/// Dynamic Thresholding" (KDD 2018), walked over a long series of errors: each new batch of rows is judged by a window
/// that ends with it, and what stands out too little from the rest is pruned.
///
/// The defaults are those of the authors' program (telemanom). Where that program and its paper differ, the program is
/// followed, except that it leaves up to 69 rows before the last batch unjudged; here every row is judged once.
public struct DynamicThreshold: AlgorithmOptions {
    /// Rows of a batch.
    public var batchLength = 70
    /// Batches of a window. Each batch is judged by so many that end with it, the first ones together.
    public var batchesPerWindow = 30
    /// The span of the exponential smoothing of the errors, as a share of the rows of a window.
    public var smoothingShare = 0.05
    /// Rows on both sides of an exceedance that belong to its range, less one; joins what lies near.
    public var buffer = 100
    /// The least drop, as a share, from the highest error of a range to that of the next lower one (or to the highest
    /// error outside of ranges). Ranges after the last such drop are pruned.
    public var minimumDrop = 0.13
    /// Whether errors far below the usual are anomalous too, as in the authors' program.
    public var includesDips = true
    /// The rows at the start whose smoothed errors are replaced by the mean of the first twice as many, because a
    /// forecaster has not settled there.
    public var settlingLength = 0
    /// The rows at the start that are never anomalous.
    public var ignoredLength = 0

    /// The defaults.
    public init() {}

    /// Checks the options.
    ///
    /// - Throws: `SignalError` with code `invalidOption` for a value out of range.
    public func validate() throws {
        func check(_ isValid: Bool, _ message: String) throws {
            guard isValid else { throw SignalError(.invalidOption, message) }
        }
        try check((1...1_000_000).contains(batchLength), "batchLength is 1 to 1,000,000, not \(batchLength)")
        try check((1...10_000).contains(batchesPerWindow), "batchesPerWindow is 1 to 10,000, not \(batchesPerWindow)")
        try check((0...1).contains(smoothingShare), "smoothingShare is 0 to 1, not \(smoothingShare)")
        try check((1...1_000_000).contains(buffer), "buffer is 1 to 1,000,000, not \(buffer)")
        try check(minimumDrop >= 0 && minimumDrop < 1, "minimumDrop is 0 to less than 1, not \(minimumDrop)")
        try check(settlingLength >= 0 && ignoredLength >= 0, "settlingLength and ignoredLength are at least 0")
    }

    /// The errors smoothed by an exponentially weighted mean, normalised at the start (pandas `ewm(span:).mean()`).
    ///
    /// - Parameters:
    ///   - errors: the errors in their order; finite.
    ///   - usualError: the mean to start from, that of the errors in training, finite. By default the first error
    ///     counts in full, so that what is large from the start stays large for a span.
    public func smoothed(_ errors: [Float], usualError: Double? = nil) -> [Double] {
        let span = max(Double(batchLength * batchesPerWindow) * smoothingShare, 1).rounded(.down)
        let decay = 1 - 2 / (span + 1)
        // The weight of an endless past is 1 / (1 - decay).
        var weight = usualError == nil ? 0 : 1 / (1 - decay)
        var sum = (usualError ?? 0) * weight
        var smoothed = errors.map { error in
            sum = sum * decay + Double(error)
            weight = weight * decay + 1
            return sum / weight
        }
        let settling = min(settlingLength, smoothed.count)
        let around = smoothed.prefix(2 * settling)
        if settling > 0 {
            let mean = around.reduce(0, +) / Double(around.count)
            for row in 0..<settling { smoothed[row] = mean }
        }
        return smoothed
    }

    /// The anomalous ranges of a series.
    ///
    /// - Parameters:
    ///   - errors: the errors (or other scores, at least 0 as a rule) in their order.
    ///   - values: what was forecast, row by row. When given, errors that are small beside the values' spread are never
    ///     anomalous: the highest error of a window must exceed 0.05 and either 5 % of the range from the 5th to the
    ///     95th percentile of the window's values, or the errors' deviation 5 % of the values' deviation; and a row's
    ///     error must exceed 5 % of that range.
    ///   - usualError: the mean to start the smoothing from; see ``smoothed(_:usualError:)``.
    /// - Returns: ranges of rows in ascending order, none touching another, each of at least two rows.
    /// - Throws: `SignalError` with code `invalidOption` for options out of range, `malformed` for a number that is not
    ///   finite, `mismatch` when there are not as many values as errors.
    public func anomalousRanges(
        in errors: [Float], values: [Float]? = nil, usualError: Double? = nil
    ) throws -> [Range<Int>] {
        try validate()
        guard errors.allSatisfy(\.isFinite), values?.allSatisfy(\.isFinite) ?? true, usualError?.isFinite ?? true else {
            throw SignalError(.malformed, "errors and values of a dynamic threshold must be finite")
        }
        guard values.map({ $0.count == errors.count }) ?? true else {
            throw SignalError(
                .mismatch, "there are \(errors.count) errors but \(values?.count ?? 0) values; give one for every row")
        }
        var smoothed = smoothed(errors, usualError: usualError)
        // Shares of the mean make sense from 0 on; scores that go below are measured from their lowest.
        let lowest = min(smoothed.min() ?? 0, 0)
        for row in smoothed.indices { smoothed[row] -= lowest }
        let windowLength = batchLength * batchesPerWindow
        var isAnomalous = Array(repeating: false, count: errors.count)
        var start = 0
        while start < errors.count {
            // The first window judges all of its rows, every later one its last batch.
            let end = min(start == 0 ? windowLength : start + batchLength, errors.count)
            let rows = max(0, end - windowLength)..<end
            let window = DynamicThresholdWindow(
                errors: Array(smoothed[rows]), firstRow: rows.lowerBound,
                judged: max(start, min(ignoredLength, end))..<end, scale: values.map { ValueScale($0[rows]) })
            var ranges = window.anomalousRanges(self, known: isAnomalous)
            if includesDips { ranges += window.flipped.anomalousRanges(self, known: isAnomalous) }
            for range in ranges { for row in range { isAnomalous[row] = true } }
            start = end
        }
        return RowRuns.ranges(of: isAnomalous).filter { $0.count > 1 }
    }
}
