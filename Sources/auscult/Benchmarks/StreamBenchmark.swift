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
            sinks.

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

    private struct Line: Encodable {
        let what: String
        let value: Double
        let unit: String
        let aim: String
    }

    private struct Report: ProtocolReport {
        let machine: String
        let lines: [Line]

        var text: String {
            var table = TextTable(["what", "value", "unit", "aim"])
            for line in lines {
                let digits = line.value < 1 ? 4 : line.value < 100 ? 2 : 0
                table.append([line.what, Text.number(line.value, digits: digits), line.unit, line.aim])
            }
            return machine + "\n" + table.rendered()
        }
    }

    private static let rate = 16_000.0

    func run() async throws {
        guard (1...600).contains(seconds), (1...31).contains(days) else {
            throw SignalError(.invalidOption, "--seconds is 1 to 600, --days 1 to 31")
        }
        let seed = try seeds.value()
        let audio = try audioModel(seed: seed)
        let samples = Self.noise(seconds: 120, seed: seed &+ 1)
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
        let report = Report(machine: BenchmarkMachine.words, lines: lines)
        let result = try ResultOutput(path: output.output)
        try result.write(json ? JSONText.document(report) : report.text)
        try result.finish()
    }

    // MARK: Audio

    private static func extractor() throws -> any FeatureExtractor {
        try FeatureChoice(name: "log-mel", settings: []).makeExtractor(format: SignalFormat(sampleRate: rate))
    }

    private func audioModel(seed: UInt64) throws -> TrainedModel {
        var extractor = try StreamBenchmark.extractor()
        var frames = FeatureFrames(columnCount: extractor.schema.columns.count)
        try extractor.consume(
            SignalBlock(startFrame: 0, samples: Self.noise(seconds: 30, seed: seed)), into: &frames)
        return try ModelTrainer(toolVersion: ToolVersion.current).train(
            LSTMAutoencoderDetector.self, options: [(name: "epochs", text: "1")],
            on: TrainingData(schema: extractor.schema, frames: frames, segments: [0..<frames.count]),
            recipe: FeatureRecipe(schema: extractor.schema),
            input: .signal(SignalExpectation(sampleRate: Self.rate)), context: FittingContext(seed: seed))
    }

    private static func noise(seconds: Double, seed: UInt64) -> [Float] {
        var generator = SeededGenerator(seed: seed)
        return (0..<Int(seconds * rate)).map { _ in Float(generator.uniform() - 0.5) }
    }

    private struct AudioFrames: LiveFrames {
        var extractor: any FeatureExtractor
        let columns: [FeatureColumn]

        init() throws {
            extractor = try StreamBenchmark.extractor()
            columns = extractor.schema.columns
        }

        mutating func start(_ origin: StreamOrigin) { extractor.reset() }

        mutating func take(_ arrival: Arrival, into frames: inout FeatureFrames) throws {
            if case .samples(let block) = arrival { try extractor.consume(block, into: &frames) }
        }
    }

    /// Samples in pieces.
    private struct SampleSource: ArrivalSource {
        let samples: [Float]
        let piece: Int
        var place = -1

        mutating func next() -> Delivery? {
            guard place >= 0 else {
                place = 0
                return delivery(.start(StreamOrigin(source: "noise", time: 0)))
            }
            guard place < samples.count else { return nil }
            let end = min(place + piece, samples.count)
            let block = SignalBlock(startFrame: place, samples: Array(samples[place..<end]))
            place = end
            return delivery(.samples(block))
        }

        private func delivery(_ arrival: Arrival) -> Delivery {
            let mark = StreamMark(input: 0, frames: place, seconds: 0, startTime: 0)
            return Delivery(arrival, due: Double(place) / StreamBenchmark.rate, mark: mark)
        }
    }

    /// Writes every reading as a line of JSON, as `stream` does, to nowhere.
    private struct TextSink: Sink {
        let name = "text"
        let policy = FullQueuePolicy.block
        private let file = FileHandle(forWritingAtPath: "/dev/null")

        var settled: StreamMark? { nil }

        func receive(_ readings: [Reading], upTo mark: StreamMark) throws {
            try file?.write(contentsOf: Data(readings.map { ReadingText.json($0) }.joined().utf8))
        }

        func finish(isComplete: Bool) {}
    }

    private func stage(_ model: TrainedModel, _ frames: some LiveFrames) throws -> any MonitorStage {
        DetectionStage(
            frames: frames, judge: model, alarm: try PolicyAlarm(AlarmPolicy(), threshold: model.frameThreshold))
    }

    private func replay(_ model: TrainedModel, _ samples: [Float]) async throws -> [Line] {
        let length = Double(samples.count) / Self.rate
        // Both in processor time: what waits for a sink's task costs nothing.
        var floor = Double.infinity
        for _ in 0..<3 {
            let start = ProcessLoad.seconds
            var extractor = try Self.extractor()
            var frames = FeatureFrames(columnCount: extractor.schema.columns.count)
            try extractor.consume(SignalBlock(startFrame: 0, samples: samples), into: &frames)
            _ = try model.verdicts(frames)
            floor = min(floor, ProcessLoad.seconds - start)
        }
        var best = Double.infinity
        for _ in 0..<3 {
            var monitor = Monitor(stages: [try stage(model, AudioFrames())], pace: .asFastAsPossible)
            let start = ProcessLoad.seconds
            _ = try await monitor.run(SampleSource(samples: samples, piece: 16_000), sinks: [TextSink()])
            best = min(best, ProcessLoad.seconds - start)
        }
        return [
            Line(
                what: "audio in one piece", value: length / floor, unit: "x real time of processor time", aim: "floor"),
            Line(
                what: "audio replayed, with text", value: length / best, unit: "x real time of processor time",
                aim: "at least 200"),
            Line(what: "replay over the floor", value: best / floor, unit: "ratio", aim: ""),
        ]
    }

    private func live(_ model: TrainedModel, _ samples: [Float]) async throws -> [Line] {
        let count = min(samples.count, Int(seconds * Self.rate))
        var monitor = Monitor(
            stages: [try stage(model, AudioFrames())], pace: .realTime(speed: 1, clock: SystemClock()))
        let start = ProcessLoad.seconds
        let outcome = try await monitor.run(
            SampleSource(samples: Array(samples[..<count]), piece: 512), sinks: [TextSink()])
        let load = (ProcessLoad.seconds - start) / (Double(count) / Self.rate)
        return [
            Line(what: "audio live, lag, median", value: 1000 * outcome.lag.quantile(0.5), unit: "ms", aim: "below 1"),
            Line(what: "audio live, lag, 99 %", value: 1000 * outcome.lag.quantile(0.99), unit: "ms", aim: "below 5"),
            Line(what: "audio live, lag, largest", value: 1000 * outcome.lag.maximum, unit: "ms", aim: ""),
            Line(what: "audio live, load", value: 100 * load, unit: "% of a core", aim: ""),
        ]
    }

    // MARK: Sensors

    private struct RowFrames: LiveFrames {
        let columns: [FeatureColumn]

        mutating func start(_ origin: StreamOrigin) {}

        mutating func take(_ arrival: Arrival, into frames: inout FeatureFrames) {
            if case .rows(let rows) = arrival { frames.append(contentsOf: rows) }
        }
    }

    /// The same rows over and over.
    private struct RowSource: ArrivalSource {
        let rows: FeatureFrames
        let rate: Double
        let count: Int
        let piece: Int
        var place = -1

        mutating func next() -> Delivery? {
            guard place >= 0 else {
                place = 0
                return delivery(.start(StreamOrigin(source: "rows", time: 0)))
            }
            guard place < count else { return nil }
            let end = min(place + piece, count)
            var part = FeatureFrames(columnCount: rows.columnCount)
            for row in place..<end {
                part.append(time: Double(row) / rate, row: rows.values[rows.range(ofFrame: row % rows.count)])
            }
            place = end
            return delivery(.rows(part))
        }

        private func delivery(_ arrival: Arrival) -> Delivery {
            let mark = StreamMark(input: 0, frames: place, seconds: 0, startTime: 0)
            return Delivery(arrival, due: Double(max(place - 1, 0)) / rate, mark: mark)
        }
    }

    private func sensorModel(columns: Int, seed: UInt64) throws -> (TrainedModel, FeatureFrames) {
        let frames = BenchmarkData.sensors(rows: 2000, columns: columns, seed: seed)
        let schema = BenchmarkData.schema(columns: columns)
        var trainer = ModelTrainer(toolVersion: ToolVersion.current)
        trainer.folds = 1
        let model = try trainer.train(
            PrincipalComponentDetector.self,
            on: TrainingData(schema: schema, frames: frames, segments: [0..<frames.count]),
            recipe: FeatureRecipe(schema: schema),
            input: .table(TableExpectation(columns: schema.columns, rowSpacing: 1, hasAbsoluteTimes: false)),
            digests: [1], rowCounts: [2000], context: FittingContext(seed: seed))
        return (model, frames)
    }

    private func load(columns: Int, rate: Double, seconds: Double, aim: String, seed: UInt64) async throws -> Line {
        let (model, frames) = try sensorModel(columns: columns, seed: seed)
        var monitor = Monitor(
            stages: [try stage(model, RowFrames(columns: model.recipe.schema.columns))], pace: .asFastAsPossible)
        let start = ProcessLoad.seconds
        // Row by row, as they would come.
        _ = try await monitor.run(
            RowSource(rows: frames, rate: rate, count: Int(seconds * rate), piece: 1), sinks: [TextSink()])
        return Line(
            what: "\(columns) sensors at \(Text.number(rate, digits: 0)) Hz, load",
            value: 100 * (ProcessLoad.seconds - start) / seconds, unit: "% of a core", aim: aim)
    }

    private func memory(seed: UInt64) async throws -> [Line] {
        let (model, frames) = try sensorModel(columns: 4, seed: seed)
        let day = 86_400.0
        var sizes: [Double] = []
        var monitor = Monitor(
            stages: [try stage(model, RowFrames(columns: model.recipe.schema.columns))], pace: .asFastAsPossible,
            onProgress: { progress in
                while progress.signalSeconds >= Double(sizes.count + 1) * day - 1 {
                    sizes.append(ProcessLoad.megabytes)
                }
            })
        _ = try await monitor.run(
            RowSource(rows: frames, rate: 1, count: days * Int(day), piece: 64), sinks: [TextSink()])
        return [
            Line(what: "memory after a day of rows", value: sizes.first ?? 0, unit: "MB", aim: "below 150"),
            Line(what: "memory after \(days) days", value: sizes.last ?? 0, unit: "MB", aim: "as after a day"),
        ]
    }
}

/// What this process has used.
enum ProcessLoad {
    /// Processor seconds so far, of all threads.
    static var seconds: Double {
        var usage = rusage()
        unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + 1e-6 * Double(time.tv_usec) }
        return seconds(usage.ru_utime) + seconds(usage.ru_stime)
    }

    /// Resident memory in megabytes; 0 where the system does not tell.
    static var megabytes: Double {
        guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else { return 0 }
        let pages = text.split(separator: " ").dropFirst().first.flatMap { Double($0) } ?? 0
        return pages * Double(sysconf(Int32(_SC_PAGESIZE))) / 1e6
    }
}
