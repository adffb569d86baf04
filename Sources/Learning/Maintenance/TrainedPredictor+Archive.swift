public import SignalCore

extension TrainedPredictor {
    /// The version of the layout that ``archived()`` writes.
    static let formatVersion = "1"
    private static let format = "auscult predictor"
    private static let (failurePrefix, lifePrefix, healthPrefix) = ("failure.", "life.", "health.")

    /// Whether an archive is one of these, and no detector.
    public static func isPredictor(_ archive: ModelArchive) -> Bool { archive.metadata["format"] == format }

    /// Puts the fitted parts together with what the table is.
    ///
    /// - Throws: `SignalError` with code `mismatch` for parts that do not belong together.
    public init(
        _ parts: PredictorTrainer.Result, recipe: FeatureRecipe, sources: [String], table: TableExpectation,
        categories: [CategoryColumn], unitColumn: String?, timeColumn: String?, health: HealthIndex?,
        provenance: TrainingProvenance
    ) throws {
        failure = parts.failure
        life = parts.life
        (self.recipe, self.sources, reference) = (recipe, sources, parts.reference)
        (self.table, self.categories, self.unitColumn, self.timeColumn) = (table, categories, unitColumn, timeColumn)
        (self.health, quality, self.provenance) = (health, parts.quality, provenance)
        (heldOutImportances, lifeUnit) = (parts.importances, parts.lifeUnit)
        let columns = recipe.schema.columns.count
        let fits = [failure?.classifier.columnCount, life?.regressor.columnCount].allSatisfy {
            $0 ?? columns == columns
        }
        guard fits, sources.count == columns, reference.count == columns, failure != nil || life != nil else {
            throw SignalError(.mismatch, "the parts of the model are not of the same \(columns) columns")
        }
        guard failure.map({ $0.classifier.classNames.indices.contains($0.normalClass) }) ?? true else {
            throw SignalError(.mismatch, "the class without failure is not among the classes of the model")
        }
        guard health.map({ $0.detector.columnCount == table.columns.count }) ?? true else {
            throw SignalError(.mismatch, "the health index is of other columns than the table")
        }
    }

    /// The model as tensors and texts. The same model always gives the same archive.
    public func archived() throws -> ModelArchive {
        var archive = ModelArchive()
        func nest(_ inner: ModelArchive, _ prefix: String) {
            for (name, tensor) in inner.tensors { archive.tensors[prefix + name] = tensor }
            for (name, text) in inner.metadata { archive.metadata[prefix + name] = text }
        }
        archive.metadata["format"] = Self.format
        archive.metadata["format_version"] = Self.formatVersion
        archive.metadata["algorithm"] = algorithm
        archive.metadata["parts"] = [
            failure.map { _ in "failure" }, life.map { _ in "life" }, health.map { _ in "health" },
        ]
        .compactMap(\.self).joined(separator: "\n")
        if let failure {
            nest(try failure.classifier.archived(), Self.failurePrefix)
            archive.metadata["failure_normal_class"] = "\(failure.normalClass)"
            archive.metadata["failure_horizon"] = failure.horizon.map(String.init) ?? "-"
            archive.metadata["failure_threshold_rule"] = failure.thresholdRule
            archive.metadata["failure_threshold"] = "\(failure.threshold)"
            failure.calibration.store(in: &archive, prefix: "failure_calibration_")
        }
        if let life {
            nest(try life.regressor.archived(), Self.lifePrefix)
            archive.metadata["life_cap"] = life.cap.map { "\($0)" } ?? "-"
            archive.metadata["life_units"] = "\(life.spread.unitCount)"
            archive.tensors["life_edges"] = Tensor(shape: [life.spread.edges.count], .float64(life.spread.edges))
            archive.tensors["life_residuals"] = Tensor(
                shape: [life.spread.edges.count + 1, PredictionSpread.quantileCount], .float64(life.spread.quantiles))
        }
        if let health {
            nest(try health.detector.archived(), Self.healthPrefix)
            archive.tensors["health_levels"] = Tensor(shape: [2], .float64([health.usualScore, health.failureScore]))
        }
        archive.metadata["feature"] = recipe.schema.feature
        try archive.store(recipe.schema.columns, as: "feature")
        archive.metadata["feature.hop_seconds"] = "\(recipe.schema.hopSeconds)"
        for (name, text) in recipe.options { archive.metadata["feature.option.\(name)"] = text }
        archive.metadata["feature.sources"] = sources.joined(separator: "\n")
        // A usual value that is missing is written as the place of a missing one: safetensors keeps it, the gate does not.
        archive.tensors["reference"] = Tensor(shape: [reference.count], .float32(reference.map { $0.isNaN ? 0 : $0 }))
        archive.tensors["reference_known"] = Tensor(
            shape: [reference.count], .int64(reference.map { $0.isNaN ? 0 : 1 }))
        try archive.store(table.columns, as: "table")
        archive.metadata["table.row_spacing"] = "\(table.rowSpacing)"
        archive.metadata["table.absolute"] = "\(table.hasAbsoluteTimes)"
        archive.metadata["table.unit"] = unitColumn ?? ""
        archive.metadata["table.time"] = timeColumn ?? ""
        archive.metadata["categories"] = categories.map(\.name).joined(separator: "\n")
        for (index, category) in categories.enumerated() {
            archive.metadata["category.\(index)"] = category.values.joined(separator: "\n")
            archive.metadata["category.\(index).one_hot"] = "\(category.isOneHot)"
        }
        archive.metadata["quality"] = quality.joined(separator: "\n")
        archive.metadata["life_unit"] = lifeUnit.rawValue
        if !heldOutImportances.isEmpty {
            archive.metadata["importances"] = heldOutImportances.map { "\($0.part.rawValue)\t\($0.source)" }
                .joined(separator: "\n")
            archive.tensors["importance_rises"] = Tensor(
                shape: [heldOutImportances.count, 2], .float64(heldOutImportances.flatMap { [$0.rise, $0.deviation] }))
        }
        archive.store(provenance)
        return archive
    }

    /// Reads a model back.
    ///
    /// - Throws: `SignalError` with code `malformed`, `unsupported` (unknown version or algorithm) or `mismatch`.
    public init(archive: ModelArchive) throws {
        guard Self.isPredictor(archive) else {
            throw SignalError(
                .malformed,
                "the file is no model of failures or remaining life; train one with random-forest or gradient-boosting")
        }
        try archive.requireVersion(Self.formatVersion)
        let names = try archive.lines("parts")
        var parts = PredictorTrainer.Result()
        if names.contains("failure") { parts.failure = try Self.failure(in: archive) }
        if names.contains("life") { parts.life = try Self.life(in: archive) }
        var health: HealthIndex?
        if names.contains("health") {
            let levels = try archive.float64("health_levels", shape: [2])
            guard levels[1] > levels[0] else {
                throw SignalError(.malformed, "the score at the failure is not above the usual one").at(
                    tensor: "health_levels")
            }
            health = HealthIndex(
                detector: try ModelRegistry.detector(archive: Self.nested(archive, Self.healthPrefix)),
                usualScore: levels[0], failureScore: levels[1])
        }
        let columns = try archive.columns("feature")
        let (usual, known) = (
            try archive.float32("reference", shape: [columns.count]),
            try archive.int64("reference_known", shape: [columns.count])
        )
        parts.reference = zip(usual, known).map { $1 == 1 ? $0 : .nan }
        parts.quality = try archive.lines("quality")
        parts.importances = try Self.importances(in: archive)
        if let text = archive.metadata["life_unit"] {
            // Files of before there was a choice lack it, and count rows.
            guard let unit = LifeUnit(rawValue: text) else {
                throw archive.unusable("life_unit", text, LifeUnit.allCases.map(\.rawValue).joined(separator: ", "))
            }
            parts.lifeUnit = unit
        }
        let prefix = "feature.option."
        let options = archive.metadata.filter { $0.key.hasPrefix(prefix) }
        func name(_ key: String) throws -> String? {
            let text = try archive.text(key)
            return text.isEmpty ? nil : text
        }
        try self.init(
            parts,
            recipe: FeatureRecipe(
                schema: FeatureSchema(
                    feature: try archive.text("feature"), columns: columns,
                    hopSeconds: try archive.number("feature.hop_seconds")),
                options: Dictionary(
                    uniqueKeysWithValues: options.map { (String($0.key.dropFirst(prefix.count)), $0.value) })),
            sources: try archive.lines("feature.sources"),
            table: TableExpectation(
                columns: try archive.columns("table"), rowSpacing: try archive.number("table.row_spacing"),
                hasAbsoluteTimes: try archive.flag("table.absolute")),
            categories: try archive.lines("categories").enumerated().map { index, name in
                CategoryColumn(
                    name: name, values: try archive.lines("category.\(index)"),
                    isOneHot: try archive.flag("category.\(index).one_hot"))
            },
            unitColumn: try name("table.unit"), timeColumn: try name("table.time"), health: health,
            provenance: try archive.provenance())
    }

    /// Models whose importances were not measured, and those of before they could be, have none.
    private static func importances(in archive: ModelArchive) throws -> [HeldOutImportance] {
        guard archive.metadata["importances"] != nil || archive.tensors["importance_rises"] != nil else { return [] }
        let lines = try archive.lines("importances")
        let rises = try archive.float64("importance_rises", shape: [lines.count, 2])
        return try lines.enumerated().map { index, line in
            let parts = line.split(separator: "\t", maxSplits: 1).map(String.init)
            guard parts.count == 2, let part = HeldOutImportance.Part(rawValue: parts[0]) else {
                throw archive.unusable("importances", line, "a part and a source")
            }
            return HeldOutImportance(
                part: part, source: parts[1], rise: rises[2 * index], deviation: rises[2 * index + 1])
        }
    }

    private static func failure(in archive: ModelArchive) throws -> Failure {
        let threshold = try archive.number("failure_threshold")
        guard (0...1).contains(threshold) else {
            throw archive.unusable("failure_threshold", "\(threshold)", "a probability from 0 to 1")
        }
        let horizon = try archive.text("failure_horizon")
        return Failure(
            classifier: try ModelRegistry.classifier(archive: nested(archive, failurePrefix)),
            normalClass: try archive.count("failure_normal_class"),
            horizon: horizon == "-" ? nil : try archive.count("failure_horizon"),
            calibration: try ProbabilityCalibration(archive: archive, prefix: "failure_calibration_"),
            threshold: threshold,
            thresholdRule: try archive.text("failure_threshold_rule"))
    }

    private static func life(in archive: ModelArchive) throws -> Life {
        let edges = try archive.float64("life_edges", shape: [nil])
        let residuals = try archive.float64("life_residuals", shape: [edges.count + 1, PredictionSpread.quantileCount])
        let bins = stride(from: 0, to: residuals.count, by: PredictionSpread.quantileCount).map {
            residuals[$0..<$0 + PredictionSpread.quantileCount]
        }
        guard bins.allSatisfy({ zip($0, $0.dropFirst()).allSatisfy { $0 <= $1 } }) else {
            throw SignalError(.malformed, "the quantiles of a bin do not ascend").at(tensor: "life_residuals")
        }
        let cap = try archive.text("life_cap")
        return Life(
            regressor: try ModelRegistry.regressor(archive: nested(archive, lifePrefix)),
            cap: cap == "-" ? nil : try archive.number("life_cap"),
            spread: PredictionSpread(edges: edges, quantiles: residuals, unitCount: try archive.count("life_units")))
    }

    private static func nested(_ archive: ModelArchive, _ prefix: String) -> ModelArchive {
        var inner = ModelArchive()
        for (name, tensor) in archive.tensors where name.hasPrefix(prefix) {
            inner.tensors[String(name.dropFirst(prefix.count))] = tensor
        }
        for (name, text) in archive.metadata where name.hasPrefix(prefix) {
            inner.metadata[String(name.dropFirst(prefix.count))] = text
        }
        return inner
    }
}
