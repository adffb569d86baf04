import ArgumentParser
import FeatureExtraction
import Foundation
import Learning
import SignalCore
import SignalIO

/// Turns a stream of paths into a stream of records, for whatever pipes: GNU parallel, Spark, a shell.
struct Worker: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "worker",
        abstract: "Read paths on standard input, write one JSON record a line for each.",
        discussion: """
            Records come in the order of the paths and are written at once. A file that cannot be used gives a record with \
            "error" and the work goes on; the exit code is then 1. One that is cut off gives a record with "incomplete". The same file gives the same bytes however the paths \
            are dealt out. By default a record holds the mean and the standard deviation of every column over the file's \
            frames; --frames adds all frames, --model a score.

            Example:
              find . -name '*.wav' | parallel --pipe -N 500 -k auscult worker
            """)

    @OptionGroup var features: FeatureOptions

    @Option(help: ArgumentHelp("Also score every file by this model.", valueName: "file"))
    var model: String?

    @Flag(help: "Give all frames, not only their mean and standard deviation.")
    var frames = false

    @Flag(name: .customLong("null"), help: "Paths end with a NUL character instead of a line break.")
    var endsWithNull = false

    @Option(help: ArgumentHelp("Work only on every n-th path, beginning with the i-th from 0.", valueName: "i/n"))
    var shard: String?

    @OptionGroup var reading: ReadingOptions
    @OptionGroup var normalization: NormalizationOptions
    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let (index, count) = try shardNumbers()
        let file = try model.map { try ModelFile(path: $0) }
        let scorer = try file.map { try ModelInput($0, reading, normalization: normalization.normalize) }
        var pipeline: FeaturePipeline?
        if file == nil || features.feature != nil {
            let (chosen, others) = try FeatureChoice.parse(features.feature ?? "log-mel", settings: features.settings)
            if let other = others.first {
                throw SignalError(.invalidOption, "--set \(other.name): name the feature, as in log-mel.\(other.name)")
            }
            pipeline = FeaturePipeline(
                features: chosen, reading: try reading.resolved(), normalization: normalization.normalize ?? .none)
        }
        let result = try ResultOutput(path: output.output)
        var paths = PathList.standardInput(
            isNulTerminated: endsWithNull, isCancelled: { Interruption.isRequested })
        var number = 0
        var failed = false
        while !Interruption.isRequested, let path = paths.next() {
            defer { number += 1 }
            guard number % count == index else { continue }
            let record = Result.capturing(path: (try? path.get()) ?? "") {
                try Self.record(try path.get(), pipeline, file, scorer, frames: frames)
            }
            switch record {
            case .success(let record):
                try result.write(record.serialized + "\n")
            case .failure(let error) where error.code == .cancelled:
                break
            case .failure(let error):
                failed = true
                common.console.note(error.description)
                var members: [(name: String, value: JSONValue)] = []
                if let path = error.place.path { members.append(("path", .text(path))) }
                members += [("error", .text(error.description)), ("code", .text(error.code.description))]
                try result.write(JSONValue.object(members).serialized + "\n")
            }
            try result.flush()
        }
        try result.finish()
        if Interruption.isRequested { throw ExitCode(ExitStatus.interrupted) }
        if failed { throw ExitCode(ExitStatus.someFailed) }
    }

    private func shardNumbers() throws -> (index: Int, count: Int) {
        guard let shard else { return (0, 1) }
        let parts = shard.split(separator: "/").compactMap { Int($0) }
        guard parts.count == 2, parts[1] > 0, (0..<parts[1]).contains(parts[0]) else {
            throw SignalError(.invalidOption, "--shard takes i/n with i from 0 to n - 1, not '\(shard)'")
        }
        return (parts[0], parts[1])
    }

    private static func record(
        _ path: String, _ pipeline: FeaturePipeline?, _ file: ModelFile?, _ scorer: ModelInput?, frames: Bool
    ) throws -> JSONValue {
        let item = try DatasetLayout.item(path: path)
        var members: [(name: String, value: JSONValue)] = [("path", .text(path))]
        func add(_ name: String, _ text: String?) {
            if let text { members.append((name, .text(text))) }
        }
        add("machine", item.machine)
        add("id", item.id)
        add("label", item.label?.rawValue)
        add("split", item.split?.rawValue)
        add("domain", item.domain?.rawValue)
        add("recorded", item.time)
        func note(_ warnings: [String], isIncomplete: Bool) {
            if isIncomplete { members.append(("incomplete", .flag(true))) }
            if !warnings.isEmpty { members.append(("warnings", .list(warnings.map { .text($0) }))) }
        }
        if let pipeline {
            let (all, summary) = try pipeline.allFrames(path)
            members.append(("sample_rate_hz", .number(summary.format.sampleRate)))
            members.append(("seconds", .number(summary.seconds)))
            note(summary.warnings, isIncomplete: summary.isIncomplete)
            let features = zip(pipeline.schemas, all).map { schema, rows in
                (name: schema.feature, value: Self.feature(schema, rows, allFrames: frames))
            }
            members.append(("features", .object(features)))
        }
        if let file, let scorer {
            let loaded = try scorer.load(path)
            if pipeline == nil { note(loaded.warnings, isIncomplete: loaded.isIncomplete) }
            let verdict = try file.model.clipVerdict(loaded.frames)
            members += [
                ("score", .number(Double(verdict.score))), ("threshold", .number(Double(verdict.threshold))),
                ("anomalous", .flag(verdict.isAnomalous)), ("severity", .text(verdict.severity.rawValue)),
                ("top_column", .text(file.model.recipe.schema.columns[verdict.topColumn].name)),
            ]
        }
        return .object(members)
    }

    private static func feature(_ schema: FeatureSchema, _ rows: FeatureFrames, allFrames: Bool) -> JSONValue {
        let columns = schema.columns.indices
        var sums = columns.map { _ in 0.0 }
        for frame in 0..<rows.count {
            for (column, value) in rows.values[rows.range(ofFrame: frame)].enumerated() {
                sums[column] += Double(value)
            }
        }
        let count = Double(max(1, rows.count))
        let means = sums.map { $0 / count }
        var squares = columns.map { _ in 0.0 }
        for frame in 0..<rows.count {
            for (column, value) in rows.values[rows.range(ofFrame: frame)].enumerated() {
                squares[column] += (Double(value) - means[column]) * (Double(value) - means[column])
            }
        }
        var members: [(name: String, value: JSONValue)] = [
            ("frames", .integer(rows.count)), ("columns", .list(schema.columns.map { .text($0.name) })),
            ("mean", .list(means.map { .number($0) })),
            ("standard_deviation", .list(squares.map { .number(($0 / count).squareRoot()) })),
        ]
        if allFrames {
            members.append(("times", .list(rows.times.map { .number($0) })))
            members.append(
                (
                    "values",
                    .list(
                        (0..<rows.count).map { frame in
                            .list(rows.values[rows.range(ofFrame: frame)].map { .number(Double($0)) })
                        })
                ))
        }
        return .object(members)
    }
}
