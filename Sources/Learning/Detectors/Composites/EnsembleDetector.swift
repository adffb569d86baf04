public import SignalCore

/// Asks several detectors and takes the mean of what they say, brought to one scale.
///
/// The scale comes from scores of normal data that the members were not fitted on: the validation data or, where there
/// is none, the last fifth of the training data, which is then not learnt from. A window is as long as the longest
/// member's; the others look at its last frames.
public struct EnsembleDetector: CompositeDetector {
    /// The name used on the command line and in files.
    public static let name = "ensemble"
    /// One line for listings.
    public static let summary = "the mean of several detectors' scores, as ranks or standardised; any detectors"
    /// Members may take long to fit, and what makes their scores comparable needs held-out data anyhow.
    public static let usualFolds = 1

    /// The options the model was fitted with.
    public let options: EnsembleOptions

    let members: [CalibratedMember]

    /// A member and what its scores are compared with.
    struct CalibratedMember: Sendable {
        var member: Member
        var ranks: ScoreRanks
        var scale: ScoreScale

        /// A score on the common scale.
        func common(_ score: Float, _ combination: ScoreCombination) -> Double {
            switch combination {
            case .rank: ranks.rank(of: score)
            case .standardized: scale.standardized(score)
            }
        }
    }

    /// The fewest windows that scores are compared with.
    static let fewestWindows = 5

    /// The number of columns a frame must have.
    public var columnCount: Int { members[0].member.detector.columnCount }
    /// The number of consecutive frames that one score looks at.
    public var contextLength: Int { members.map(\.member.detector.contextLength).max() ?? 1 }

    private init(options: EnsembleOptions, members: [CalibratedMember]) {
        self.options = options
        self.members = members
    }

    /// Learns the normal state with every member.
    ///
    /// - Throws: `SignalError` as the members' own fits, naming the member; `insufficientData` when fewer than five
    ///   windows are left to compare scores with; `invalidOption`.
    public static func fit(
        _ data: TrainingData, options: EnsembleOptions, context: FittingContext
    ) throws -> EnsembleDetector {
        let (members, rest) = try Member.fit(options, on: data, context: context)
        let contextLength = members.map(\.detector.contextLength).max() ?? 1
        return EnsembleDetector(
            options: options,
            members: try members.map { member in
                let scores = try member.scores(rest, contextLength: contextLength, fewest: fewestWindows)
                return CalibratedMember(member: member, ranks: ScoreRanks(scores), scale: ScoreScale(scores))
            })
    }

    /// The mean score of every window.
    ///
    /// - Throws: `SignalError` with code `mismatch` when the columns are not as many as in training, `malformed` when
    ///   a value is not finite.
    public func scores(_ frames: FeatureFrames) throws -> [Float] {
        let windowCount = try windowCount(frames)
        guard windowCount > 0 else { return [] }
        var sums = Array(repeating: 0.0, count: windowCount)
        for member in members {
            for (window, score) in try member.member.scores(frames, contextLength: contextLength).enumerated() {
                sums[window] += member.common(score, options.combination)
            }
        }
        let largest = Double(Float.greatestFiniteMagnitude)
        return sums.map { Float(min(max($0 / Double(members.count), -largest), largest)) }
    }

    /// The mean over the members of every column's share of their contributions. Shape: windows x columns.
    public func contributions(_ frames: FeatureFrames) throws -> [Float] {
        let windowCount = try windowCount(frames)
        guard windowCount > 0 else { return [] }
        var means = Array(repeating: 0.0, count: windowCount * columnCount)
        for member in members {
            let contributions = try member.member.contributions(frames, contextLength: contextLength)
            for start in stride(from: 0, to: contributions.count, by: columnCount) {
                let total = (start..<start + columnCount).reduce(0) { $0 + Double(contributions[$1]) }
                guard total > 0 else { continue }
                for index in start..<start + columnCount {
                    means[index] += Double(contributions[index]) / total / Double(members.count)
                }
            }
        }
        return means.map { Float($0) }
    }

    private func windowCount(_ frames: FeatureFrames) throws -> Int {
        try frames.requireColumns(columnCount)
        try frames.requireFinite(nil)
        return max(0, frames.count - contextLength + 1)
    }
}

extension EnsembleDetector {
    /// Reads a fitted model back.
    ///
    /// - Throws: `SignalError` naming the tensor or entry that is missing, misshapen, not finite or out of range.
    public init(archive: ModelArchive) throws {
        try archive.requireAlgorithm(Self.name)
        let options = try archive.options(EnsembleOptions.self)
        self.init(
            options: options,
            members: try Member.members(of: options, in: archive).map { member in
                CalibratedMember(
                    member: member, ranks: try ScoreRanks(member.role, in: archive),
                    scale: try ScoreScale(member.role, in: archive))
            })
    }

    /// The members' archives, their names preceded by `member.NAME.`, and of every member the tensors `NAME.scores`,
    /// `NAME.ranks` and `NAME.scale`.
    public func archived() throws -> ModelArchive {
        var archive = ModelArchive()
        for member in members {
            try member.member.store(in: &archive)
            member.ranks.store(member.member.role, in: &archive)
            member.scale.store(member.member.role, in: &archive)
        }
        try archive.store(algorithm: Self.name, options: options)
        return archive
    }
}
