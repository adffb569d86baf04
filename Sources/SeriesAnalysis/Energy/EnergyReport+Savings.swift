import RealModule

extension EnergyReport {
    /// Where less would do, each by a rule that is stated with it. None of them knows what the machine is for.
    static func savings(
        _ clock: [(hour: CivilHour, part: EnergyCounter.Part)], hours: [HourOfDay], demand: [EnergyCounter.Part],
        average: Double, covered: Double, powerFactor: Double?, _ options: EnergyOptions
    ) -> [Saving] {
        var savings: [Saving] = []
        if !hours.isEmpty {
            let operating = Set(hours.filter(\.isOperating).map(\.hour))
            let idle = clock.filter { !operating.contains($0.hour.hour) }
            if !idle.isEmpty {
                savings.append(
                    Saving(
                        kind: "standby", energy: idle.reduce(0) { $0 + $1.part.energy },
                        cost: options.tariff.map { tariff in
                            idle.reduce(0) { $0 + tariff.price($1.hour) * $1.part.energy }
                        }, amount: nil, amountUnit: nil,
                        rule: "all energy of hours that are no operating hours ("
                            + (options.operatingHours.isEmpty
                                ? "mean power below half of the highest hour's" : "as given")
                            + "), if the machine were switched off then"))
            }
            if let tariff = options.tariff, tariff.isByTime { savings += shifting(clock, tariff) }
        }
        savings += peakShaving(demand, options)
        if let powerFactor, powerFactor < options.wantedPowerFactor {
            savings.append(compensation(powerFactor, average: average, options))
        }
        return savings
    }

    private static func shifting(
        _ clock: [(hour: CivilHour, part: EnergyCounter.Part)], _ tariff: Tariff
    ) -> [Saving] {
        let cheapest = clock.map { tariff.price($0.hour) }.min() ?? 0
        var byDay: [Int: EnergyCounter.Part] = [:]
        for (hour, part) in clock { byDay[hour.day, default: EnergyCounter.Part()].add(part) }
        var (energy, money) = (0.0, 0.0)
        for (hour, part) in clock where tariff.price(hour) > cheapest {
            let above = max(0, part.meanPower - (byDay[hour.day]?.meanPower ?? 0)) * part.hours
            energy += above
            money += above * (tariff.price(hour) - cheapest)
        }
        guard energy > 0 else { return [] }
        return [
            Saving(
                kind: "shifting", energy: 0, cost: money, amount: energy, amountUnit: "kWh moved",
                rule:
                    "what hours dearer than the cheapest price draw above their day's mean power, moved to the cheapest price"
            )
        ]
    }

    private static func peakShaving(_ demand: [EnergyCounter.Part], _ options: EnergyOptions) -> [Saving] {
        let sorted = demand.map(\.meanPower).sorted()
        guard let highest = sorted.last, sorted.count >= 20 else { return [] }
        let limit = quantile(ofSorted: sorted, 0.95)
        guard highest > limit else { return [] }
        let moved = demand.reduce(0) { $0 + max(0, $1.meanPower - limit) * $1.hours }
        let minutes = Int(options.demandMinutes.rounded())
        return [
            Saving(
                kind: "peak-shaving", energy: 0,
                cost: options.demandPrice > 0 ? options.demandPrice * (highest - limit) : nil,
                amount: highest - limit, amountUnit: "kW",
                rule:
                    "the highest demand (mean over \(minutes) minutes) brought down to what 95 % of intervals stay below, by moving "
                    + "\((moved * 100).rounded() / 100) kWh")
        ]
    }

    /// `Qc = P (tan phi1 - tan phi2)`; the current, and with its square the losses in the lines, fall as the power factor
    /// rises (Chapman, "Electric Machinery Fundamentals", 5th edition, 1.9).
    private static func compensation(_ factor: Double, average: Double, _ options: EnergyOptions) -> Saving {
        func tangent(_ cosine: Double) -> Double { (1 - cosine * cosine).squareRoot() / cosine }
        let wanted = options.wantedPowerFactor
        let share = 1 - (factor / wanted) * (factor / wanted)
        return Saving(
            kind: "power-factor", energy: 0, cost: nil,
            amount: average * (tangent(factor) - tangent(wanted)), amountUnit: "kvar",
            rule:
                "compensation at average power from \((factor * 1_000).rounded() / 1_000) to \(wanted): losses in the supply lines fall by "
                + "\(Int((share * 100).rounded())) %; their size is not known here")
    }
}
