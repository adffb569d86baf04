/// What a machine consumed, when, for how much, and where less would do.
///
/// Between two rows power is taken as a straight line (trapezoids over the real times), cut at full hours. A step that is
/// longer than the limit, or at whose ends power is missing, is a gap and counts for nothing.
public struct EnergyReport: Sendable, Equatable, Codable {
    /// A time that energy is not known for.
    public struct Gap: Sendable, Equatable, Codable {
        /// Where it begins, in the seconds of the table.
        public let start: Double
        /// How long it lasts.
        public let seconds: Double
    }

    /// An hour of the day, over all days.
    public struct HourOfDay: Sendable, Equatable, Codable {
        /// 0 to 23.
        public let hour: Int
        /// In kWh.
        public let energy: Double
        /// In kW; 0 for an hour that the table does not hold.
        public let meanPower: Double
        /// Hours that the table covers.
        public let coveredHours: Double
        /// `nil` without a tariff.
        public let cost: Double?
        /// Whether its mean power is at least nine tenths of the highest hour's.
        public let isPeak: Bool
        /// Whether the machine is meant to run then (``EnergyOptions/operatingHours``).
        public let isOperating: Bool
    }

    /// A calendar day.
    public struct Day: Sendable, Equatable, Codable {
        /// Its first moment, in seconds since 1970-01-01.
        public let start: Double
        /// In kWh.
        public let energy: Double
        /// The largest reading in kW.
        public let peakPower: Double
        /// Hours that the table covers.
        public let coveredHours: Double
        /// Its price; `nil` without a tariff.
        public let cost: Double?
    }

    /// An hour that differs from the same hour of other days.
    public struct UnusualHour: Sendable, Equatable, Codable {
        /// Its first moment, in seconds since 1970-01-01.
        public let start: Double
        /// Mean power in kW, and the median of the same hour of all days.
        public let meanPower: Double
        /// The median of the same hour of all days, in kW.
        public let usualPower: Double
        /// Robust standard deviations from the median, below 0 for less.
        public let distance: Double
        /// kWh more (or less) than usual.
        public let excessEnergy: Double
    }

    /// Where less would do: what, how much, and by which rule.
    public struct Saving: Sendable, Equatable, Codable {
        /// `standby`, `shifting`, `peak-shaving` or `power-factor`.
        public let kind: String
        /// In kWh, over the time of the table; 0 where money is saved and no energy.
        public let energy: Double
        /// Money over the time of the table; `nil` without the price it needs.
        public let cost: Double?
        /// A further number: kW of demand, kvar of compensation, and its unit.
        public let amount: Double?
        /// The unit of ``amount``.
        public let amountUnit: String?
        /// How it was counted.
        public let rule: String
    }

    /// Where power comes from, in words.
    public let source: String
    /// In kWh.
    public let energy: Double
    /// Hours that it is counted over.
    public let coveredHours: Double
    /// From the first to the last row.
    public let spanHours: Double
    /// In kW: energy over covered time.
    public let averagePower: Double
    /// The largest reading in kW, and when it was.
    public let peakPower: Double
    /// When it was, in the seconds of the table.
    public let peakTime: Double
    /// The largest mean over the demand interval, in kW; when it began.
    public let peakDemand: Double
    /// When it began, in the seconds of the table.
    public let peakDemandTime: Double
    /// Average over largest demand, 0 to 1.
    public let loadFactor: Double
    /// The mean power factor over the rows that have one, weighted by apparent power.
    public let powerFactor: Double?
    /// Its price; `nil` without a tariff.
    public let cost: Double?
    /// Rows without power.
    public let missingRows: Int
    /// The number of gaps.
    public let gapCount: Int
    /// Their length in all, in seconds.
    public let gapSeconds: Double
    /// The longest step that was counted, in seconds.
    public let longestStep: Double
    /// The ten longest gaps, in the order of time.
    public let gaps: [Gap]
    /// Empty where the times are no dates.
    public let hours: [HourOfDay]
    /// Calendar days; empty where the times are no dates.
    public let days: [Day]
    /// Hours that differ from the same hour of other days.
    public let unusual: [UnusualHour]
    /// Where less would do.
    public let savings: [Saving]
    /// How unusual hours were found.
    public let unusualRule: String
}
