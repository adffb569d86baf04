import RealModule
import SignalCore

/// Readings of the calendar as points on circles, so that 23 o'clock is next to midnight.
struct CalendarColumns: Sendable {
    private let features: [CalendarFeature]
    private let startTime: Double
    /// Cosine and sine of every position on the circle of every feature.
    private let circles: [[(sine: Float, cosine: Float)]]

    init(_ features: [CalendarFeature], startTime: Double) {
        self.features = features
        self.startTime = startTime
        circles = features.map { feature in
            let positions = feature.positions
            return (0..<positions).map { position in
                let angle = 2 * Double.pi * Double(position) / Double(positions)
                return (Float(Double.sin(angle)), Float(Double.cos(angle)))
            }
        }
    }

    /// What the features are called.
    var columns: [FeatureColumn] {
        features.flatMap { [FeatureColumn("\($0.rawValue).sin"), FeatureColumn("\($0.rawValue).cos")] }
    }

    /// Writes the features of the row at `time` seconds after the start.
    func write(_ time: Double, into result: inout [Float], at next: inout Int) {
        let reading = CivilTime(seconds: startTime + time)
        for (feature, circle) in zip(features, circles) {
            let point = circle[feature.position(reading)]
            result[next] = point.sine
            result[next + 1] = point.cosine
            next += 2
        }
    }
}

extension CalendarFeature {
    /// How many different readings there are.
    var positions: Int {
        switch self {
        case .hour: 24
        case .weekday: 7
        case .month: 12
        case .minute: 1440
        }
    }

    /// The reading at a time, from 0.
    func position(_ time: CivilTime) -> Int {
        switch self {
        case .hour: time.minute / 60
        case .weekday: time.weekday
        case .month: time.month
        case .minute: time.minute
        }
    }
}

/// A moment in the Gregorian calendar.
struct CivilTime: Equatable {
    /// The minute of the day.
    let minute: Int
    /// The day of the week, 0 for Monday.
    let weekday: Int
    /// The month, 0 for January.
    let month: Int

    /// From seconds since 1970-01-01 UTC. Years are counted from March on, as in Hinnant, "chrono-Compatible Low-Level
    /// Date Algorithms" (2013).
    init(seconds: Double) {
        // Thirty million years are out of the calendar, and within whole numbers.
        let seconds = Int(max(-1e15, min(1e15, seconds.isNaN ? 0 : seconds)).rounded(.down))
        let days = Self.floored(seconds, 86400)
        minute = (seconds - days * 86400) / 60
        // 1970-01-01 was a Thursday.
        weekday = (days + 3) - Self.floored(days + 3, 7) * 7
        let shifted = days + 719_468
        let dayOfEra = shifted - Self.floored(shifted, 146_097) * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        month = ((5 * dayOfYear + 2) / 153 + 2) % 12
    }

    private static func floored(_ value: Int, _ divisor: Int) -> Int {
        value >= 0 ? value / divisor : -((-value + divisor - 1) / divisor)
    }
}
