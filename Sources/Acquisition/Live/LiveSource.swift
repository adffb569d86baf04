import Foundation
public import Messaging
import SignalCore
import Synchronization

/// How a live source reads and watches its link.
public struct LiveSourceOptions: Sendable, Equatable {
    /// How bytes are cut into lines; nil for what is usual on the link.
    public var splitting: LineSplitterOptions?
    /// How lines become rows.
    public var parsing = LineParserOptions()
    /// Rows that may wait to be taken; beyond them the oldest is thrown away and counted.
    public var queueCapacity = 4_096
    /// Seconds without a valid line after which the link counts as stale; nil for ten times the usual interval, 5 s at least.
    public var silenceSeconds: Double?
    /// Whether a link that stays stale for three times as long is closed and opened again.
    public var reopensWhenStale = false
    /// The seed of the waits between attempts to open the link.
    public var seed: UInt64 = 42

    /// What is usual.
    public init() {}

    /// - Throws: `SignalError` with code `invalidOption` for what cannot be.
    public func validate() throws {
        try splitting?.validate()
        try parsing.validate()
        guard (1...1 << 20).contains(queueCapacity) else {
            throw SignalError(.invalidOption, "queueCapacity is 1 to 1048576 rows, not \(queueCapacity)")
        }
        if let silenceSeconds, !(silenceSeconds > 0 && silenceSeconds <= 86_400) {
            throw SignalError(.invalidOption, "silenceSeconds is more than 0 and at most 86400, not \(silenceSeconds)")
        }
    }
}

/// Brings rows and news of a source into its queue, on a thread of its own.
protocol SourceRunner: AnyObject, Sendable {
    /// Ends it when raised.
    var stop: StopSignal { get }
    /// Where rows and news go; finished when the runner ends.
    var queue: EventQueue { get }
    /// What was seen so far.
    var counters: LiveCounters { get }
    /// Works until it is stopped or the source has ended for good.
    func run()
}

/// Rows of a link as they come, for as long as somebody takes them.
///
/// A thread reads, so that a slow consumer never holds up the link and a slow link never holds up a task. A link that
/// breaks is opened again, at longer and longer intervals; the sequence ends when its task is cancelled, ``stop()`` is
/// called, or an input that ends for good has ended. By then the port is closed and as it was before.
///
/// One task takes the events of a source, once.
public final class LiveSource: AsyncSequence, Sendable {
    /// What happens at the source.
    public typealias Element = LiveEvent
    /// A source never fails: what goes wrong is an event.
    public typealias Failure = Never

    /// Takes one event after the other.
    public struct Iterator: AsyncIteratorProtocol {
        fileprivate let source: LiveSource

        /// The next event, or nil at the end.
        public mutating func next() async -> LiveEvent? { await source.next() }

        /// The next event if there is one already; nil otherwise. Never waits.
        public mutating func nextWaiting() -> LiveEvent? { source.runner.queue.nextWaiting() }

        /// The next event, or nil at the end.
        public mutating func next(isolation actor: isolated (any Actor)?) async -> LiveEvent? { await source.next() }
    }

    /// Where the rows come from.
    public let address: SourceAddress
    fileprivate let runner: any SourceRunner
    private let isStarted = Atomic<Bool>(false)

    /// Makes a source of a link; nothing is opened before its events are asked for.
    ///
    /// - Throws: `SignalError` with code `invalidOption` for options that cannot be, `unavailable` where no descriptor is
    ///   left.
    public init(link: any LineLink, options: LiveSourceOptions = LiveSourceOptions()) throws {
        try options.validate()
        address = link.address
        runner = try LinkRunner(link: link, options: options)
    }

    /// Makes a source of the messages of a broker.
    ///
    /// - Throws: as ``init(link:options:)``, and `SignalError` with code `invalidOption` for an address or options of the
    ///   broker that cannot be.
    public init(broker: BrokerAddress, options: LiveSourceOptions, brokerOptions: BrokerOptions) throws {
        try options.validate()
        address = .mqtt(broker.description)
        runner = try BrokerRunner(address: broker, options: options, brokerOptions: brokerOptions)
    }

    /// Makes a source of what is handed in at a port.
    ///
    /// - Throws: as ``init(link:options:)``.
    public init(port: PushPort, options: LiveSourceOptions) throws {
        try options.validate()
        address = .push(port.name)
        runner = try PushRunner(port: port, options: options)
    }

    /// Makes a source of an address.
    ///
    /// - Parameter brokerOptions: how a broker is spoken with, where the address is that of one.
    /// - Throws: as the other initialisers.
    public convenience init(
        address: SourceAddress, options: LiveSourceOptions = LiveSourceOptions(),
        brokerOptions: BrokerOptions = BrokerOptions()
    ) throws {
        let link: any LineLink
        switch address {
        case .serial(let path, let speed): link = SerialLink(path: path, speed: speed)
        case .tcp(let host, let port): link = TCPLink(host: host, port: port)
        case .standardInput: link = StandardInputLink()
        case .mqtt(let text):
            let broker = try BrokerAddress(text, allowsWildcards: true)
            try self.init(broker: broker, options: options, brokerOptions: brokerOptions)
            return
        case .push(let name):
            throw SignalError(.invalidOption, "push:\(name) has no port by itself; make a source of its PushPort")
        }
        try self.init(link: link, options: options)
    }

    deinit {
        runner.stop.raise()
    }

    /// What was seen so far.
    public var counters: LiveCounters { runner.counters }

    /// Ends the source: the link is closed, and the sequence ends after the events that wait.
    public func stop() {
        runner.stop.raise()
    }

    /// Opens the link and begins to read.
    public func makeAsyncIterator() -> Iterator {
        if !isStarted.exchange(true, ordering: .acquiringAndReleasing) {
            Thread.detachNewThread { [runner] in runner.run() }
        }
        return Iterator(source: self)
    }

    private func next() async -> LiveEvent? {
        await withTaskCancellationHandler {
            await runner.queue.next()
        } onCancel: {
            runner.stop.raise()
        }
    }
}
