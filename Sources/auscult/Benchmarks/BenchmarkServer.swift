import Foundation
import Server
import SignalCore
import Storage

/// A server with a store and a page in a temporary folder, and clients that follow its events.
final class BenchmarkServer {
    let store: ChannelStore
    let port: Int
    /// What takes the readings of a stream: the store and the page.
    let sinks: [any Sink]
    private let server: ChannelServer
    private let folder: URL
    private var followers: [LoadConnection] = []

    /// Starts it.
    ///
    /// - Parameter clients: how many follow its events from the start.
    init(clients: Int) async throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "auscult-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        store = try ChannelStore(path: folder.appending(path: "store.sqlite").path)
        var options = ServerOptions()
        options.port = 0
        let live = LiveHub()
        server = try ChannelServer(store: store, options: options, live: live)
        port = try await server.start()
        let run = RunDescription(key: "benchmark", inputs: ["made-up"], models: ["benchmark"], forecaster: nil)
        sinks = [try await ReadingSink(store: store, run: run, isResumed: false), live]
        live.begin(LiveFacts(inputs: run.inputs, models: run.models, forecaster: nil, run: nil), now: store.clock())
        try follow(clients: clients)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    /// Lets more clients follow its events. They take nothing until they are asked what they were told.
    @discardableResult
    func follow(clients: Int) throws -> [LoadConnection] {
        let request = Array("GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8)
        let more = try (0..<clients).map { _ in
            let connection = try LoadConnection(port: port)
            try connection.send(request)
            return connection
        }
        followers += more
        return more
    }

    /// Ends it and removes its store.
    func close() async throws {
        followers = []
        try await server.stop()
        try store.close()
    }
}
