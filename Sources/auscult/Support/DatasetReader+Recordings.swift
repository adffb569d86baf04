import FeatureExtraction
import Learning
import SignalCore
import SignalIO
import Synchronization

extension DatasetReader {
    /// One recording's frames on the way from a worker.
    private struct Clip: Sendable {
        var item: DatasetItem
        var frames: FeatureFrames
        var schema: FeatureSchema
        var format: SignalFormat
        var digest: Int64
        var summary: FeaturePipeline.Summary
    }

    /// What is done with an input.
    private enum Role: Sendable { case training, test }

    /// Reads recordings.
    func readRecordings(_ choice: FeatureChoice) async throws -> Dataset {
        let (inputs, skipped, heldOut, unusable) = try recordings()
        let reading = try reading.resolved()
        let progress = ProgressLine("reading", total: inputs.count, console: console)
        let clips = Mutex<[(Clip, Role)]>([])
        let failures = Mutex(unusable)
        let (normalization, measuresLevel) = (normalization, wantsTest)
        // Tables of one sensor differ a little in their measured rates; the first one's serves for all.
        let rate = try? SignalOpener.open(inputs[0].item.path, options: reading).format.sampleRate
        try await ParallelWork.run(jobs: jobs, over: inputs) {
            FeaturePipeline(
                features: [choice], reading: reading, normalization: normalization, measuresLevel: measuresLevel,
                nominalRate: rate)
        } work: {
            (pipeline: FeaturePipeline, input: (item: DatasetItem, role: Role)) -> Result<(Clip, Role), SignalError>
            in
            Result.capturing(path: input.item.path) {
                let (frames, summary) = try pipeline.allFrames(input.item.path)
                let digest = Int64(bitPattern: try ContentDigest.of(file: input.item.path))
                let clip = Clip(
                    item: input.item, frames: frames[0], schema: pipeline.schemas[0], format: summary.format,
                    digest: digest, summary: summary)
                return (clip, input.role)
            }
        } deliver: { result in
            switch result {
            case .success(let (clip, role)):
                progress.advance(seconds: Double(clip.frames.count) * clip.schema.hopSeconds)
                clips.withLock { $0.append((clip, role)) }
                failures.withLock { $0.note(clip.summary, of: clip.item.path, console) }
            case .failure(let error):
                progress.advance(failed: true)
                failures.withLock { $0.add(error) }
            }
        }
        try Interruption.check()
        let failed = failures.withLock { $0 }
        let collected = clips.withLock { $0 }
        guard let first = collected.first?.0 else {
            try failed.conclude(console)
            throw SignalError(.insufficientData, "none of the recordings could be read")
        }
        let all = collected.map(\.0)
        try Self.requireOneKind(all)
        let training = zip(collected, all).filter { $0.0.1 == .training }.map(\.1)
        let expectation = SignalExpectation(
            sampleRate: first.format.sampleRate, unit: first.format.unit,
            channels: try (reading.channels ?? SignalOpener.usualChannels(of: first.item.path)).description,
            normalization: normalization)
        return Dataset(
            training: Self.join(training, schema: first.schema),
            test: collected.filter { $0.1 == .test }.map { Self.test($0.0) },
            recipe: FeatureRecipe(
                schema: first.schema,
                options: Dictionary(
                    uniqueKeysWithValues: choice.options.entries.map { ($0.name, $0.value.description) })),
            input: .signal(expectation), digests: training.map(\.digest),
            machines: Set(training.compactMap(\.item.place)).sorted(), leftOut: skipped, heldOut: heldOut,
            failures: failed)
    }

    /// The recordings to train on (not abnormal, not of a test split, not held out), and those to test on.
    private func recordings() throws -> (
        inputs: [(item: DatasetItem, role: Role)], skipped: Int, heldOut: Int, failures: Failures
    ) {
        let (all, failures) = try items()
        func isForTest(_ item: DatasetItem) -> Bool { item.label == .abnormal || item.split == .test }
        var training = all.filter { !isForTest($0) }
        var test = all.filter { isForTest($0) && $0.label != nil }
        let skipped = all.count - training.count
        if skipped > 0, !wantsTest {
            console.note("\(skipped) recordings labelled abnormal or meant for testing are left out")
        }
        // Where a data set says what is for testing, nothing else needs to be held out.
        let isSplit = wantsTest && test.contains { $0.label == .normal }
        if usesEverythingForTest {
            let labelled = training.filter { $0.label != nil } + test
            return (labelled.map { ($0, .test) }, skipped, 0, failures)
        }
        let share = holdout ?? (wantsTest && !isSplit ? 0.4 : 0)
        let heldOut = Int((Double(training.count) * share).rounded())
        if heldOut > 0 {
            var generator = SeededGenerator(seed: seed, stream: 0x401D)
            let dropped = Set(training.indices.shuffled(using: &generator).prefix(heldOut))
            test += training.indices.filter { dropped.contains($0) && training[$0].label != nil }.map { training[$0] }
            training = training.indices.filter { !dropped.contains($0) }.map { training[$0] }
            console.note("\(heldOut) normal recordings are held out of training")
        }
        guard !training.isEmpty else {
            try failures.conclude(console)
            throw SignalError(
                .insufficientData, "there is no normal recording to train on in \(paths.joined(separator: " "))")
        }
        let machines = Set(training.map { "\($0.machine ?? "")/\($0.id ?? "")" })
        if machines.count > 1 {
            console.warn("\(machines.count) different machines are trained on together; a model of each hears more")
        }
        let inputs = training.map { (item: $0, role: Role.training) }
        return (inputs + (wantsTest ? test.map { ($0, .test) } : []), skipped, heldOut, failures)
    }

    private static func requireOneKind(_ clips: [Clip]) throws {
        guard let first = clips.first else { return }
        for clip in clips {
            guard clip.format == first.format else {
                throw SignalError(
                    .mismatch,
                    "\(words(clip.format)), but \(first.item.path) has \(words(first.format)); train on recordings of "
                        + "one kind"
                ).at(path: clip.item.path)
            }
            guard !clip.frames.isEmpty else {
                throw SignalError(.insufficientData, "too short for one frame of the feature").at(path: clip.item.path)
            }
        }
    }

    private static func join(_ clips: [Clip], schema: FeatureSchema) -> TrainingData {
        var frames = FeatureFrames(columnCount: schema.columns.count)
        frames.reserveCapacity(clips.reduce(0) { $0 + $1.frames.count })
        var segments: [Range<Int>] = []
        for clip in clips {
            segments.append(frames.count..<frames.count + clip.frames.count)
            frames.append(contentsOf: clip.frames)
        }
        return TrainingData(schema: schema, frames: frames, segments: segments)
    }

    private static func test(_ clip: Clip) -> Dataset.TestSeries {
        Dataset.TestSeries(
            item: clip.item, frames: clip.frames, segments: [0..<clip.frames.count],
            labels: .recording(isAnomalous: clip.item.label == .abnormal), level: clip.summary.level)
    }

    private static func words(_ format: SignalFormat) -> String {
        "\(OptionValue.number(format.sampleRate)) Hz in \(format.unit.rawValue), channels "
            + format.channelNames.joined(separator: " ")
    }
}

extension DatasetItem {
    /// The machine and its id, as `fan/id_00`; `nil` where the machine is not known.
    var place: String? { machine.map { machine in id.map { "\(machine)/\($0)" } ?? machine } }
}
