internal import RealModule
internal import SignalCore

/// Watches one series of values as they come, row by row, without training and without looking ahead, and raises an
/// alarm where the newest stretch is unlike every stretch seen before it.
///
/// At three time scales the newest window is compared with all earlier ones that are still remembered; its distance to
/// the nearest is that of the "left matrix profile", and where it is large lies a discord (Yeh et al., "Matrix Profile
/// I", ICDM 2016). What is large is learnt from the distances before: the tail above a high quantile is taken for a
/// Pareto tail whose shape is Hill's estimate ("A Simple General Approach to Inference about the Tail of a
/// Distribution", Annals of Statistics 3, 1975). The largest surprise of the scales counts.
///
/// Memory is bounded and so is the time of a row, which is proportional to ``historyLength``. The same values give the
/// same scores always; nothing is random. Rows are taken to be equally far apart in time.
///
/// The constants below have the reasons that stand there, and were settled while looking at scores on the seven files of
/// NAB's group `realKnownCause`: figures on those say less than figures on others (see docs/benchmarks.md).
public struct OnlineDiscordDetector: Sendable {
    /// The score from which a row is an alarm.
    public static let alarmScore = 0.5
    /// The means in a window: enough for a shape, few enough that windows of noise still find neighbours.
    static let windowLength = 12
    /// The rows of a mean, one scale each, four times as many from one to the next: an hour, four hours and 16 hours
    /// for rows five minutes apart.
    static let blockLengths = [1, 4, 16]
    /// The earlier rows that a window is compared with: two weeks of five minutes, so that a weekly cycle has been seen.
    static let historyLength = 4000
    /// The surprise at which an alarm begins: -log10 of a tail probability of 0.001, shared by three scales.
    static let alarmSurprise = 3.5
    /// The rows after an alarm without another one: as long as one row stays in the longest window.
    static let silence = windowLength * 16
    /// The share of the running standard deviation below which distances are equal: smaller ones are mere rounding or
    /// the steps of a quantised sensor.
    static let distanceFloor = 0.01
    /// The largest absolute value that is taken, so that no square overflows.
    static let largestValue = 1e100

    private var scales = blockLengths.map(DiscordScale.init)
    private var rowCount = 0
    private var mean = 0.0
    private var squaredDeviations = 0.0
    private var lastAlarm: Int?

    /// A detector that has seen nothing yet.
    public init() {}

    /// The score of the next row, from 0 (usual) to 1: below ``alarmScore`` half the surprise as a share of the one that
    /// begins an alarm, ``alarmScore`` or more where an alarm begins. An alarm is raised once: rows as surprising in the
    /// 192 rows behind it get 0.
    ///
    /// - Throws: `SignalError` with code `malformed` when the value is not finite or beyond 1e100; the detector is then
    ///   as it was before.
    public mutating func score(value: Double) throws -> Double {
        guard abs(value) <= Self.largestValue else {
            throw SignalError(
                .malformed,
                "row \(rowCount + 1) has the value \(value), but an online detector takes finite values up to 1e100 in "
                    + "size; fill or drop missing rows before")
        }
        rowCount += 1
        let difference = value - mean
        mean += difference / Double(rowCount)
        squaredDeviations += difference * (value - mean)
        let floor = Self.distanceFloor * (squaredDeviations / Double(rowCount)).squareRoot() + 1e-12
        var surprise = 0.0
        for index in scales.indices { surprise = max(surprise, scales[index].surprise(value, floor: floor)) }
        let score = Self.alarmScore * surprise / Self.alarmSurprise
        guard surprise >= Self.alarmSurprise else { return score }
        if let lastAlarm, rowCount - lastAlarm <= Self.silence { return 0 }
        lastAlarm = rowCount
        return min(1, score)
    }
}
