import SignalCore

/// What the name of a column says about its content.
struct ColumnName {
    /// The name without its unit.
    let stem: String
    /// The unit it states, such as that of `x_g` or `acc (m/s^2)`.
    let unit: SignalUnit?
    /// The axis of an accelerometer: `x`, `y` or `z`.
    let axis: String?
    /// Whether it is a time.
    let isTime: Bool
    /// The unit of a numeric time in nanoseconds, where the name states it, as `time_ms` does.
    let timeUnit: Int64?
    /// Whether it is a label or a number of something, not a measurement.
    let isLabel: Bool

    /// Looks at a name.
    init(_ name: String) {
        let lowered = name.lowercased().split(whereSeparator: \.isWhitespace).joined(separator: " ")
        let (stem, unitText) = Self.split(lowered)
        let accelerationUnit = unitText.flatMap { Self.units[$0] }
        let timeUnit = unitText.flatMap { Self.timeUnits[$0] }
        unit = accelerationUnit
        let isKnownUnit = accelerationUnit != nil || timeUnit != nil
        self.stem =
            isKnownUnit && !stem.isEmpty ? String(name.trimmingPrefix { $0.isWhitespace }.prefix(stem.count)) : name
        let bare = isKnownUnit ? stem : lowered
        let words = bare.split { !$0.isLetter && !$0.isNumber }.map(String.init)
        let joined = words.joined(separator: "_")
        isTime = Self.timeNames.contains(joined)
        self.timeUnit = isTime ? timeUnit : nil
        isLabel = Self.labelNames.contains(joined)
        axis = Self.axis(words)
    }

    /// Cuts a unit off the end: in brackets, or after an underline or a blank.
    private static func split(_ name: String) -> (stem: String, unit: String?) {
        for (open, close) in [("(", ")"), ("[", "]")] where name.hasSuffix(close) {
            guard let start = name.lastIndex(of: Character(open)) else { continue }
            let unit = name[name.index(after: start)...].dropLast()
            let stem = name[..<start]
            return (stem.last == " " || stem.last == "_" ? String(stem.dropLast()) : String(stem), String(unit))
        }
        for (suffix, unit) in unitSuffixes where name.hasSuffix(suffix) {
            return (String(name.dropLast(suffix.count)), unit)
        }
        return (name, nil)
    }

    private static func axis(_ words: [String]) -> String? {
        let rest = words.filter { !sensorWords.contains($0) }
        guard rest.count == 1, let word = rest.first else { return nil }
        for axis in ["x", "y", "z"] {
            if word == axis { return axis }
            if word.hasSuffix(axis), joinedWords.contains(String(word.dropLast())) { return axis }
            if word.hasPrefix(axis), joinedWords.contains(String(word.dropFirst())) { return axis }
        }
        return nil
    }

    /// The endings that are a unit, the longest first: `x_m_s2` also ends in `_s2`.
    private static let unitSuffixes: [(suffix: String, unit: String)] =
        (Array(units.keys) + Array(timeUnits.keys)).sorted { ($0.count, $0) > ($1.count, $1) }
        .flatMap { unit in ["_", " "].map { (suffix: $0 + unit, unit: unit) } }
    private static let units: [String: SignalUnit] = [
        "g": .standardGravity, "m/s^2": .metresPerSecondSquared, "m/s2": .metresPerSecondSquared,
        "m/s²": .metresPerSecondSquared, "m/s**2": .metresPerSecondSquared, "m/s/s": .metresPerSecondSquared,
        "ms2": .metresPerSecondSquared, "ms^2": .metresPerSecondSquared, "ms-2": .metresPerSecondSquared,
        "m_s2": .metresPerSecondSquared, "mps2": .metresPerSecondSquared, "fs": .fullScale,
    ]
    private static let timeUnits: [String: Int64] = [
        "s": 1_000_000_000, "sec": 1_000_000_000, "seconds": 1_000_000_000, "ms": 1_000_000, "millis": 1_000_000,
        "milliseconds": 1_000_000, "us": 1000, "micros": 1000, "microseconds": 1000, "ns": 1, "nanoseconds": 1,
    ]
    private static let timeNames: Set = [
        "time", "timestamp", "time_stamp", "t", "datetime", "date_time", "date", "ts", "epoch", "epoch_time",
        "unix_time", "unixtime", "elapsed", "elapsed_time", "seconds", "sec", "created_at", "utc", "zeit",
    ]
    private static let labelNames: Set = [
        "anomaly", "anomalous", "is_anomaly", "label", "labels", "failure", "is_failure", "fault", "changepoint",
        "change_point", "window", "class", "target", "outlier", "is_outlier", "state", "segment", "split", "unit", "id",
        "index", "row", "entry_id",
    ]
    private static let sensorWords: Set = [
        "a", "acc", "accel", "acceleration", "accelerometer", "lin", "linear", "vib", "vibration", "axis", "raw",
        "value", "sensor",
    ]
    private static let joinedWords: Set = [
        "a", "acc", "accel", "acceleration", "accelerometer", "vib", "vibration", "axis",
    ]
}
