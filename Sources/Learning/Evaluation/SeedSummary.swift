/// One measure over several runs that differ in their seed only.
public struct SeedSummary: Sendable, Equatable, Encodable {
    /// The number of runs.
    public let count: Int
    /// The arithmetic mean.
    public let mean: Double
    /// The standard deviation (divisor n - 1); 0 for a single run.
    public let standardDeviation: Double
    /// The smallest value.
    public let minimum: Double
    /// The largest value.
    public let maximum: Double

    /// Summarises the values of a measure; `nil` when there is none.
    public init?(_ values: [Double]) {
        guard let smallest = values.min(), let largest = values.max() else { return nil }
        count = values.count
        let mean = values.reduce(0, +) / Double(values.count)
        self.mean = min(max(mean, smallest), largest)
        let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        standardDeviation = (squares / Double(max(values.count - 1, 1))).squareRoot()
        minimum = smallest
        maximum = largest
    }
}
