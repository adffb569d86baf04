import RealModule

/// The standard normal distribution.
enum NormalDistribution {
    /// The two-sided probability of a value at least as far from 0.
    static func twoSided(_ value: Double) -> Double { Double.erfc(abs(value) / 2.0.squareRoot()) }
    /// The value that 95 % of all lie within.
    static let central95 = 1.959_963_984_540_054
}
