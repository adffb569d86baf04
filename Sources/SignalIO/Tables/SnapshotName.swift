import SignalCore

/// The name of a snapshot of the IMS bearing experiments (NASA Prognostics Data Repository, "Bearing Data Set"), which
/// is its time: `2004.02.12.10.42.39`.
public enum SnapshotName {
    /// Rows per second of a snapshot, in Hz. The data set's own description says 20 kHz and "1 second"; its 20,480 rows
    /// are 1.024 s.
    public static let sampleRate = 20_000.0
    /// The rows of a whole snapshot.
    public static let rowCount = 20_480

    /// Seconds from 1970-01-01 UTC to the time that the last part of a path names, or `nil` when it is no such name.
    /// The experiment's time zone is not known; the time is taken as UTC.
    public static func startTime(path: String) -> Double? {
        let name = path.split(separator: "/").last ?? ""
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.map(\.utf8.count) == [4, 2, 2, 2, 2, 2],
            name.utf8.allSatisfy({ (0x2E...0x39).contains($0) && $0 != 0x2F })
        else { return nil }
        let numbers = parts.compactMap { Int($0) }
        guard numbers.count == 6, CalendarTime.isDate(numbers[0], numbers[1], numbers[2]), numbers[3] < 24,
            numbers[4] < 60, numbers[5] < 60
        else { return nil }
        let days = CalendarTime.days(numbers[0], numbers[1], numbers[2])
        return Double(days * 86400 + Int64(numbers[3] * 3600 + numbers[4] * 60 + numbers[5]))
    }
}
