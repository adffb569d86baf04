import Foundation
import Hummingbird
import Logging
import NIOCore
import ServiceLifecycle
import SignalCore
public import Storage

/// A server with ThingSpeak's interface over a store, to run by itself or inside another program.
///
/// `run()` serves until it is stopped; `start()` returns as soon as the server listens. Requests that are being answered
/// when the server is stopped are answered. It also serves a page that shows a stream while it runs.
public actor ChannelServer {
    private let store: ChannelStore
    private let options: ServerOptions
    private let logger: Logger
    private let live: LiveHub
    private let page: PageFiles
    private let pushes: [String: PushTarget]
    private let faults: FaultPlan?
    private var group: ServiceGroup?
    private var serving: Task<Void, any Error>?

    /// A server that does not listen yet.
    ///
    /// - Parameters:
    ///   - store: Channels, and the runs of streams.
    ///   - live: The stream that the page shows; without one, the page shows what is stored.
    ///   - pushes: What takes lines that are posted, by names.
    /// - Throws: `SignalError` when an option is out of its range.
    public init(
        store: ChannelStore, options: ServerOptions = ServerOptions(), live: LiveHub = LiveHub(),
        pushes: [PushTarget] = []
    ) throws {
        try options.validate()
        self.store = store
        self.options = options
        self.live = live
        self.pushes = Dictionary(pushes.map { ($0.name, $0) }) { first, _ in first }
        faults = options.faults.map { FaultPlan($0) }
        page = PageFiles(dygraphsFolder: options.dygraphsFolder)
        var logger = Logger(label: "auscult.server")
        logger.logLevel = .warning
        self.logger = logger
    }

    /// Begins to serve.
    ///
    /// - Returns: The port, which matters when any free one was asked for.
    /// - Throws: `SignalError` when the address is taken or not of this machine.
    @discardableResult
    public func start() async throws -> Int {
        guard serving == nil else { throw SignalError(.unexpected, "the server was started before") }
        let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
        var services: [any Service] = [
            application { continuation.yield($0) }, LiveService(live: live, pause: options.eventPause),
        ]
        // A service that returns ends the server, and this one has nothing to do where all is kept.
        if !options.retention.keepsEverything {
            services.append(RetentionService(store: store, options: options, logger: logger))
        }
        let group = ServiceGroup(configuration: .init(services: services, logger: logger))
        self.group = group
        let serving = Task {
            defer { continuation.finish() }
            try await group.run()
        }
        self.serving = serving
        for await port in ports { return port }
        do {
            try await serving.value
        } catch {
            throw SignalError(
                .unavailable, "cannot listen on \(options.host):\(options.port); is it taken, or not this machine's?",
                cause: error)
        }
        throw SignalError(.cancelled, "the server was stopped before it listened")
    }

    /// What went wrong on purpose so far: how often each kind of fault was played, in the order of ``FaultOptions``.
    public nonisolated var faultCounts: [(name: String, count: Int)] { faults?.counts ?? [] }

    /// Waits until the server has ended, by ``stop()`` or by an error.
    public func wait() async throws {
        do {
            try await serving?.value
        } catch {
            throw SignalError(.unavailable, "the server ended", cause: error)
        }
    }

    /// Ends the server when all requests at hand are answered. Streams of events are ended.
    public func stop() async throws {
        await live.close()
        await group?.triggerGracefulShutdown()
        try await wait()
    }

    private func application(_ onPort: @escaping @Sendable (Int) -> Void) -> some ApplicationProtocol {
        let requestTime = TimeAmount.milliseconds(Int64(options.idleSeconds * 1000))
        return Application(
            responder: RequestResponder(
                api: ChannelAPI(store: store, options: options, logger: logger, clock: store.clock),
                own: OwnRoutes(
                    store: store, options: options, live: live, page: page, pushes: pushes, logger: logger),
                faults: faults),
            server: .http1(
                configuration: .init(
                    additionalChannelHandlers: [ConnectionGuardInstaller(requestTime: requestTime)],
                    idleTimeout: requestTime,
                    httpDecoderConfiguration: .init(
                        maxHeaderFieldSize: ServerOptions.maximumHeaders,
                        maxHeaderListSize: ServerOptions.maximumHeaders, maxHeaderFieldCount: 100))),
            configuration: .init(
                address: .hostname(options.host, port: options.port),
                serverName: "auscult",
                availableConnectionsDelegate: .maximum(options.maximumConnections, logger: logger)),
            onServerRunning: { channel in onPort(channel.localAddress?.port ?? 0) },
            logger: logger)
    }
}

/// Removes what is not to be kept, at the start and then hourly.
private struct RetentionService: Service {
    let store: ChannelStore
    let options: ServerOptions
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            await store.keepApplying(options.retention) { logger.error("old entries could not be removed: \($0)") }
        }
    }
}

/// Tells those who follow the stream what is new.
private struct LiveService: Service {
    let live: LiveHub
    let pause: Double

    func run() async throws {
        await cancelWhenGracefulShutdown { await live.run(comment: pause) }
    }
}
