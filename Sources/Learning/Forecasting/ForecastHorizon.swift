internal import SignalCore

/// How far ahead forecasters look.
enum ForecastHorizon {
    /// The frames that may be forecast.
    static let range = 1...1000

    /// Checks the option `horizon`.
    ///
    /// - Throws: `SignalError` with code `invalidOption`, which says why there is an end and what helps.
    static func check(_ horizon: Int) throws {
        guard range.contains(horizon) else {
            // Weights of linear and lstm, and the errors that intervals are made of, are kept for every step.
            throw SignalError(
                .invalidOption,
                "horizon takes \(range.lowerBound) to \(range.upperBound), not \(horizon)"
                    + (horizon > range.upperBound
                        ? ": every step has its own errors from past forecasts, which the intervals are made of, and its own "
                            + "weights in linear and lstm; average rows to a coarser spacing to look further ahead"
                        : ""))
        }
    }
}
