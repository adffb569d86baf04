import ArgumentParser
import Foundation
import Reporting

/// Settings and where they come from.
struct Config: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config", abstract: "Show every setting, and where it came from.", subcommands: [Show.self],
        defaultSubcommand: Show.self)

    /// The settings in force.
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show", abstract: "The settings in force.",
            discussion: """
                Strongest first: flags, environment (AUSCULT_SEED, THINGSPEAK_URL and so on), a .env file in the working directory, \
                auscult.yaml there, defaults.

                Example: auscult config show
                """)

        @Flag(help: "One JSON document.")
        var json = false

        @OptionGroup var output: OutputOptions
        @OptionGroup var common: CommonOptions

        private struct Entry: Encodable {
            let name: String
            let value: String
            let origin: String
            let meaning: String
        }

        func run() async throws {
            let entries = Settings.known.map { known in
                let entry = Settings.current.entry(known.name)
                return Entry(
                    name: known.name,
                    value: Settings.isSecret(known.name) && entry != nil ? "(set)" : entry?.value ?? known.standard,
                    origin: entry?.origin ?? "default",
                    meaning: known.meaning)
            }
            let result = try ResultOutput(path: output.output)
            if json {
                try result.write(JSONText.document(entries))
            } else {
                var table = TextTable(["setting", "value", "from", "meaning"])
                for entry in entries { table.append([entry.name, entry.value, entry.origin, entry.meaning]) }
                try result.write(table.rendered())
            }
            try result.finish()
        }
    }
}
