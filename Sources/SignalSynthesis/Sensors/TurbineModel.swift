import RealModule
import SignalCore

/// A small turbine under a throttle that goes up and down, as telemetry sees it.
///
/// - Throttle: 0.6 of its range, a cycle of five minutes, one of 40 seconds, and irregular changes.
/// - Fuel flow follows the throttle at once; the speed follows it with a time constant of 2 s (the rotor's inertia).
/// - Pressure behind the compressor: ambient and a part that grows with the square of the speed, as the similarity laws
///   of turbomachines say (Dixon and Hall, "Fluid Mechanics and Thermodynamics of Turbomachinery", 7th edition, 2.3).
/// - Exhaust temperature: the heat balance `fuel heat = air flow * cp * dT` with an air flow that grows with the speed,
///   through the lag of the thermocouple, 8 s.
/// - Vibration: a floor and imbalance, which grows with the square of the speed; the squares add up.
/// - Wear lets vibration grow, and costs efficiency: more fuel and a hotter exhaust for the same throttle.
struct TurbineModel: SensorModel {
    static let columns = [
        SensorColumn(name: "temperature", unit: "degC", quantity: "exhaust temperature", noise: 2),
        SensorColumn(name: "pressure", unit: "bar", quantity: "pressure behind the compressor", noise: 0.05),
        SensorColumn(name: "vibration", unit: "mm/s", quantity: "vibration velocity, RMS", noise: 0.06),
        SensorColumn(name: "fuel_flow", unit: "kg/h", quantity: "fuel flow", noise: 1.2),
    ]
    static let wearPerNoise = 0.06 / (1.1 * 1.8)
    static let cycleSeconds = 300.0
    static let settlingSeconds = 120.0

    private let efficiency: Double
    private let balance: Double
    private let rotorStep: Double
    private let thermocoupleStep: Double
    private var throttleNoise: AutoregressiveNoise
    private var speed = 0.6
    private var temperature = 400.0

    init(spacing: Double, seed: UInt64) {
        var generator = SeededGenerator(seed: seed, stream: 1)
        efficiency = 1 + 0.02 * generator.normal()
        balance = 1 + 0.05 * generator.normal()
        rotorStep = 1 - Double.exp(-spacing / 2)
        thermocoupleStep = 1 - Double.exp(-spacing / 8)
        throttleNoise = AutoregressiveNoise(
            deviation: 0.02, timeConstant: 3, spacing: spacing, seed: seed, stream: 2)
    }

    mutating func next(time: Double, wear: Double) -> [Double] {
        // The epoch's large numbers would cost the sine its last digits.
        let phase = 2 * Double.pi * (time - (time / Self.cycleSeconds).rounded(.down) * Self.cycleSeconds)
        let work = 2 * Double.pi * (time - (time / 40).rounded(.down) * 40)
        let throttle =
            0.6 + 0.2 * Double.sin(phase / Self.cycleSeconds) + 0.08 * Double.sin(work / 40) + throttleNoise.next()
        let command = min(max(throttle, 0.1), 1)
        let fuel = (40 + 180 * command) * (1 + 0.15 * wear) / efficiency
        speed += rotorStep * (command - speed)
        let airFlow = 0.4 + 0.6 * speed
        temperature += thermocoupleStep * (15 + 1.9 * fuel / airFlow - temperature)
        let imbalance = 2.5 * speed * speed * balance
        let vibration = (1 + 1.8 * wear) * (0.25 + imbalance * imbalance).squareRoot()
        return [temperature, 1 + 9 * speed * speed, vibration, fuel]
    }
}
