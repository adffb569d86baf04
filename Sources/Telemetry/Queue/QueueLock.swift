internal import Foundation
internal import SignalCore

/// The right to a queue's folder, held by one process at a time. It ends with the process, however that ends.
final class QueueLock {
    private var descriptor: Int32

    /// Takes the lock.
    ///
    /// - Throws: `SignalError` with code `unavailable` when another process holds it.
    init(folder: String) throws {
        let path = folder + "/lock"
        descriptor = FileCalls.open(path, O_RDWR | O_CREAT)
        guard descriptor >= 0 else { throw DiskAccess.failure("cannot be created", errno, path: path) }
        guard Self.take(descriptor) else {
            // The descriptor is closed by `deinit`, which runs; closed twice, it might by then be somebody else's.
            let holder = Self.holder(of: path).map { " (process \($0))" } ?? ""
            throw SignalError(
                .unavailable,
                "the queue in \(folder) is in use by another process\(holder); stop it, or give this one its own "
                    + "AUSCULT_STATE_DIR")
        }
        let text = Array("\(getpid())\n".utf8)
        // The number only helps a person to find the holder; the lock stands without it.
        if ftruncate(descriptor, 0) == 0 { _ = DiskAccess.system.write(descriptor, text[...]) }
    }

    deinit { release() }

    /// Gives the folder to others.
    func release() {
        guard descriptor >= 0 else { return }
        // Closing alone would leave it to a process that is being started and has not yet closed what it inherited.
        flock(descriptor, LOCK_UN)
        close(descriptor)
        descriptor = -1
    }

    /// Whether some process holds the lock of a folder, and which.
    static func isHeld(folder: String) -> (held: Bool, process: Int32?) {
        let path = folder + "/lock"
        let descriptor = FileCalls.open(path, O_RDONLY)
        guard descriptor >= 0 else { return (false, nil) }
        defer { close(descriptor) }
        // A shared lock, so that two people may look at once; closing gives it back.
        if flock(descriptor, LOCK_SH | LOCK_NB) == 0 {
            flock(descriptor, LOCK_UN)
            return (false, nil)
        }
        return (true, holder(of: path))
    }

    /// Somebody who only looks (``isHeld(folder:)``) has the lock for an instant; that is waited for.
    private static func take(_ descriptor: Int32) -> Bool {
        for attempt in 0..<5 {
            if attempt > 0 { usleep(10_000) }
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return true }
        }
        return false
    }

    private static func holder(of path: String) -> Int32? {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return nil }
        return Int32(text.trimmingCharacters(in: .whitespacesAndNewlines))
    }
}
