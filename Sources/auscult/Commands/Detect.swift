import ArgumentParser
import Foundation
import Learning
import Reporting
import SignalCore
import SignalIO
import Synchronization

/// Scores recordings by a model and says which are anomalous, how badly, and which column is to blame.
struct Detect: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "detect",
        abstract: "Score recordings or tables by a model: verdict, severity, and the band or column to blame.",
        discussion: """
            Recordings get one verdict each, sensor tables one for every row that has enough rows before it. Times are \
            seconds from the start, or for a table with dates ISO 8601 in UTC.

            The columns are source,time,score,threshold,anomalous,severity,top_column; higher scores are more anomalous. \
            With --jsonl every object also has machine, id, label, split, domain and time of recording, as far as the name \
            tells them, and the five columns that add most.

            Example: auscult detect --model models/fan.safetensors recordings/fan/id_00
            """)

    /// What one row of the result is about.
    enum Unit: String, ExpressibleByArgument, CaseIterable {
        case clip, frame, row
    }

    @Option(help: ArgumentHelp("The model file.", valueName: "file"))
    var model: String

    @OptionGroup var inputs: InputOptions

    @Option(help: "One row a clip, or one a frame (row means the same); default clip, for tables row.")
    var per: Unit?

    @Option(help: ArgumentHelp("Use this threshold instead of the model's.", valueName: "score"))
    var threshold: Float?

    @Option(
        help: ArgumentHelp(
            "Stretch the threshold's distance from the usual score by this, in place of what training did.",
            valueName: "factor"))
    var thresholdMultiplier: Double?

    @Option(help: ArgumentHelp("Also write a report with figures (index.html) to this folder.", valueName: "dir"))
    var report: String?

    @OptionGroup var reading: ReadingOptions
    @OptionGroup var normalization: NormalizationOptions
    @OptionGroup var jobs: JobOptions
    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions

    @Flag(help: "One JSON document.")
    var json = false

    @Flag(help: "One JSON object a line.")
    var jsonl = false

    /// A verdict with all that is said of it.
    private struct Row: Encodable, Sendable {
        let source: String
        let time: RowTime
        let score: Float
        let threshold: Float
        let anomalous: Bool
        let severity: String
        let topColumn: String
        let topColumns: [Blame]
        let machine: String?
        let id: String?
        let label: String?
        let split: String?
        let domain: String?
        let recorded: String?

        struct Blame: Encodable, Sendable {
            let column: String
            let contribution: Float
            let lowerHz: Double?
            let upperHz: Double?
        }
    }

    func run() async throws {
        let console = common.console
        if let threshold, !threshold.isFinite {
            throw SignalError(.invalidOption, "--threshold is a number, not \(threshold)")
        }
        if threshold != nil, thresholdMultiplier != nil {
            throw SignalError(.invalidOption, "give --threshold or --threshold-multiplier, not both")
        }
        let file = try ModelFile(path: model, thresholdMultiplier: thresholdMultiplier)
        let (readingOptions, normalize) = (reading, normalization.normalize)
        _ = try ModelInput(file, readingOptions, normalization: normalize)
        let isByClip = per.map { $0 == .clip } ?? (file.model.table == nil)
        let walk = inputs.walk()
        let progress = ProgressLine("detect", total: Console.isTerminal ? walk.count() : nil, console: console)
        let state = Mutex(State(output: try Writer(path: output.output, json: json, jsonl: jsonl)))
        try await ParallelWork.run(jobs: jobs.count()) {
            walk.next()
        } makeWorker: {
            try ModelInput(file, readingOptions, normalization: normalize)
        } work: { (input: ModelInput, item: Result<DatasetItem, SignalError>) -> Result<Scored, SignalError> in
            item.flatMap { item in
                Result.capturing(path: item.path) {
                    let loaded = try input.load(item.path)
                    var traces = Traces()
                    return Scored(
                        rows: try rows(of: loaded, item, file.model, isByClip: isByClip, &traces), traces: traces,
                        path: item.path,
                        warnings: loaded.warnings, isIncomplete: loaded.isIncomplete)
                }
            }
        } deliver: { scored in
            try state.withLock { state in
                switch scored {
                case .success(let scored):
                    let rows = scored.rows
                    state.failures.note(
                        warnings: scored.warnings, isIncomplete: scored.isIncomplete, of: scored.path, console)
                    state.anomalies += rows.count(where: \.anomalous)
                    state.rows += rows.count
                    state.traces.append(scored.traces)
                    for row in rows { try state.output.write(row) }
                    progress.advance()
                case .failure(let error):
                    state.failures.add(error)
                    progress.advance(failed: true)
                }
            }
        }
        if let report {
            let (traces, failures, rows) = state.withLock { ($0.traces, $0.failures, $0.rows) }
            try await writeReport(file, traces, failures, rows: rows, isByClip: isByClip, to: report, console)
        }
        try state.withLock { state in
            try state.output.finish()
            let inputs = file.model.table == nil ? "recordings" : "tables"
            let unit = isByClip ? inputs : file.model.table == nil ? "frames" : "rows"
            console.note(
                "\(state.anomalies) anomalous \(unit) in \(state.failures.succeeded) \(inputs) "
                    + "(\(Text.number(progress.elapsed, digits: 2)) s)")
            try state.failures.conclude(console)
        }
    }

    /// The verdicts on one input, a stretch of frames at a time.
    private func rows(
        of loaded: ModelInput.Loaded, _ item: DatasetItem, _ model: TrainedModel, isByClip: Bool,
        _ traces: inout Traces
    ) throws -> [Row] {
        if isByClip {
            return try loaded.segments.map { segment in
                let verdict = try model.clipVerdict(loaded.frames.frames(in: segment))
                let row = row(verdict, loaded, item, model)
                if report != nil {
                    traces.clips.append(
                        ClipTrace(
                            path: item.path,
                            machine: [item.machine, item.id].compactMap(\.self).joined(separator: "/"),
                            isAnomalous: item.label.map { $0 == .abnormal }, score: Double(verdict.score),
                            isReported: row.anomalous, contributions: verdict.contributions))
                }
                return row
            }
        }
        var rows: [Row] = []
        let context = model.detector.contextLength
        for (number, segment) in loaded.segments.enumerated() {
            var trace = ScoreTrace(
                name: loaded.segments.count == 1 ? item.path : "\(item.path)#\(number + 1)", path: item.path,
                hasDates: loaded.hasAbsoluteTimes, columns: model.recipe.schema.columns.count)
            for start in stride(from: segment.lowerBound, to: segment.upperBound - context + 1, by: 4096) {
                let stretch = start..<min(start + 4096 + context - 1, segment.upperBound)
                let verdicts = try model.verdicts(loaded.frames.frames(in: stretch))
                rows += verdicts.map { row($0, loaded, item, model) }
                if report != nil { trace.append(verdicts, threshold: threshold) }
            }
            traces.series.append(trace)
        }
        return rows
    }

    private func row(
        _ verdict: Verdict, _ loaded: ModelInput.Loaded, _ item: DatasetItem, _ model: TrainedModel
    ) -> Row {
        let columns = model.recipe.schema.columns
        let worst = verdict.contributions.indices.sorted { verdict.contributions[$0] > verdict.contributions[$1] }
        let value = threshold ?? verdict.threshold
        return Row(
            source: item.path, time: loaded.hasAbsoluteTimes ? .date(verdict.time) : .seconds(verdict.time),
            score: verdict.score, threshold: value,
            anomalous: threshold.map { verdict.score > $0 } ?? verdict.isAnomalous,
            severity: threshold == nil ? verdict.severity.rawValue : (verdict.score > value ? "low" : "none"),
            topColumn: columns[verdict.topColumn].name,
            topColumns: worst.prefix(5).map {
                Row.Blame(
                    column: columns[$0].name, contribution: verdict.contributions[$0],
                    lowerHz: columns[$0].band?.lowerBound, upperHz: columns[$0].band?.upperBound)
            },
            machine: item.machine, id: item.id, label: item.label?.rawValue, split: item.split?.rawValue,
            domain: item.domain?.rawValue,
            recorded: item.time)
    }

    /// The rows of one recording.
    private struct Scored: Sendable {
        let rows: [Row]
        let traces: Traces
        let path: String
        let warnings: [String]
        let isIncomplete: Bool
    }

    private struct State {
        var output: Writer
        var failures = Failures()
        var anomalies = 0
        var rows = 0
        var traces = Traces()
    }

    /// What a report shows of the inputs.
    private struct Traces: Sendable {
        var clips: [ClipTrace] = []
        var series: [ScoreTrace] = []

        mutating func append(_ other: Traces) {
            clips += other.clips
            series += other.series
        }
    }

    private func writeReport(
        _ file: ModelFile, _ traces: Traces, _ failures: Failures, rows: Int, isByClip: Bool, to folder: String,
        _ console: Console
    ) async throws {
        let inputs = file.model.table == nil ? "recordings" : "tables"
        let unit = isByClip ? inputs : file.model.table == nil ? "frames" : "rows"
        var report = ReportMaker.report("What \(model) found")
        let anomalies =
            traces.clips.count(where: \.isReported) + traces.series.reduce(0) { $0 + $1.alarms.count { $0 } }
        report.summary = [
            "\(anomalies) of \(rows) \(unit) are reported as anomalous, in \(failures.succeeded) \(inputs).",
            "These are verdicts, not measurements of quality: how often they are right is what evaluate measures by labels.",
        ]
        if threshold != nil || thresholdMultiplier != nil {
            report.summary.append("The threshold was set by hand; figures show the model's own where they name it so.")
        }
        report.sections = [
            ReportMaker.data(
                [
                    ("\(inputs) given", failures.succeeded + failures.count), ("rejected", failures.count),
                    ("\(unit) scored", rows),
                ], failures), ReportMaker.configuration(file),
        ]
        if let training = ReportMaker.training(file.model.provenance.histories) { report.sections.append(training) }
        if isByClip {
            let maker = RecordingReport(
                file: file, reading: reading, normalization: normalization.normalize, clips: traces.clips)
            report.sections += maker.findings() + [try maker.examples()]
        } else {
            let maker = TableReport(file: file, traces: traces.series)
            report.sections += maker.findings() + (try maker.history(jobs: try jobs.count()))
        }
        report.sections.append(ReportMaker.howToReproduce())
        try await ReportMaker.write(report, to: folder, jobs: try jobs.count(), console)
    }

    /// Writes rows in the form asked for.
    private struct Writer {
        private let result: ResultOutput
        private let json: Bool
        private let jsonl: Bool
        private var isFirst = true

        init(path: String?, json: Bool, jsonl: Bool) throws {
            result = try ResultOutput(path: path)
            self.json = json
            self.jsonl = jsonl
            if json {
                try result.write("[\n")
            } else if !jsonl {
                try result.write("source,time,score,threshold,anomalous,severity,top_column\n")
            }
        }

        mutating func write(_ row: Row) throws {
            if json || jsonl {
                let line = try JSONText.line(row)
                try result.write(json ? (isFirst ? "" : ",\n") + line.dropLast() : line)
            } else {
                try result.write(
                    CSVText.row([
                        row.source, row.time.description, String(row.score), String(row.threshold),
                        row.anomalous ? "true" : "false", row.severity, row.topColumn,
                    ]))
            }
            isFirst = false
        }

        func finish() throws {
            if json { try result.write("\n]\n") }
            try result.finish()
        }
    }
}
