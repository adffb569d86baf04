internal import SignalCore

/// A way in which sensors go wrong, to try detectors on where nobody has labelled anything.
enum Disturbance: CaseIterable, Sendable {
    /// The level moves by one to three standard deviations.
    case offset
    /// The value stays where it is.
    case frozen
    /// What the value does is turned about its mean.
    case mirrored
    /// The value is that of another time, so that it no longer goes with the other columns.
    case displaced

    /// Disturbs some consecutive values of one column.
    ///
    /// - Parameters:
    ///   - values: the values; changed in place.
    ///   - elsewhere: as many values of the same column at another time.
    ///   - deviation: the standard deviation of the column in training.
    func apply(
        to values: inout [Float], elsewhere: [Float], deviation: Double, using generator: inout SeededGenerator
    ) {
        let size = 1 + 2 * generator.uniform()
        let sign = generator.uniform() < 0.5 ? -1.0 : 1.0
        switch self {
        case .offset:
            for index in values.indices { values[index] += Float(sign * size * deviation) }
        case .frozen:
            let first = values[0]
            for index in values.indices { values[index] = first }
        case .mirrored:
            let mean = values.reduce(0.0) { $0 + Double($1) } / Double(values.count)
            for index in values.indices { values[index] = Float(2 * mean - Double(values[index])) }
        case .displaced:
            values = elsewhere
        }
    }
}

/// Stretches of held-out normal data, each as it is and with one column disturbed: a detector is the better the more
/// clearly it scores the disturbed one higher. This judges options without any label, and on one scale for all
/// algorithms, which the loss of a fit does not.
struct DisturbedEpisodes: Sendable {
    /// One stretch.
    struct Episode: Sendable {
        /// The frames before and within the episode, as they are.
        let normal: FeatureFrames
        /// The same with the episode disturbed.
        let disturbed: FeatureFrames
        /// The frames of the episode itself.
        let range: Range<Int>
    }

    /// The stretches.
    let episodes: [Episode]

    /// The frames that are disturbed in one episode, at the most.
    static let longestEpisode = 20

    /// Draws episodes.
    ///
    /// - Parameters:
    ///   - data: normal data that the models are not fitted on.
    ///   - history: the frames before an episode that are kept, at the most.
    ///   - count: how many episodes are drawn.
    /// - Throws: `SignalError` with code `insufficientData`.
    init(of data: TrainingData, history: Int, count: Int, seed: UInt64) throws {
        let long = data.segments.filter { $0.count >= 2 }
        guard let longest = long.map(\.count).max() else {
            throw SignalError(.insufficientData, "validation needs at least one stretch of two frames")
        }
        let length = min(Self.longestEpisode, max(1, longest / 2))
        let usable = long.filter { $0.count >= length }
        let deviations = FrameScaler(data.frames).scale
        let columns = data.frames.columnCount
        var generator = SeededGenerator(seed: seed, stream: 0xD157)
        episodes = (0..<count).map { number in
            let segment = usable[Int(generator.uniform() * Double(usable.count))]
            // As far towards the end as it takes for a full history, where the stretch is long enough.
            let earliest = min(history, segment.count - length)
            let start =
                segment.lowerBound + earliest + Int(generator.uniform() * Double(segment.count - length - earliest))
            let other = usable[Int(generator.uniform() * Double(usable.count))]
            let elsewhere = other.lowerBound + Int(generator.uniform() * Double(other.count - length))
            let column = Int(generator.uniform() * Double(columns))
            let kind = Disturbance.allCases[number % Disturbance.allCases.count]
            let first = max(segment.lowerBound, start - history)
            let normal = data.frames.frames(in: first..<start + length)
            func values(from frame: Int) -> [Float] {
                (0..<length).map { data.frames.values[(frame + $0) * columns + column] }
            }
            var changed = values(from: start)
            kind.apply(
                to: &changed, elsewhere: values(from: elsewhere), deviation: deviations[column], using: &generator)
            var all = normal.values
            for frame in 0..<length { all[(start - first + frame) * columns + column] = changed[frame] }
            return Episode(
                normal: normal,
                disturbed: FeatureFrames(columnCount: columns, times: normal.times, values: all),
                range: start - first..<start - first + length)
        }
    }

    /// How well a detector tells disturbed from normal episodes: the area under the receiver operating characteristic
    /// of the largest score within each.
    ///
    /// - Throws: `SignalError` with code `insufficientData` when no episode is long enough for one window, or as the
    ///   detector's scoring.
    func areaUnderCurve(of detector: some Detector, jobs: Int) throws -> Double {
        let scored = try ConcurrentLoop.map(count: episodes.count, jobs: jobs) { index in
            let episode = episodes[index]
            return (
                try largest(detector, episode.normal, episode.range),
                try largest(detector, episode.disturbed, episode.range)
            )
        }
        let items = scored.flatMap { normal, disturbed in
            [(normal, false), (disturbed, true)].compactMap { score, isAnomalous in
                score.map { (score: Double($0), isAnomalous: isAnomalous) }
            }
        }
        guard let area = try ScoreRanking(items).areaUnderCurve else {
            throw SignalError(
                .insufficientData,
                "the validation data has no stretch of \(detector.contextLength) frames, which one score needs")
        }
        return area
    }

    private func largest(_ detector: some Detector, _ frames: FeatureFrames, _ range: Range<Int>) throws -> Float? {
        let scores = try detector.scores(frames)
        // The score of number n is that of the window which ends at frame n + contextLength - 1.
        let first = max(0, range.lowerBound - detector.contextLength + 1)
        return first < scores.count ? scores[first...].max() : nil
    }
}
