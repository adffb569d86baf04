public import Foundation
import GRDB
import SignalCore

/// Channels, keys and entries in one SQLite file.
///
/// The file is in write-ahead mode: readers never wait for writers. Every write is on the disk before its call returns;
/// writes that arrive together share one transaction. Times of receipt come from the clock passed at opening.
public final class ChannelStore: Sendable {
    /// The file.
    public let path: String

    let pool: DatabasePool
    let writes: WriteQueue
    /// Seconds since 1970.
    public let clock: @Sendable () -> Double

    /// Opens a store, or makes a new one that only its owner can read, for keys are in it.
    ///
    /// - Parameters:
    ///   - path: The file. Beside it SQLite keeps `PATH-wal` and `PATH-shm`.
    ///   - clock: Seconds since 1970.
    /// - Throws: `SignalError` when the file cannot be opened, is not a store, or comes from a later version.
    public init(
        path: String, clock: @escaping @Sendable () -> Double = { Date().timeIntervalSince1970 }
    ) throws {
        self.path = path
        self.clock = clock
        do {
            try Self.createPrivately(path)
            var configuration = Configuration()
            configuration.label = "auscult.store"
            // Two processes may share a store: the server, and a command beside it.
            configuration.busyMode = .timeout(10)
            configuration.maximumReaderCount = 4
            pool = try DatabasePool(path: path, configuration: configuration)
            let isFromLaterVersion = try pool.read { try StoreMigrations.migrator.hasBeenSuperseded($0) }
            guard !isFromLaterVersion else {
                throw SignalError(.unsupported, "the store was written by a later version of auscult; update auscult")
            }
            try StoreMigrations.migrator.migrate(pool)
            // GRDB's default of NORMAL may lose the last transactions when power fails.
            try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
        } catch {
            throw StoreFailure.signalError(error, path: path)
        }
        writes = WriteQueue(pool: pool)
    }

    /// Closes the file; calls that follow fail.
    public func close() throws {
        do { try pool.close() } catch { throw StoreFailure.signalError(error, path: path) }
    }

    /// Copies the store to a new file while it is in use; the copy is of one moment.
    ///
    /// - Throws: `SignalError` when the copy exists already or cannot be written.
    public func backUp(to copy: String) throws {
        guard !FileManager.default.fileExists(atPath: copy) else {
            throw SignalError(.unavailable, "exists already; choose another name or delete it").at(path: copy)
        }
        let temporary = copy + ".part"
        do {
            try? FileManager.default.removeItem(atPath: temporary)
            try Self.createPrivately(temporary)
            let queue = try DatabaseQueue(path: temporary)
            try pool.backup(to: queue)
            // The copy of a database in write-ahead mode is in that mode too; alone, it is one file.
            try queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA journal_mode = DELETE") }
            try queue.close()
            try FileManager.default.moveItem(atPath: temporary, toPath: copy)
        } catch {
            throw StoreFailure.signalError(error, path: copy)
        }
    }

    /// Reads, with errors of the database named.
    func reading<Value: Sendable>(_ work: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        do { return try await pool.read(work) } catch { throw StoreFailure.signalError(error, path: path) }
    }

    /// Writes in the next shared transaction, with errors of the database named.
    func writing<Value: Sendable>(_ work: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        do { return try await writes.perform(work) } catch { throw StoreFailure.signalError(error, path: path) }
    }

    private static func createPrivately(_ path: String) throws {
        let manager = FileManager.default
        guard !manager.fileExists(atPath: path) else { return }
        guard manager.createFile(atPath: path, contents: nil, attributes: [.posixPermissions: 0o600]) else {
            throw SignalError(.unavailable, "cannot be created; check the folder and its permissions")
        }
    }
}

/// Errors of SQLite in the words of the tool.
enum StoreFailure {
    static func signalError(_ error: any Error, path: String) -> any Error {
        switch error {
        case let error as SignalError: return error.at(path: path)
        case is CancellationError: return SignalError(.cancelled, "stopped on request").at(path: path)
        case let error as DatabaseError:
            let what = error.message ?? "\(error.resultCode)"
            switch error.resultCode {
            case .SQLITE_NOTADB, .SQLITE_CORRUPT:
                return SignalError(.malformed, "is not a store of auscult, or damaged (\(what)); restore a backup").at(
                    path: path)
            case .SQLITE_FULL, .SQLITE_IOERR, .SQLITE_CANTOPEN, .SQLITE_READONLY:
                return SignalError(.unavailable, "\(what); check the disk's free space and permissions").at(path: path)
            case .SQLITE_BUSY, .SQLITE_LOCKED:
                return SignalError(.unavailable, "is locked by another program; try again when it has ended").at(
                    path: path)
            default: return SignalError(.unexpected, "the database failed: \(what)").at(path: path)
            }
        default: return SignalError(.unexpected, "the database failed", cause: error).at(path: path)
        }
    }
}
