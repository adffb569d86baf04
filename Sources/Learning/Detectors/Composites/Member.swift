internal import SignalCore

/// A fitted part of a composite detector.
struct Member: Sendable {
    /// What it is called in options, messages and files.
    let role: String
    /// The model.
    let detector: any Detector

    /// Fits all members of a composite, one after the other.
    ///
    /// Every member has a seed of its own and reports under its role. Where `report` answers `stop`, members end as early
    /// as they can.
    ///
    /// - Returns: the members, and data that they were not fitted on, to bring their scores to one scale: the validation
    ///   data of the context or, where there is none, the last fifth of the data.
    static func fit(
        _ options: some CompositeOptions, on data: TrainingData, context: FittingContext
    ) throws -> (members: [Member], calibration: TrainingData) {
        try options.validate()
        try data.frames.requireFinite(data.schema)
        let parts = context.validation.map { (fitting: data, calibration: $0) } ?? data.splittingLastFifth()
        let members = try options.members().enumerated().map { index, member in
            var generator = SeededGenerator(seed: context.seed, stream: UInt64(index))
            var inner = FittingContext(
                seed: generator.next(), jobs: context.jobs, validation: context.validation
            ) { progress in
                var progress = progress
                progress.step = "\(member.role): \(progress.step)"
                return try context.report(progress)
            }
            if let record = context.record {
                inner.record = { history in
                    var history = history
                    history.algorithm = "\(member.role): \(history.algorithm)"
                    record(history)
                }
            }
            let own = inner
            func fit<Algorithm: Detector>(_ type: Algorithm.Type) throws -> any Detector {
                try Algorithm.fit(parts.fitting, options: Algorithm.Options().setting(member.settings), context: own)
            }
            return Member(role: member.role, detector: try naming(member.role) { try fit(member.type) })
        }
        return (members, parts.calibration)
    }

    /// The scores of windows of `contextLength` frames, of which this member looks at the last ones.
    func scores(_ frames: FeatureFrames, contextLength: Int) throws -> [Float] {
        try detector.scores(seen(frames, contextLength))
    }

    /// The contributions of windows of `contextLength` frames, of which this member looks at the last ones.
    func contributions(_ frames: FeatureFrames, contextLength: Int) throws -> [Float] {
        try detector.contributions(seen(frames, contextLength))
    }

    /// The scores of all windows of `contextLength` frames within segments.
    ///
    /// - Throws: `SignalError` with code `insufficientData` when there are fewer than `fewest`.
    func scores(_ data: TrainingData, contextLength: Int, fewest: Int) throws -> [Float] {
        let scores = try data.segments.indices.flatMap {
            try self.scores(data.frames(ofSegment: $0), contextLength: contextLength)
        }
        guard scores.count >= fewest else {
            throw SignalError(
                .insufficientData,
                "\(scores.count) windows of \(contextLength) frames are too few to bring the scores of \(role) to a scale; "
                    + "it needs at least \(fewest), in a fifth of the data or the validation data")
        }
        return scores
    }

    private func seen(_ frames: FeatureFrames, _ contextLength: Int) -> FeatureFrames {
        let skipped = min(contextLength - detector.contextLength, frames.count)
        return skipped == 0 ? frames : frames.frames(in: skipped..<frames.count)
    }
}

extension Member {
    /// What the names of a member's tensors and texts begin with in the archive of its composite.
    private static func prefix(_ role: String) -> String { "member.\(role)." }

    /// Reads the members back that options name.
    ///
    /// - Throws: `SignalError` as the members' own, under the names they have in this archive; code `mismatch` when they
    ///   are not of the same number of columns.
    static func members(of options: some CompositeOptions, in archive: ModelArchive) throws -> [Member] {
        let members = try options.members().map { role, type, _ in
            let prefix = prefix(role)
            var inner = ModelArchive()
            for (name, tensor) in archive.tensors where name.hasPrefix(prefix) {
                inner.tensors[String(name.dropFirst(prefix.count))] = tensor
            }
            for (name, text) in archive.metadata where name.hasPrefix(prefix) {
                inner.metadata[String(name.dropFirst(prefix.count))] = text
            }
            do {
                let member = Member(role: role, detector: try type.init(archive: inner))
                guard (1...100_000).contains(member.detector.contextLength) else {
                    throw SignalError(.malformed, "a window of \(member.detector.contextLength) frames")
                }
                return member
            } catch var error as SignalError {
                error.place.tensor = error.place.tensor.map { prefix + $0 }
                error.message = "\(role): \(error.message)"
                throw error
            }
        }
        if let first = members.first?.detector.columnCount,
            let other = members.first(where: { $0.detector.columnCount != first })
        {
            throw SignalError(
                .mismatch,
                "the members of the model are of \(first) and \(other.detector.columnCount) columns; they must agree")
        }
        return members
    }

    /// Writes the member into the archive of its composite.
    func store(in archive: inout ModelArchive) throws {
        let inner = try detector.archived()
        for (name, tensor) in inner.tensors { archive.tensors[Self.prefix(role) + name] = tensor }
        for (name, text) in inner.metadata { archive.metadata[Self.prefix(role) + name] = text }
    }
}

extension TrainingData {
    /// The data without its last fifth, and that fifth: whole segments where there are at least five.
    func splittingLastFifth() -> (fitting: TrainingData, calibration: TrainingData) {
        let edge = segments.count >= 5 ? segments[segments.count * 4 / 5].lowerBound : frames.count * 4 / 5
        func part(_ range: Range<Int>) -> TrainingData {
            let inside = segments.map { $0.clamped(to: range) }.filter { !$0.isEmpty }
            return TrainingData(
                schema: schema, frames: frames.frames(in: range),
                segments: inside.map { $0.lowerBound - range.lowerBound..<$0.upperBound - range.lowerBound })
        }
        return (part(0..<edge), part(edge..<frames.count))
    }
}
