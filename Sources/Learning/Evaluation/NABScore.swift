internal import RealModule
internal import SignalCore

/// What the Numenta Anomaly Benchmark gives for a hit and takes for an alarm in vain or a miss.
public struct NABProfile: Sendable, Equatable, Encodable {
    /// The name the benchmark gives it.
    public let name: String
    /// The value of a window found on its first row.
    public let truePositiveWeight: Double
    /// The most that a detection outside of windows costs.
    public let falsePositiveWeight: Double
    /// The cost of a window without a detection.
    public let falseNegativeWeight: Double

    /// 1, 0.11, 1.
    public static let standard = NABProfile(
        name: "standard", truePositiveWeight: 1, falsePositiveWeight: 0.11, falseNegativeWeight: 1)
    /// 1, 0.22, 1: alarms in vain cost twice as much.
    public static let rewardLowFalsePositives = NABProfile(
        name: "reward_low_FP_rate", truePositiveWeight: 1, falsePositiveWeight: 0.22, falseNegativeWeight: 1)
    /// 1, 0.11, 2: misses cost twice as much.
    public static let rewardLowFalseNegatives = NABProfile(
        name: "reward_low_FN_rate", truePositiveWeight: 1, falsePositiveWeight: 0.11, falseNegativeWeight: 2)
    /// The three profiles of the benchmark.
    public static let all = [standard, rewardLowFalsePositives, rewardLowFalseNegatives]
}

/// One file of a NAB corpus with a detector's scores.
public struct NABSeries: Sendable, Equatable {
    /// The score of every row, higher for more anomalous, given without looking ahead.
    public var scores: [Double]
    /// The anomaly windows, in rows, ascending and apart from each other.
    public var windows: [ClosedRange<Int>]
    /// Rows at the start that are not scored.
    public var probationLength: Int

    /// Makes a file.
    ///
    /// - Parameter probationLength: `nil` for NAB's: 15 % of the rows (rounded down), at most 750.
    public init(scores: [Double], windows: [ClosedRange<Int>], probationLength: Int? = nil) {
        self.scores = scores
        self.windows = windows
        self.probationLength = probationLength ?? min(scores.count * 15 / 100, 750)
    }
}

/// The score of a detector by the Numenta Anomaly Benchmark, version 1.1 (Lavin and Ahmad, "Evaluating Real-Time Anomaly
/// Detection Algorithms: the Numenta Anomaly Benchmark", ICMLA 2015): early hits in windows count, later ones less,
/// alarms outside cost the more the farther they lie behind the last window.
public struct NABScore: Sendable, Equatable, Encodable {
    /// The profile it was taken by.
    public let profile: NABProfile
    /// The threshold; a row is a detection when its score is at least this.
    public let threshold: Double
    /// 0 for no detection at all, 100 for every window found on its first row without an alarm in vain; can be below 0.
    public let score: Double
    /// The sum before it is normalised, file by file.
    public let fileSums: [Double]
    /// Windows in all files.
    public let windowCount: Int
    /// Windows with a detection.
    public let foundWindowCount: Int
    /// Detections outside of windows, in rows.
    public let falsePositiveCount: Int
}

/// The files that are scored with one threshold together.
public struct NABCorpus: Sendable {
    /// A scored row: what it is worth for a weight of 1.
    private struct Row {
        var score: Double
        /// Its value: above 0 in a window, below 0 outside of windows.
        var value: Double
        /// The index of its window among all windows; -1 outside.
        var window: Int
        var file: Int
    }

    private var rows: [Row] = []
    private let fileCount: Int
    private let windowCount: Int
    /// The file of every window that has a scored row.
    private var windowFiles: [Int?]

    /// Prepares files for scoring.
    ///
    /// - Throws: `SignalError` with code `insufficientData` when no file has a window, `malformed` when a score is not
    ///   finite or windows overlap, are not in ascending order or lie outside of their file.
    public init(_ files: [NABSeries]) throws {
        fileCount = files.count
        windowCount = files.reduce(0) { $0 + $1.windows.count }
        windowFiles = Array(repeating: nil, count: windowCount)
        guard windowCount > 0 else {
            throw SignalError(.insufficientData, "NAB's score needs a labelled anomaly window, and there is none")
        }
        var firstWindow = 0
        for (index, file) in files.enumerated() {
            try Self.check(file, index)
            append(file, index, firstWindow: firstWindow)
            firstWindow += file.windows.count
        }
        rows.sort { $0.score > $1.score }
    }

    /// The score at a threshold.
    public func score(_ profile: NABProfile, threshold: Double) -> NABScore {
        var best = Array(repeating: 0.0, count: windowCount)
        var isFound = Array(repeating: false, count: windowCount)
        var sums = Array(repeating: 0.0, count: fileCount)
        var falsePositives = 0
        for row in rows {
            guard row.score >= threshold else { break }
            if row.window >= 0 {
                isFound[row.window] = true
                best[row.window] = max(best[row.window], row.value)
            } else {
                falsePositives += 1
                sums[row.file] += profile.falsePositiveWeight * row.value
            }
        }
        for (window, file) in windowFiles.enumerated() {
            guard let file else { continue }
            sums[file] +=
                isFound[window] ? profile.truePositiveWeight * best[window] : -profile.falseNegativeWeight
        }
        return NABScore(
            profile: profile, threshold: threshold, score: normalized(sums.reduce(0, +), profile), fileSums: sums,
            windowCount: windowCount, foundWindowCount: isFound.count { $0 }, falsePositiveCount: falsePositives)
    }

    /// The score at the threshold that maximises it over all files together, as the published results do. Such a
    /// threshold has seen the labels: it compares detectors by the benchmark's own rule and must not be called honest
    /// otherwise. Of equally good thresholds the highest is taken; where every alarm costs more than it brings, it lies
    /// above all scores.
    public func best(_ profile: NABProfile) -> NABScore {
        var values = Array(repeating: -profile.falseNegativeWeight, count: windowCount)
        var sum = 0.0
        var best = (sum: 0.0, threshold: (rows.first?.score ?? 0).nextUp)
        var index = 0
        while index < rows.count {
            let threshold = rows[index].score
            while index < rows.count, rows[index].score == threshold {
                let row = rows[index]
                if row.window >= 0 {
                    let value = profile.truePositiveWeight * row.value
                    if value > values[row.window] {
                        sum += value - values[row.window]
                        values[row.window] = value
                    }
                } else {
                    sum += profile.falsePositiveWeight * row.value
                }
                index += 1
            }
            if sum > best.sum { best = (sum, threshold) }
        }
        return score(profile, threshold: best.threshold)
    }

    private func normalized(_ sum: Double, _ profile: NABProfile) -> Double {
        let null = -profile.falseNegativeWeight * Double(windowCount)
        let perfect = profile.truePositiveWeight * Double(windowCount)
        return 100 * (sum - null) / (perfect - null)
    }

    /// 1 far before the right edge of a window (-1 is its left one), 0 at it, -1 far behind it.
    private static func sigmoid(_ position: Double) -> Double { 2 / (1 + Double.exp(5 * position)) - 1 }

    private mutating func append(_ file: NABSeries, _ index: Int, firstWindow: Int) {
        let leftEdge = Self.sigmoid(-1)
        var next = 0
        var previous: ClosedRange<Int>?
        for (row, score) in file.scores.enumerated() {
            while next < file.windows.count, file.windows[next].upperBound < row {
                previous = file.windows[next]
                next += 1
            }
            guard row >= file.probationLength else { continue }
            if next < file.windows.count, file.windows[next].contains(row) {
                let window = file.windows[next]
                let position = -Double(window.upperBound - row + 1) / Double(window.count)
                windowFiles[firstWindow + next] = index
                rows.append(
                    Row(
                        score: score, value: Self.sigmoid(position) / leftEdge, window: firstWindow + next, file: index)
                )
            } else {
                let position = previous.map { Double(row - $0.upperBound) / Double($0.count - 1) } ?? .infinity
                rows.append(
                    Row(score: score, value: position > 3 ? -1 : Self.sigmoid(position), window: -1, file: index))
            }
        }
    }

    private static func check(_ file: NABSeries, _ index: Int) throws {
        guard file.scores.allSatisfy(\.isFinite) else {
            throw SignalError(.malformed, "a score of file \(index + 1) is not finite, so NAB cannot rank it")
        }
        let apart = zip(file.windows, file.windows.dropFirst()).allSatisfy { $0.upperBound < $1.lowerBound }
        let inside = file.windows.allSatisfy { $0.lowerBound >= 0 && $0.upperBound < file.scores.count }
        guard apart, inside else {
            throw SignalError(
                .malformed,
                "the anomaly windows of file \(index + 1) must lie in its \(file.scores.count) rows, in ascending order "
                    + "and apart from each other")
        }
    }
}
