import RealModule

/// The physics of a machine, row by row: what its sensors would show without noise.
protocol SensorModel: Sendable {
    /// The sensors.
    static var columns: [SensorColumn] { get }
    /// How much wear raises vibration by one standard deviation of its noise, at the mean load.
    static var wearPerNoise: Double { get }
    /// The longest cycle in seconds.
    static var cycleSeconds: Double { get }
    /// Seconds that the model needs to forget where it began.
    static var settlingSeconds: Double { get }

    /// Makes one machine of a kind.
    init(spacing: Double, seed: UInt64)
    /// Goes on by one row.
    ///
    /// - Parameters:
    ///   - time: seconds since 1970-01-01 UTC.
    ///   - wear: 0 for new to 1 for broken.
    /// - Returns: a value for every sensor.
    mutating func next(time: Double, wear: Double) -> [Double]
}

/// The way from new (0) to broken (1) as a share of the time from its onset: exponential, so that the last third of the
/// time brings nearly two thirds of the wear.
func wearGrowth(_ share: Double) -> Double {
    (Double.exp(3 * min(max(share, 0), 1)) - 1) / (Double.exp(3) - 1)
}
