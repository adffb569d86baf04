public import SignalCore

extension TabularOptions {
    /// The same options with limits and initial values learnt from a training table: the quantiles `clipShare` and
    /// 1 - `clipShare` of every column (linear between neighbours, as NumPy), and its median.
    ///
    /// Limits are learnt only where `clipShare` is above 0; what was given already is kept. Missing values do not count;
    /// a column without any value gets no limits and 0.
    ///
    /// - Parameter frames: the rows of the table as they were read, normal state only.
    public func learning(from frames: FeatureFrames) -> TabularOptions {
        var learnt = self
        var lower: [Double] = []
        var upper: [Double] = []
        var medians: [Double] = []
        let largest = Double(Float.greatestFiniteMagnitude)
        for column in 0..<frames.columnCount {
            var values = stride(from: column, to: frames.values.count, by: frames.columnCount)
                .map { frames.values[$0] }.filter(\.isFinite)
            values.sort()
            guard !values.isEmpty else {
                lower.append(-largest)
                upper.append(largest)
                medians.append(0)
                continue
            }
            lower.append(Self.quantile(values, clipShare))
            upper.append(Self.quantile(values, 1 - clipShare))
            medians.append(Self.quantile(values, 0.5))
        }
        if clipShare > 0 {
            if lowerLimits.isEmpty { learnt.lowerLimits = lower }
            if upperLimits.isEmpty { learnt.upperLimits = upper }
        }
        if initialValues.isEmpty { learnt.initialValues = medians }
        if preset == .tracked, driftScales.isEmpty, let drift = DriftTracker.learn(from: frames) {
            (learnt.driftSpeeds, learnt.driftScales) = drift
        }
        return learnt
    }

    private static func quantile(_ sorted: [Float], _ share: Double) -> Double {
        let position = share * Double(sorted.count - 1)
        let below = Int(position)
        let above = min(below + 1, sorted.count - 1)
        let fraction = position - Double(below)
        return Double(sorted[below]) * (1 - fraction) + Double(sorted[above]) * fraction
    }
}
