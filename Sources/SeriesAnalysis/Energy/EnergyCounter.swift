/// Adds up energy step by step, by clock hours and demand intervals.
struct EnergyCounter {
    /// What was added up within one hour or interval.
    struct Part {
        /// kWh.
        var energy = 0.0
        var hours = 0.0
        /// The largest reading in kW.
        var peak = 0.0
        var meanPower: Double { hours > 0 ? energy / hours : 0 }
    }

    let longestStep: Double
    let demandSeconds: Double
    private(set) var total = Part()
    private(set) var hours: [CivilHour: Part] = [:]
    private(set) var demand: [Int: Part] = [:]
    private(set) var gaps: [EnergyReport.Gap] = []

    init(times: [Double], power: [Double], options: EnergyOptions) {
        let steps = zip(times, times.dropFirst()).map { $1 - $0 }.filter { $0 > 0 }.sorted()
        let usual = steps.isEmpty ? 0 : steps[steps.count / 2]
        longestStep = options.longestStep > 0 ? options.longestStep : 3 * usual
        demandSeconds = options.demandMinutes * 60
        var gapStart: Double?
        // A plain array for what is filled in order, since a dictionary is asked too often otherwise.
        var (hour, hourPart): (CivilHour?, Part) = (nil, Part())
        var (interval, intervalPart): (Int?, Part) = (nil, Part())
        for row in 1..<max(1, times.count) {
            let (start, end) = (times[row - 1], times[row])
            let length = end - start
            guard length > 0 else { continue }
            guard length <= longestStep * (1 + 1e-9), power[row - 1].isFinite, power[row].isFinite else {
                gapStart = gapStart ?? start
                let isOpen = row + 1 < times.count && !power[row].isFinite
                if !isOpen, let begin = gapStart {
                    gaps.append(EnergyReport.Gap(start: begin, seconds: end - begin))
                    gapStart = nil
                }
                continue
            }
            if let begin = gapStart {
                gaps.append(EnergyReport.Gap(start: begin, seconds: start - begin))
                gapStart = nil
            }
            let slope = (power[row] - power[row - 1]) / length
            func split(at seconds: Double, _ body: (Double, Part) -> Void) {
                var from = start
                while from < end {
                    let edge = ((from / seconds).rounded(.down) + 1) * seconds
                    let to = edge > from ? min(edge, end) : end
                    let (left, right) = (power[row - 1] + slope * (from - start), power[row - 1] + slope * (to - start))
                    let covered = (to - from) / 3_600
                    body(
                        from,
                        Part(energy: (left + right) / 2 * covered, hours: covered, peak: max(left, right)))
                    from = to
                }
            }
            split(at: 3_600) { from, part in
                total.add(part)
                let current = CivilHour(from)
                if current != hour {
                    if let hour { hours[hour, default: Part()].add(hourPart) }
                    (hour, hourPart) = (current, Part())
                }
                hourPart.add(part)
            }
            split(at: demandSeconds) { from, part in
                let current = Int((from / demandSeconds).rounded(.down))
                if current != interval {
                    if let interval { demand[interval, default: Part()].add(intervalPart) }
                    (interval, intervalPart) = (current, Part())
                }
                intervalPart.add(part)
            }
        }
        if let hour { hours[hour, default: Part()].add(hourPart) }
        if let interval { demand[interval, default: Part()].add(intervalPart) }
    }
}

extension EnergyCounter.Part {
    mutating func add(_ other: Self) {
        energy += other.energy
        hours += other.hours
        peak = max(peak, other.peak)
    }
}
