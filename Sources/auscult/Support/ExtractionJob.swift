import ArgumentParser
import FeatureExtraction
import Foundation
import Learning
import Reporting
import SignalCore
import SignalIO
import Synchronization

/// The work of `extract`: every input through the features into a file, what is done already passed over.
final class ExtractionJob: Sendable {
    /// What was done.
    struct Summary: Encodable, Sendable {
        var done = 0
        var unchanged = 0
        var incomplete = 0
        var failed = 0
        var signalSeconds = 0.0
        var elapsedSeconds = 0.0
        var index = ""
    }

    private enum Outcome: Sendable {
        case extracted(ExtractionIndex.Entry, warnings: [String])
        case unchanged
        case failed(SignalError, DatasetItem?)
    }

    private struct State {
        var summary = Summary()
        var failures = Failures()
        /// Which input a file belongs to, to refuse a second one; digests of the two, so that it stays small.
        var outputs: [UInt64: UInt64] = [:]
    }

    private let walk: InputWalk
    private let features: [FeatureChoice]
    private let reading: SignalReadingOptions
    private let normalization: LoudnessNormalization
    private let folder: String
    private let format: FeatureFileFormat
    private let gnuplot: Gnuplot?
    private let console: Console
    /// The digest of everything but the content that decides what the files hold.
    private let optionsDigest: String
    private let state = Mutex(State())

    init(
        walk: InputWalk, features: [FeatureChoice], reading: SignalReadingOptions, normalization: LoudnessNormalization,
        folder: String, format: FeatureFileFormat, gnuplot: Gnuplot?, console: Console
    ) {
        self.walk = walk
        self.features = features
        self.reading = reading
        self.normalization = normalization
        var folder = folder
        while folder.count > 1, folder.hasSuffix("/") { folder.removeLast() }
        self.folder = folder
        self.format = format
        self.gnuplot = gnuplot
        self.console = console
        let texts = features.map { "\($0.name) \($0.options.entries.map { "\($0.name)=\($0.value)" })" }
        optionsDigest = ContentDigest.hexadecimal(
            ContentDigest.of("\(ToolVersion.current) \(texts) \(reading) \(normalization) \(format)"))
    }

    /// Runs the job.
    func run(jobs: Int) async throws -> Summary {
        let index = try ExtractionIndex(folder: folder)
        let progress = ProgressLine("extract", total: Console.isTerminal ? walk.count() : nil, console: console)
        let (features, reading, normalization) = (features, reading, normalization)
        do {
            try await ParallelWork.run(jobs: jobs) { [walk] in
                walk.next()
            } makeWorker: { [gnuplot] in
                Worker(
                    pipeline: FeaturePipeline(features: features, reading: reading, normalization: normalization),
                    painter: try gnuplot.map { try SpectrogramPainter(gnuplot: $0, reading: reading) })
            } work: { (worker: Worker, input: Result<DatasetItem, SignalError>) in
                switch input {
                case .success(let item): await self.extract(item, worker, index)
                case .failure(let error): Outcome.failed(error, nil)
                }
            } deliver: { outcome in
                try self.note(outcome, in: index, progress)
            }
        } catch {
            // What is finished stays listed, whatever ended the run.
            try? index.finish()
            throw error
        }
        try index.finish()
        return state.withLock { state in
            state.summary.elapsedSeconds = progress.elapsed
            state.summary.index = index.path
            report(state.summary)
            return state.summary
        }
    }

    /// Ends the run as its failures demand.
    func conclude() throws {
        try state.withLock { try $0.failures.conclude(console) }
    }

    /// What one thread works with.
    private final class Worker {
        let pipeline: FeaturePipeline
        let painter: SpectrogramPainter?

        init(pipeline: FeaturePipeline, painter: SpectrogramPainter?) {
            self.pipeline = pipeline
            self.painter = painter
        }
    }

    private func extract(_ item: DatasetItem, _ worker: Worker, _ index: ExtractionIndex) async -> Outcome {
        do {
            let name = walk.outputName(for: item)
            try claim(name, for: item)
            let base = folder + "/" + name
            let digest = ContentDigest.hexadecimal(try ContentDigest.of(file: item.path)) + "-" + optionsDigest
            var outputs = format.paths(base: base, features: features.map(\.name))
            if worker.painter != nil { outputs.append(base + ".png") }
            if index.isDone(path: item.path, digest: digest, outputs: outputs) { return .unchanged }

            let (extracted, summary) = try worker.pipeline.features(item.path, spoolingTo: folder)
            let set = FeatureSet(features: extracted, metadata: metadata(item, summary))
            let written = try set.write(format, base: base)
            var warnings = summary.warnings
            do {
                try await worker.painter?.paint(item, to: base + ".png")
            } catch let error as SignalError where error.code == .insufficientData {
                // The features are there; only the picture wants longer frames than they do.
                warnings.append("no spectrogram: \(error.message)")
            }
            var entry = ExtractionIndex.Entry(
                item: item, frames: extracted.first?.frameCount ?? 0, seconds: summary.seconds, digest: digest,
                output: written[0])
            if summary.isIncomplete { entry.shortfall = summary.warnings.first ?? "incomplete" }
            return .extracted(entry, warnings: warnings)
        } catch let error as SignalError {
            return .failed(error.at(path: item.path), item)
        } catch {
            return .failed(
                SignalError(.unexpected, "this should not happen; please report it", cause: error).at(path: item.path),
                item)
        }
    }

    /// Refuses an input whose output would overwrite that of another one.
    private func claim(_ name: String, for item: DatasetItem) throws {
        let owner = ContentDigest.of(item.path)
        let earlier = state.withLock { state -> UInt64? in
            let output = ContentDigest.of(name)
            defer { state.outputs[output] = state.outputs[output] ?? owner }
            return state.outputs[output]
        }
        if let earlier, earlier != owner {
            throw SignalError(
                .mismatch, "another input has the same output, \(name); extract the two into different folders")
        }
    }

    private func metadata(
        _ item: DatasetItem, _ summary: FeaturePipeline.Summary
    ) -> [(name: String, value: JSONValue)] {
        func text(_ value: String?) -> JSONValue { value.map { .text($0) } ?? .null }
        return [
            ("options", .object(features.map { ($0.name, JSONValue($0.options)) })),
            ("source", .text(item.path)), ("machine", text(item.machine)), ("id", text(item.id)),
            ("label", text(item.label?.rawValue)), ("split", text(item.split?.rawValue)),
            ("sampleRate", .number(summary.format.sampleRate)), ("unit", .text(summary.format.unit.rawValue)),
            ("channels", .list(summary.format.channelNames.map { .text($0) })),
            ("seconds", .number(summary.seconds)), ("normalization", .text(normalization.rawValue)),
            ("toolVersion", .text(ToolVersion.current)),
        ]
    }

    private func note(_ outcome: Outcome, in index: ExtractionIndex, _ progress: ProgressLine) throws {
        switch outcome {
        case .extracted(let entry, let warnings):
            try index.append(entry)
            progress.advance(seconds: entry.seconds)
            for warning in warnings where entry.shortfall == nil {
                console.warn("\(entry.item.path.escapingControlCharacters): \(warning)")
            }
            state.withLock { state in
                state.summary.signalSeconds += entry.seconds
                if let shortfall = entry.shortfall {
                    state.summary.incomplete += 1
                    state.failures.add(SignalError(.malformed, shortfall).at(path: entry.item.path))
                } else {
                    state.summary.done += 1
                    state.failures.succeed()
                }
            }
        case .unchanged:
            progress.advance()
            state.withLock { state in
                state.summary.unchanged += 1
                state.failures.succeed()
            }
        case .failed(let error, _) where error.code == .cancelled:
            // Not done, and not failed either: the next run does it.
            break
        case .failed(let error, let item):
            progress.advance(failed: true)
            if let item = item ?? error.place.path.map({ DatasetItem(path: $0) }) {
                try index.append(ExtractionIndex.Entry(item: item, failure: error.message))
            }
            state.withLock { state in
                state.summary.failed += 1
                state.failures.add(error)
            }
        }
    }

    private func report(_ summary: Summary) {
        var parts = ["\(summary.done) done"]
        if summary.unchanged > 0 { parts.append("\(summary.unchanged) unchanged") }
        if summary.incomplete > 0 { parts.append("\(summary.incomplete) incomplete") }
        if summary.failed > 0 { parts.append("\(summary.failed) failed") }
        var text = "\(parts.joined(separator: ", ")) in \(Text.number(summary.elapsedSeconds, digits: 2)) s"
        if summary.signalSeconds > 0 {
            let rate = summary.signalSeconds / max(summary.elapsedSeconds, 1e-6)
            text += " (\(Text.number(summary.signalSeconds / 3600, digits: 2)) h of signal, "
            text += "\(Text.number(rate, digits: 0)) times real time)"
        }
        console.note("\(text); \(summary.index)")
    }
}
