import Foundation
import SignalCore

/// A text file that grows at its end, one write a row, so that a killed program loses the row being written at most.
@safe final class Journal: Sendable {
    let path: String
    private let descriptor: Int32

    /// Opens or makes a journal and locks it against other processes.
    ///
    /// - Throws: `SignalError` with code `unavailable` and the path.
    init(path: String) throws {
        self.path = path
        descriptor = unsafe open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw SignalError.system(.unavailable, "cannot be created").at(path: path) }
        // A run that ends just now, or a child of ours between its birth and its program, lets go within moments.
        var attempts = 40
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            // Where a file system knows no locks, the run goes on without.
            guard errno == EWOULDBLOCK else { break }
            attempts -= 1
            if attempts > 0 {
                usleep(25_000)
                continue
            }
            throw SignalError(.unavailable, "another run writes to this folder; wait for it or choose another folder")
                .at(path: path)
        }
    }

    deinit {
        close(descriptor)
    }

    /// Cuts off what comes after the first `length` bytes.
    func truncate(_ length: Int) throws {
        guard ftruncate(descriptor, off_t(length)) == 0 else {
            throw SignalError.system(.unavailable, "cannot be written").at(path: path)
        }
    }

    /// Appends a text.
    func append(_ text: String) throws {
        let bytes = Array(text.utf8)
        var written = 0
        while written < bytes.count {
            let count = unsafe bytes.withUnsafeBytes {
                let rest = unsafe UnsafeRawBufferPointer(rebasing: $0[written...])
                return unsafe Foundation.write(descriptor, rest.baseAddress, rest.count)
            }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw SignalError.system(.unavailable, "cannot be written").at(path: path) }
            written += count
        }
    }

    /// Removes the file's name.
    func remove() {
        _ = unsafe unlink(path)
    }
}
