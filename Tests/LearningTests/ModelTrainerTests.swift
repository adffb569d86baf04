import SignalCore
import Synchronization
import TestSupport
import Testing

@testable import Learning

@Suite struct ModelTrainerTests {
    private let input = InputExpectation.signal(SignalExpectation(sampleRate: 16_000))

    private func train(
        _ data: TrainingData, options: [(name: String, text: String)] = [], seed: UInt64 = 42,
        _ change: (inout ModelTrainer) -> Void = { _ in }
    ) throws -> TrainedModel {
        var trainer = ModelTrainer(toolVersion: "0.1.0")
        change(&trainer)
        return try trainer.train(
            PrincipalComponentDetector.self, options: options, on: data, recipe: FeatureRecipe(schema: data.schema),
            input: input, digests: [5, -3, 5], machines: ["fan/id_00"], context: FittingContext(seed: seed))
    }

    @Test func `Thresholds come from held-out scores: new normal clips pass as often as the rule says`() throws {
        // 25 values a score and few frames, so that in-sample scores are far too low.
        let data = TestData.correlated(seed: 1, clips: 12, framesPerClip: 10)
        let options = [(name: "contextFrames", text: "5"), (name: "components", text: "0.99")]
        let heldOut = try train(data, options: options) { $0.rule = .quantile(0.9) }
        let inSample = try train(data, options: options) {
            $0.rule = .quantile(0.9)
            $0.folds = 0
        }
        #expect(heldOut.clipThreshold.value > inSample.clipThreshold.value)
        #expect(heldOut.clipThreshold.scoreCount == 12 && heldOut.frameThreshold.scoreCount == 12 * 6)
        #expect(heldOut.clipThreshold.basis.contains("held-out") && inSample.clipThreshold.basis.contains("in-sample"))
        #expect(inSample.provenance.warnings.contains { $0.contains("expect false alarms") })
        let fresh = TestData.correlated(seed: 2, clips: 200, framesPerClip: 10)
        func alarms(_ model: TrainedModel) throws -> Int {
            try fresh.segments.indices.count {
                model.clipThreshold.isExceeded(by: try model.clipScore(fresh.frames(ofSegment: $0)))
            }
        }
        // Three quarters of the new normal clips pass at least, where in-sample thresholds call most of them anomalous.
        #expect(try alarms(heldOut) < 60)
        #expect(try alarms(inSample) > 2 * alarms(heldOut))
    }

    @Test func `The final model is fitted on all data and the same training gives the same archive`() throws {
        let data = TestData.correlated(seed: 3)
        let model = try train(data)
        let plain = try PrincipalComponentDetector.fit(
            data, options: PrincipalComponentOptions(), context: FittingContext())
        #expect(try model.detector.archived() == plain.archived())
        #expect(try model.archived() == train(data).archived())
        #expect(try model.archived() != train(data, seed: 1).archived())
        #expect(model.provenance.digests == [-3, 5] && model.provenance.includes(digest: -3))
        #expect(!model.provenance.includes(digest: 4))
        #expect(model.provenance.recordingCount == 20 && model.provenance.frameCount == 800)
    }

    @Test func `One recording is held out in consecutive parts`() throws {
        let data = TestData.oneSegment(TestData.correlated(seed: 4, clips: 1, framesPerClip: 200).frames)
        let model = try train(data)
        #expect(model.clipThreshold.scoreCount == 5 && model.frameThreshold.scoreCount == 200)
        #expect(model.clipThreshold.basis.contains("consecutive parts of the one recording"))
    }

    @Test func `Progress counts every fit and can stop`() throws {
        let data = TestData.correlated(seed: 5, clips: 3)
        let steps = Mutex<[FittingProgress]>([])
        func train(_ report: @escaping @Sendable (FittingProgress) throws -> FittingDecision) throws {
            _ = try ModelTrainer(toolVersion: "0.1.0").train(
                PrincipalComponentDetector.self, on: data, recipe: FeatureRecipe(schema: data.schema), input: input,
                context: FittingContext(report: report))
        }
        try train { step in
            steps.withLock { $0.append(step) }
            return .proceed
        }
        let seen = steps.withLock { $0 }
        #expect(seen.map(\.completed) == [0, 1, 2, 3] && seen.allSatisfy { $0.total == 4 })
        let thrown = #expect(throws: SignalError.self) { try train { _ in throw SignalError(.cancelled, "stopped") } }
        #expect(thrown?.message == "stopped")
        let stopped = #expect(throws: SignalError.self) { try train { _ in .stop } }
        #expect(stopped?.code == .cancelled)
    }

    @Test func `A hold-out keeps the model of the other four fifths`() throws {
        let single = TestData.oneSegment(TestData.correlated(seed: 8, clips: 1, framesPerClip: 200).frames)
        let model = try train(single) { $0.folds = 1 }
        let first = TestData.oneSegment(single.frames.frames(in: 0..<160))
        let plain = try PrincipalComponentDetector.fit(
            first, options: PrincipalComponentOptions(), context: FittingContext())
        #expect(try model.detector.archived() == plain.archived())
        #expect(model.clipThreshold.scoreCount == 1 && model.frameThreshold.scoreCount == 40)
        #expect(model.frameThreshold.basis.contains("the last fifth"))
        let clips = try train(TestData.correlated(seed: 9, clips: 20)) { $0.folds = 1 }
        #expect(clips.clipThreshold.scoreCount == 4 && clips.clipThreshold.basis.contains("a fifth of the recordings"))
    }

    @Test func `What a user should know is said`() throws {
        let base = TestData.correlated(seed: 6, clips: 15)
        var values = base.frames.values
        for frame in 0..<base.frames.count { values[frame * 8 + 7] = -100 }
        let frames = FeatureFrames(columnCount: 8, times: base.frames.times, values: values)
        var schema = base.schema
        schema.isCausal = false
        let warnings = try train(TrainingData(schema: schema, frames: frames, segments: base.segments)).provenance
            .warnings
        #expect(warnings.contains { $0.contains("1 of 8 columns are constant") && $0.contains("log-mel.7") })
        #expect(
            warnings.contains { $0.contains("rests on 15 scores") && $0.contains("one new normal recording in 16") })
        #expect(warnings.contains { $0.contains("cannot run on a live signal") })
    }

    @Test func `Too little data and settings out of range are refused with a sentence`() throws {
        let data = TestData.correlated(seed: 7, clips: 2, framesPerClip: 6)
        #expect(TestData.message { _ = try train(data) }.contains("train with 0 folds"))
        #expect(try train(data) { $0.folds = 0 }.clipThreshold.scoreCount == 2)
        #expect(TestData.message { _ = try train(data) { $0.folds = 101 } }.contains("folds is 2 to 100"))
        let empty = TrainingData(schema: data.schema, frames: FeatureFrames(columnCount: 8), segments: [])
        #expect(TestData.message { _ = try train(empty) }.contains("at least one normal recording"))
        #expect(
            TestData.message { _ = try train(data, options: [(name: "contextFrame", text: "2")]) }.contains(
                "contextFrames"))
        let other = FeatureRecipe(schema: TestData.schema(3))
        #expect(
            TestData.message {
                _ = try ModelTrainer(toolVersion: "").train(
                    PrincipalComponentDetector.self, on: TestData.correlated(seed: 1), recipe: other, input: input,
                    context: FittingContext())
            }.contains("8 columns"))
    }
}
