import SignalCore
import TestSupport
import Testing

@testable import Learning

/// The losses of iterative fits, as models keep them.
@Suite struct TrainingHistoryTests {
    private func trained(
        _ detector: any Detector.Type, _ options: [(name: String, text: String)], context: FittingContext
    ) throws -> TrainedModel {
        let data = TestData.correlated(seed: 1)
        return try ModelTrainer(toolVersion: "1").train(
            detector, options: options, on: data, recipe: FeatureRecipe(schema: data.schema),
            input: .signal(SignalExpectation(sampleRate: 16_000)), context: context)
    }

    @Test func `A model keeps the losses that its fit reported, also when it was interrupted`() throws {
        let options = [(name: "epochs", text: "4")]
        let reported = Recorder<[Double]>()
        let model = try trained(
            AutoencoderDetector.self, options,
            context: FittingContext { progress in
                if let validation = progress.validationLoss { reported.append([progress.loss ?? -1, validation]) }
                return .proceed
            })
        let history = try #require(model.provenance.histories.first)
        #expect(model.provenance.histories.count == 1 && history.algorithm == "autoencoder" && history.step == "epoch")
        #expect(history.losses == reported.entries.map { $0[0] } && history.losses.count == 4)
        #expect(history.validationLosses == reported.entries.map { $0[1] })
        let lowest = history.validationLosses.indices.min {
            history.validationLosses[$0] < history.validationLosses[$1]
        }
        #expect(history.keptStep == (lowest ?? -1) + 1)
        #expect(model.card.contains(history.summary) && history.summary.contains("4 epochs"))

        let archive = try model.archived()
        #expect(try TrainedModel(archive: archive).provenance == model.provenance)
        let saved = Recorder<ModelArchive>()
        let checkpoint = FittingCheckpoint(load: { saved.entries.last }, save: { saved.append($0) })
        struct Interruption: Error {}
        #expect(throws: Interruption.self) {
            try trained(
                AutoencoderDetector.self, options,
                context: FittingContext(checkpoint: checkpoint) { progress in
                    if progress.completed == 2, progress.validationLoss != nil { throw Interruption() }
                    return .proceed
                })
        }
        let resumed = try trained(AutoencoderDetector.self, options, context: FittingContext(checkpoint: checkpoint))
        #expect(try resumed.archived() == archive)
    }

    @Test func `Files of before losses were kept have none, and damaged ones are refused`() throws {
        let archive = try trained(
            AutoencoderDetector.self, [(name: "epochs", text: "2")], context: FittingContext()
        ).archived()
        var old = archive
        old.metadata["training.histories"] = nil
        old.tensors["training.losses"] = nil
        #expect(try TrainedModel(archive: old).provenance.histories.isEmpty)
        for line in [
            "", "autoencoder", "a\tepoch\tloss\t9\t1\t1", "a\tepoch\tloss\t2\t1\t3", "a\tepoch\tloss\t1\t0\t1",
        ] {
            var damaged = archive
            damaged.metadata["training.histories"] = line
            let error = #expect(throws: SignalError.self, "\(line)") { try TrainedModel(archive: damaged) }
            #expect(error?.code == .malformed)
        }
        var damaged = archive
        damaged.tensors["training.losses"] = nil
        #expect(throws: SignalError.self) { try TrainedModel(archive: damaged) }
    }

    @Test func `A model of several names the part that a history is of; one without epochs has none`() throws {
        let model = try trained(
            TwoStageDetector.self,
            [(name: "careful", text: "autoencoder"), (name: "careful.epochs", text: "2")], context: FittingContext())
        #expect(model.provenance.histories.map(\.algorithm) == ["careful: autoencoder"])
        let plain = try trained(PrincipalComponentDetector.self, [], context: FittingContext())
        #expect(plain.provenance.histories.isEmpty)
    }

    @Test func `Boosting tells the losses of its rounds, on validation rows too where there are some`() throws {
        let data = LabelledTables.numbers(seed: 3, rows: 300)
        let histories = TrainingHistories()
        var options = GradientBoostingOptions()
        options.rounds = 30
        let context = FittingContext(record: histories.add)
        let heard = try GradientBoostingRegressor.fit(data, validation: nil, options: options, context: context)
        let plain = try #require(histories.all.first)
        #expect(plain.losses.count == 30 && plain.validationLosses.isEmpty && plain.keptStep == 30)
        #expect(zip(plain.losses, plain.losses.dropFirst()).allSatisfy { $0 > $1 })
        // The last loss is that of the model itself.
        guard case .numbers(let numbers) = data.targets else { return }
        let squares = zip(try heard.predictions(data.frames), numbers).map { Double(($0 - $1) * ($0 - $1)) }
        let loss = squares.reduce(0, +) / Double(2 * numbers.count)
        #expect(abs(loss - (plain.losses.last ?? 0)) < 1e-4 * loss)
        let unheard = try GradientBoostingRegressor.fit(
            data, validation: nil, options: options, context: FittingContext())
        #expect(try unheard.archived() == heard.archived())
        options.validationShare = 0.2
        _ = try GradientBoostingRegressor.fit(data, validation: nil, options: options, context: context)
        let watched = try #require(histories.all.last)
        #expect(histories.all.count == 2 && watched.validationLosses.count == watched.losses.count)
        let lowest = watched.validationLosses.min() ?? 0
        #expect(watched.validationLosses[watched.keptStep - 1] == lowest)
    }
}
