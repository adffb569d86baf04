import Learning
import SignalCore
import SignalIO

/// Rows evenly apart in time that a forecast continues: of a sensor table, the frames of a recording, or the scores that a
/// detector gives them.
struct ForecastSeries: Sendable {
    /// Where the rows come from.
    let path: String
    /// What the columns mean.
    var columns: [FeatureColumn]
    /// All rows; times are seconds from the first row of the table, or from the start of the recording.
    var frames: FeatureFrames
    /// Runs of rows without a gap.
    var segments: [Range<Int>]
    /// Seconds from row to row.
    var spacing: Double
    /// Seconds from 1970-01-01 UTC to time 0, where they are known.
    var startTime: Double?
    /// Writes a time, in seconds, as the input does.
    var timeText: @Sendable (Double) -> String
    /// The value a column should not reach, where there is one: the threshold of a detector.
    var threshold: Double?
    /// The digest of a table.
    var digest: Int64 = 0

    /// The last run of rows without a gap: what a forecast looks at.
    var lastRun: FeatureFrames { segments.last.map { frames.frames(in: $0) } ?? frames.frames(in: 0..<0) }

    /// As data to learn from.
    var training: TrainingData {
        TrainingData(
            schema: FeatureSchema(feature: "table", columns: columns, hopSeconds: spacing), frames: frames,
            segments: segments)
    }

    /// The time of a step after the last row, in seconds.
    func time(ofStep step: Int) -> Double { (frames.times.last ?? 0) + Double(step) * spacing }
}

/// The flag that says how long gaps are filled.
enum GapFilling {
    /// The most rows in a row that may be missing without a word of the user's.
    static let usual = 3
    /// The most that a user may allow.
    static let range = 0...100_000

    static func check(_ value: Int) throws {
        guard range.contains(value) else {
            throw SignalError(.invalidOption, "--fill-gaps takes 0 to 100000 rows, not \(value)")
        }
    }
}
