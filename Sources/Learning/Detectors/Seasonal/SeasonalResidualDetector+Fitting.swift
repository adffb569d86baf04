public import SignalCore

extension SeasonalResidualDetector {
    /// Learns the normal state; of the context nothing has an influence but the number of threads, on the time.
    ///
    /// - Throws: `SignalError` with code `insufficientData` when there is no column or there are fewer windows than ten
    ///   or three a function of the basis; `malformed` naming the frame and column of a value that is not finite, or
    ///   the frame of a time; `invalidOption`.
    public static func fit(
        _ data: TrainingData, options: SeasonalResidualOptions, context: FittingContext
    ) throws -> SeasonalResidualDetector {
        try options.validate()
        let frames = data.frames
        let runs = try data.windowRuns(
            contextFrames: options.contextFrames, fewest: max(10, 3 * (2 + 2 * options.harmonics)), for: name)
        try SeasonalBasis.check(frames.times)
        let first = frames.times.min() ?? 0
        let last = frames.times.max() ?? 0
        let wanted = options.harmonics == 0 ? 0 : options.period
        let found = options.harmonics > 0 && wanted == 0 ? PeriodSearch(frames)?.period() : nil
        let basis = SeasonalBasis(
            origin: first + (last - first) / 2, span: max((last - first) / 2, 1e-9), period: found ?? wanted,
            harmonics: options.harmonics, hasTrend: options.trend)
        let functions = try basis.values(at: frames.times)
        let fits = try ConcurrentLoop.map(count: frames.columnCount, jobs: context.jobs) { column in
            let values = (0..<frames.count).map { Double(frames.values[$0 * frames.columnCount + column]) }
            let coefficients = RobustRegression.coefficients(basis: functions, values: values)
            let residuals = RobustRegression.residuals(functions, values, coefficients)
            return (coefficients: coefficients, spread: spread(of: residuals, values: values))
        }
        let lengths = lengths(contextFrames: options.contextFrames)
        func model(_ limits: [Double]) -> SeasonalResidualDetector {
            SeasonalResidualDetector(
                options: options, basis: basis, coefficients: fits.flatMap(\.coefficients), spreads: fits.map(\.spread),
                limits: limits)
        }
        let residuals = try model([]).residuals(frames)
        let segments = runs.map { $0.lowerBound..<$0.upperBound + options.contextFrames - 1 }
        let limits = try ConcurrentLoop.map(count: frames.columnCount, jobs: context.jobs) { column in
            lengths.map { length in
                let sums = segments.flatMap { segment in
                    (segment.lowerBound + length - 1..<segment.upperBound).map {
                        sum(residuals, column, frames.columnCount, endingIn: $0, length)
                    }
                }
                // Below a tenth of a spread lies rounding.
                return max(Quantile.linear(of: sums, options.limitQuantile), 0.1)
            }
        }
        return model(limits.flatMap(\.self))
    }

    /// The spread of a column's residuals: by their median, where more than half are equal by their mean size, and 1
    /// where there are none beyond the rounding of single precision.
    private static func spread(of residuals: [Double], values: [Double]) -> Double {
        let rounding = max(1e-7 * values.reduce(0) { max($0, abs($1)) }, 1e-30)
        let robust = RobustRegression.spread(of: residuals)
        if robust > rounding { return robust }
        let mean = residuals.reduce(0) { $0 + abs($1) } / Double(residuals.count)
        return mean > rounding ? mean : 1
    }
}
