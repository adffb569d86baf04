public import SignalCore

extension TrainedModel {
    /// The version of the layout that ``archived()`` writes.
    static let formatVersion = "1"

    private static let format = "auscult model"
    private static let digestTensor = "training.digests"

    /// The model as tensors and texts. The same model always gives the same archive.
    ///
    /// - Throws: `SignalError` with code `malformed` when a column's name holds a line break.
    public func archived() throws -> ModelArchive {
        var archive = try detector.archived()
        archive.metadata["format"] = Self.format
        archive.metadata["format_version"] = Self.formatVersion
        try store(recipe, in: &archive)
        archive.metadata["signal"] = signal == nil ? "table" : "recording"
        if let signal {
            archive.metadata["signal.sample_rate"] = "\(signal.sampleRate)"
            archive.metadata["signal.unit"] = signal.unit.rawValue
            archive.metadata["signal.channels"] = signal.channels
            archive.metadata["signal.normalization"] = signal.normalization.rawValue
        }
        archive.metadata["clip_aggregation"] = aggregation.description
        store(clipThreshold, as: "threshold.clip", in: &archive)
        store(frameThreshold, as: "threshold.frame", in: &archive)
        archive.metadata["training.seed"] = "\(provenance.seed)"
        archive.metadata["training.tool_version"] = provenance.toolVersion
        archive.metadata["training.recordings"] = "\(provenance.recordingCount)"
        archive.metadata["training.frames"] = "\(provenance.frameCount)"
        archive.metadata["training.machines"] = provenance.machines.joined(separator: "\n")
        archive.metadata["training.warnings"] = provenance.warnings.joined(separator: "\n")
        archive.tensors[Self.digestTensor] = Tensor(
            shape: [provenance.digests.count], .int64(provenance.digests))
        return archive
    }

    /// Reads a model back.
    ///
    /// - Throws: `SignalError` with code `malformed` (not a model, something missing, too much or not finite),
    ///   `unsupported` (unknown version or algorithm) or `mismatch` (parts that do not belong together).
    public init(archive: ModelArchive) throws {
        guard archive.metadata["format"] == Self.format else {
            throw SignalError(.malformed, "the file holds tensors but is no model of this tool")
        }
        let version = try archive.text("format_version")
        guard version == Self.formatVersion else {
            throw SignalError(
                .unsupported,
                "format version '\(version.escapingControlCharacters)' of the model file is unknown; this tool reads "
                    + "version \(Self.formatVersion), so a newer one may have written it")
        }
        let detector = try ModelRegistry.detector(archive: archive)
        let expected = Set(try detector.archived().tensors.keys).union([Self.digestTensor])
        if let extra = archive.tensors.keys.filter({ !expected.contains($0) }).min() {
            throw SignalError(.malformed, "a model of algorithm '\(type(of: detector).name)' has no such tensor").at(
                tensor: extra)
        }
        guard let seed = UInt64(try archive.text("training.seed")) else {
            throw archive.unusable("training.seed", try archive.text("training.seed"), "a whole number from 0")
        }
        try self.init(
            detector: detector, recipe: try Self.recipe(in: archive), signal: try Self.signal(in: archive),
            aggregation: try archive.reading("clip_aggregation") { try ClipAggregation(text: $0) },
            clipThreshold: try Self.threshold("threshold.clip", in: archive),
            frameThreshold: try Self.threshold("threshold.frame", in: archive),
            provenance: TrainingProvenance(
                seed: seed, toolVersion: try archive.text("training.tool_version"),
                recordingCount: try archive.count("training.recordings"),
                frameCount: try archive.count("training.frames"),
                digests: try archive.int64(Self.digestTensor, shape: [nil]),
                machines: try archive.lines("training.machines"), warnings: try archive.lines("training.warnings")))
    }

    private func store(_ recipe: FeatureRecipe, in archive: inout ModelArchive) throws {
        let schema = recipe.schema
        func hasBreak(_ text: String) -> Bool { text.unicodeScalars.contains { $0 == "\n" || $0 == "\r" } }
        if let column = schema.columns.first(where: { hasBreak($0.name) || hasBreak($0.unit) }) {
            throw SignalError(.malformed, "the name or unit of a column holds a line break; rename it").at(
                column: column.name)
        }
        archive.metadata["feature"] = schema.feature
        archive.metadata["feature.columns"] = schema.columns.map(\.name).joined(separator: "\n")
        archive.metadata["feature.units"] = schema.columns.map(\.unit).joined(separator: "\n")
        archive.metadata["feature.bands"] = schema.columns.map { column in
            column.band.map { "\($0.lowerBound) \($0.upperBound)" } ?? "-"
        }.joined(separator: "\n")
        archive.metadata["feature.frame_seconds"] = "\(schema.frameSeconds)"
        archive.metadata["feature.hop_seconds"] = "\(schema.hopSeconds)"
        archive.metadata["feature.causal"] = "\(schema.isCausal)"
        for (name, text) in recipe.options { archive.metadata["feature.option.\(name)"] = text }
    }

    private static func recipe(in archive: ModelArchive) throws -> FeatureRecipe {
        let names = try archive.lines("feature.columns")
        // A single column without a unit is an empty text, hence no line.
        let units = try archive.lines("feature.units")
        let bands = try archive.lines("feature.bands")
        guard units.count == names.count || (units.isEmpty && names.count == 1), bands.count == names.count else {
            throw SignalError(
                .malformed,
                "the model file names \(names.count) columns, \(units.count) units and \(bands.count) bands; they must be as many"
            )
        }
        let columns = try names.indices.map { index in
            FeatureColumn(
                names[index], unit: units.isEmpty ? "" : units[index], band: try band(bands[index], in: archive))
        }
        let causal = try archive.text("feature.causal")
        guard let isCausal = Bool(causal) else { throw archive.unusable("feature.causal", causal, "true or false") }
        let prefix = "feature.option."
        let options = archive.metadata.filter { $0.key.hasPrefix(prefix) }
        return FeatureRecipe(
            schema: FeatureSchema(
                feature: try archive.text("feature"), columns: columns,
                frameSeconds: try archive.number("feature.frame_seconds"),
                hopSeconds: try archive.number("feature.hop_seconds"), isCausal: isCausal),
            options: Dictionary(
                options.map { (String($0.key.dropFirst(prefix.count)), $0.value) },
                uniquingKeysWith: { first, _ in first }))
    }

    private static func band(_ text: String, in archive: ModelArchive) throws -> ClosedRange<Double>? {
        if text == "-" { return nil }
        let edges = text.split(separator: " ").compactMap { Double($0) }
        guard edges.count == 2, edges[0].isFinite, edges[1].isFinite, edges[0] <= edges[1] else {
            throw archive.unusable("feature.bands", text, "two frequencies in Hz or '-' a line")
        }
        return edges[0]...edges[1]
    }

    private static func signal(in archive: ModelArchive) throws -> SignalExpectation? {
        let kind = try archive.text("signal")
        if kind == "table" { return nil }
        guard kind == "recording" else { throw archive.unusable("signal", kind, "recording or table") }
        let rate = try archive.number("signal.sample_rate")
        guard rate > 0 else { throw archive.unusable("signal.sample_rate", "\(rate)", "a rate above 0 Hz") }
        let unit = try archive.text("signal.unit")
        guard let unit = SignalUnit(rawValue: unit) else {
            let known = SignalUnit.allCases.map(\.rawValue).joined(separator: ", ")
            throw archive.unusable("signal.unit", unit, "one of \(known)")
        }
        let normalization = try archive.text("signal.normalization")
        guard let normalization = LoudnessNormalization(rawValue: normalization) else {
            throw archive.unusable("signal.normalization", normalization, "none or rms")
        }
        return SignalExpectation(
            sampleRate: rate, unit: unit, channels: try archive.text("signal.channels"), normalization: normalization)
    }

    private func store(_ threshold: Threshold, as name: String, in archive: inout ModelArchive) {
        archive.metadata["\(name).value"] = "\(threshold.value)"
        archive.metadata["\(name).usual_score"] = "\(threshold.usualScore)"
        archive.metadata["\(name).rule"] = threshold.rule.description
        archive.metadata["\(name).multiplier"] = "\(threshold.multiplier)"
        archive.metadata["\(name).scores"] = "\(threshold.scoreCount)"
        archive.metadata["\(name).basis"] = threshold.basis
    }

    private static func threshold(_ name: String, in archive: ModelArchive) throws -> Threshold {
        Threshold(
            value: try archive.float("\(name).value"), usualScore: try archive.float("\(name).usual_score"),
            rule: try archive.reading("\(name).rule") { try ThresholdRule(text: $0) },
            multiplier: try archive.number("\(name).multiplier"), scoreCount: try archive.count("\(name).scores"),
            basis: try archive.text("\(name).basis"))
    }
}
