import Foundation
import SignalCore

/// An open regular file, read at any position.
///
/// Only regular files are opened: a pipe or a device would make the reader wait for ever, and neither can be looked at
/// twice, which every format decision here needs.
final class RegularFile {
    /// The path as given.
    let path: String
    /// The open descriptor; the object closes it when it goes.
    let descriptor: Int32
    /// The length in bytes when the file was opened.
    let byteCount: Int

    /// Opens a file for reading.
    ///
    /// - Throws: `SignalError` with code `unreadable`, saying what stands at the path instead of a readable file.
    init(path: String) throws {
        self.path = path
        guard !path.isEmpty, !path.utf8.contains(0) else {
            throw SignalError(.unreadable, "no file can have this name").at(path: path)
        }
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { throw Self.openingError(path, errno) }
        // Looked at before it is opened, because opening a device may already do something.
        try Self.checkKind(status.st_mode, path)
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else { throw Self.openingError(path, errno) }
        do {
            guard unsafe fstat(descriptor, &status) == 0 else { throw Self.openingError(path, errno) }
            try Self.checkKind(status.st_mode, path)
        } catch {
            close(descriptor)
            throw error
        }
        self.descriptor = descriptor
        byteCount = Int(status.st_size)
    }

    deinit { close(descriptor) }

    /// Reads bytes from a position into a buffer; returns how many there were, fewer only at the end of the file.
    ///
    /// - Throws: `SignalError` with code `unreadable` when the system reports a fault.
    func read(at position: Int, into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        var filled = 0
        while filled < buffer.count {
            let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
            let count = unsafe pread(descriptor, rest.baseAddress, rest.count, off_t(position + filled))
            if count == 0 { break }
            guard count > 0 else {
                if errno == EINTR { continue }
                throw SignalError(.unreadable, "cannot be read at byte \(position + filled): \(Self.reason(errno))")
                    .at(path: path)
            }
            filled += count
        }
        return filled
    }

    /// Up to `count` bytes from a position.
    func bytes(at position: Int, count: Int) throws -> [UInt8] {
        guard position >= 0, count > 0, position < byteCount else { return [] }
        return try unsafe [UInt8](unsafeUninitializedCapacity: min(count, byteCount - position)) { buffer, filled in
            filled = try unsafe read(at: position, into: UnsafeMutableRawBufferPointer(buffer))
        }
    }

    private static func checkKind(_ mode: mode_t, _ path: String) throws {
        let kind: String
        switch mode & S_IFMT {
        case S_IFREG: return
        case S_IFDIR: kind = "a folder"
        case S_IFIFO: kind = "a named pipe"
        case S_IFSOCK: kind = "a socket"
        case S_IFBLK, S_IFCHR: kind = "a device"
        default: kind = "no regular file"
        }
        throw SignalError(.unreadable, "is \(kind); a recording or a table must be a file").at(path: path)
    }

    private static func openingError(_ path: String, _ code: Int32) -> SignalError {
        var status = stat()
        let message: String
        switch code {
        case ENOENT where unsafe lstat(path, &status) == 0:
            message = "is a link to something that does not exist"
        case ENOENT: message = "does not exist"
        case EACCES: message = "may not be read; its permissions forbid it"
        default: message = "cannot be opened: \(reason(code))"
        }
        return SignalError(.unreadable, message).at(path: path)
    }

    private static func reason(_ code: Int32) -> String { unsafe String(cString: strerror(code)) }
}
