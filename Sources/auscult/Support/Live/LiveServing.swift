import Acquisition
import Foundation
import Monitoring
import Server
import SignalCore
import Storage
import Synchronization

/// The server and the store of a stream that runs.
final class LiveServing: Sendable {
    /// What takes the stream's readings.
    let sinks: [any Sink]

    private let live: LiveHub
    private let server: ChannelServer?
    private let store: ChannelStore
    private let temporaryFolder: String?
    private let stays: Bool
    private let retention: Retention
    /// Removes from the store what is not to be kept.
    private let keeping: Task<Void, Never>
    private let console: Console
    private let shownAt = Mutex(ContinuousClock.now - .seconds(1))
    private let watch = Mutex<Task<Void, Never>?>(nil)
    /// What is in the way of sinks, by their names.
    private let troubles = Mutex<[String: String]>([:])

    init(
        sinks: [any Sink], live: LiveHub, server: ChannelServer?, store: ChannelStore, retention: Retention,
        temporaryFolder: String?, stays: Bool, console: Console
    ) {
        (self.sinks, self.live, self.server, self.store) = (sinks, live, server, store)
        (self.temporaryFolder, self.stays, self.console) = (temporaryFolder, stays, console)
        self.retention = retention
        keeping = Task { await store.keepApplying(retention) { Self.warn(of: $0, console) } }
    }

    /// Shows how far the stream is, now and then: this is called for every piece of the signal.
    func show(_ progress: MonitorProgress) {
        guard server != nil else { return }
        let isDue = shownAt.withLock { last in
            guard ContinuousClock.now - last > .milliseconds(500) else { return false }
            last = .now
            return true
        }
        if isDue { live.show(Self.numbers(progress)) }
    }

    /// Shows how a link stands.
    func show(_ state: LinkState, words: String) {
        switch state {
        case .up: live.show(LiveLink(.up, words: words))
        case .stale: live.show(LiveLink(.stale, words: words))
        case .down: live.show(LiveLink(.down, words: words))
        }
    }

    /// Shows what is in the way of a sink; nil when nothing is any more.
    func show(trouble: String?, of sink: String) {
        troubles.withLock { $0[sink] = trouble }
    }

    /// Shows how uploads and other sinks stand, every two seconds.
    func watch(uploads: @escaping @Sendable () async -> [String]) {
        guard server != nil else { return }
        let task = Task { [weak self, live] in
            while !Task.isCancelled {
                let troubles = self?.troubles.withLock { $0.sorted { $0.key < $1.key }.map(\.value) } ?? []
                live.show(uploads: await uploads() + troubles)
                try? await Task.sleep(for: .seconds(2))
            }
        }
        watch.withLock { $0 = task }
    }

    /// Ends it, when all sinks have ended.
    ///
    /// - Parameter outcome: How the stream went; nil when it failed.
    func close(_ outcome: MonitorProgress?) async throws {
        watch.withLock { $0 }?.cancel()
        if let outcome { live.show(Self.numbers(outcome)) }
        if let server {
            if stays, outcome != nil, !Interruption.isRequested {
                console.note("the stream has ended; the page stays until Ctrl-C")
                while !Interruption.isRequested { try await Task.sleep(for: .milliseconds(50)) }
            }
            try await server.stop()
        }
        keeping.cancel()
        await keeping.value
        if outcome != nil, !Interruption.isRequested { await removeOld() }
        try store.close()
        if let temporaryFolder { try? FileManager.default.removeItem(atPath: temporaryFolder) }
    }

    /// Removes what the stream itself has made too much of.
    private func removeOld() async {
        do { _ = try await store.apply(retention) } catch { Self.warn(of: error, console) }
    }

    private static func warn(of error: any Error, _ console: Console) {
        console.warn("what is old could not be removed from the store: \(error)")
    }

    private static func numbers(_ progress: MonitorProgress) -> LiveNumbers {
        let lag = progress.lag
        return LiveNumbers(
            signalSeconds: progress.signalSeconds, readings: progress.readings, alarms: progress.alarms,
            medianLag: lag.count > 0 ? lag.quantile(0.5) : nil, highLag: lag.count > 0 ? lag.quantile(0.99) : nil,
            longestLag: lag.count > 0 ? lag.maximum : nil,
            dropped: progress.sinks.first { $0.name == "page" }?.dropped ?? 0)
    }
}
