import ArgumentParser
import Foundation
import Reporting
import Server
import SignalCore
import Storage

/// Channels of the embedded server, worked on in their store; the server may be running.
struct ChannelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "channel", abstract: "Channels of the embedded server: make, list, keys, export, back up.",
        subcommands: [Create.self, List.self, Keys.self, Export.self, BackUp.self])

    /// Makes a channel.
    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "create", abstract: "Make a channel with its keys.",
            discussion: "Example: auscult channel create Pump --columns temperature,rms --store plant.sqlite --json")

        @Argument(help: "Name of the channel.")
        var name: String

        @Option(help: ArgumentHelp("Names of fields 1 to 8, separated by commas.", valueName: "names"))
        var columns: String

        @Flag(name: .customLong("private"), help: "Only those who have a key may read.")
        var isPrivate = false

        @OptionGroup var store: StoreOptions
        @OptionGroup var remote: RemoteOptions
        @OptionGroup var output: OutputOptions
        @OptionGroup var common: CommonOptions

        @Flag(help: "One JSON document.")
        var json = false

        private struct Document: Encodable {
            let id: Int
            let name: String
            let writeApiKey: String?
            let readApiKey: String?
        }

        func run() async throws {
            let names = columns.split(separator: ",", omittingEmptySubsequences: false).map {
                $0.trimmingCharacters(in: .whitespaces)
            }
            guard (1...ChannelSettings.fieldCount).contains(names.count), !names.contains(where: \.isEmpty) else {
                throw SignalError(
                    .invalidOption, "--columns is 1 to \(ChannelSettings.fieldCount) names, separated by commas")
            }
            guard (name + columns).utf8.count <= 1000, !(name + columns).utf8.contains(0) else {
                throw SignalError(.invalidOption, "the names are longer than 1000 bytes together")
            }
            let document: Document
            if let client = try remote.client() {
                let channel = try await client.createChannel(name: name, columns: names, isPublic: !isPrivate)
                document = Document(
                    id: channel.id, name: channel.name, writeApiKey: channel.apiKeys.first { $0.writeFlag }?.apiKey,
                    readApiKey: channel.apiKeys.first { !$0.writeFlag }?.apiKey)
            } else {
                document = try await create(names)
            }
            let result = try ResultOutput(path: output.output)
            if json {
                try result.write(JSONText.document(document))
            } else {
                var table = TextTable(["id", "name", "write_api_key", "read_api_key"])
                table.append([
                    String(document.id), document.name, document.writeApiKey ?? "", document.readApiKey ?? "",
                ])
                try result.write(table.rendered())
            }
            try result.finish()
        }

        private func create(_ names: [String]) async throws -> Document {
            var settings = ChannelSettings()
            settings.name = name
            settings.isPublic = !isPrivate
            for (field, name) in names.enumerated() { settings.fieldNames[field] = name }
            let store = try self.store.open()
            let channel = try await store.createChannel(settings)
            let keys = try await store.keys(of: channel.id)
            try store.close()
            return Document(
                id: channel.id, name: channel.settings.name, writeApiKey: keys.first { $0.kind == .write }?.key,
                readApiKey: keys.first { $0.kind == .read }?.key)
        }
    }

    /// Lists channels.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "The channels and their newest entries.",
            discussion: "Example: auscult channel list --store plant.sqlite")

        @OptionGroup var store: StoreOptions
        @OptionGroup var remote: RemoteOptions
        @OptionGroup var output: OutputOptions
        @OptionGroup var common: CommonOptions

        @Flag(help: "One JSON document.")
        var json = false

        private struct Document: Encodable {
            let id: Int
            let name: String
            let access: String
            let lastEntryId: Int?
        }

        func run() async throws {
            let documents: [Document]
            if let client = try remote.client() {
                documents = try await client.channels().map {
                    Document(
                        id: $0.id, name: $0.name, access: $0.publicFlag ? "public" : "private",
                        lastEntryId: $0.lastEntryId)
                }
            } else {
                let store = try self.store.open(existing: true)
                documents = try await store.channels().map {
                    Document(
                        id: $0.id, name: $0.settings.name, access: $0.settings.isPublic ? "public" : "private",
                        lastEntryId: $0.lastEntryID)
                }
                try store.close()
            }
            let result = try ResultOutput(path: output.output)
            if json {
                try result.write(JSONText.document(documents))
            } else {
                var table = TextTable(["id", "name", "access", "last_entry_id"])
                for document in documents {
                    table.append([
                        String(document.id), document.name, document.access,
                        document.lastEntryId.map(String.init) ?? "",
                    ])
                }
                try result.write(table.rendered())
            }
            try result.finish()
        }
    }

    /// Shows keys.
    struct Keys: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "keys", abstract: "The keys of a channel, or the user's key that manages all.",
            discussion: """
                Examples:
                  auscult channel keys 1 --store plant.sqlite
                  auscult channel keys --user --store plant.sqlite --json
                """)

        @Argument(help: "Number of the channel.")
        var channel: Int?

        @Flag(help: "The user's key, which is made when there is none.")
        var user = false

        @Flag(help: "Make one more read key first.")
        var addRead = false

        @OptionGroup var store: StoreOptions
        @OptionGroup var remote: RemoteOptions
        @OptionGroup var output: OutputOptions
        @OptionGroup var common: CommonOptions

        @Flag(help: "One JSON document.")
        var json = false

        private struct Document: Encodable {
            var id: Int?
            var writeApiKey: String?
            var readApiKeys: [String]?
            var userApiKey: String?
        }

        func run() async throws {
            guard user != (channel != nil), !(user && addRead) else {
                throw SignalError(.invalidOption, "give the number of a channel, or --user")
            }
            var document = Document(id: channel)
            if let client = try remote.client() {
                guard let channel, !addRead else {
                    throw SignalError(
                        .invalidOption, "--user and --add-read work on the store; give --store instead of --url")
                }
                let keys = try await client.channel(channel).apiKeys
                document.writeApiKey = keys.first { $0.writeFlag }?.apiKey
                document.readApiKeys = keys.filter { !$0.writeFlag }.map(\.apiKey)
            } else {
                try await readStore(&document)
            }
            let result = try ResultOutput(path: output.output)
            if json {
                try result.write(JSONText.document(document))
            } else {
                var table = TextTable(["kind", "key"])
                if let key = document.writeApiKey { table.append(["write", key]) }
                for key in document.readApiKeys ?? [] { table.append(["read", key]) }
                if let key = document.userApiKey { table.append(["user", key]) }
                try result.write(table.rendered())
            }
            try result.finish()
        }

        private func readStore(_ document: inout Document) async throws {
            let store = try self.store.open(existing: !user)
            if let channel {
                if addRead { _ = try await store.addReadKey(to: channel) }
                let keys = try await store.keys(of: channel)
                guard !keys.isEmpty else {
                    throw SignalError(.unreadable, "there is no channel \(channel); see auscult channel list").at(
                        path: store.path)
                }
                document.writeApiKey = keys.first { $0.kind == .write }?.key
                document.readApiKeys = keys.filter { $0.kind == .read }.map(\.key)
            } else {
                document.userApiKey = try await store.userKey()
            }
            try store.close()
        }
    }

    /// Writes all entries of a channel.
    struct Export: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "export", abstract: "All entries of a channel as CSV, by number.",
            discussion: """
                The columns are created_at,entry_id,field1..8 (named fields),latitude,longitude,elevation,status.

                Example: auscult channel export 1 --store plant.sqlite --output pump.csv
                """)

        @Argument(help: "Number of the channel.")
        var channel: Int

        @OptionGroup var store: StoreOptions
        @OptionGroup var remote: RemoteOptions
        @OptionGroup var output: OutputOptions
        @OptionGroup var common: CommonOptions

        func run() async throws {
            let result = try ResultOutput(path: output.output)
            if let client = try remote.client() {
                try result.write(await client.export(channel))
                try result.finish()
                return
            }
            let store = try self.store.open(existing: true)
            guard let channel = try await store.channel(channel) else {
                throw SignalError(.unreadable, "there is no channel \(channel); see auscult channel list").at(
                    path: store.path)
            }
            let export = ChannelExport(channel)
            try result.write(export.header)
            var last = 0
            while true {
                try Interruption.check()
                let page = try await store.page(of: channel.id, after: last)
                guard let id = page.last?.id else { break }
                try result.write(export.rows(page))
                last = id
            }
            try result.finish()
            try store.close()
        }
    }

    /// Copies the store.
    struct BackUp: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "backup", abstract: "Copy the store to a new file, also while the server is running.",
            discussion: "Example: auscult channel backup plant-monday.sqlite --store plant.sqlite")

        @Argument(help: "The copy; it must not exist.")
        var copy: String

        @OptionGroup var store: StoreOptions
        @OptionGroup var common: CommonOptions

        func run() async throws {
            let store = try self.store.open(existing: true)
            try store.backUp(to: copy)
            common.console.note("copied to \(copy)")
            try store.close()
        }
    }
}
