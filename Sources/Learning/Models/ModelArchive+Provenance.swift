internal import SignalCore

extension TrainingProvenance {
    private static let digestTensor = "training.digests"
    private static let rowTensor = "training.rows"
    private static let lossTensor = "training.losses"

    /// The names of the tensors that hold digests and row counts.
    static let tensorNames = [digestTensor, rowTensor, lossTensor]

    fileprivate func store(in archive: inout ModelArchive) {
        archive.metadata["training.seed"] = "\(seed)"
        archive.metadata["training.tool_version"] = toolVersion
        archive.metadata["training.recordings"] = "\(recordingCount)"
        archive.metadata["training.frames"] = "\(frameCount)"
        archive.metadata["training.machines"] = machines.joined(separator: "\n")
        archive.metadata["training.warnings"] = warnings.joined(separator: "\n")
        archive.tensors[Self.digestTensor] = Tensor(shape: [digests.count], .int64(digests))
        if !rowCounts.isEmpty {
            archive.tensors[Self.rowTensor] = Tensor(shape: [rowCounts.count], .int64(rowCounts))
        }
        guard !histories.isEmpty else { return }
        archive.metadata["training.histories"] = histories.map { history in
            [
                history.algorithm, history.step, history.measure, "\(history.losses.count)",
                history.validationLosses.isEmpty ? "0" : "1", "\(history.keptStep)",
            ].joined(separator: "\t")
        }.joined(separator: "\n")
        let losses = histories.flatMap { $0.losses + $0.validationLosses }
        archive.tensors[Self.lossTensor] = Tensor(shape: [losses.count], .float64(losses))
    }

    /// The histories; none in files of before they were kept.
    private static func histories(_ archive: ModelArchive) throws -> [TrainingHistory] {
        guard archive.metadata["training.histories"] != nil || archive.tensors[lossTensor] != nil else { return [] }
        var losses = try archive.float64(lossTensor, shape: [nil])[...]
        let histories = try archive.lines("training.histories").map { line in
            let parts = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 6, let count = Int(parts[3]), let kept = Int(parts[5]), (0...count).contains(kept),
                ["0", "1"].contains(parts[4]), count <= losses.count, parts[4] == "0" || 2 * count <= losses.count
            else {
                throw archive.unusable(
                    "training.histories", line,
                    "algorithm, step, measure, steps, validation and kept step, as many as there are losses")
            }
            let own = losses.prefix(count)
            let validation = parts[4] == "1" ? losses.dropFirst(count).prefix(count) : []
            losses = losses.dropFirst(count + validation.count)
            return TrainingHistory(
                algorithm: parts[0], step: parts[1], measure: parts[2], losses: Array(own),
                validationLosses: Array(validation), keptStep: kept)
        }
        guard losses.isEmpty else {
            throw SignalError(.malformed, "\(losses.count) losses belong to no history").at(tensor: lossTensor)
        }
        return histories
    }

    fileprivate init(archive: ModelArchive) throws {
        guard let seed = UInt64(try archive.text("training.seed")) else {
            throw archive.unusable("training.seed", try archive.text("training.seed"), "a whole number from 0")
        }
        let digests = try archive.int64(Self.digestTensor, shape: [nil])
        let hasRows = archive.tensors[Self.rowTensor] != nil
        self.init(
            seed: seed, toolVersion: try archive.text("training.tool_version"),
            recordingCount: try archive.count("training.recordings"), frameCount: try archive.count("training.frames"),
            digests: digests,
            rowCounts: hasRows ? try archive.int64(Self.rowTensor, shape: [digests.count]) : [],
            machines: try archive.lines("training.machines"), warnings: try archive.lines("training.warnings"),
            histories: try Self.histories(archive))
    }
}

extension ModelArchive {
    /// Writes where a model comes from.
    mutating func store(_ provenance: TrainingProvenance) { provenance.store(in: &self) }

    /// Reads what ``store(_:)`` wrote.
    func provenance() throws -> TrainingProvenance { try TrainingProvenance(archive: self) }

    /// Refuses a file of another version than `known`.
    ///
    /// - Throws: `SignalError` with code `unsupported`, or `malformed` where no version stands.
    func requireVersion(_ known: String) throws {
        let version = try text("format_version")
        guard version == known else {
            throw SignalError(
                .unsupported,
                "format version '\(version.escapingControlCharacters)' of the model file is unknown; this tool reads "
                    + "version \(known), so a newer one may have written it")
        }
    }
}
