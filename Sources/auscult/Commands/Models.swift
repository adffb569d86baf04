import ArgumentParser
import Foundation
import Learning
import SignalCore
import SignalIO

/// Lists algorithms, and shows the card of a model file.
struct Models: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "models", abstract: "List the algorithms with their options, or show a model's card.",
        subcommands: [List.self, Show.self], defaultSubcommand: List.self)

    /// The algorithms that `train` takes.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "The algorithms, with options and defaults (what models does by itself).",
            discussion: "Example: auscult models list")

        @Flag(help: "One JSON document instead of a table.")
        var json = false

        @OptionGroup var output: OutputOptions
        @OptionGroup var common: CommonOptions

        private struct Entry: Encodable {
            let name: String
            let kind: String
            let summary: String
            let options: [String: String]
        }

        private static let headings = [
            "forecaster": "forecasters, for train and forecast",
            "classifier": "classifiers of failures, for train --label or --fails-within and maintain",
            "regressor": "regressors of remaining life, for train --target or --run-to-failure and maintain",
        ]

        private typealias Listed = (
            kind: String, name: String, summary: String, options: [(name: String, value: OptionValue)]
        )

        /// All algorithms, a kind after the other.
        private static func entries() throws -> [Listed] {
            var entries: [Listed] = []
            for type in ModelRegistry.detectors {
                entries.append(
                    ("detector", type.name, type.summary, try ModelRegistry.defaultOptions(of: type).entries))
            }
            for type in ModelRegistry.forecasters {
                entries.append(
                    ("forecaster", type.name, type.summary, try ModelRegistry.defaultOptions(of: type).entries))
            }
            for type in ModelRegistry.classifiers {
                entries.append(
                    ("classifier", type.name, type.summary, try ModelRegistry.defaultOptions(of: type).entries))
            }
            for type in ModelRegistry.regressors {
                entries.append(
                    ("regressor", type.name, type.summary, try ModelRegistry.defaultOptions(of: type).entries))
            }
            return entries
        }

        func run() async throws {
            let result = try ResultOutput(path: output.output)
            let entries = try Self.entries()
            if json {
                try result.write(
                    JSONText.document(
                        entries.map { entry in
                            Entry(
                                name: entry.name, kind: entry.kind, summary: entry.summary,
                                options: Dictionary(
                                    uniqueKeysWithValues: entry.options.map { ($0.name, $0.value.description) }))
                        }))
            } else {
                for (index, entry) in entries.enumerated() {
                    if let heading = Self.headings[entry.kind], entries[index - 1].kind != entry.kind {
                        try result.write("\n\(heading):\n\n")
                    }
                    try result.write("\(entry.name)  \(entry.summary)\n")
                    try result.write("    \(entry.options.map { "\($0.name)=\($0.value)" }.joined(separator: " "))\n")
                }
            }
            try result.finish()
        }
    }

    /// The card of one model file.
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show", abstract: "What a model file holds: its card, or with --json all its metadata.",
            discussion: "Example: auscult models show models/fan.safetensors")

        @Argument(help: ArgumentHelp("The model file.", valueName: "file"))
        var file: String

        @Flag(help: "The metadata as one JSON document.")
        var json = false

        @OptionGroup var output: OutputOptions
        @OptionGroup var common: CommonOptions

        func run() async throws {
            let archive = try SafetensorsFile.read(file)
            let (metadata, card): ([String: String], String)
            if TrainedForecaster.isForecaster(archive) {
                let forecaster = try ForecasterFile(path: file, archive: archive).forecaster
                (metadata, card) = (try forecaster.archived().metadata, forecaster.card)
            } else if TrainedPredictor.isPredictor(archive) {
                (metadata, card) = (archive.metadata, try PredictorFile(path: file, archive: archive).model.card)
            } else {
                let model = try ModelFile(path: file).model
                (metadata, card) = (try model.archived().metadata, model.card)
            }
            let result = try ResultOutput(path: output.output)
            try result.write(json ? JSONText.document(metadata) : card)
            try result.finish()
        }
    }
}
