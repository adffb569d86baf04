public import SignalCore

/// What goes wrong in a table of sensors. Sizes are in standard deviations of the column's noise
/// (``SensorColumn/noise``), lengths in rows; all are drawn uniformly.
public enum SensorAnomalyKind: String, OptionChoice {
    /// One column jumps up by 6 to 12 for 1 to 3 rows.
    case spike
    /// One column falls by 6 to 12 for 1 to 5 rows.
    case drop
    /// One column is off by 3 to 6, up or down, for 40 to 120 rows.
    case levelShift = "level-shift"
    /// One column moves away in a straight line up to 4 to 8, up or down, within 60 to 180 rows, and is mended then.
    case drift
    /// One column has no value for 10 to 60 rows.
    case dropout
    /// One column repeats its last value for 20 to 60 rows.
    case stuck
    /// One column shows for 30 to 90 rows what it shows half a day (of `telemetry`: half a cycle) earlier: usual values
    /// at an unusual time, 4 or more away in the mean.
    case contextual
    /// One column swings about its true value by 2 to 4 with a period of 6 to 12 rows, for 30 to 90 rows: no value is
    /// unusual, their sequence is.
    case collective
    /// The machine wears for 200 to 400 rows, exponentially, until it is mended: vibration rises by 6 to 12 and friction
    /// with it, which temperature, current, power, viscosity and the rest follow.
    case wear

    /// The rows that it lasts.
    var lengths: ClosedRange<Int> {
        switch self {
        case .spike: 1...3
        case .drop: 1...5
        case .levelShift: 40...120
        case .drift: 60...180
        case .dropout: 10...60
        case .stuck: 20...60
        case .contextual, .collective: 30...90
        case .wear: 200...400
        }
    }

    /// Its size; `nil` where the values tell.
    var sizes: ClosedRange<Double>? {
        switch self {
        case .spike, .drop, .wear: 6...12
        case .levelShift: 3...6
        case .drift: 4...8
        case .collective: 2...4
        case .dropout, .stuck, .contextual: nil
        }
    }
}
