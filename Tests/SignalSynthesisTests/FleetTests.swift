import SignalSynthesis
import Testing

@Suite struct FleetTests {
    @Test func `A unit wears from new to its failure, and its readings show it`() {
        let generator = FleetGenerator(seed: 3)
        for number in 1...20 {
            let unit = generator.failed(number)
            #expect(FleetGenerator.lives.contains(unit.life) && unit.values.count == unit.life)
            #expect(unit.remainingLife == 0 && unit.wear.last == 1 && unit.wear[0] < 0.05)
            #expect(zip(unit.wear, unit.wear.dropFirst()).allSatisfy { $0 < $1 })
            func mean(_ rows: ArraySlice<[Double]>, _ column: Int) -> Double {
                rows.reduce(0) { $0 + $1[column] } / Double(rows.count)
            }
            // Vibration and temperature rise, pressure falls; the current follows the load as much as the wear.
            for (column, sign) in [(1, 1.0), (2, 1.0), (4, -1.0)] {
                #expect(sign * (mean(unit.values.suffix(5), column) - mean(unit.values.prefix(30), column)) > 0)
            }
        }
    }

    @Test func `A running unit is the beginning of its whole life, and a seed gives one fleet`() {
        let generator = FleetGenerator(seed: 3)
        let (whole, running) = (generator.failed(7), generator.running(7))
        #expect(running.values == Array(whole.values.prefix(running.values.count)) && running.remainingLife > 0)
        #expect(FleetGenerator(seed: 3).failed(7).values == whole.values)
        #expect(FleetGenerator(seed: 4).failed(7).values != whole.values)
    }
}
