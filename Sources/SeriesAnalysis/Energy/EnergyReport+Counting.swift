import SignalCore

extension EnergyReport {
    /// Robust standard deviations are floored at this share of the median: below it a meter's last digits would be unusual.
    static let smallestShare = 0.02
    /// Days that an hour is compared with at least.
    static let fewestDays = 5

    /// Counts a machine's consumption.
    ///
    /// - Parameters:
    ///   - times: of every row in seconds, ascending; since 1970-01-01 where `isDated`.
    ///   - power: in kW, NaN where it is missing.
    ///   - powerFactor: cos phi of every row, NaN where it is missing; empty where it is not known.
    ///   - source: where power comes from, in words.
    ///   - isDated: whether the times are dates; hours, days, tariffs by time and unusual hours need them.
    /// - Throws: `SignalError` with code `invalidOption`, or `insufficientData` when there are no two rows to count between.
    public init(
        times: [Double], power: [Double], powerFactor: [Double] = [], source: String, isDated: Bool,
        options: EnergyOptions = EnergyOptions()
    ) throws {
        try options.validate()
        if let tariff = options.tariff, tariff.isByTime, !isDated {
            throw SignalError(
                .mismatch, "has no dates, which a tariff by hours needs; give one price, or a table with a time column")
        }
        let counter = EnergyCounter(times: times, power: power, options: options)
        guard counter.total.hours > 0, let first = times.first, let last = times.last else {
            throw SignalError(
                .insufficientData,
                counter.longestStep > 0
                    ? "has no two rows with power at most \(counter.longestStep) s apart, so there is no energy to count; see --longest-step"
                    : "has no two rows at different times, so there is no energy to count"
            )
        }
        let priced = options.tariff
        func cost(_ hour: CivilHour, _ energy: Double) -> Double? { priced.map { $0.price(hour) * energy } }
        let total = counter.total
        self.source = source
        energy = total.energy
        coveredHours = total.hours
        spanHours = (last - first) / 3_600
        averagePower = total.meanPower
        let peakRow = power.indices.filter { power[$0].isFinite }.max { power[$0] < power[$1] } ?? 0
        peakPower = power[peakRow]
        peakTime = times[peakRow]
        // An interval that is hardly covered says little of its mean; what is shorter than one interval is its own.
        let full = counter.demand.filter { $0.value.hours * 3_600 >= 0.5 * counter.demandSeconds }
        let demand = full.isEmpty ? counter.demand : full
        let highest = demand.max { ($0.value.meanPower, $1.key) < ($1.value.meanPower, $0.key) }
        peakDemand = highest?.value.meanPower ?? peakPower
        peakDemandTime = highest.map { Double($0.key) * counter.demandSeconds } ?? peakTime
        loadFactor = peakDemand > 0 ? min(1, averagePower / peakDemand) : 0
        self.powerFactor = Self.mean(powerFactor, power)
        missingRows = power.count { !$0.isFinite }
        gapCount = counter.gaps.count
        gapSeconds = counter.gaps.reduce(0) { $0 + $1.seconds }
        gaps = counter.gaps.sorted { $0.seconds > $1.seconds }.prefix(10).sorted { $0.start < $1.start }
        longestStep = counter.longestStep
        let clock = counter.hours.sorted { $0.key < $1.key }.map { (hour: $0.key, part: $0.value) }
        let hours = isDated ? Self.hours(clock, options, cost) : []
        self.hours = hours
        days = isDated ? Self.days(clock, cost) : []
        unusual = isDated ? Self.unusual(clock, options) : []
        unusualRule =
            "mean power of a clock hour at least half covered, against the same hour of at least \(Self.fewestDays) days: farther from their median than \(options.unusualDistance) times 1.4826 median absolute deviations (at least \(Int(Self.smallestShare * 100)) % of the median)"
        self.cost = priced.map { tariff in
            tariff.isByTime
                ? clock.reduce(0) { $0 + tariff.price($1.hour) * $1.part.energy } : tariff.basePrice * total.energy
        }
        savings = Self.savings(
            clock, hours: hours, demand: demand.map(\.value), average: total.meanPower, covered: total.hours,
            powerFactor: self.powerFactor, options)
    }

    /// Weighted by apparent power, so that idle rows count for little.
    private static func mean(_ factors: [Double], _ power: [Double]) -> Double? {
        var (active, apparent) = (0.0, 0.0)
        for (factor, power) in zip(factors, power) where factor.isFinite && factor > 0 && power.isFinite && power > 0 {
            active += power
            apparent += power / factor
        }
        return apparent > 0 ? active / apparent : nil
    }

    private static func hours(
        _ clock: [(hour: CivilHour, part: EnergyCounter.Part)], _ options: EnergyOptions,
        _ cost: (CivilHour, Double) -> Double?
    ) -> [HourOfDay] {
        var parts = Array(repeating: EnergyCounter.Part(), count: 24)
        var costs = Array(repeating: 0.0, count: 24)
        for (hour, part) in clock {
            parts[hour.hour].add(part)
            costs[hour.hour] += cost(hour, part.energy) ?? 0
        }
        let highest = parts.map(\.meanPower).max() ?? 0
        return (0..<24).map { hour in
            let power = parts[hour].meanPower
            return HourOfDay(
                hour: hour, energy: parts[hour].energy, meanPower: power, coveredHours: parts[hour].hours,
                cost: options.tariff == nil ? nil : costs[hour], isPeak: power > 0 && power >= 0.9 * highest,
                isOperating: options.operatingHours.isEmpty
                    ? power >= 0.5 * highest : options.operatingHours.contains(hour))
        }
    }

    private static func days(
        _ clock: [(hour: CivilHour, part: EnergyCounter.Part)], _ cost: (CivilHour, Double) -> Double?
    ) -> [Day] {
        var days: [Day] = []
        var start = 0
        for index in 1...max(1, clock.count)
        where index >= clock.count || clock[index].hour.day != clock[start].hour.day {
            guard index <= clock.count, !clock.isEmpty else { break }
            var whole = EnergyCounter.Part()
            var price: Double?
            for (hour, part) in clock[start..<index] {
                whole.add(part)
                if let more = cost(hour, part.energy) { price = (price ?? 0) + more }
            }
            days.append(
                Day(
                    start: Double(clock[start].hour.day) * 86_400, energy: whole.energy, peakPower: whole.peak,
                    coveredHours: whole.hours, cost: price))
            start = index
        }
        return days
    }

    /// Modified z-scores (Iglewicz and Hoaglin, "How to Detect and Handle Outliers", 1993, who advise 3.5).
    private static func unusual(
        _ clock: [(hour: CivilHour, part: EnergyCounter.Part)], _ options: EnergyOptions
    ) -> [UnusualHour] {
        var found: [UnusualHour] = []
        for hour in 0..<24 {
            let same = clock.filter { $0.hour.hour == hour && $0.part.hours >= 0.5 }
            guard same.count >= fewestDays else { continue }
            let median = quantile(ofSorted: same.map(\.part.meanPower).sorted(), 0.5)
            let deviation = quantile(ofSorted: same.map { abs($0.part.meanPower - median) }.sorted(), 0.5)
            let spread = max(1.4826 * deviation, smallestShare * abs(median))
            guard spread > 0 else { continue }
            for (hour, part) in same {
                let distance = (part.meanPower - median) / spread
                guard abs(distance) > options.unusualDistance else { continue }
                found.append(
                    UnusualHour(
                        start: hour.start, meanPower: part.meanPower, usualPower: median, distance: distance,
                        excessEnergy: (part.meanPower - median) * part.hours))
            }
        }
        return found.sorted { $0.start < $1.start }
    }
}
