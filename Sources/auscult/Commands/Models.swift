import ArgumentParser
import Foundation
import Learning
import SignalCore

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
            let summary: String
            let options: [String: String]
        }

        func run() async throws {
            let result = try ResultOutput(path: output.output)
            if json {
                let entries = try ModelRegistry.detectors.map { detector in
                    let options = try ModelRegistry.defaultOptions(of: detector).entries
                    return Entry(
                        name: detector.name, summary: detector.summary,
                        options: Dictionary(uniqueKeysWithValues: options.map { ($0.name, $0.value.description) }))
                }
                try result.write(JSONText.document(entries))
            } else {
                for detector in ModelRegistry.detectors {
                    let options = try ModelRegistry.defaultOptions(of: detector).entries
                    try result.write("\(detector.name)  \(detector.summary)\n")
                    try result.write("    \(options.map { "\($0.name)=\($0.value)" }.joined(separator: " "))\n")
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
            let loaded = try ModelFile(path: file)
            let result = try ResultOutput(path: output.output)
            if json {
                try result.write(JSONText.document(loaded.model.archived().metadata))
            } else {
                try result.write(loaded.model.card)
            }
            try result.finish()
        }
    }
}
