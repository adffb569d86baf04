internal import RealModule
internal import SignalCore

/// How well change points are found, by the protocol of SKAB (Katser and Kozitsin, "Skoltech Anomaly Benchmark", 2020),
/// which scores them by a formula after NAB's.
///
/// A window of 60 s begins at every true change point; where it reaches into the next one's, the later window begins at its
/// end. The first prediction in a window counts, from the value of a hit at its start falling along a hyperbolic tangent
/// (in 1000 steps, as in SKAB's program) to that of a false alarm at its end. Every prediction outside of windows is a
/// false alarm, every window without one a miss. The sum is scaled so that nothing predicted is 0 and perfection 100.
public struct ChangePointScore: Sendable, Equatable, Encodable {
    /// The score in the profile `standard`: 1 for a hit, -0.11 for a false alarm, -1 for a miss.
    public let standard: Double
    /// The score in the profile `LowFP`: 1, -0.22, -1.
    public let lowFalsePositives: Double
    /// The score in the profile `LowFN`: 1, -0.11, -2.
    public let lowFalseNegatives: Double
    /// True change points.
    public let changePointCount: Int
    /// True change points without a prediction in their window.
    public let missedCount: Int
    /// Predictions outside of windows.
    public let falseAlarmCount: Int
    /// The mean time from a change point's window's start to the first prediction in it, in seconds; `nil` without one.
    public let meanDelay: Double?

    /// Scores several files together.
    ///
    /// - Parameters:
    ///   - files: times of the true and of the predicted change points of every file, in seconds, in any order.
    ///   - windowSeconds: the length of a window.
    /// - Throws: `SignalError` with code `insufficientData` when there is no true change point, `malformed` when a time is
    ///   not finite, `invalidOption` for a window that is not longer than 0 s.
    public init(_ files: [(changePoints: [Double], predictions: [Double])], windowSeconds: Double = 60) throws {
        guard windowSeconds > 0, windowSeconds.isFinite else {
            throw SignalError(.invalidOption, "a change point's window is longer than 0 s, not \(windowSeconds) s")
        }
        guard files.allSatisfy({ ($0.changePoints + $0.predictions).allSatisfy(\.isFinite) }) else {
            throw SignalError(.malformed, "the time of a change point is not finite")
        }
        var falling: [Double] = []
        var delays: [Double] = []
        var missed = 0
        var falseAlarms = 0
        for file in files {
            let predictions = file.predictions.sorted()
            let windows = Self.windows(file.changePoints.sorted(), windowSeconds)
            for window in windows {
                guard let first = predictions.first(where: window.contains) else {
                    missed += 1
                    continue
                }
                let length = window.upperBound - window.lowerBound
                let share = length > 0 ? (first - window.lowerBound) / length : 0
                falling.append(Self.falling(share))
                delays.append(first - window.lowerBound)
            }
            var next = 0
            for prediction in predictions {
                while next < windows.count, windows[next].upperBound < prediction { next += 1 }
                if next == windows.count || !windows[next].contains(prediction) { falseAlarms += 1 }
            }
        }
        let count = falling.count + missed
        guard count > 0 else {
            throw SignalError(.insufficientData, "there is no true change point to score predictions by")
        }
        func score(_ profile: NABProfile) -> Double {
            let hit = profile.truePositiveWeight
            let alarm = -profile.falsePositiveWeight
            var sum = alarm * Double(falseAlarms) - profile.falseNegativeWeight * Double(missed)
            for share in falling { sum += alarm + (hit - alarm) * share }
            let null = -profile.falseNegativeWeight * Double(count)
            return 100 * (sum - null) / (hit * Double(count) - null)
        }
        standard = score(.standard)
        lowFalsePositives = score(.rewardLowFalsePositives)
        lowFalseNegatives = score(.rewardLowFalseNegatives)
        changePointCount = count
        missedCount = missed
        falseAlarmCount = falseAlarms
        meanDelay = delays.isEmpty ? nil : delays.reduce(0, +) / Double(delays.count)
    }

    private static func windows(_ changePoints: [Double], _ seconds: Double) -> [ClosedRange<Double>] {
        var windows: [ClosedRange<Double>] = []
        for time in changePoints {
            let start = max(time, windows.last?.upperBound ?? time)
            windows.append(start...max(start, time + seconds))
        }
        return windows
    }

    /// From 1 at the start of a window (0) to 0 at its end (1).
    private static func falling(_ share: Double) -> Double {
        let step = min(Int(share * 1000), 999)
        let position = (Double(step) / 999 - 0.5) * Double.pi
        return 0.5 - 0.5 * Double.tanh(position) / Double.tanh(Double.pi / 2)
    }
}
