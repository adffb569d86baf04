public import SignalCore

/// What the trials of a search are judged by: an area under the receiver operating characteristic, 0 to 1.
public struct SearchJudge: Sendable {
    /// How it judges, in words, for whoever reads the result.
    public let basis: String

    private let measure: @Sendable (any Detector, Int) throws -> Double

    /// Judges by normal data alone: held-out stretches against the same ones with one column disturbed (moved by one to
    /// three standard deviations, frozen, mirrored, or taken from another time).
    ///
    /// - Parameters:
    ///   - normal: normal data that the trials are not fitted on.
    ///   - episodes: how many stretches are disturbed.
    ///   - seed: the seed of the disturbances, which are the same for all trials.
    /// - Throws: `SignalError` with code `insufficientData` when the data has no stretch of two frames.
    public init(disturbing normal: TrainingData, episodes: Int = 400, seed: UInt64) throws {
        let drawn = try DisturbedEpisodes(of: normal, history: 128, count: episodes, seed: seed)
        basis = "normal validation data against \(episodes) seeded disturbances of it; no label was seen"
        measure = { try drawn.areaUnderCurve(of: $0, jobs: $1) }
    }

    /// Judges by labelled validation data: every window by the label of its last frame.
    public init(labelled series: [LabelledFrames]) {
        basis = "labelled validation data; the options are fitted to these labels"
        measure = { detector, jobs in
            let scored = try ConcurrentLoop.map(count: series.count, jobs: jobs) { index in
                let scores = try detector.scores(series[index].frames)
                return zip(scores, series[index].labels.dropFirst(detector.contextLength - 1)).map {
                    (score: Double($0), isAnomalous: $1)
                }
            }
            return try Self.area(scored.flatMap(\.self))
        }
    }

    /// Judges by labelled recordings: each by its one score.
    public init(labelled clips: [(frames: FeatureFrames, isAnomalous: Bool)], aggregation: ClipAggregation) {
        basis = "labelled validation recordings; the options are fitted to these labels"
        measure = { detector, jobs in
            let scored = try ConcurrentLoop.map(count: clips.count, jobs: jobs) { index in
                aggregation.score(of: try detector.scores(clips[index].frames)).map {
                    (score: Double($0), isAnomalous: clips[index].isAnomalous)
                }
            }
            return try Self.area(scored.compactMap(\.self))
        }
    }

    func quality(of detector: some Detector, jobs: Int) throws -> Double { try measure(detector, jobs) }

    private static func area(_ items: [(score: Double, isAnomalous: Bool)]) throws -> Double {
        let ranking = try ScoreRanking(items)
        guard let area = ranking.areaUnderCurve else {
            throw SignalError(
                .insufficientData,
                "labelled validation data needs normal and anomalous items; \(ranking.reasonForNoArea ?? "")")
        }
        return area
    }
}

/// Frames of one series with the label of every one.
public struct LabelledFrames: Sendable {
    /// The frames.
    public let frames: FeatureFrames
    /// Whether every frame is anomalous.
    public let labels: [Bool]

    /// Puts frames and labels together.
    ///
    /// - Precondition: there is one label a frame.
    public init(frames: FeatureFrames, labels: [Bool]) {
        precondition(frames.count == labels.count, "there is one label a frame")
        self.frames = frames
        self.labels = labels
    }
}
