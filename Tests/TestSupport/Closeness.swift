/// Measures how far results are from a reference.
public enum Closeness {
    /// The largest absolute difference; infinite when the lengths differ or a result is not finite.
    public static func largestDifference(_ results: some Collection<Float>, _ reference: some Collection<Double>)
        -> Double
    {
        largestDifference(results.map(Double.init), reference)
    }

    /// The largest absolute difference; infinite when the lengths differ or a result is not finite.
    public static func largestDifference(_ results: some Collection<Double>, _ reference: some Collection<Double>)
        -> Double
    {
        guard results.count == reference.count else { return .infinity }
        var largest = 0.0
        for (result, expected) in zip(results, reference) {
            guard result.isFinite else { return .infinity }
            largest = max(largest, abs(result - expected))
        }
        return largest
    }

    /// ``largestDifference(_:_:)`` divided by the largest magnitude of the reference.
    public static func relativeToPeak(_ results: some Collection<Float>, _ reference: some Collection<Double>) -> Double
    {
        let peak = reference.map(abs).max() ?? 0
        return largestDifference(results, reference) / max(peak, .leastNormalMagnitude)
    }

    /// ``largestDifference(_:_:)`` divided by the largest magnitude of the reference.
    public static func relativeToPeak(_ results: some Collection<Double>, _ reference: some Collection<Double>)
        -> Double
    {
        let peak = reference.map(abs).max() ?? 0
        return largestDifference(results, reference) / max(peak, .leastNormalMagnitude)
    }
}
