import ArgumentParser
import Foundation
import Reporting
import SignalCore
import Telemetry

/// The durable queue of uploads.
struct Upload: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "upload", abstract: "The durable queue of uploads to ThingSpeak or a server like it.",
        subcommands: [Status.self, Flush.self, Dead.self], defaultSubcommand: Status.self)

    /// How the queues are doing.
    struct Status: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "status", abstract: "How the queue of every channel is doing.",
            discussion: """
                One row a channel: what waits and for how long, what was sent, rejected (see upload dead), dropped by the \
                limits and found to be stored already, what went wrong last, and when the next call is due. It may be \
                asked while another process uploads, and changes nothing. The queues are under AUSCULT_STATE_DIR.

                Example: auscult upload status --json
                """)

        @Flag(help: "One JSON document.")
        var json = false

        @OptionGroup var output: OutputOptions
        @OptionGroup var common: CommonOptions

        func run() async throws {
            let directory = try UploadSettings().stateDirectory
            let now = Date().timeIntervalSince1970
            let entries = try UploadFolder.all(in: directory).compactMap { folder -> UploadStatusTable.Entry? in
                let (status, process) = try UploadFolder.read(folder, now: now)
                if let process, status == nil {
                    common.console.warn(
                        "\(folder): process \(process) uploads, but its state could not be written; is the disk full?")
                }
                return status.map { UploadStatusTable.Entry(status: $0, process: process, folder: folder) }
            }
            let result = try ResultOutput(path: output.output)
            try result.write(json ? JSONText.document(entries) : UploadStatusTable.rendered(entries))
            try result.finish()
            if entries.isEmpty { common.console.note("nothing was queued yet in \(directory)") }
        }
    }

    /// Sends what waits.
    struct Flush: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "flush", abstract: "Send everything that waits, then end.",
            discussion: """
                The channels are those of THINGSPEAK_CHANNEL_ID, with THINGSPEAK_WRITE_API_KEY, THINGSPEAK_READ_API_KEY and \
                THINGSPEAK_URL, from the environment or a .env file; several channels and keys with commas between. Failed \
                calls are made again until everything is sent, the time is over, or only a person can help. Ctrl-C ends it \
                with nothing lost.

                Example: auscult upload flush --timeout 600
                """)

        @Option(
            help: ArgumentHelp(
                "Seconds between two calls (default: AUSCULT_UPLOAD_INTERVAL, else 15).", valueName: "s"))
        var interval: Double?

        @Option(help: ArgumentHelp("Give up after this many seconds (default: never).", valueName: "s"))
        var timeout: Double?

        @Option(
            help: ArgumentHelp("Rows of one call at most; 14400 with a paid licence (default: 960).", valueName: "n"))
        var rows: Int?

        @Flag(help: "One row a call by /update, for servers without bulk writes.")
        var single = false

        @Flag(help: "Send times before 2010 or more than a day ahead too.")
        var allowImplausibleTimes = false

        @Flag(help: "One JSON document.")
        var json = false

        @OptionGroup var seed: SeedOptions
        @OptionGroup var output: OutputOptions
        @OptionGroup var common: CommonOptions

        func run() async throws {
            if let timeout, !(timeout.isFinite && timeout > 0) {
                throw SignalError(.invalidOption, "--timeout is a positive number of seconds, not \(timeout)")
            }
            let settings = try UploadSettings()
            let console = common.console
            let transport = HTTPTransport()
            let uploaders = try settings.channels().map { access in
                var options = UploaderOptions(for: access)
                options.interval = interval ?? settings.interval ?? options.interval
                options.maximumRows = rows ?? options.maximumRows
                options.usesSingleUpdates = single
                options.allowsImplausibleTimes = allowImplausibleTimes
                options.seed = try seed.value()
                return try ThingSpeakUploader(
                    access: access, stateDirectory: settings.stateDirectory, options: options, transport: transport,
                    report: { console.warn($0) })
            }
            let deadline = timeout.map { ContinuousClock.now + .seconds($0) }
            let guardian = Task {
                while !Interruption.isRequested, deadline.map({ ContinuousClock.now < $0 }) ?? true {
                    try await Task.sleep(for: .milliseconds(50))
                }
                for uploader in uploaders { await uploader.stop(within: 5) }
            }
            var failures: [SignalError] = []
            await withTaskGroup(of: SignalError?.self) { group in
                for uploader in uploaders {
                    group.addTask {
                        do {
                            try await uploader.drain()
                            return nil
                        } catch {
                            return error as? SignalError ?? SignalError(.unexpected, "sending failed", cause: error)
                        }
                    }
                }
                for await failure in group { if let failure { failures.append(failure) } }
            }
            guardian.cancel()
            var entries: [UploadStatusTable.Entry] = []
            for uploader in uploaders {
                await uploader.stop(within: 5)
                entries.append(
                    UploadStatusTable.Entry(status: await uploader.status(), process: nil, folder: uploader.folder))
            }
            await transport.close()
            let result = try ResultOutput(path: output.output)
            try result.write(json ? JSONText.document(entries) : UploadStatusTable.rendered(entries))
            try result.finish()
            try Interruption.check()
            guard let failure = failures.first else { return }
            if failure.code == .cancelled {
                let waiting = entries.reduce(0) { $0 + $1.status.queued }
                throw SignalError(.unavailable, "the time is over and \(waiting) points still wait; they are kept")
            }
            for other in failures.dropFirst() { console.warn(other.description) }
            throw failure
        }
    }

    /// Rows that were refused.
    struct Dead: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "dead", abstract: "Rows that were refused for good, and why.",
            discussion: """
                One row each: channel, when it was refused, its own time, its fields and the reason. The rows stay in \
                dead.jsonl in the queue's folder (upload status --json names it) until that file is removed.

                Example: auscult upload dead --json
                """)

        @Flag(help: "One JSON document.")
        var json = false

        @OptionGroup var output: OutputOptions
        @OptionGroup var common: CommonOptions

        private struct Entry: Encodable {
            let channel: Int?
            let folder: String
            let time: String
            let reason: String
            let row: [String: String]
        }

        func run() async throws {
            let entries = try UploadFolder.all(in: try UploadSettings().stateDirectory).flatMap { folder in
                let channel = try UploadFolder.read(folder, now: Date().timeIntervalSince1970).status?.channel
                return UploadFolder.readDeadLetters(folder).map {
                    Entry(channel: channel, folder: folder, time: $0.time, reason: $0.reason, row: $0.row)
                }
            }
            let result = try ResultOutput(path: output.output)
            if json {
                try result.write(JSONText.document(entries))
            } else {
                var table = TextTable(["channel", "refused", "created_at", "fields", "reason"])
                for entry in entries {
                    let fields = entry.row.filter { $0.key != "created_at" }.sorted { $0.key < $1.key }
                    table.append([
                        entry.channel.map { "\($0)" } ?? "", entry.time, entry.row["created_at"] ?? "",
                        fields.map { "\($0.key)=\($0.value)" }.joined(separator: " "), entry.reason,
                    ])
                }
                try result.write(table.rendered())
            }
            try result.finish()
            common.console.note("\(entries.count) rows were refused")
        }
    }
}

/// The state of queues as a table for people.
enum UploadStatusTable {
    /// A queue and who uploads from it.
    struct Entry: Encodable {
        let status: UploadStatus
        let process: Int32?
        let folder: String
    }

    static func rendered(_ entries: [Entry]) -> String {
        var table = TextTable([
            "channel", "server", "state", "process", "queued", "oldest s", "sent", "rejected", "dropped", "duplicates",
            "next attempt", "last error",
        ])
        for entry in entries {
            let (status, counters) = (entry.status, entry.status.counters)
            table.append([
                "\(status.channel)", status.url,
                status.state.rawValue + (status.diskRefuses ? ", disk refuses" : ""),
                entry.process.map { "\($0)" } ?? "",
                "\(status.queued)", status.oldestAge.map { "\(Int($0))" } ?? "", "\(counters.sent)",
                "\(counters.rejected)", "\(counters.dropped)", "\(counters.duplicatesSkipped)",
                status.nextAttempt ?? "",
                status.pausedReason ?? status.lastError ?? "",
            ])
        }
        return table.rendered()
    }
}
