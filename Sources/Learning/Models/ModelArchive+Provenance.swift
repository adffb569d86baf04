internal import SignalCore

extension TrainingProvenance {
    private static let digestTensor = "training.digests"
    private static let rowTensor = "training.rows"

    /// The names of the tensors that hold digests and row counts.
    static let tensorNames = [digestTensor, rowTensor]

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
            machines: try archive.lines("training.machines"), warnings: try archive.lines("training.warnings"))
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
