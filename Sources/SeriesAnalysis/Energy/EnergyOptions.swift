import SignalCore

/// How ``EnergyReport`` counts.
public struct EnergyOptions: Sendable, Equatable {
    /// The price of a kilowatt hour; without it nothing is said of money.
    public var tariff: Tariff?
    /// The price of a kilowatt of the highest demand, in a billing period as long as the table; 0 for none.
    public var demandPrice = 0.0
    /// The hours in which the machine is meant to run; empty, the default, for those of the day whose mean power is at
    /// least half of the highest hour's.
    public var operatingHours: Range<Int> = 0..<0
    /// The longest step between two rows that energy is counted over, in seconds; 0, the default, for three usual steps.
    /// Longer ones are gaps: they are reported, not bridged.
    public var longestStep = 0.0
    /// The minutes that demand is averaged over, as electricity meters do.
    public var demandMinutes = 15.0
    /// The power factor that compensation aims at.
    public var wantedPowerFactor = 0.95
    /// From which distance on an hour is unusual, in robust standard deviations.
    public var unusualDistance = 3.5

    /// The defaults.
    public init() {}

    /// Checks every member's range.
    ///
    /// - Throws: `SignalError` with code `invalidOption`.
    public func validate() throws {
        try OptionRange.check("demandPrice", demandPrice, in: 0...1e6)
        try OptionRange.check("longestStep", longestStep, in: 0...1e9)
        try OptionRange.check("demandMinutes", demandMinutes, in: 1...1_440)
        try OptionRange.check("wantedPowerFactor", wantedPowerFactor, in: 0.5...1)
        try OptionRange.check("unusualDistance", unusualDistance, in: 1...100)
    }
}
