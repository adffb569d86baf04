import ArgumentParser
import Foundation
import Learning
import SignalCore
import SignalIO
import Synchronization

/// Scores recordings by a model and says which are anomalous, how badly, and which column is to blame.
struct Detect: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "detect",
        abstract: "Score recordings by a model: verdict, severity, and the band or column to blame.",
        discussion: """
            The columns are source,time,score,threshold,anomalous,severity,top_column; higher scores are more anomalous. \
            With --jsonl every object also has machine, id, label and split, and the five columns that add most.

            Example: auscult detect --model models/fan.safetensors recordings/fan/id_00
            """)

    /// What one row of the result is about.
    enum Unit: String, ExpressibleByArgument, CaseIterable {
        case clip, frame, row
    }

    @Option(help: ArgumentHelp("The model file.", valueName: "file"))
    var model: String

    @OptionGroup var inputs: InputOptions

    @Option(help: "One row a clip, or one a frame (row means the same).")
    var per = Unit.clip

    @Option(help: ArgumentHelp("Use this threshold instead of the model's.", valueName: "score"))
    var threshold: Float?

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
        let time: Double
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

        struct Blame: Encodable, Sendable {
            let column: String
            let contribution: Float
            let lowerHz: Double?
            let upperHz: Double?
        }
    }

    func run() async throws {
        let console = common.console
        let file = try ModelFile(path: model)
        _ = try file.pipeline(reading, normalization: normalization.normalize)
        let walk = inputs.walk()
        let progress = ProgressLine("detect", total: Console.isTerminal ? walk.count() : nil, console: console)
        let result = try ResultOutput(path: output.output)
        if json {
            try result.write("[\n")
        } else if !jsonl {
            try result.write("source,time,score,threshold,anomalous,severity,top_column\n")
        }
        let (readingOptions, normalize) = (reading, normalization.normalize)
        let state = Mutex((failures: Failures(), output: Writer(result, json: json, jsonl: jsonl)))
        let anomalies = Mutex(0)
        try await ParallelWork.run(jobs: jobs.count()) {
            walk.next()
        } makeWorker: {
            try file.pipeline(readingOptions, normalization: normalize)
        } work: { (pipeline: FeaturePipeline, input: Result<DatasetItem, SignalError>) -> Result<[Row], SignalError> in
            input.flatMap { item in
                Result.capturing(path: item.path) {
                    let (frames, summary) = try file.frames(of: item.path, pipeline)
                    for warning in summary.warnings {
                        console.warn("\(item.path.escapingControlCharacters): \(warning)")
                    }
                    let verdicts =
                        per == .clip
                        ? [try file.model.clipVerdict(frames)] : try file.model.frameVerdicts(frames)
                    return verdicts.map { row($0, item, file.model) }
                }
            }
        } deliver: { rows in
            try state.withLock { state in
                switch rows {
                case .success(let rows):
                    state.failures.succeed()
                    anomalies.withLock { $0 += rows.count(where: \.anomalous) }
                    for row in rows { try state.output.write(row) }
                    progress.advance()
                case .failure(let error):
                    state.failures.add(error)
                    progress.advance(failed: true)
                }
            }
        }
        try state.withLock { state in
            if json { try result.write("\n]\n") }
            try result.finish()
            let unit = per == .clip ? "recordings" : "frames"
            console.note(
                "\(anomalies.withLock { $0 }) anomalous \(unit) in \(state.failures.succeeded) recordings "
                    + "(\(Text.number(progress.summary.elapsed, digits: 2)) s)")
            try state.failures.conclude(console)
        }
    }

    private func row(_ verdict: Verdict, _ item: DatasetItem, _ model: TrainedModel) -> Row {
        let columns = model.recipe.schema.columns
        let worst = verdict.contributions.indices.sorted { verdict.contributions[$0] > verdict.contributions[$1] }
        let value = threshold ?? verdict.threshold
        return Row(
            source: item.path, time: verdict.time, score: verdict.score, threshold: value,
            anomalous: threshold.map { verdict.score > $0 } ?? verdict.isAnomalous,
            severity: threshold == nil ? verdict.severity.rawValue : (verdict.score > value ? "low" : "none"),
            topColumn: columns[verdict.topColumn].name,
            topColumns: worst.prefix(5).map {
                Row.Blame(
                    column: columns[$0].name, contribution: verdict.contributions[$0],
                    lowerHz: columns[$0].band?.lowerBound, upperHz: columns[$0].band?.upperBound)
            },
            machine: item.machine, id: item.id, label: item.label?.rawValue, split: item.split?.rawValue)
    }

    /// Writes rows in the form asked for.
    private struct Writer: @unchecked Sendable {
        // Used by one thread at a time, under the lock of the state it is part of.
        private let result: ResultOutput
        private let json: Bool
        private let jsonl: Bool
        private var isFirst = true

        init(_ result: ResultOutput, json: Bool, jsonl: Bool) {
            self.result = result
            self.json = json
            self.jsonl = jsonl
        }

        mutating func write(_ row: Row) throws {
            if json || jsonl {
                let line = try JSONText.line(row)
                try result.write(json ? (isFirst ? "" : ",\n") + line.dropLast() : line)
            } else {
                try result.write(
                    CSVText.row([
                        row.source, String(row.time), String(row.score), String(row.threshold),
                        row.anomalous ? "true" : "false", row.severity, row.topColumn,
                    ]))
            }
            isFirst = false
        }
    }
}
