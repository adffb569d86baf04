import Foundation
import SignalCore
import Testing

@testable import SeriesAnalysis

@Suite struct `Energy` {
    /// 2024-01-01, a Monday.
    static let monday = 1_704_067_200.0

    /// Ten days of minutes: 10 kW from 6 to 22 h, 2 kW at night.
    static func machine(days: Int = 10) -> (times: [Double], power: [Double]) {
        let times = (0...days * 1_440).map { monday + Double($0) * 60 }
        return (times, times.map { (6..<22).contains(CivilHour($0).hour) ? 10 : 2 })
    }

    static func report(
        _ times: [Double], _ power: [Double], isDated: Bool = true, _ change: (inout EnergyOptions) -> Void = { _ in }
    ) throws -> EnergyReport {
        var options = EnergyOptions()
        change(&options)
        return try EnergyReport(times: times, power: power, source: "test", isDated: isDated, options: options)
    }

    @Test func `a straight line is a trapezoid, over whatever times`() throws {
        let report = try Self.report([0, 600, 1_800, 3_600], [0, 1, 3, 6], isDated: false) { $0.longestStep = 3_600 }
        #expect(abs(report.energy - 3) < 1e-12)
        #expect(report.coveredHours == 1 && abs(report.averagePower - 3) < 1e-12)
        #expect(report.peakPower == 6 && report.peakTime == 3_600 && report.gapCount == 0)
        #expect(report.hours.isEmpty && report.days.isEmpty)
    }

    @Test func `a gap is not bridged, and is reported`() throws {
        var (times, power) = Self.machine(days: 1)
        times.removeSubrange(601..<720)
        power.removeSubrange(601..<720)
        power[100] = .nan
        power[101] = .nan
        let report = try Self.report(times, power)
        // Two hours of 10 kW, and three minutes of 2 kW.
        let whole = 16.0 * 10 + 8 * 2
        #expect(abs(report.energy - (whole - 20 - 0.1)) < 1e-9)
        #expect(report.gapCount == 2 && report.gapSeconds == 7_200 + 180 && report.missingRows == 2)
        #expect(report.gaps.map(\.start) == [Self.monday + 99 * 60, Self.monday + 36_000])
        let patient = try Self.report(times, power) { $0.longestStep = 7_200 }
        #expect(abs(patient.energy - (whole - 0.1)) < 1e-9)
        // What is counted by hour and by day is what is counted in all.
        for kind in [report, patient] {
            #expect(abs(kind.hours.reduce(0) { $0 + $1.energy } - kind.energy) < 1e-9)
            #expect(abs(kind.days.reduce(0) { $0 + $1.energy } - kind.energy) < 1e-9)
            #expect(abs(kind.coveredHours * 3_600 + kind.gapSeconds - 86_400) < 1e-6)
        }
    }

    @Test func `load factor, demand and peak hours`() throws {
        var (times, power) = Self.machine()
        // A short peak: the reading is the peak, the demand a mean over its quarter of an hour.
        power[607] = 40
        let report = try Self.report(times, power)
        #expect(report.peakPower == 40 && report.peakTime == times[607])
        #expect(abs(report.peakDemand - 12) < 1e-9 && report.peakDemandTime == times[600])
        #expect(abs(report.loadFactor - report.averagePower / report.peakDemand) < 1e-12)
        #expect(report.hours.filter(\.isPeak).map(\.hour) == Array(6..<22))
        #expect(report.hours.filter(\.isOperating).map(\.hour) == Array(6..<22))
        #expect(report.days.count == 10 && report.days[0].start == Self.monday)
        times[5] = times[4]
        #expect(try Self.report(times, power).energy > 0)
    }

    @Test func `cost follows the tariff by hour and weekday`() throws {
        let (times, power) = Self.machine(days: 7)
        let flat = try Self.report(times, power) { $0.tariff = try? Tariff("0.5") }
        #expect(abs((flat.cost ?? 0) - flat.energy / 2) < 1e-9)
        let tariff = try Tariff("0.1, 8-20=0.3, sat-sun=0.2, sun:8-9=1")
        let byTime = try Self.report(times, power) { $0.tariff = tariff }
        // Slow and obvious: minute by minute.
        var cost = 0.0
        for (row, time) in times.dropLast().enumerated() {
            let price = tariff.price(CivilHour(time + 30))
            cost += (power[row] + power[row + 1]) / 2 / 60 * price
        }
        #expect(abs((byTime.cost ?? 0) - cost) < 1e-6)
        #expect(abs(byTime.days.reduce(0) { $0 + ($1.cost ?? 0) } - cost) < 1e-6)
        #expect(abs(byTime.hours.reduce(0) { $0 + ($1.cost ?? 0) } - cost) < 1e-6)
        let error = #expect(throws: SignalError.self) {
            try Self.report(times, power, isDated: false) { $0.tariff = tariff }
        }
        #expect(error?.code == .mismatch)
    }

    @Test(arguments: [
        "", "x", "-1", "1e9", "0.2,6=1", "0.2,22-6=1", "0.2,6-25=1", "0.2,mon-foo=1", "0.2,6-7", "0.2,6-7=x",
    ])
    func `what is no tariff is refused`(_ text: String) {
        let error = #expect(throws: SignalError.self) { try Tariff(text) }
        #expect(error?.code == .invalidOption)
    }

    @Test func `an hour that differs from the same hour of other days is found`() throws {
        var (times, power) = Self.machine()
        for row in times.indices where CivilHour(times[row]).hour == 3 && CivilHour(times[row]).day == 19_727 {
            power[row] = 9
        }
        let report = try Self.report(times, power)
        #expect(report.unusual.count == 1)
        let hour = try #require(report.unusual.first)
        #expect(hour.start == 19_727 * 86_400 + 3 * 3_600 && hour.usualPower == 2)
        #expect(abs(hour.excessEnergy - 7) < 0.2 && hour.distance > 100)
        let short = try Self.report(Array(times.prefix(3_000)), Array(power.prefix(3_000)))
        #expect(short.unusual.isEmpty)
    }

    @Test func `savings are counted by their rules`() throws {
        let (times, power) = Self.machine()
        let report = try EnergyReport(
            times: times, power: power, powerFactor: power.map { _ in 0.8 }, source: "test", isDated: true,
            options: {
                var options = EnergyOptions()
                options.tariff = try Tariff("0.1,8-20=0.3")
                return options
            }())
        func saving(_ kind: String) -> EnergyReport.Saving? { report.savings.first { $0.kind == kind } }
        // Eight hours of 2 kW on ten days (the ramps of a minute at both ends cancel but for the last row).
        #expect(abs((saving("standby")?.energy ?? 0) - 160) < 2)
        // Twelve hours of 10 kW above the day's mean of 7.33.
        #expect(abs((saving("shifting")?.amount ?? 0) - 10 * 12 * (10 - 22.0 / 3)) < 1)
        let moved = saving("shifting")?.amount ?? 0
        #expect(abs((saving("shifting")?.cost ?? 0) - moved * 0.2) < 1e-9)
        let tangents = tan(acos(0.8)) - tan(acos(0.95))
        #expect(abs((saving("power-factor")?.amount ?? 0) - report.averagePower * tangents) < 1e-9)
        #expect(abs((report.powerFactor ?? 0) - 0.8) < 1e-12)
        #expect(report.savings.allSatisfy { !$0.rule.isEmpty })
    }

    @Test func `power of one and three phases`() {
        #expect(ElectricalPower.kilowatts(voltage: 230, current: 10, powerFactor: 0.5, phases: 1) == 1.15)
        let three = ElectricalPower.kilowatts(voltage: 400, current: 10, powerFactor: 1, phases: 3)
        #expect(abs(three - 3 * 230.940_107_7 * 10 / 1_000) < 1e-6)
    }

    @Test func `the calendar of hours`() {
        #expect(CivilHour(Self.monday).weekday == 0 && CivilHour(Self.monday).hour == 0)
        #expect(CivilHour(0).weekday == 3 && CivilHour(-1).day == -1 && CivilHour(-1).hour == 23)
        #expect(CivilHour(-86_400).day == -1 && CivilHour(-86_400).hour == 0)
    }

    @Test func `nothing to count is refused with a sentence`() {
        for (times, power) in [([0.0], [1.0]), ([0, 60], [1, .nan]), ([], []), ([5, 5], [1, 1])] {
            let error = #expect(throws: SignalError.self) { try Self.report(times, power) }
            #expect(error?.code == .insufficientData)
        }
    }
}
