import Learning
import SignalCore

/// Scores of labelled rows, beside trivial rules.
enum RowScoring {
    /// The rows of one table that have a score, a series for every machine of it.
    ///
    /// - Parameters:
    ///   - contextLength: the frames that one score looks at.
    ///   - scores: gives the score of every window.
    ///   - isUsed: which frames count; windows may reach back to others.
    ///   - alarms: turns times and scores into alarms; `nil` for scores above the threshold.
    ///   - onSeries: hears of every series: its frames, and which of their windows count.
    static func series(
        name: String, frames: FeatureFrames, segments: [Range<Int>], labels: [Bool],
        contextLength: Int, scores: (FeatureFrames) throws -> [Float],
        isUsed: (Int) -> Bool = { _ in true }, alarms: (([Double], [Float]) throws -> [Bool])? = nil,
        onSeries: (FeatureFrames, [Int]) throws -> Void = { _, _ in }
    ) throws -> [LabelledSeries] {
        var result: [LabelledSeries] = []
        for (number, segment) in segments.enumerated() {
            let part = frames.frames(in: segment)
            let scores = try scores(part)
            guard !scores.isEmpty else { continue }
            let first = contextLength - 1
            let baselines = RowBaselines.scores(of: part)
            let decided = try alarms?(Array(part.times[first...]), scores)
            let used = scores.indices.filter { isUsed(segment.lowerBound + first + $0) }
            guard !used.isEmpty else { continue }
            try onSeries(part, used)
            result.append(
                LabelledSeries(
                    name: segments.count == 1 ? name : "\(name)#\(number + 1)",
                    times: used.map { part.times[first + $0] }, scores: used.map { scores[$0] },
                    labels: used.map { labels[segment.lowerBound + first + $0] },
                    alarms: decided.map { decided in used.map { decided[$0] } },
                    baselines: baselines.mapValues { values in used.map { values[first + $0] } }))
        }
        return result
    }
}
