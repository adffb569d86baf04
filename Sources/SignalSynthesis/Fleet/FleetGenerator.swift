import RealModule
import SignalCore

/// A fleet of pumps that wear until they fail, for demonstrations of maintenance.
///
/// Wear is a power of the share of life that has passed, with an exponent of its own for every unit: slow at first, then
/// fast. It shows in the vibration (bearings), the temperature (friction), the current (at equal load) and the pressure
/// (inner leakage), all of which also follow the load and have an offset of the unit and noise. Which of them shows it most
/// differs from unit to unit. The same seed gives the same fleet.
public struct FleetGenerator: Sendable {
    /// The shortest and the longest life in rows.
    public static let lives = 100...320

    private let seed: UInt64

    /// Makes the generator of one seed.
    public init(seed: UInt64) { self.seed = seed }

    /// The life of a unit from its start to its failure.
    ///
    /// - Parameter number: the number of the unit, from 1.
    public func failed(_ number: Int) -> FleetUnit { unit(number, isRunning: false) }

    /// The life of a unit that still runs, cut off somewhere between a quarter of it and its end.
    public func running(_ number: Int) -> FleetUnit { unit(number, isRunning: true) }

    private func unit(_ number: Int, isRunning: Bool) -> FleetUnit {
        var generator = SeededGenerator(seed: seed, stream: UInt64(number))
        let span = Double(Self.lives.upperBound - Self.lives.lowerBound)
        // The mean of three uniform numbers: most lives lie in the middle.
        let share = (generator.uniform() + generator.uniform() + generator.uniform()) / 3
        let life = Self.lives.lowerBound + Int(share * span)
        let exponent = generator.uniform(1.8...3.5)
        let offset = (0..<4).map { _ in generator.normal() }
        let strength = (0..<4).map { _ in generator.uniform(0.6...1.4) }
        let cut = generator.uniform(0.25...0.98)
        let rows = isRunning ? max(1, Int(cut * Double(life))) : life
        var (values, wear): ([[Double]], [Double]) = ([], [])
        var drift = 0.0
        for row in 0..<rows {
            let worn = Double.pow(Double(row + 1) / Double(life), exponent)
            drift = 0.9 * drift + 0.4 * generator.normal()
            let load = 70 + 12 * Double.sin(2 * .pi * Double(row) / 21) + 3 * drift
            let pull = (load - 70) / 10
            wear.append(worn)
            values.append([
                load,
                2.2 + 0.15 * offset[0] + 0.12 * pull + 2.6 * strength[0] * worn + 0.16 * generator.normal(),
                58 + 1.2 * offset[1] + 1.5 * pull + 11 * strength[1] * worn + 0.8 * generator.normal(),
                14.5 + 0.3 * offset[2] + 0.8 * pull + 1.7 * strength[2] * worn + 0.18 * generator.normal(),
                6.2 + 0.06 * offset[3] - 0.10 * pull - 0.55 * strength[3] * worn + 0.05 * generator.normal(),
            ])
        }
        return FleetUnit(number: number, life: life, values: values, wear: wear)
    }
}
