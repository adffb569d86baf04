import Acquisition
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

            A link brings lines of sensors (JSON, CSV, name:value) from a board, whose columns are found by name; one that \
            breaks is opened again. For a model of accelerometer recordings the rows are samples at the model's rate: lines \
            of ax, ay, az, or JSON arrays of them; where samples are missing, a new input begins.

            --upload thingspeak puts the readings of a second into one row, by way of a queue on the disk, so that nothing is \
            lost while the network is away; see upload status.

            --serve shows the stream on a page of its own while it runs, and --store keeps readings, alarms and runs in a file \
            that serve shows later.

            With several models every frame gives a reading of each, and model names it. Ctrl-C ends cleanly; --resume goes on \
            there, with the same readings as if nothing had happened.

            Examples:
              auscult stream datasets/demo/fan --model models/demo-fan.safetensors --speed 10
              auscult stream sensors.csv --model sensors.safetensors --speed 0 --csv -o readings.csv
              auscult stream serial:/dev/ttyACM0 --model sensors.safetensors --serve --store plant.sqlite -o readings.jsonl
              auscult stream push:pump --model sensors.safetensors --serve
              curl -d '{"temperature":21.5,"current":3.2}' http://127.0.0.1:8080/push/pump
            """)

    @Argument(
        help: ArgumentHelp(
            "Recordings, sensor tables, folders, a CSV index; or one link: serial:DEVICE@SPEED, tcp:HOST:PORT, mqtt://HOST/TOPIC, push:NAME "
                + "(lines by HTTP, with --serve), - (lines on standard input).", valueName: "path"))
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

    @OptionGroup var uploads: UploadFlags
    @OptionGroup var publishing: PublishFlags
    @OptionGroup var notifications: AlarmTargetFlags
    @OptionGroup var serving: LiveServerFlags
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
        let state = StreamState(identity: identity, in: try UploadSettings().stateDirectory)
        let marks = resume ? try state.load() : [:]
        if resume {
            let first = marks.values.min { $0.isBefore($1) }
            console.note(first.map { Self.words($0) } ?? "nothing to resume; the stream begins anew")
        }
        let live = try liveAddress()
        let port: PushPort? = if case .push(let name) = live { try PushPort(name: name) } else { nil }
        let sinks = try await openSinks(for: files, live: live, port: port, marks: marks, key: state.key)
        var failures = Failures()
        let outcome: MonitorProgress
        do {
            outcome =
                if let live {
                    try await listen(to: live, port: port, files, stages, sinks)
                } else {
                    try await play(files, stages, sinks, startTime: startTime, marks: marks, state: state, &failures)
                }
        } catch {
            await sinks.abandon()
            throw error
        }
        let isInterrupted = Interruption.isRequested
        try await sinks.close(outcome, isReplay: live == nil, console)
        if isInterrupted { throw ExitCode(ExitStatus.interrupted) }
        try failures.conclude(console, isInterrupted: false)
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
        if Set(paths).count < paths.count {
            common.console.warn("an input that is named several times is played once; --loop plays all of them again")
        }
    }

    /// What makes two streams the same.
    private var identity: [String] {
        paths + ["--model"] + models + ["--forecaster", forecaster ?? "", "--start", start ?? ""]
            + [reading.channel ?? "", reading.rate.map { "\($0)" } ?? "", reading.resample.map { "\($0)" } ?? ""]
            + [loops ? "loop" : "", output.output ?? "", csv ? "csv" : "jsonl"]
            + [publishing.publish ?? ""] + [
                uploads.upload?.rawValue ?? "", uploads.fields ?? "", uploads.merge?.rawValue ?? "",
            ] + serving.identity
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

    static func words(_ mark: StreamMark) -> String {
        "going on after \(mark.input) inputs and \(mark.frames) samples or rows of the next"
    }
}
