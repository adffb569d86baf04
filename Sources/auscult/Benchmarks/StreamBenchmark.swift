import ArgumentParser
import FeatureExtraction
import Foundation
import Learning
import Monitoring
import Reporting
import SignalCore

/// The live pipeline: how much faster than real time it replays, how late readings are live, and what it costs.
struct StreamBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stream",
        abstract: "The live pipeline: replay beside the same work in one piece, lag of readings, load and memory.",
        discussion: """
            Audio: made-up noise at 16 kHz through log-mel and an LSTM autoencoder with its defaults, on one thread. Replay as \
            fast as possible is set beside the floor: the same features and scores in one piece, without any pipeline. Live, \
            every reading's lag is measured from the moment at which its last sample was there to its being handed to the \
            sinks: text alone, then with a store and a page too, whose events ten clients follow.

            Sensors: 1,000 columns at 1 Hz, and 100 at 100 Hz, through pca; the load is the processor time of a second of \
            signal. Memory: so many days of four columns at 1 Hz, as fast as possible, read off once a day of signal.

            Example: auscult benchmark stream --seconds 20 --days 7
            """)

    @Option(help: ArgumentHelp("Seconds that the live run lasts.", valueName: "s"))
    var seconds = 10.0

    @Option(help: ArgumentHelp("Days of signal over which memory is watched.", valueName: "n"))
    var days = 7

    @OptionGroup var seeds: SeedOptions
    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions

    @Flag(help: "One JSON document.")
    var json = false

    /// Clients that follow the page's events.
    private static let clients = 10

    func run() async throws {
        guard (1...600).contains(seconds), (1...31).contains(days) else {
            throw SignalError(.invalidOption, "--seconds is 1 to 600, --days 1 to 31")
        }
        let seed = try seeds.value()
        let audio = try BenchmarkAudio.model(seed: seed)
        let samples = BenchmarkAudio.noise(seconds: 120, seed: seed &+ 1)
        common.console.note("replaying 120 s of audio")
        var lines = try await replay(audio, samples)
        common.console.note("listening live for \(Text.number(seconds, digits: 0)) s")
        lines += try await live(audio, samples)
        for (columns, rate, length, aim) in [(1000, 1.0, 60.0, "below 10"), (100, 100.0, 20.0, "below 50")] {
            common.console.note("\(columns) sensors at \(Text.number(rate, digits: 0)) Hz")
            lines.append(try await load(columns: columns, rate: rate, seconds: length, aim: aim, seed: seed))
        }
        common.console.note("\(days) days of rows")
        lines += try await memory(seed: seed)
        let report = BenchmarkTable(lines: lines)
        let result = try ResultOutput(path: output.output)
        try result.write(json ? JSONText.document(report) : report.text)
        try result.finish()
    }

    // MARK: Audio

    private func replay(_ model: TrainedModel, _ samples: [Float]) async throws -> [BenchmarkLine] {
        let length = Double(samples.count) / BenchmarkAudio.rate
        // Both in processor time: what waits for a sink's task costs nothing.
        var floor = Double.infinity
        for _ in 0..<3 {
            let start = ProcessLoad.seconds
            var extractor = try BenchmarkAudio.extractor()
            var frames = FeatureFrames(columnCount: extractor.schema.columns.count)
            try extractor.consume(SignalBlock(startFrame: 0, samples: samples), into: &frames)
            _ = try model.verdicts(frames)
            floor = min(floor, ProcessLoad.seconds - start)
        }
        var best = Double.infinity
        for _ in 0..<3 {
            var monitor = Monitor(
                stages: [try DetectionStage(benchmarking: model, BenchmarkAudio.Frames())], pace: .asFastAsPossible)
            let start = ProcessLoad.seconds
            _ = try await monitor.run(
                BenchmarkAudio.Source(samples: samples, piece: 16_000), sinks: [BenchmarkTextSink()])
            best = min(best, ProcessLoad.seconds - start)
        }
        return [
            BenchmarkLine(
                "audio in one piece", length / floor, "x real time of processor time", aim: "floor"),
            BenchmarkLine(
                "audio replayed, with text", length / best, "x real time of processor time",
                aim: "at least 200"),
            BenchmarkLine("replay over the floor", best / floor, "ratio"),
        ]
    }

    private func live(_ model: TrainedModel, _ samples: [Float]) async throws -> [BenchmarkLine] {
        let served = try await BenchmarkServer(clients: Self.clients)
        let alone = try await live(model, samples, sinks: [BenchmarkTextSink()], called: "audio live")
        let shown = try await live(
            model, samples, sinks: [BenchmarkTextSink()] + served.sinks,
            called: "the same with store, page and \(Self.clients) clients")
        try await served.close()
        return alone + shown
    }

    private func live(
        _ model: TrainedModel, _ samples: [Float], sinks: [any Sink], called name: String
    ) async throws -> [BenchmarkLine] {
        let count = min(samples.count, Int(seconds * BenchmarkAudio.rate))
        var monitor = Monitor(
            stages: [try DetectionStage(benchmarking: model, BenchmarkAudio.Frames())],
            pace: .realTime(speed: 1, clock: SystemClock()))
        let start = ProcessLoad.seconds
        let outcome = try await monitor.run(
            BenchmarkAudio.Source(samples: Array(samples[..<count]), piece: 512), sinks: sinks)
        let load = (ProcessLoad.seconds - start) / (Double(count) / BenchmarkAudio.rate)
        return [
            BenchmarkLine("\(name), lag, median", 1000 * outcome.lag.quantile(0.5), "ms", aim: "below 1"),
            BenchmarkLine("\(name), lag, 99 %", 1000 * outcome.lag.quantile(0.99), "ms", aim: "below 5"),
            BenchmarkLine("\(name), lag, largest", 1000 * outcome.lag.maximum, "ms"),
            BenchmarkLine("\(name), load", 100 * load, "% of a core"),
        ]
    }

    // MARK: Sensors

    private func load(columns: Int, rate: Double, seconds: Double, aim: String, seed: UInt64) async throws
        -> BenchmarkLine
    {
        let (model, frames) = try BenchmarkSensors.model(columns: columns, seed: seed)
        var monitor = Monitor(
            stages: [
                try DetectionStage(
                    benchmarking: model, BenchmarkSensors.Frames(columns: model.recipe.schema.columns))
            ], pace: .asFastAsPossible)
        let start = ProcessLoad.seconds
        // Row by row, as they would come.
        _ = try await monitor.run(
            BenchmarkSensors.Source(rows: frames, rate: rate, count: Int(seconds * rate), piece: 1),
            sinks: [BenchmarkTextSink()])
        return BenchmarkLine(
            "\(columns) sensors at \(Text.number(rate, digits: 0)) Hz, load",
            100 * (ProcessLoad.seconds - start) / seconds, "% of a core", aim: aim)
    }

    private func memory(seed: UInt64) async throws -> [BenchmarkLine] {
        let (model, frames) = try BenchmarkSensors.model(columns: 4, seed: seed)
        let day = 86_400.0
        var sizes: [Double] = []
        var monitor = Monitor(
            stages: [
                try DetectionStage(
                    benchmarking: model, BenchmarkSensors.Frames(columns: model.recipe.schema.columns))
            ], pace: .asFastAsPossible,
            onProgress: { progress in
                while progress.signalSeconds >= Double(sizes.count + 1) * day - 1 {
                    sizes.append(ProcessLoad.megabytes)
                }
            })
        _ = try await monitor.run(
            BenchmarkSensors.Source(rows: frames, rate: 1, count: days * Int(day), piece: 64),
            sinks: [BenchmarkTextSink()])
        return [
            BenchmarkLine("memory after a day of rows", sizes.first ?? 0, "MB", aim: "below 150"),
            BenchmarkLine("memory after \(days) days", sizes.last ?? 0, "MB", aim: "as after a day"),
        ]
    }
}
