import Foundation
import SignalCore

/// A file that is open for reading; closed with its last reference.
@safe final class InputFile: Sendable {
    /// The path it was opened by, for messages.
    let path: String
    private let descriptor: Int32
    private let closesDescriptor: Bool
    /// Asked while nothing arrives; `true` ends the waiting.
    private let isCancelled: (@Sendable () -> Bool)?

    /// Opens a file.
    ///
    /// - Throws: `SignalError` with code `unreadable` and the path.
    init(path: String) throws {
        // A C string ends at its first NUL: another file would be opened than the one that was named.
        guard !path.utf8.contains(0) else {
            throw SignalError(.unreadable, "a path cannot hold a NUL character").at(path: path)
        }
        // Without O_NONBLOCK, opening a named pipe that nobody writes to would wait for ever.
        descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw SignalError.system(.unreadable, "cannot be opened").at(path: path) }
        self.path = path
        closesDescriptor = true
        isCancelled = nil
    }

    /// Reads from a descriptor that is open already, such as standard input, and leaves it open.
    ///
    /// - Parameter isCancelled: asked ten times a second while nothing arrives.
    init(descriptor: Int32, name: String, isCancelled: (@Sendable () -> Bool)? = nil) {
        self.descriptor = descriptor
        path = name
        closesDescriptor = false
        self.isCancelled = isCancelled
    }

    deinit {
        if closesDescriptor { close(descriptor) }
    }

    /// The length in bytes.
    ///
    /// - Throws: `SignalError` with code `unreadable` when this is no regular file, and so has no length.
    func length() throws -> Int {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else {
            throw SignalError.system(.unreadable, "cannot be looked at").at(path: path)
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw SignalError(.unreadable, "this is not a regular file").at(path: path)
        }
        return Int(status.st_size)
    }

    /// Reads the next bytes, fewer than asked for only at the end.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        var filled = 0
        while filled < buffer.count {
            let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
            let count = unsafe Foundation.read(descriptor, rest.baseAddress, rest.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw SignalError.system(.unreadable, "cannot be read").at(path: path) }
            if count == 0 { break }
            filled += count
        }
        return filled
    }

    /// Reads what is there, up to the length of the buffer; 0 at the end. For pipes and terminals, which deliver bit
    /// by bit.
    func readAvailable(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        while true {
            try waitForInput()
            let count = unsafe Foundation.read(descriptor, buffer.baseAddress, buffer.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw SignalError.system(.unreadable, "cannot be read").at(path: path) }
            return count
        }
    }

    /// A signal that asks for the end may reach another thread, so a reader that only waits would not notice.
    private func waitForInput() throws {
        guard let isCancelled else { return }
        var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        while unsafe poll(&waiting, 1, 100) == 0 || isCancelled() {
            if isCancelled() { throw SignalError(.cancelled, "stopped on request") }
        }
    }

    /// Reads the next `count` values of one type.
    ///
    /// - Throws: `SignalError` with code `malformed` when the file ends before.
    func readValues<Value: BitwiseCopyable>(_ count: Int, zero: Value) throws -> [Value] {
        var values = [Value](repeating: zero, count: count)
        let length = try unsafe values.withUnsafeMutableBytes { try unsafe read(into: $0) }
        guard length == count * MemoryLayout<Value>.stride else {
            throw SignalError(.malformed, "the file ends too early").at(path: path)
        }
        return values
    }

    /// Reads bytes at a position, without moving the place that the other functions read from.
    func readBytes(_ range: Range<Int>) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: range.count)
        var filled = 0
        while filled < range.count {
            let count = unsafe bytes.withUnsafeMutableBytes {
                let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: $0[filled...])
                return unsafe pread(descriptor, rest.baseAddress, rest.count, off_t(range.lowerBound + filled))
            }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw SignalError.system(.unreadable, "cannot be read").at(path: path) }
            filled += count
        }
        return bytes
    }
}
