import ArgumentParser
import Monitoring
import SignalCore

/// The page and the store of a stream.
struct LiveServerFlags: ParsableArguments {
    /// Begins to serve and to store, where either was asked for.
    func open(console: Console) async throws -> LiveServing? { nil }
}

/// The server and the store of a stream that runs.
struct LiveServing: Sendable {
    /// What takes the stream's readings.
    let sinks: [any Sink]

    /// Shows how far the stream is.
    func show(_ progress: MonitorProgress) {}
    /// Shows how a link stands, in words.
    func show(link: String) {}
    /// Ends it, when all sinks have ended.
    func close() async throws {}
}
