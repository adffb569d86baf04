import ArgumentParser
import FeatureExtraction
import Foundation
import Learning
import LinearAlgebra
import Reporting
import SignalCore
import SignalIO
import SignalSynthesis
import Synchronization

/// Log-mel extraction beside the Fourier transforms alone and the reading alone.
struct ExtractBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "extract",
        abstract: "Log-mel of recordings, reading included, beside its two floors: reading alone, transforms alone.",
        discussion: """
            Every line is the fastest of several rounds over all recordings, whose files have been read once before. The \
            transforms are as many as the log-mel needs, by the same plan. The ratio is that of the time to the sum of \
            the two floors. Without --data, recordings like MIMII's (8 channels, 16 kHz, 10 s) are made for the purpose.

            Example: auscult benchmark extract --data recordings/fan --rounds 7
            """)

    @Option(
        name: .customLong("data"), parsing: .upToNextOption, help: ArgumentHelp("Recordings to use.", valueName: "path")
    )
    var data: [String] = []

    @Option(help: ArgumentHelp("Rounds, of which the fastest counts.", valueName: "n"))
    var rounds = 5

    @Option(help: ArgumentHelp("Recordings are used repeatedly until a round has so many.", valueName: "n"))
    var clips = 200

    @OptionGroup var seeds: SeedOptions
    @OptionGroup var jobs: JobOptions
    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions

    @Flag(help: "One JSON document.")
    var json = false

    private struct Line: Encodable {
        let what: String
        let jobs: Int
        let millisecondsPerClip: Double
        let realTimeFactor: Double
        let ratioToFloors: Double?
        let speedUp: Double?
    }

    private struct Report: Encodable {
        let clips: Int
        let seconds: Double
        let sampleRateHz: Double
        let channels: Int
        let framesPerRound: Int
        let fftw: String
        let blasCore: String
        let lines: [Line]
    }

    func run() async throws {
        let jobCount = try jobs.count()
        guard (1...1000).contains(rounds), (1...100_000).contains(clips) else {
            throw SignalError(.invalidOption, "--rounds is 1 to 1000, --clips 1 to 100000")
        }
        let scratch = data.isEmpty ? try ScratchFolder() : nil
        let paths = try scratch.map { try makeClips(in: $0.path) } ?? findClips()
        let files = (0..<max(clips, paths.count)).map { paths[$0 % paths.count] }
        let choice = try FeatureChoice(name: "log-mel", settings: [])
        let (frameCount, seconds, info) = try count(files, choice)

        let reading = try Stopwatch.fastest(of: rounds) { try files.forEach { try Self.read($0) } }
        let transforms = try transformFloor(frames: frameCount)
        let pipeline = FeaturePipeline(features: [choice], reading: SignalReadingOptions(), normalization: .none)
        let single = try Stopwatch.fastest(of: rounds) { try files.forEach { try Self.extract($0, pipeline) } }
        var lines = [
            line("reading alone", 1, reading, files.count, seconds),
            line("transforms alone", 1, transforms, files.count, seconds),
            line("log-mel", 1, single, files.count, seconds, floors: reading + transforms),
        ]
        if jobCount > 1 {
            let parallel = try await fastestParallel(files, choice, jobs: jobCount)
            lines.append(
                line("log-mel", jobCount, parallel, files.count, seconds, floors: reading + transforms, single: single))
        }
        let report = Report(
            clips: files.count, seconds: seconds, sampleRateHz: info.sampleRate, channels: info.channelCount,
            framesPerRound: frameCount, fftw: RealFourierTransform.libraryVersion, blasCore: BLAS.coreType, lines: lines
        )
        let result = try ResultOutput(path: output.output)
        try result.write(json ? JSONText.document(report) : table(report))
        try result.finish()
    }

    private func line(
        _ what: String, _ jobs: Int, _ time: Double, _ clips: Int, _ seconds: Double, floors: Double? = nil,
        single: Double? = nil
    ) -> Line {
        Line(
            what: what, jobs: jobs, millisecondsPerClip: 1000 * time / Double(clips), realTimeFactor: seconds / time,
            ratioToFloors: floors.map { time / $0 }, speedUp: single.map { $0 / time })
    }

    private func table(_ report: Report) -> String {
        var table = TextTable(["what", "jobs", "ms/clip", "times real time", "ratio to floors", "speed-up"])
        for line in report.lines {
            table.append([
                line.what, "\(line.jobs)", Text.number(line.millisecondsPerClip, digits: 3),
                Text.number(line.realTimeFactor, digits: 0),
                line.ratioToFloors.map { Text.number($0, digits: 2) } ?? "",
                line.speedUp.map { Text.number($0, digits: 2) } ?? "",
            ])
        }
        return """
            \(report.clips) clips, \(Text.number(report.seconds, digits: 0)) s of signal, \(report.channels) channels at \
            \(Text.number(report.sampleRateHz, digits: 0)) Hz, \(report.framesPerRound) frames; \(report.fftw), \
            OpenBLAS kernels for \(report.blasCore)

            """ + table.rendered()
    }

    private func findClips() throws -> [String] {
        let walk = InputWalk(paths: data, endsWithNull: false)
        var paths: [String] = []
        while let next = walk.next() { paths.append(try next.get().path) }
        guard !paths.isEmpty else { throw SignalError(.insufficientData, "there is no recording in \(data)") }
        return paths
    }

    private func makeClips(in folder: String) throws -> [String] {
        common.console.note("making 8 recordings to measure with")
        var options = MachineSoundOptions()
        options.microphones = 8
        let generator = try MachineSoundGenerator(machine: .fan, id: 0, options: options, seed: seeds.value())
        return try (0..<8).map { index in
            let path = "\(folder)/\(index).wav"
            let writer = try RecordingWriter(path: path, sampleRate: 16000, channelCount: 8, isExtensible: true)
            try writer.append(generator.clip(index).block)
            try writer.finish()
            return path
        }
    }

    /// The frames and the seconds of a round; this first pass also brings the files into the system's cache.
    private func count(_ files: [String], _ choice: FeatureChoice) throws -> (Int, Double, RecordingInfo) {
        let pipeline = FeaturePipeline(features: [choice], reading: SignalReadingOptions(), normalization: .none)
        var (frames, seconds) = (0, 0.0)
        for file in files {
            let (rows, summary) = try pipeline.allFrames(file)
            frames += rows[0].count
            seconds += summary.seconds
        }
        return (frames, seconds, try RecordingReader(path: files[0]).info)
    }

    private static func read(_ path: String) throws {
        let reader = try RecordingReader(path: path)
        while try reader.nextBlock(maximumFrames: 16384) != nil {}
    }

    private static func extract(_ path: String, _ pipeline: FeaturePipeline) throws {
        _ = try pipeline.run(path) { _, _, frames in frames.removeAll() }
    }

    private func transformFloor(frames: Int) throws -> Double {
        let transform = try RealFourierTransform(length: 1024)
        return Stopwatch.fastest(of: rounds) { transform.repeatForward(count: frames) }
    }

    private func fastestParallel(_ files: [String], _ choice: FeatureChoice, jobs: Int) async throws -> Double {
        var best = Double.infinity
        for _ in 0..<rounds {
            let start = ContinuousClock.now
            try await ParallelWork.run(jobs: jobs, over: files) {
                FeaturePipeline(features: [choice], reading: SignalReadingOptions(), normalization: .none)
            } work: { (pipeline: FeaturePipeline, path: String) -> Result<Void, SignalError> in
                Result.capturing(path: path) { try Self.extract(path, pipeline) }
            } deliver: { result in
                try result.get()
            }
            best = min(best, ProgressLine.seconds(ContinuousClock.now - start))
        }
        return best
    }
}

/// A folder that is gone when the run ends.
final class ScratchFolder {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appending(path: "auscult-\(UUID().uuidString)").path
        try AtomicFile.makeFolder(path)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}
