import RealModule
import SignalCore

/// A three-phase induction motor of 15 kW that drives the pump of an oil hydraulic unit, in a workshop with day and night.
///
/// - Load: 0.55 of the rated one, a daily cycle (highest at 14 h, lowest at night), a work cycle of two hours, and
///   irregular changes.
/// - Current: an active part `Ip = P / (sqrt(3) U)` and the magnetising part `Im`, which does not depend on the load, at
///   right angles: `I = sqrt(Ip^2 + Im^2)`, `cos phi = Ip / I` (Chapman, "Electric Machinery Fundamentals", 5th
///   edition, 6.4). The power factor therefore falls at low load.
/// - Power: `P = sqrt(3) U I cos phi`, three phases, U between lines.
/// - Temperature of the oil: `tau dT/dt = Ta + R Ploss - T`, the heat balance of one body that stores, takes in the losses
///   and gives off heat to the room by its temperature difference (Incropera, "Fundamentals of Heat and Mass Transfer",
///   6th edition, 5.3). Solved exactly over one row.
/// - Viscosity: `nu = K exp(B / (T + 95))`, Vogel's equation in Cameron's form (Cameron, "The Principles of Lubrication",
///   1966), through the two points of an ISO VG 46 oil, 46 mm^2/s at 40 degC and 6.8 at 100 degC.
/// - Friction in the pump grows with viscosity, so cold oil takes more power.
/// - Pressure rises with load; leakage through gaps grows as the oil thins (laminar, inverse to the viscosity).
/// - Vibration velocity (RMS): the squares of a floor, of imbalance (growing with the square of the speed) and of the load
///   add up; the speed falls with the load by the slip of the motor. Wear multiplies it: at its end 1 + 1.8 times, which
///   takes a pump from zone A/B of ISO 10816-3 to its limit.
/// - Relative humidity: vapour pressure at the dew point over the saturation pressure at the air's temperature, both by
///   Magnus' formula with the constants of Alduchov and Eskridge (Journal of Applied Meteorology 35, 1996). Warm air is
///   drier, the dew point wanders.
struct PumpUnitModel: SensorModel {
    static let columns = [
        SensorColumn(name: "temperature", unit: "degC", quantity: "oil temperature", noise: 0.3),
        SensorColumn(name: "current", unit: "A", quantity: "current of each of three phases", noise: 0.3),
        SensorColumn(name: "humidity", unit: "%", quantity: "relative humidity of the air around", noise: 0.8),
        SensorColumn(name: "vibration", unit: "mm/s", quantity: "vibration velocity, RMS", noise: 0.05),
        SensorColumn(name: "pressure", unit: "bar", quantity: "oil pressure", noise: 1.2),
        SensorColumn(name: "viscosity", unit: "mm^2/s", quantity: "kinematic viscosity of the oil", noise: 0.5),
        SensorColumn(name: "power", unit: "kW", quantity: "active electrical power, three phases", noise: 0.15),
    ]
    static let wearPerNoise = 0.05 / (1.65 * wearVibration)
    static let cycleSeconds = 86_400.0
    static let settlingSeconds = 86_400.0

    /// The period of the work cycle in seconds.
    static let workCycleSeconds = 7_200.0
    /// The rated power at the shaft in kW, and how much of the electrical power arrives there.
    static let ratedPower = 15.0
    static let efficiency = 0.9
    /// The usual voltage between lines in V, and the magnetising current in A.
    static let voltage = 400.0
    static let magnetisingCurrent = 11.0
    /// The time constant of the temperature in seconds and the thermal resistance to the air in K/kW.
    static let thermalTimeConstant = 2_700.0
    static let thermalResistance = 21.0
    /// What wear multiplies: vibration by 1 + this, friction by as much of the load.
    static let wearVibration = 1.8
    static let wearFriction = 0.3

    /// All that is true of one instant, the quantities without a sensor too.
    struct State {
        var ambient = 22.0
        var load = 0.0
        var voltage = 0.0
        var current = 0.0
        var powerFactor = 0.0
        /// Active power in kW, and the part of it that heats the oil.
        var power = 0.0
        var loss = 0.0
        var temperature = 40.0
        var viscosity = 46.0
        var pressure = 0.0
        var vibration = 0.0
        var humidity = 0.0
    }

    private(set) var state = State()
    private let cooling: Double
    private let friction: Double
    private let roughness: Double
    private let step: Double
    private var loadNoise: AutoregressiveNoise
    private var ambientNoise: AutoregressiveNoise
    private var dewPointNoise: AutoregressiveNoise
    private var voltageNoise: AutoregressiveNoise

    init(spacing: Double, seed: UInt64) {
        var generator = SeededGenerator(seed: seed, stream: 1)
        cooling = 1 + 0.03 * generator.normal()
        friction = 1 + 0.03 * generator.normal()
        roughness = 1 + 0.05 * generator.normal()
        step = 1 - Double.exp(-spacing / Self.thermalTimeConstant)
        func noise(_ deviation: Double, _ timeConstant: Double, _ stream: UInt64) -> AutoregressiveNoise {
            AutoregressiveNoise(
                deviation: deviation, timeConstant: timeConstant, spacing: spacing, seed: seed, stream: stream)
        }
        loadNoise = noise(0.03, 1_200, 2)
        ambientNoise = noise(0.4, 10_800, 3)
        dewPointNoise = noise(0.5, 43_200, 4)
        voltageNoise = noise(0.005, 600, 5)
    }

    /// Kinematic viscosity in mm^2/s of an ISO VG 46 oil at a temperature in degC.
    static func viscosity(_ temperature: Double) -> Double {
        let exponent = Double.log(46 / 6.8) / (1 / 135.0 - 1 / 195.0)
        return 46 * Double.exp(exponent * (1 / (temperature + 95) - 1 / 135))
    }

    /// Saturation pressure of water vapour in hPa at a temperature in degC (Magnus).
    static func saturationPressure(_ temperature: Double) -> Double {
        6.1094 * Double.exp(17.625 * temperature / (temperature + 243.04))
    }

    /// The part of the load that comes back every day, at a time in seconds since a midnight.
    static func scheduledLoad(_ time: Double) -> Double {
        let day = 2 * Double.pi * (time - 8 * 3_600) / cycleSeconds
        return 0.55 + 0.22 * Double.sin(day) + 0.06 * Double.sin(2 * day)
            + 0.06 * Double.sin(2 * Double.pi * time / workCycleSeconds)
    }

    /// Goes on by one row and returns all that is true then.
    mutating func advance(time: Double, wear: Double) -> State {
        var now = state
        let sinceMidnight = time - (time / 86_400).rounded(.down) * 86_400
        now.ambient =
            22 + 4 * Double.cos(2 * Double.pi * (sinceMidnight - 15 * 3_600) / 86_400) + ambientNoise.next()
        now.load = max(0.05, Self.scheduledLoad(sinceMidnight) + loadNoise.next())
        now.voltage = Self.voltage * (1 + voltageNoise.next())

        let drag = 0.1 * friction * (now.viscosity / 46) + Self.wearFriction * wear
        let shaft = Self.ratedPower * (now.load + drag * 0.3)
        let active = 1_000 * shaft / (Self.efficiency * 3.0.squareRoot() * now.voltage)
        now.current = (active * active + Self.magnetisingCurrent * Self.magnetisingCurrent).squareRoot()
        now.powerFactor = active / now.current
        now.power = 3.0.squareRoot() * now.voltage * now.current * now.powerFactor / 1_000
        // The motor's losses, and what the pump turns into heat by friction.
        now.loss = (1 - Self.efficiency) * now.power + Self.ratedPower * drag * 0.3

        let settled = now.ambient + Self.thermalResistance * cooling * now.loss
        now.temperature += step * (settled - now.temperature)
        now.viscosity = Self.viscosity(now.temperature)
        now.pressure = (30 + 90 * now.load) * (1 - 0.04 * (46 / now.viscosity - 1))
        let speed = 1 - 0.03 * now.load
        let imbalance = 0.9 * speed * speed
        now.vibration =
            roughness * (1 + Self.wearVibration * wear)
            * (0.64 + imbalance * imbalance + 1.96 * now.load * now.load).squareRoot()
        let air = now.ambient + 0.08 * (now.temperature - now.ambient)
        now.humidity = min(
            100, 100 * Self.saturationPressure(10 + dewPointNoise.next()) / Self.saturationPressure(air))
        state = now
        return now
    }

    mutating func next(time: Double, wear: Double) -> [Double] {
        let now = advance(time: time, wear: wear)
        return [
            now.temperature, now.current, now.humidity, now.vibration, now.pressure, now.viscosity, now.power,
        ]
    }
}
