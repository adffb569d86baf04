import ArgumentParser
import Foundation
import Learning
import Monitoring
import SignalCore
import SignalIO

/// Plays recordings or tables through the live pipeline.
struct Stream: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stream",
        abstract: "Play recordings or sensor tables as if they were coming in now, and judge them as they come.",
        discussion: """
            Every frame gives one reading, at the moment at which its last sample would be there: one JSON object a line with \
            time (UTC, on the clock of the signal), source, values, score, threshold, anomalous, severity, top_column and \
            alarm, and with --forecaster forecast. The readings are those of detect --per frame, to the bit, at any speed.

            Times are those that inputs state (a table's dates, a recording's name), else the inputs follow each other from \
            now on; --start makes them follow each other from a moment of yours.

            With several models every frame gives a reading of each, and model names it. Ctrl-C ends cleanly; --resume goes on \
            there, with the same readings as if nothing had happened.

            Examples:
              auscult stream datasets/demo/fan --model models/demo-fan.safetensors --speed 10
              auscult stream sensors.csv --model sensors.safetensors --speed 0 --csv -o readings.csv
            """)

    @Argument(
        help: ArgumentHelp("Recordings, sensor tables, folders, or a CSV index.", valueName: "path"))
    var paths: [String]

    @Option(
        name: .customLong("model"), parsing: .upToNextOption,
        help: ArgumentHelp("The model files, all of recordings or all of tables.", valueName: "file"))
    var models: [String]

    @Option(
        help: ArgumentHelp(
            "A forecaster of the table's columns, whose last step is told with every reading.", valueName: "file"))
    var forecaster: String?

    @Option(
        help: ArgumentHelp(
            "Seconds of signal in a second: 1 is real time, 0 as fast as possible.", valueName: "factor"))
    var speed = 1.0

    @Flag(name: .customLong("loop"), help: "Begin again after the last input.")
    var loops = false

    @Option(
        help: ArgumentHelp(
            "When the first input began, in ISO 8601 or seconds since 1970 (default: what inputs state, else now).",
            valueName: "time"))
    var start: String?

    @Option(help: ArgumentHelp("End after so many seconds of the clock.", valueName: "s"))
    var duration: Double?

    @Flag(help: "Go on where the same stream was interrupted.")
    var resume = false

    @Flag(help: "CSV with time,source,score,threshold,anomalous,severity,top_column,alarm instead of JSON lines.")
    var csv = false

    @Flag(help: "One JSON object a line (the default; kept for symmetry).")
    var jsonl = false

    @OptionGroup var alarms: AlarmFlags
    @OptionGroup var reading: ReadingOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var common: CommonOptions

    func run() async throws {
        let console = common.console
        try check()
        let files = try models.map { try ModelFile(path: $0) }
        let stages = try stages(files)
        let startTime = try start.map(Self.time)
        let state = StreamState(identity: identity)
        let mark = resume ? try state.load() : nil
        if resume { console.note(mark.map { Self.words($0) } ?? "nothing to resume; the stream begins anew") }
        var failures = Failures()
        var progress = StreamProgress(console)
        let source = try source(files, startTime: startTime, mark: mark) { item, warnings, isIncomplete in
            failures.note(warnings: warnings, isIncomplete: isIncomplete, of: item.path, console)
        }
        let clock = SystemClock()
        let end = duration.map { clock.now + $0 }
        var monitor = Monitor(
            stages: stages, pace: speed == 0 ? .asFastAsPossible : .realTime(speed: speed, clock: clock),
            isStopped: { Interruption.isRequested || end.map { clock.now >= $0 } ?? false },
            onError: { failures.add($0) }, onProgress: { progress.show($0, seconds: clock.now) },
            onMark: { try state.save($0) })
        let writer = try ReadingWriter(path: output.output, isCSV: csv, continues: mark != nil)
        let outcome = try await monitor.run(source, sinks: [writer])
        progress.conclude(outcome, seconds: clock.now)
        if let failed = outcome.sinks.first(where: { $0.failure != nil }), let failure = failed.failure {
            throw failure
        }
        if Interruption.isRequested { throw ExitCode(ExitStatus.interrupted) }
        try failures.conclude(console)
    }

    private func check() throws {
        guard speed >= 0, speed.isFinite else {
            throw SignalError(.invalidOption, "--speed is a factor from 0 (as fast as possible), not \(speed)")
        }
        if let duration, !(duration > 0 && duration.isFinite) {
            throw SignalError(.invalidOption, "--duration is a number of seconds above 0, not \(duration)")
        }
        guard !(csv && jsonl) else {
            throw SignalError(.invalidOption, "--csv and --jsonl contradict each other; leave one out")
        }
        guard !paths.contains("-") else {
            throw SignalError(.invalidOption, "a stream is played from files or folders, not from standard input")
        }
    }

    /// What makes two streams the same.
    private var identity: [String] {
        paths + ["--model"] + models + ["--forecaster", forecaster ?? "", "--start", start ?? ""]
            + [reading.channel ?? "", reading.rate.map { "\($0)" } ?? "", reading.resample.map { "\($0)" } ?? ""]
            + [loops ? "loop" : "", output.output ?? "", csv ? "csv" : "jsonl"]
    }

    private func stages(_ files: [ModelFile]) throws -> [any MonitorStage] {
        let isTable = files.map { $0.model.table != nil }
        guard Set(isTable).count == 1 else {
            throw SignalError(
                .invalidOption, "models of recordings and of tables cannot listen to the same inputs; give one kind")
        }
        let policy = try alarms.policy()
        return try files.map { file in
            let frames = try ModelFrames(file)
            let forecast = try forecaster.map { path in
                guard file.model.table != nil else {
                    throw SignalError(
                        .invalidOption, "--forecaster is for sensor tables; these models are of recordings")
                }
                return try TableForecast(ForecasterFile(path: path), columns: frames.columns)
            }
            return DetectionStage(
                frames: frames, judge: file.model, modelName: files.count > 1 ? file.path : "",
                alarm: try PolicyAlarm(policy, threshold: file.model.frameThreshold), forecast: forecast)
        }
    }

    private func source(
        _ files: [ModelFile], startTime: Double?, mark: StreamMark?,
        onInput: @escaping (DatasetItem, [String], Bool) -> Void
    ) throws -> ReplaySource {
        let kind: ReplaySource.Kind
        let hop = files.map(\.model.recipe.schema.hopSeconds).min() ?? 0
        if let table = files[0].model.table {
            guard files.allSatisfy({ $0.model.table?.columns == table.columns }) else {
                throw SignalError(
                    .mismatch, "the models were trained on tables of other columns; give models of the same")
            }
            var options = SensorTableOptions()
            options.columns = table.columns.map(\.name)
            kind = .tables(options)
        } else {
            let readings = try files.map { try $0.reading(reading) }
            guard readings.allSatisfy({ $0.channels == readings[0].channels }) else {
                throw SignalError(.mismatch, "the models were trained on other channels; give models of the same")
            }
            kind = .signals(readings[0])
        }
        // Live, a piece is one hop, so that no reading waits for a later one; faster than real time a hundredth of a second.
        let piece = speed == 0 ? (files[0].model.table == nil ? 1 : Double.infinity) : max(hop, 0.01 * speed)
        let live = files[0].model.table == nil ? piece : (speed == 0 ? piece : 0.01 * speed)
        return ReplaySource(
            kind: kind, loops: loops, pieceSeconds: live, startTime: startTime, resume: mark, onInput: onInput,
            makeWalk: { InputWalk(paths: paths, endsWithNull: false) })
    }

    /// A moment as typed.
    private static func time(_ text: String) throws -> Double {
        if let seconds = Double(text), seconds.isFinite { return seconds }
        for style in [Date.ISO8601FormatStyle(), Date.ISO8601FormatStyle(includingFractionalSeconds: true)] {
            if let date = try? Date(text, strategy: style) { return date.timeIntervalSince1970 }
        }
        throw SignalError(
            .invalidOption,
            "--start takes a moment such as 2026-01-31T08:00:00Z, or seconds since 1970, not '\(text.escapingControlCharacters)'"
        )
    }

    private static func words(_ mark: StreamMark) -> String {
        "going on after \(mark.input) inputs and \(mark.frames) samples or rows of the next"
    }
}

/// What people see of a stream while it runs and at its end.
struct StreamProgress {
    private let console: Console
    private var shown = 0.0

    init(_ console: Console) {
        self.console = console
    }

    /// Shows how far the stream is, now and then.
    mutating func show(_ progress: MonitorProgress, seconds: Double) {
        guard Console.isTerminal, !console.isQuiet, seconds - shown >= 0.2 else { return }
        shown = seconds
        ProgressLine.draw(Self.words(progress, seconds: seconds))
    }

    /// Says how it went.
    func conclude(_ progress: MonitorProgress, seconds: Double) {
        console.note(Self.words(progress, seconds: seconds))
        for sink in progress.sinks where sink.dropped > 0 {
            console.warn("\(sink.name): \(sink.dropped) readings were dropped")
        }
    }

    private static func words(_ progress: MonitorProgress, seconds: Double) -> String {
        var text =
            "\(Text.number(progress.signalSeconds, digits: 1)) s of signal in \(Text.number(seconds, digits: 1)) s, "
            + "\(progress.readings) readings, \(progress.alarms) in alarm"
        if progress.lag.count > 0 {
            func milliseconds(_ seconds: Double) -> String { Text.number(1000 * seconds, digits: 2) }
            text +=
                "; lag \(milliseconds(progress.lag.quantile(0.5))) ms in the middle, "
                + "\(milliseconds(progress.lag.quantile(0.99))) ms for 99 %, \(milliseconds(progress.lag.maximum)) ms at most"
        }
        return text
    }
}
