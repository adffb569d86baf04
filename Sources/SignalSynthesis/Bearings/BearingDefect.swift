public import SignalCore

/// Which part of a rolling bearing is damaged.
public enum BearingDefect: String, OptionChoice {
    /// The outer race, which stands still.
    case outerRace = "outer-race"
    /// The inner race, which turns with the shaft through the load zone.
    case innerRace = "inner-race"
    /// A ball or roller, which spins and travels with the cage.
    case rollingElement = "rolling-element"
}
