public import SignalCore

extension TrainedModel: FrameJudge {
    /// The frames that one verdict looks at.
    public var contextLength: Int { detector.contextLength }
    /// The columns a frame must have.
    public var columnCount: Int { detector.columnCount }

    /// The score of a whole recording, without blame: the cheap way to score many.
    ///
    /// - Throws: `SignalError` with code `insufficientData` when the recording is shorter than one window, or as
    ///   ``SignalCore/Detector/scores(_:)``.
    public func clipScore(_ frames: FeatureFrames) throws -> Float {
        guard let score = aggregation.score(of: try detector.scores(frames)) else { throw tooShort(frames) }
        return score
    }

    /// The verdict on a whole recording.
    ///
    /// - Throws: as ``clipScore(_:)``.
    public func clipVerdict(_ frames: FeatureFrames) throws -> Verdict {
        let score = try clipScore(frames)
        let columns = detector.columnCount
        let contributions = try detector.contributions(frames)
        let windowCount = contributions.count / columns
        var sums = Array(repeating: 0.0, count: columns)
        for start in stride(from: 0, to: contributions.count, by: columns) {
            for column in 0..<columns { sums[column] += Double(contributions[start + column]) }
        }
        return verdict(
            time: frames.times[0], score: score, threshold: clipThreshold,
            contributions: sums.map { Float($0 / Double(windowCount)) })
    }

    /// The verdict on every window of frames; none for a recording shorter than one window.
    ///
    /// - Throws: as ``SignalCore/Detector/scores(_:)``.
    public func verdicts(_ frames: FeatureFrames) throws -> [Verdict] {
        let columns = detector.columnCount
        let (scores, contributions) = try detector.scoresAndContributions(frames)
        return scores.indices.map { window in
            verdict(
                time: frames.times[window + detector.contextLength - 1], score: scores[window],
                threshold: frameThreshold,
                contributions: Array(contributions[window * columns..<(window + 1) * columns]))
        }
    }

    private func verdict(time: Double, score: Float, threshold: Threshold, contributions: [Float]) -> Verdict {
        let top = contributions.indices.max { contributions[$0] < contributions[$1] } ?? 0
        return Verdict(
            time: time, score: score, threshold: threshold.value, isAnomalous: threshold.isExceeded(by: score),
            severity: threshold.severity(of: score), topColumn: top, contributions: contributions)
    }

    private func tooShort(_ frames: FeatureFrames) -> SignalError {
        SignalError(
            .insufficientData,
            "the recording has \(frames.count) frames; one score needs at least \(detector.contextLength)")
    }
}
