import Acquisition
import ArgumentParser
import Foundation
import Server
import SignalCore
import Storage

/// The page and the store of a stream.
struct LiveServerFlags: ParsableArguments {
    @Option(
        defaultAsFlag: "127.0.0.1:8080",
        help: ArgumentHelp("Show the stream on a page at this address, as serve does.", valueName: "address:port"))
    var serve: String?

    @Option(
        help: ArgumentHelp(
            "Keep readings, alarms and runs in this store, whose channels --serve shows too.", valueName: "file"))
    var store: String?

    @Option(
        help: ArgumentHelp("What callers of the page must show (or AUSCULT_TOKEN).", valueName: "token"))
    var token: String?

    @Flag(help: "Serve the page after the end of the stream too, until Ctrl-C.")
    var stay = false

    @OptionGroup var keeping: RetentionFlags

    /// Whether there is neither a page nor a store.
    var isEmpty: Bool { serve == nil && store == nil }

    /// What makes two streams the same: the store that holds what came before.
    var identity: [String] { store.map { ["--store", $0] } ?? [] }

    /// Begins to serve and to store, where either was asked for.
    ///
    /// - Parameters:
    ///   - run: What is listened to.
    ///   - isResumed: Whether the stream goes on in the run of the same key.
    ///   - port: Where lines are handed in that are posted to the server; nil where none are listened to.
    /// - Throws: `SignalError` when the address is taken, the store cannot be written, or flags contradict each other.
    func open(
        _ run: RunDescription, isResumed: Bool, port pushed: PushPort?, console: Console
    ) async throws -> LiveServing? {
        guard serve != nil || (token == nil && !stay) else {
            throw SignalError(.invalidOption, "--token and --stay are for the page; give --serve too")
        }
        guard store != nil || keeping.isEmpty else {
            throw SignalError(.invalidOption, "--keep-days, --keep-rows and --thin are for stores; give --store too")
        }
        guard serve != nil || pushed == nil else {
            throw SignalError(
                .invalidOption, "push:\(pushed?.name ?? "") is posted to the page's server; give --serve too")
        }
        guard serve != nil || store != nil else { return nil }
        let retention = try keeping.retention()
        var options = ServerOptions()
        if let serve {
            try options.listen(on: serve)
            options.token = token ?? Settings.current.entry("token")?.value
        }
        let live = LiveHub()
        let temporary = store == nil ? try Self.temporaryFolder() : nil
        do {
            let channels = try ChannelStore(path: store ?? temporary.map { $0 + "/store.sqlite" } ?? "")
            var sinks: [any Sink] = []
            var server: (server: ChannelServer, address: String)?
            if serve != nil {
                let started = try ChannelServer(
                    store: channels, options: options, live: live, pushes: pushed.map { [Self.target($0)] } ?? [])
                let port = try await started.start()
                server = (started, options.address(port: port) + "/")
            }
            var number: Int?
            if store != nil {
                let sink = try await ReadingSink(store: channels, run: run, isResumed: isResumed)
                sinks.append(sink)
                number = sink.run
            }
            if let server {
                sinks.append(live)
                live.begin(
                    LiveFacts(
                        inputs: run.inputs, models: run.models, forecaster: run.forecaster, run: number),
                    now: channels.clock())
                console.note("the page is at \(server.address)")
                if let pushed { console.note("lines are taken by POST \(server.address)push/\(pushed.name)") }
            }
            return LiveServing(
                sinks: sinks, live: live, server: server?.server, store: channels, retention: retention,
                temporaryFolder: temporary, stays: stay, console: console)
        } catch {
            if let temporary { try? FileManager.default.removeItem(atPath: temporary) }
            throw error
        }
    }

    private static func target(_ port: PushPort) -> PushTarget {
        PushTarget(name: port.name) { body in
            let receipt = try port.take(body)
            return PushTarget.Outcome(
                taken: receipt.taken, repeated: receipt.repeated, rejected: receipt.rejected,
                lastRejected: receipt.lastRejected)
        }
    }

    /// A folder that only its owner can read, for the server needs a store.
    private static func temporaryFolder() throws -> String {
        let folder = FileManager.default.temporaryDirectory.appending(path: "auscult-\(UUID().uuidString)").path
        do {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw SignalError(.unavailable, "no temporary folder can be made; name a store by --store").at(path: folder)
        }
        return folder
    }
}
