public import SignalCore

/// Looks at every window with a fast screen, and only at its suspects with a careful model.
///
/// A window is suspect where the score of the screen reaches a quantile of its scores of normal data. The scores of both
/// are one scale: a window that is not suspect has the rank of the screen's score among those of normal data, which is
/// below 1; a suspect has the score z of the careful model, standardised by median and median absolute deviation of
/// normal data, as `2 + z` above the median and `1 + 1 / (1 - z)` below, which is above 1. So it grows with either
/// model's score, and no window that the screen lets pass is above one that the careful model has seen.
///
/// Both members are fitted on the same data, but what their scores are compared with comes from data that they were not
/// fitted on: the validation data or, where there is none, the last fifth of the training data, which is then not
/// learnt from. A window is as long as the longer of the two members'; the other looks at its last frames.
public struct TwoStageDetector: CompositeDetector {
    /// The name used on the command line and in files.
    public static let name = "two-stage"
    /// One line for listings.
    public static let summary = "a fast screen passes only its suspects to a careful model; any two detectors"
    /// Members may take long to fit, and what makes their scores comparable needs held-out data anyhow.
    public static let usualFolds = 1

    /// The options the model was fitted with.
    public let options: TwoStageOptions
    /// The share of windows of normal data, not fitted on, that the screen settled without the careful model.
    public let usualSavedShare: Double

    let screen: Member
    let careful: Member
    let calibration: Calibration

    /// What scores are compared with.
    struct Calibration: Sendable, Equatable {
        /// The screen's score from which on a window is suspect.
        var limit: Double
        /// Ranks of the screen's scores.
        var ranks: ScoreRanks
        /// The scale of the careful model's scores.
        var scale: ScoreScale
    }

    /// The fewest windows that scores are compared with.
    static let fewestWindows = 5

    /// The number of columns a frame must have.
    public var columnCount: Int { screen.detector.columnCount }
    /// The number of consecutive frames that one score looks at.
    public var contextLength: Int { max(screen.detector.contextLength, careful.detector.contextLength) }

    private init(
        options: TwoStageOptions, screen: Member, careful: Member, calibration: Calibration, usualSavedShare: Double
    ) {
        self.options = options
        self.screen = screen
        self.careful = careful
        self.calibration = calibration
        self.usualSavedShare = usualSavedShare
    }

    /// Learns the normal state with both members.
    ///
    /// - Throws: `SignalError` as the members' own fits, naming the member; `insufficientData` when fewer than five
    ///   windows are left to compare scores with; `invalidOption`.
    public static func fit(
        _ data: TrainingData, options: TwoStageOptions, context: FittingContext
    ) throws -> TwoStageDetector {
        let (members, rest) = try Member.fit(options, on: data, context: context)
        let contextLength = members.map(\.detector.contextLength).max() ?? 1
        let scores = try members.map {
            try $0.scores(rest, contextLength: contextLength, fewest: fewestWindows)
        }
        let limit = Quantile.linear(of: scores[0], options.screenQuantile)
        return TwoStageDetector(
            options: options, screen: members[0], careful: members[1],
            calibration: Calibration(
                limit: limit, ranks: ScoreRanks(scores[0]), scale: ScoreScale(scores[1])),
            usualSavedShare: Double(scores[0].count { Double($0) < limit }) / Double(scores[0].count))
    }

    /// The score of every window; above 1 where the careful model has looked.
    ///
    /// - Throws: `SignalError` with code `mismatch` when the columns are not as many as in training, `malformed` when
    ///   a value is not finite.
    public func scores(_ frames: FeatureFrames) throws -> [Float] {
        let screened = try screenScores(frames)
        var scores = screened.map { min(Float(calibration.ranks.rank(of: $0)), 1) }
        let suspects = suspects(screened)
        let careful = try carefully(frames, suspects, valuesPerWindow: 1) { try self.careful.detector.scores($0) }
        for (window, score) in zip(suspects, careful) {
            let standardized = calibration.scale.standardized(score)
            let above = standardized >= 0 ? 1 + standardized : 1 / (1 - standardized)
            scores[window] = min(max(Float(1 + above), Float(1).nextUp), .greatestFiniteMagnitude)
        }
        return scores
    }

    /// The contributions of the model that has given the score: of a suspect the careful one, else the screen. Shape:
    /// windows x columns.
    public func contributions(_ frames: FeatureFrames) throws -> [Float] {
        let suspects = suspects(try screenScores(frames))
        var contributions = try screen.contributions(frames, contextLength: contextLength)
        let careful = try carefully(frames, suspects, valuesPerWindow: columnCount) {
            try self.careful.detector.contributions($0)
        }
        for (index, window) in suspects.enumerated() {
            for column in 0..<columnCount {
                contributions[window * columnCount + column] = careful[index * columnCount + column]
            }
        }
        return contributions
    }

    /// The share of windows that the screen settles without the careful model, 0 to 1; `nil` without a window.
    public func savedShare(_ frames: FeatureFrames) throws -> Double? {
        let scores = try screenScores(frames)
        return scores.isEmpty ? nil : 1 - Double(suspects(scores).count) / Double(scores.count)
    }

    private func screenScores(_ frames: FeatureFrames) throws -> [Float] {
        try frames.requireColumns(columnCount)
        try frames.requireFinite(nil)
        guard frames.count >= contextLength else { return [] }
        return try screen.scores(frames, contextLength: contextLength)
    }

    private func suspects(_ scores: [Float]) -> [Int] {
        scores.indices.filter { Double(scores[$0]) >= calibration.limit }
    }

    /// What the careful model says of some windows, which must not depend on their neighbours.
    private func carefully(
        _ frames: FeatureFrames, _ suspects: [Int], valuesPerWindow: Int, _ body: (FeatureFrames) throws -> [Float]
    ) throws -> [Float] {
        let length = careful.detector.contextLength
        let skipped = contextLength - length
        if length == 1 {
            // Windows of one frame can be put together from anywhere, which makes fuller batches.
            var chosen = FeatureFrames(columnCount: columnCount)
            chosen.reserveCapacity(suspects.count)
            for window in suspects {
                let frame = window + skipped
                chosen.append(time: frames.times[frame], row: frames.values[frames.range(ofFrame: frame)])
            }
            return try body(chosen)
        }
        var values: [Float] = []
        values.reserveCapacity(suspects.count * valuesPerWindow)
        var start = 0
        while start < suspects.count {
            var end = start + 1
            while end < suspects.count, suspects[end] == suspects[end - 1] + 1 { end += 1 }
            let first = suspects[start] + skipped
            values += try body(frames.frames(in: first..<suspects[end - 1] + skipped + length))
            start = end
        }
        return values
    }
}

extension TwoStageDetector {
    /// Reads a fitted model back.
    ///
    /// - Throws: `SignalError` naming the tensor or entry that is missing, misshapen, not finite or out of range.
    public init(archive: ModelArchive) throws {
        try archive.requireAlgorithm(Self.name)
        let options = try archive.options(TwoStageOptions.self)
        let members = try Member.members(of: options, in: archive)
        self.init(
            options: options, screen: members[0], careful: members[1],
            calibration: Calibration(
                limit: try archive.float64("screen.limit", shape: [1], within: -4e38...4e38)[0],
                ranks: try ScoreRanks("screen", in: archive), scale: try ScoreScale("careful", in: archive)),
            usualSavedShare: try archive.float64("usual_saved_share", shape: [1], within: 0...1)[0])
    }

    /// The members' archives, their names preceded by `member.screen.` and `member.careful.`, and the tensors
    /// `screen.limit`, `screen.scores`, `screen.ranks`, `careful.scale` and `usual_saved_share`.
    public func archived() throws -> ModelArchive {
        var archive = ModelArchive(tensors: [
            "screen.limit": Tensor(shape: [1], .float64([calibration.limit])),
            "usual_saved_share": Tensor(shape: [1], .float64([usualSavedShare])),
        ])
        calibration.ranks.store("screen", in: &archive)
        calibration.scale.store("careful", in: &archive)
        try screen.store(in: &archive)
        try careful.store(in: &archive)
        try archive.store(algorithm: Self.name, options: options)
        return archive
    }
}
