import Learning
import SignalCore

/// Machines that wear, and a model of them.
enum PredictorCase {
    static let schema = FeatureSchema(
        feature: "table", columns: [FeatureColumn("vibration"), FeatureColumn("humidity")], hopSeconds: 1)

    /// Whole lives of 60 to 100 rows: the vibration rises with the square of the life that has passed.
    static func units(_ count: Int, seed: UInt64) -> [FeatureFrames] {
        (0..<count).map { unit in
            var generator = SeededGenerator(seed: seed, stream: UInt64(unit))
            let life = Int.random(in: 60...100, using: &generator)
            var frames = FeatureFrames(columnCount: 2)
            for row in 0..<life {
                let wear = Double(row + 1) / Double(life)
                frames.append(
                    time: Double(row),
                    row: [
                        Float(2 + 4 * wear * wear + 0.1 * (generator.uniform() - 0.5)), Float(generator.uniform()),
                    ])
            }
            return frames
        }
    }

    /// All rows with the row's remaining life and unit.
    static func rows(_ units: [FeatureFrames]) -> (frames: FeatureFrames, lives: [Float], groups: [Int]) {
        var frames = FeatureFrames(columnCount: 2)
        var (lives, groups): ([Float], [Int]) = ([], [])
        for (index, unit) in units.enumerated() {
            frames.append(contentsOf: unit)
            lives += (0..<unit.count).map { Float(unit.count - 1 - $0) }
            groups += Array(repeating: index, count: unit.count)
        }
        return (frames, lives, groups)
    }

    /// A model of both parts, with a horizon of 20 rows and a cap of 50.
    static func predictor(
        _ algorithm: String = "random-forest", seed: UInt64 = 1, measuresImportances: Bool = false
    ) throws -> TrainedPredictor {
        let units = units(12, seed: 4)
        let (frames, lives, groups) = rows(units)
        var trainer = PredictorTrainer(algorithm: algorithm)
        trainer.settings = [(algorithm == "random-forest" ? "trees" : "rounds", "20")]
        trainer.folds = 3
        if measuresImportances { trainer.permutation = (["vibration", "humidity"], 3) }
        var targets = PredictorTrainer.Targets()
        targets.classes = (lives.map { $0 <= 20 ? 1 : 0 }, ["later", "soon"], 0)
        (targets.horizon, targets.lives, targets.cap) = (20, lives, 50)
        let context = FittingContext(seed: seed)
        return try TrainedPredictor(
            trainer.fit(schema: schema, frames: frames, groups: groups, targets: targets, context: context),
            recipe: FeatureRecipe(schema: schema, options: ["age": "false"]), sources: ["vibration", "humidity"],
            table: TableExpectation(columns: schema.columns, rowSpacing: 1, hasAbsoluteTimes: false),
            categories: [CategoryColumn(name: "Type", values: ["L", "M"], isOneHot: true)], unitColumn: "unit",
            timeColumn: nil,
            health: HealthIndex.fit(
                MahalanobisDetector.self, schema: schema, units: units, firstRows: 20, context: context),
            provenance: TrainingProvenance(
                seed: seed, toolVersion: "1", recordingCount: units.count, frameCount: frames.count, digests: [7]))
    }
}
