public import SignalCore

extension TrainedModel {
    /// The version of the layout that ``archived()`` writes.
    static let formatVersion = "1"

    private static let format = "auscult model"

    /// The model as tensors and texts. The same model always gives the same archive.
    ///
    /// - Throws: `SignalError` with code `malformed` when a column's name holds a line break.
    public func archived() throws -> ModelArchive {
        var archive = try detector.archived()
        archive.metadata["format"] = Self.format
        archive.metadata["format_version"] = Self.formatVersion
        try store(recipe, in: &archive)
        try store(input, in: &archive)
        archive.metadata["clip_aggregation"] = aggregation.description
        store(clipThreshold, as: "threshold.clip", in: &archive)
        store(frameThreshold, as: "threshold.frame", in: &archive)
        archive.store(provenance)
        return archive
    }

    /// Reads a model back.
    ///
    /// - Throws: `SignalError` with code `malformed` (not a model, something missing, too much or not finite),
    ///   `unsupported` (unknown version or algorithm) or `mismatch` (parts that do not belong together).
    public init(archive: ModelArchive) throws {
        guard !TrainedPredictor.isPredictor(archive) else {
            throw SignalError(
                .mismatch, "is a model of failures and remaining life, which maintain takes, and tells no anomalies")
        }
        guard archive.metadata["format"] == Self.format else {
            throw SignalError(.malformed, "the file holds tensors but is no model of this tool")
        }
        try archive.requireVersion(Self.formatVersion)
        let detector = try ModelRegistry.detector(archive: archive)
        let expected = Set(try detector.archived().tensors.keys).union(TrainingProvenance.tensorNames)
        if let extra = archive.tensors.keys.filter({ !expected.contains($0) }).min() {
            throw SignalError(.malformed, "a model of algorithm '\(type(of: detector).name)' has no such tensor").at(
                tensor: extra)
        }
        try self.init(
            detector: detector, recipe: try Self.recipe(in: archive), input: try Self.input(in: archive),
            aggregation: try archive.reading("clip_aggregation") { try ClipAggregation(text: $0) },
            clipThreshold: try Self.threshold("threshold.clip", in: archive),
            frameThreshold: try Self.threshold("threshold.frame", in: archive),
            provenance: try archive.provenance())
    }

    private func store(_ recipe: FeatureRecipe, in archive: inout ModelArchive) throws {
        let schema = recipe.schema
        archive.metadata["feature"] = schema.feature
        try archive.store(schema.columns, as: "feature")
        archive.metadata["feature.frame_seconds"] = "\(schema.frameSeconds)"
        archive.metadata["feature.hop_seconds"] = "\(schema.hopSeconds)"
        archive.metadata["feature.causal"] = "\(schema.isCausal)"
        for (name, text) in recipe.options { archive.metadata["feature.option.\(name)"] = text }
    }

    private static func recipe(in archive: ModelArchive) throws -> FeatureRecipe {
        let prefix = "feature.option."
        let options = archive.metadata.filter { $0.key.hasPrefix(prefix) }
        return FeatureRecipe(
            schema: FeatureSchema(
                feature: try archive.text("feature"), columns: try archive.columns("feature"),
                frameSeconds: try archive.number("feature.frame_seconds"),
                hopSeconds: try archive.number("feature.hop_seconds"), isCausal: try archive.flag("feature.causal")),
            options: Dictionary(
                options.map { (String($0.key.dropFirst(prefix.count)), $0.value) },
                uniquingKeysWith: { first, _ in first }))
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
