public import SignalCore

/// Takes the readings of a stream into a store.
///
/// They are written in groups: waiting for the disk costs the same for one reading as for hundreds. A group is on the disk
/// before the stream's place after it counts as settled, and readings that are told again are stored once.
public actor ReadingSink: Sink {
    /// `store`.
    public nonisolated let name = "store"
    /// Nothing is lost: the signal waits.
    public nonisolated let policy = FullQueuePolicy.block
    /// The number of the run.
    public nonisolated let run: Int

    private let store: ChannelStore
    private let groupSize: Int
    private let patience: Duration
    private var writer: RunWriter
    private var waiting: [Reading] = []
    private var lastMark: StreamMark?
    private var timer: Task<Void, Never>?
    /// Why the last group could not be written.
    private var failure: SignalError?
    /// Whether the readings that come next are those that were refused.
    private var hasRefused = false
    /// The group that is on its way to the disk.
    private var writing: Task<Void, Never>?
    /// The place after the last reading that is on the disk.
    public private(set) var settled: StreamMark?

    /// Begins a run, or goes on with one that was interrupted.
    ///
    /// - Parameters:
    ///   - store: Where readings are kept.
    ///   - description: What the stream is made of; its key finds the run that goes on.
    ///   - isResumed: Whether the stream goes on.
    ///   - groupSize: How many readings are written together.
    ///   - patience: How long a reading waits for others.
    /// - Throws: `SignalError` when the store cannot be written.
    public init(
        store: ChannelStore, run description: RunDescription, isResumed: Bool, groupSize: Int = 500,
        patience: Duration = .milliseconds(500)
    ) async throws {
        precondition(groupSize > 0)
        (self.store, self.groupSize, self.patience) = (store, groupSize, patience)
        let now = store.clock()
        writer = try await store.writing {
            try RunWriter(description, isResumed: isResumed, now: now, in: $0)
        }
        run = writer.run
    }

    /// Takes readings, and waits for the disk when many wait already.
    ///
    /// - Throws: `SinkRefusal` when the store cannot be written now.
    public func receive(_ readings: [Reading], upTo mark: StreamMark) async throws {
        if !hasRefused {
            waiting += readings
            lastMark = mark
        }
        hasRefused = true
        if waiting.count >= groupSize || failure != nil { try await flush() }
        hasRefused = false
        if timer == nil, !waiting.isEmpty {
            timer = Task { [patience] in
                try? await Task.sleep(for: patience)
                if !Task.isCancelled { await self.flushInTime() }
            }
        }
    }

    /// Writes what waits, and says that the run has ended.
    ///
    /// - Throws: `SinkRefusal` when the store cannot be written now.
    public func finish(isComplete: Bool) async throws {
        timer?.cancel()
        try await flush()
        let now = store.clock()
        let state = writer
        do {
            writer = try await store.writing { database in
                var writer = state
                try writer.end(isComplete: isComplete, now: now, in: database)
                return writer
            }
        } catch let error as SignalError {
            throw SinkRefusal(error)
        }
    }

    private func flushInTime() async {
        timer = nil
        // The next call tries again, and tells.
        try? await flush()
    }

    /// Writes what waits, when the group before it is on the disk.
    private func flush() async throws {
        while let writing { await writing.value }
        guard !waiting.isEmpty else { return }
        timer?.cancel()
        timer = nil
        let task = Task { await write() }
        writing = task
        await task.value
        if let failure { throw SinkRefusal(failure) }
    }

    private func write() async {
        let (group, mark, state) = (waiting, lastMark, writer)
        waiting = []
        failure = nil
        do {
            writer = try await store.writing { database in
                var writer = state
                _ = try writer.write(group, in: database)
                return writer
            }
            settled = mark
        } catch {
            waiting = group + waiting
            failure = error as? SignalError ?? SignalError(.unavailable, "the store cannot be written", cause: error)
        }
        writing = nil
    }
}
