public import SignalCore

/// Turns samples or rows into frames: the half of a stage that differs between recordings and tables.
public protocol LiveFrames {
    /// What the columns mean; known once an input has begun.
    var columns: [FeatureColumn] { get }

    /// Begins an input.
    ///
    /// - Throws: `SignalError` with code `mismatch` when it is not of the kind that the frames are made of.
    mutating func start(_ origin: StreamOrigin) throws
    /// Appends the frames that are complete with an arrival, or at the end of an input.
    ///
    /// - Throws: `SignalError` with code `mismatch` for samples where rows are wanted, or the other way round.
    mutating func take(_ arrival: Arrival, into frames: inout FeatureFrames) throws
}

/// Says whether the alarm is on.
public protocol AlarmDecision: Sendable {
    /// Takes the next score, with its time in seconds, and says whether the alarm is on now.
    mutating func isOn(time: Double, score: Float) throws -> Bool
    /// Forgets all: another input begins.
    mutating func reset() throws
}

/// What a forecaster expects after some frames.
public protocol LiveForecast: Sendable {
    /// The frames it looks at.
    var contextLength: Int { get }
    /// What is expected at the horizon, column by column.
    func forecast(after frames: FeatureFrames) throws -> [(column: String, value: Double)]
}

/// Frames, the verdict on every window of them, the alarm and the forecast: the one pipeline of batch and live.
///
/// It holds no more frames than a window of the model or of the forecaster, so its memory does not grow. What it says does
/// not depend on how the signal is cut, to the bit, as long as frames and verdicts do not.
public struct DetectionStage<Frames: LiveFrames>: MonitorStage {
    private var frames: Frames
    private let judge: any FrameJudge
    private let modelName: String
    private var alarm: any AlarmDecision
    private let forecast: (any LiveForecast)?
    private var window: FeatureFrames
    private var origin = StreamOrigin(source: "", time: 0)

    /// Makes a stage.
    ///
    /// - Parameters:
    ///   - modelName: said in readings where there are several models.
    ///   - forecast: a forecaster on the same frames, if there is one.
    public init(
        frames: Frames, judge: any FrameJudge, modelName: String = "", alarm: any AlarmDecision,
        forecast: (any LiveForecast)? = nil
    ) {
        (self.frames, self.judge, self.modelName) = (frames, judge, modelName)
        (self.alarm, self.forecast) = (alarm, forecast)
        window = FeatureFrames(columnCount: judge.columnCount)
    }

    /// Takes an arrival and appends a reading for every frame that has a verdict.
    public mutating func take(_ arrival: Arrival, into readings: inout [Reading]) throws {
        if case .start(let origin) = arrival {
            self.origin = origin
            window.removeAll()
            try alarm.reset()
            try frames.start(origin)
            return
        }
        let known = window.count
        try frames.take(arrival, into: &window)
        guard window.count > known else { return }
        try append(known, to: &readings)
        let kept = max(judge.contextLength - 1, (forecast?.contextLength ?? 1) - 1)
        if window.count > kept { window = window.frames(in: window.count - kept..<window.count) }
    }

    /// Appends the readings of all frames from one on.
    private mutating func append(_ known: Int, to readings: inout [Reading]) throws {
        // The last frame of the first window that is new.
        let first = max(known, judge.contextLength - 1)
        guard first < window.count else { return }
        let verdicts = try judge.verdicts(window.frames(in: first - judge.contextLength + 1..<window.count))
        for (index, verdict) in verdicts.enumerated() {
            let frame = first + index
            var expected: [(column: String, value: Double)]?
            if let forecast, frame + 1 >= forecast.contextLength {
                expected = try forecast.forecast(
                    after: window.frames(in: frame + 1 - forecast.contextLength..<frame + 1))
            }
            readings.append(
                Reading(
                    time: origin.time + verdict.time, source: origin.source, model: modelName, columns: frames.columns,
                    values: Array(window.values[window.range(ofFrame: frame)]), verdict: verdict,
                    isAlarm: try alarm.isOn(time: verdict.time, score: verdict.score), forecast: expected))
        }
    }
}
