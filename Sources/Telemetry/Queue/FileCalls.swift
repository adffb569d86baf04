internal import Foundation

/// The system calls that take a path. Each returns a negative number, and sets `errno`, when it fails.
enum FileCalls {
    /// Opens a file, which is made readable for its owner alone when it is new.
    static func open(_ path: String, _ flags: Int32) -> Int32 { unsafe Foundation.open(path, flags | O_CLOEXEC, 0o600) }

    static func rename(_ path: String, to other: String) -> Int32 { unsafe Foundation.rename(path, other) }

    static func truncate(_ path: String, to length: Int) -> Int32 { unsafe Foundation.truncate(path, off_t(length)) }

    /// Removes a file; one that cannot be removed is removed by the next start.
    static func remove(_ path: String) { _ = unsafe Foundation.unlink(path) }
}
