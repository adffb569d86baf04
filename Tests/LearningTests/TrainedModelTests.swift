import SignalCore
import TestSupport
import Testing

@testable import Learning

@Suite struct TrainedModelTests {
    private func model(_ change: (inout FeatureRecipe, inout InputExpectation) -> Void = { _, _ in }) throws
        -> TrainedModel
    {
        let data = TestData.correlated(seed: 1)
        var recipe = FeatureRecipe(schema: data.schema, options: ["melBands": "8", "fftLength": "1024"])
        var input = InputExpectation.signal(
            SignalExpectation(sampleRate: 16_000, unit: .fullScale, channels: "mean", normalization: .rms))
        change(&recipe, &input)
        var trainer = ModelTrainer(toolVersion: "0.1.0")
        trainer.aggregation = .quantile(0.9)
        return try trainer.train(
            PrincipalComponentDetector.self, options: [(name: "contextFrames", text: "3")], on: data, recipe: recipe,
            input: input, digests: [7, 1], rowCounts: input.table == nil ? [] : [500, 20],
            machines: ["fan/id_02", "fan/id_00"], context: FittingContext())
    }

    @Test func `A model comes back from its archive as it was`() throws {
        for table in [false, true] {
            let original = try model { recipe, input in
                guard table else { return }
                input = .table(
                    TableExpectation(
                        columns: [FeatureColumn("pressure", unit: "bar"), FeatureColumn("flow")], rowSpacing: 60,
                        hasAbsoluteTimes: true))
                recipe.options = [:]
                recipe.schema.columns[3].band = nil
                recipe.schema.columns[4].unit = ""
            }
            let back = try TrainedModel(archive: original.archived())
            #expect(back.recipe == original.recipe && back.input == original.input)
            #expect(back.provenance.rowCount(digest: 1) == (table ? 20 : 0))
            #expect(back.aggregation == original.aggregation && back.provenance == original.provenance)
            #expect(back.clipThreshold == original.clipThreshold && back.frameThreshold == original.frameThreshold)
            #expect(try back.archived() == original.archived())
            #expect(back.card == original.card)
            let frames = TestData.correlated(seed: 2, clips: 1).frames
            #expect(try back.verdicts(frames) == original.verdicts(frames))
        }
    }

    @Test func `Every missing entry is named`() throws {
        let archive = try model().archived()
        for name in archive.metadata.keys where !name.hasPrefix("feature.option.") && name != "format" {
            var damaged = archive
            damaged.metadata[name] = nil
            #expect(TestData.message { _ = try TrainedModel(archive: damaged) }.contains("'\(name)'"), "\(name)")
        }
    }

    @Test(arguments: [
        ("format", "cake", "no model of this tool"), ("format_version", "2", "version '2'"),
        ("algorithm", "pcs", "did you mean 'pca'?"), ("option.contextFrames", "0", "contextFrames is 1 to 64"),
        ("option.colour", "red", "unknown option 'colour'"), ("option.contextFrames", "4", "tensor 'components'"),
        ("threshold.clip.value", "nan", "threshold.clip.value"),
        ("threshold.frame.value", "1e999", "expected a number"),
        ("threshold.clip.rule", "magic:1", "Known: quantile, sigma"), ("threshold.clip.scores", "-1", "whole number"),
        ("clip_aggregation", "median", "clip_aggregation"), ("signal", "smell", "recording or table"),
        ("signal.sample_rate", "0", "above 0 Hz"), ("signal.unit", "mph", "FS, unspecified, m/s^2, g"),
        ("signal.normalization", "loud", "none or rms"), ("feature.columns", "a\nb", "2 columns"),
        ("feature.bands", "5 1\n-\n-\n-\n-\n-\n-\n-", "two frequencies"), ("feature.causal", "maybe", "true or false"),
        ("feature.hop_seconds", "inf", "expected a number"), ("training.seed", "-1", "training.seed"),
    ])
    func `A damaged entry is refused with a sentence`(name: String, text: String, expected: String) throws {
        var archive = try model().archived()
        archive.metadata[name] = text
        let message = TestData.message { _ = try TrainedModel(archive: archive) }
        #expect(message.contains(expected))
    }

    @Test func `A tensor too many or too few is named`() throws {
        var archive = try model().archived()
        archive.tensors["weights"] = Tensor(shape: [1], .float32([1]))
        #expect(TestData.message { _ = try TrainedModel(archive: archive) }.contains("tensor 'weights'"))
        archive = try model().archived()
        archive.tensors["training.digests"] = nil
        #expect(TestData.message { _ = try TrainedModel(archive: archive) }.contains("tensor 'training.digests'"))
    }

    @Test(arguments: ["a\nb", "a\r", "a\r\n"]) func `A column with a line break cannot be stored`(name: String) throws {
        let model = try model { recipe, _ in recipe.schema.columns[0].name = name }
        #expect(TestData.message { _ = try model.archived() }.contains("line break"))
    }

    @Test func `Verdicts name the column to blame`() throws {
        let model = try model()
        let normal = TestData.correlated(seed: 3, clips: 1).frames
        var values = normal.values
        for frame in 20..<40 { values[frame * 8 + 5] += 60 }
        let faulty = FeatureFrames(columnCount: 8, times: normal.times, values: values)
        let verdict = try model.clipVerdict(faulty)
        #expect(verdict.isAnomalous && verdict.severity > .none && verdict.topColumn == 5)
        #expect(verdict.score == (try model.clipScore(faulty)) && verdict.time == 0)
        #expect(verdict.contributions.count == 8)
        let frames = try model.verdicts(faulty)
        #expect(frames.count == 38 && frames[0].time == normal.times[2])
        #expect(frames[18...].allSatisfy { $0.isAnomalous && $0.topColumn == 5 })
        #expect(frames[..<18].count { $0.isAnomalous } < 4)
        let short = FeatureFrames(columnCount: 8, times: [0], values: Array(repeating: 0, count: 8))
        #expect(try model.verdicts(short).isEmpty)
        #expect(TestData.message { _ = try model.clipVerdict(short) }.contains("at least 3"))
    }

    @Test func `Other features and signals are refused, naming both`() throws {
        let model = try model()
        var schema = model.recipe.schema
        try model.recipe.requireMatch(schema)
        schema.columns[1].name = "log-mel.x"
        #expect(
            TestData.message { try model.recipe.requireMatch(schema) }.contains(
                "log-mel.1, that of the frames is log-mel.x"))
        schema.columns.removeLast()
        #expect(TestData.message { try model.recipe.requireMatch(schema) }.contains("8 columns, the frames have 7"))
        schema.feature = "mfcc"
        #expect(
            TestData.message { try model.recipe.requireMatch(schema) }.contains("'log-mel', the frames are of 'mfcc'"))
        schema = model.recipe.schema
        schema.hopSeconds = 0.016
        #expect(TestData.message { try model.recipe.requireMatch(schema) }.contains("every 0.016 s"))
        let signal = try #require(model.signal)
        try signal.requireMatch(SignalFormat(sampleRate: 16_000))
        #expect(
            TestData.message { try signal.requireMatch(SignalFormat(sampleRate: 48_000)) }.contains(
                "16000 Hz, this one has 48000 Hz"))
        #expect(
            TestData.message { try signal.requireMatch(SignalFormat(sampleRate: 16_000, unit: .standardGravity)) }
                .contains("in g"))
    }

    @Test func `The card says what a user needs`() throws {
        let card = try model().card
        for text in [
            "# Model: pca on log-mel", "20 normal recordings of fan/id_00, fan/id_02, 800 frames", "16000 Hz in FS",
            "loudness normalization rms", "contextFrames: 3", "chosen by quantile:0.99 from 20 scores", "held-out",
            "rests on 20 scores", "auscult detect --model", "Seed 42, auscult 0.1.0",
        ] { #expect(card.contains(text), "\(text)") }
    }
}
