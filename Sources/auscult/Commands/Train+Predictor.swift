import FeatureExtraction
import Foundation
import Learning
import Reporting
import SignalCore
import SignalIO

extension Train {
    /// Whether the model learns from labelled rows rather than from the normal state.
    var isPredictor: Bool {
        ModelRegistry.classifiers.contains { $0.name == model }
            || ModelRegistry.regressors.contains { $0.name == model }
    }

    /// Trains a model of failures and remaining life.
    func trainPredictor() async throws {
        let console = common.console
        try predictor.validated()
        guard data.count == 1, let path = data.first else {
            throw SignalError(.invalidOption, "\(model) is trained on one table; put the units into one file")
        }
        guard tables.label != nil || predictor.target != nil || predictor.runToFailure else {
            throw SignalError(
                .invalidOption,
                "\(model) needs to know what to predict: --label NAME for classes, --target NAME for numbers, or --run-to-failure when the last row of every unit is its failure"
            )
        }
        if predictor.runToFailure, reading.unit == nil {
            throw SignalError(
                .invalidOption, "--run-to-failure needs --unit NAME, the column that tells the machines apart")
        }
        let (settings, featureOptions) = try split(hasUnits: reading.unit != nil)
        let input = try PredictorInput(
            path: path, flags: predictor, tables: tables, unit: reading.unit, features: featureOptions)
        for warning in input.table.content.warnings { console.warn("\(path.escapingControlCharacters): \(warning)") }
        let suspects = input.suspects()
        if let answer = suspects.first(where: \.isAnswer) {
            throw SignalError(
                .mismatch,
                "\(answer.reason), so nothing would be learnt but the answer; leave it out with --exclude \(answer.column)"
            ).at(path: path, column: answer.column)
        }
        let warnings = suspects.map { "\($0.column) \($0.reason); if it is known only after a failure, --exclude it" }
        for warning in warnings { console.warn("\(path.escapingControlCharacters): \(warning)") }
        var trainer = PredictorTrainer(algorithm: model)
        trainer.settings = settings
        trainer.folds = folds ?? 5
        guard trainer.folds > 1 else {
            throw SignalError(
                .invalidOption, "--folds is at least 2 for \(model), whose measures come from held-out units")
        }
        let progress = FittingProgressLine(model, console: console)
        let histories = TrainingHistories()
        let context = FittingContext(
            seed: try seeds.value(), jobs: try jobs.count(),
            report: {
                try Interruption.check()
                return progress.report($0)
            }, record: histories.add)
        let made = try input.table.features(input.features)
        if predictor.importance == .permutation { trainer.permutation = (made.features.sources, 5) }
        let parts = try trainer.fit(
            schema: made.features.schema, frames: made.frames, groups: made.order.map { input.table.groups[$0] },
            targets: input.targets(order: made.order), context: context)
        let trained = try TrainedPredictor(
            parts,
            recipe: FeatureRecipe(
                schema: made.features.schema,
                options: Dictionary(
                    uniqueKeysWithValues: try input.features.values().entries.map { ($0.name, $0.value.description) })),
            sources: made.features.sources,
            table: TableExpectation(
                columns: input.table.content.schema.columns, rowSpacing: input.table.content.schema.hopSeconds,
                hasAbsoluteTimes: input.table.hasAbsoluteTimes),
            categories: input.categories, unitColumn: reading.unit, timeColumn: predictor.timeColumn,
            health: try health(input.table, context),
            provenance: TrainingProvenance(
                seed: context.seed, toolVersion: ToolVersion.current, recordingCount: input.table.names.count,
                frameCount: input.table.frames.count,
                digests: [Int64(bitPattern: try ContentDigest.of(file: path))], warnings: warnings,
                histories: histories.all))
        try SafetensorsFile.write(trained.archived(), to: output)
        try AtomicFile.write(Array(trained.card.utf8), to: cardPath)
        try reportPredictor(trained)
    }

    /// The settings of the algorithm, and the features with those of `table.` laid over the defaults.
    private func split(hasUnits: Bool) throws -> ([(name: String, text: String)], UnitFeatureOptions) {
        var (own, table): ([(name: String, text: String)], [(name: String, text: String)]) = ([], [])
        for setting in features.settings {
            let parts = setting.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2 else {
                throw SignalError(
                    .invalidOption, "--set takes key=value, not '\(setting.escapingControlCharacters)'")
            }
            if parts[0].hasPrefix("table.") {
                table.append((String(parts[0].dropFirst(6)), parts[1]))
            } else {
                own.append((parts[0], parts[1]))
            }
        }
        var options = UnitFeatureOptions()
        if hasUnits {
            options.windows = [5, 10, 20, 30]
            options.baselineRows = 20
            options.age = true
        }
        do { return (own, try options.setting(table)) } catch let error as SignalError {
            throw SignalError(error.code, "table: \(error.message)")
        }
    }

    /// The health index of units that ran to failure.
    private func health(_ table: UnitTable, _ context: FittingContext) throws -> HealthIndex? {
        guard predictor.runToFailure, predictor.healthDetector != "none" else { return nil }
        let columns = table.content.schema.columns.count
        let index = try HealthIndex.fit(
            try ModelRegistry.detector(named: predictor.healthDetector), schema: table.content.schema,
            units: table.rows.indices.map { table.readings(of: $0, columns: columns) }, firstRows: 20, context: context)
        if index == nil {
            common.console.warn(
                "there is no health index: readings are missing, or failing units score no higher than new ones")
        }
        return index
    }

    private struct PredictorSummary: Encodable {
        let model: String
        let output: String
        let units: Int
        let rows: Int
        let features: Int
        let tells: [String]
        let threshold: Double?
        let quality: [String]
        let importances: [Importance]
        let heldOutImportances: [HeldOut]
        let warnings: [String]

        struct Importance: Encodable {
            let source: String
            let share: Double
        }

        struct HeldOut: Encodable {
            let part: String
            let source: String
            let rise: Double
            let deviation: Double
        }
    }

    /// A line for every part whose importances were measured on held-out units.
    private func heldOut(_ trained: TrainedPredictor) -> String {
        HeldOutImportance.Part.allCases.map { part in
            let own = trained.heldOutImportances.filter { $0.part == part }.prefix(5)
            guard !own.isEmpty else { return "" }
            let measure = HeldOutImportance.measure(of: part, lifeUnit: trained.lifeUnit)
            let rises = own.map { "\($0.source) \(Text.number($0.rise, digits: 4))" }
            return "\(measure.quantity) without a reading, \(measure.unit): \(rises.joined(separator: ", "))\n"
        }.joined()
    }

    private func reportPredictor(_ trained: TrainedPredictor) throws {
        let summary = PredictorSummary(
            model: trained.algorithm, output: output, units: trained.provenance.recordingCount,
            rows: trained.provenance.frameCount, features: trained.recipe.schema.columns.count,
            tells: [
                trained.failure.map { _ in "failure probability" }, trained.life.map { _ in "remaining useful life" },
            ].compactMap(\.self),
            threshold: trained.failure?.threshold, quality: trained.quality,
            importances: trained.importances().map { .init(source: $0.source, share: $0.share) },
            heldOutImportances: trained.heldOutImportances.map {
                .init(part: $0.part.rawValue, source: $0.source, rise: $0.rise, deviation: $0.deviation)
            },
            warnings: trained.provenance.warnings)
        let result = try ResultOutput(path: nil)
        if json {
            try result.write(JSONText.document(summary))
        } else {
            let shares = summary.importances.prefix(5).map {
                "\($0.source) \(Text.number(100 * $0.share, digits: 0)) %"
            }
            try result.write(
                """
                \(summary.model): \(summary.rows) rows of \(summary.units) units, \(summary.features) features; tells \
                \(summary.tells.joined(separator: " and "))
                \(summary.quality.joined(separator: "\n"))
                looks at \(shares.joined(separator: ", "))
                \(heldOut(trained))model \(output)
                card  \(cardPath)

                """)
        }
        try result.finish()
    }
}
