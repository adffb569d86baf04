import GRDB
import Synchronization

/// Group commit: writes that arrive while a transaction is running share the next one.
///
/// Making a transaction durable costs one wait for the disk whatever is in it, so single writes by many clients are as
/// fast together as one of them alone. Each write has a savepoint of its own: one that fails takes nothing with it.
actor WriteQueue {
    /// The most writes in one transaction, so that the first of many does not wait for all.
    static let maximumGroup = 1024

    private struct Job: Sendable {
        let work: @Sendable (Database) throws -> Void
        let finish: @Sendable ((any Error)?) -> Void
    }

    private let pool: DatabasePool
    private var waiting: [Job] = []
    private var isRunning = false

    init(pool: DatabasePool) {
        self.pool = pool
    }

    /// Does some writing in the next transaction and returns when that is on the disk.
    func perform<Value: Sendable>(_ work: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        let outcome = Outcome<Value>()
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            waiting.append(
                Job(
                    work: { outcome.value = try work($0) },
                    finish: { error in
                        if let error { continuation.resume(throwing: error) } else { continuation.resume() }
                    }))
            if !isRunning {
                isRunning = true
                Task { await drain() }
            }
        }
        guard let value = outcome.value else { throw DatabaseError(message: "the write left no result") }
        return value
    }

    private func drain() async {
        while !waiting.isEmpty {
            let group = Array(waiting.prefix(Self.maximumGroup))
            waiting.removeFirst(group.count)
            do {
                let errors = try await pool.write { database in try Self.run(group, in: database) }
                for (job, error) in zip(group, errors) { job.finish(error) }
            } catch {
                // Nothing of the group was committed.
                for job in group { job.finish(error) }
            }
        }
        isRunning = false
    }

    private static func run(_ group: [Job], in database: Database) throws -> [(any Error)?] {
        try group.map { job in
            do {
                try database.inSavepoint {
                    try job.work(database)
                    return .commit
                }
                return nil
            } catch {
                // Some failures, such as a full disk, end the whole transaction.
                guard database.isInsideTransaction else { throw error }
                return error
            }
        }
    }
}

/// Where a write leaves its result for the caller.
private final class Outcome<Value: Sendable>: Sendable {
    private let stored = Mutex<Value?>(nil)

    var value: Value? {
        get { stored.withLock { $0 } }
        set { stored.withLock { $0 = newValue } }
    }
}
