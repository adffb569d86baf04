internal import RealModule

/// How long readings come after the moment at which they could, in a histogram whose bins are a fiftieth wide: any
/// number of readings in little memory.
public struct LagStatistics: Sendable, Equatable {
    private static let smallest = 1e-7
    private static let binsPerFactor = 50.0
    private var counts: [Int] = []
    /// The number of readings.
    public private(set) var count = 0
    /// The longest lag in seconds.
    public private(set) var maximum = 0.0

    /// Nothing yet.
    public init() {}

    mutating func add(_ lag: Double, count: Int) {
        let bin = lag <= Self.smallest ? 0 : Int(.log(lag / Self.smallest) * Self.binsPerFactor) + 1
        if bin >= counts.count { counts += Array(repeating: 0, count: bin + 1 - counts.count) }
        counts[bin] += count
        self.count += count
        maximum = max(maximum, lag)
    }

    /// The lag in seconds that a share of all readings does not exceed, to 2 %; 0 without readings.
    public func quantile(_ share: Double) -> Double {
        var left = Int((share * Double(count)).rounded(.up))
        for (bin, number) in counts.enumerated() {
            left -= number
            if left <= 0 { return bin == 0 ? 0 : min(maximum, Self.smallest * .exp(Double(bin) / Self.binsPerFactor)) }
        }
        return maximum
    }
}
