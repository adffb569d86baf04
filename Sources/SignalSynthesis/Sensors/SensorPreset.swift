public import SignalCore

/// Which machine the sensors are mounted on.
public enum SensorPreset: String, OptionChoice {
    /// An electric motor that drives a hydraulic pump: temperature, current, humidity, vibration, pressure, viscosity and
    /// power, usually once a minute (``PumpUnitModel``).
    case machine
    /// A small turbine: temperature, pressure, vibration and fuel flow, usually ten times a second (``TurbineModel``).
    case telemetry

    /// The usual spacing of rows in seconds.
    public var usualSpacing: Double { self == .machine ? 60 : 0.1 }
}
