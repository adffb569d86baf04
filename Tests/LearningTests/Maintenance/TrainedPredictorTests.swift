import Learning
import SignalCore
import Testing

@Suite struct TrainedPredictorTests {
    @Test(arguments: ["random-forest", "gradient-boosting"])
    func `A worn machine is told from a new one, and its life is near the truth`(algorithm: String) throws {
        let model = try PredictorCase.predictor(algorithm)
        let (frames, lives, _) = PredictorCase.rows(PredictorCase.units(6, seed: 99))
        let probabilities = try model.failureProbabilities(frames)
        let ranking = try ScoreRanking(zip(probabilities, lives).map { (score: $0, isAnomalous: $1 <= 20) })
        #expect(try #require(ranking.areaUnderCurve) > 0.95)
        let predictions = try model.remainingLives(frames)
        #expect(predictions.allSatisfy { (0...50).contains($0) })
        let errors = zip(predictions, lives).map { abs($0 - min(50, Double($1))) }
        #expect(errors.reduce(0, +) / Double(errors.count) < 6)
        let life = try #require(model.life)
        let hits = zip(predictions, lives).count {
            life.interval(around: $0, level: 0.9).contains(min(50, Double($1)))
        }
        #expect(Double(hits) / Double(lives.count) > 0.8)
        #expect(model.quality.count == 5 && model.importances()[0].source == "vibration")
        #expect(model.card.contains("fails within 20 rows") && model.card.contains("RMSE"))
    }

    @Test func `The reading that drives a verdict is blamed`() throws {
        let model = try PredictorCase.predictor()
        let worn = FeatureFrames(columnCount: 2, times: [0], values: [5.9, 0.5])
        let blame = try model.blame(worn)
        #expect(blame.map(\.source) == ["vibration", "humidity"])
        #expect(blame[0].probability > 0.5 && blame[0].life > 20 && abs(blame[1].probability) < 0.3)
    }

    @Test func `The same seed gives the same archive, which gives the same model`() throws {
        let model = try PredictorCase.predictor()
        let archive = try model.archived()
        #expect(try PredictorCase.predictor().archived() == archive)
        let back = try TrainedPredictor(archive: archive)
        #expect(try back.archived() == archive)
        let frames = PredictorCase.rows(PredictorCase.units(2, seed: 3)).frames
        #expect(try back.failureProbabilities(frames) == model.failureProbabilities(frames))
        #expect(try back.remainingLives(frames) == model.remainingLives(frames))
        #expect(try back.health?.health(frames) == model.health?.health(frames))
        #expect(back.categories == model.categories && back.card == model.card)
    }

    @Test(arguments: ["random-forest", "gradient-boosting"])
    func `On held-out units what tells wear is missed when dealt anew, and what tells nothing is not`(
        algorithm: String
    ) throws {
        let model = try PredictorCase.predictor(algorithm, measuresImportances: true)
        for part in HeldOutImportance.Part.allCases {
            let own = model.heldOutImportances.filter { $0.part == part }
            #expect(own.map(\.source) == ["vibration", "humidity"])
            #expect(own[0].rise > 0.3 && own[0].rise > 10 * abs(own[1].rise) && own[0].deviation > 0)
        }
        let back = try TrainedPredictor(archive: model.archived())
        #expect(back.heldOutImportances == model.heldOutImportances)
        #expect(model.card.contains("without a reading, on held-out units"))
        // Measuring changes nothing else.
        let plain = try PredictorCase.predictor(algorithm)
        #expect(plain.heldOutImportances.isEmpty && plain.quality == model.quality)
    }

    @Test func `A damaged archive is refused with its place`() throws {
        let archive = try PredictorCase.predictor(measuresImportances: true).archived()
        for name in archive.tensors.keys {
            var damaged = archive
            damaged.tensors[name] = nil
            #expect(throws: SignalError.self, "\(name)") { try TrainedPredictor(archive: damaged) }
        }
        for name in archive.metadata.keys where !name.hasPrefix("feature.option.") {
            var damaged = archive
            damaged.metadata[name] = nil
            // A health detector or trees may do without some of their texts; nothing may trap.
            _ = try? TrainedPredictor(archive: damaged)
        }
        var other = archive
        other.metadata["format_version"] = "2"
        #expect(throws: SignalError.self) { try TrainedPredictor(archive: other) }
        other = archive
        other.metadata["format"] = "auscult model"
        #expect(throws: SignalError.self) { try TrainedPredictor(archive: other) }
        other = archive
        other.tensors["health_levels"] = Tensor(shape: [2], .float64([3, 1]))
        #expect(throws: SignalError.self) { try TrainedPredictor(archive: other) }
    }

    @Test func `One unit alone is refused`() throws {
        let (frames, lives, groups) = PredictorCase.rows(PredictorCase.units(1, seed: 3))
        var targets = PredictorTrainer.Targets()
        targets.lives = lives
        #expect(throws: SignalError.self) {
            try PredictorTrainer(algorithm: "random-forest").fit(
                schema: PredictorCase.schema, frames: frames, groups: groups, targets: targets,
                context: FittingContext())
        }
    }
}
