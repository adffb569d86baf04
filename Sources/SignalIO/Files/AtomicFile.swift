import Foundation
import SignalCore
import Synchronization

/// A file that appears whole or not at all: it is written under a temporary name in its folder and renamed when it is
/// finished. Dropped before ``finish()``, it leaves nothing behind.
///
/// Folders on the way are made. A symbolic link is written through; something that is no regular file, such as
/// `/dev/stdout` or a named pipe, is written to directly, because renaming would replace it.
@safe public final class AtomicFile {
    /// The path of the finished file.
    public let path: String

    private static let counter = Atomic<Int>(0)
    /// What is written at once: a clip's features are one call to the system.
    private static let bufferLength = 256 * 1024

    private let destination: String
    private let temporary: String?
    private var descriptor: Int32
    private var pending: [UInt8] = []

    /// Begins a file.
    ///
    /// - Throws: `SignalError` with code `unavailable` and the path when it cannot be created.
    public init(path: String) throws {
        guard !path.isEmpty, !path.utf8.contains(0) else {
            throw SignalError(.unavailable, "this cannot be the name of a file").at(path: path)
        }
        self.path = path
        destination = Self.followingLink(path)
        var status = stat()
        let exists = unsafe stat(destination, &status) == 0
        let kind = status.st_mode & S_IFMT
        if exists && kind == S_IFDIR {
            throw SignalError(.unavailable, "cannot be written: there is a folder of this name").at(path: path)
        }
        if exists && kind != S_IFREG {
            temporary = nil
            descriptor = unsafe open(destination, O_WRONLY | O_CLOEXEC)
        } else {
            let folder = Self.folder(of: destination)
            try Self.makeFolder(folder)
            let name = Self.temporaryName(in: folder)
            temporary = name
            // 0o666 less the process's mask, as for any new file.
            descriptor = unsafe open(name, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0o666)
        }
        guard descriptor >= 0 else { throw SignalError.system(.unavailable, "cannot be created").at(path: path) }
    }

    deinit {
        guard descriptor >= 0 else { return }
        close(descriptor)
        removeTemporary()
    }

    /// Writes a whole file.
    ///
    /// - Throws: `SignalError` with code `unavailable` and the path.
    public static func write(_ bytes: [UInt8], to path: String) throws {
        let file = try AtomicFile(path: path)
        try file.append(bytes)
        try file.finish()
    }

    /// Appends values as they lie in memory: little-endian on every machine Swift 6 runs on.
    ///
    /// - Throws: `SignalError` with code `unavailable` and the path, for instance when the disk is full.
    public func append<Value: BitwiseCopyable>(_ values: [Value]) throws {
        try unsafe values.withUnsafeBytes { bytes in
            if pending.count + bytes.count > Self.bufferLength { try flush() }
            if bytes.count > Self.bufferLength {
                try unsafe writeAll(bytes)
            } else {
                unsafe pending.append(contentsOf: bytes)
            }
        }
    }

    /// Appends a text as UTF-8.
    ///
    /// - Throws: As ``append(_:)-([Value])``.
    public func append(_ text: String) throws {
        try append(Array(text.utf8))
    }

    /// Writes what is left and gives the file its name.
    ///
    /// - Throws: `SignalError` with code `unavailable` and the path; nothing is left behind then.
    public func finish() throws {
        precondition(descriptor >= 0, "a file is finished once")
        try flush()
        let closed = close(descriptor)
        descriptor = -1
        guard let temporary else { return }
        guard closed == 0, unsafe rename(temporary, destination) == 0 else {
            let error = SignalError.system(.unavailable, "cannot be written").at(path: path)
            removeTemporary()
            throw error
        }
    }

    /// Makes a folder and those on the way to it.
    ///
    /// - Throws: `SignalError` with code `unavailable` and the folder's path.
    public static func makeFolder(_ folder: String) throws {
        if unsafe mkdir(folder, 0o777) == 0 || errno == EEXIST { return }
        guard errno == ENOENT, folder != Self.folder(of: folder) else {
            throw SignalError.system(.unavailable, "the folder cannot be made").at(path: folder)
        }
        try makeFolder(Self.folder(of: folder))
        guard unsafe mkdir(folder, 0o777) == 0 || errno == EEXIST else {
            throw SignalError.system(.unavailable, "the folder cannot be made").at(path: folder)
        }
    }

    /// The path of a temporary file that nobody else makes.
    static func temporaryName(in folder: String) -> String {
        let number = counter.wrappingAdd(1, ordering: .relaxed).newValue
        return "\(folder)/.auscult-\(getpid())-\(number).tmp"
    }

    private static func folder(of path: String) -> String {
        let trimmed = path.utf8.last == UInt8(ascii: "/") ? path.dropLast() : path[...]
        guard let slash = trimmed.lastIndex(of: "/") else { return "." }
        return slash == trimmed.startIndex ? "/" : String(trimmed[..<slash])
    }

    private static func followingLink(_ path: String) -> String {
        var status = stat()
        guard unsafe lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFLNK,
            let resolved = unsafe realpath(path, nil)
        else { return path }
        defer { unsafe free(resolved) }
        return unsafe String(cString: resolved)
    }

    private func removeTemporary() {
        if let temporary { _ = unsafe unlink(temporary) }
    }

    private func flush() throws {
        try unsafe pending.withUnsafeBytes { try unsafe writeAll($0) }
        pending.removeAll(keepingCapacity: true)
    }

    private func writeAll(_ bytes: UnsafeRawBufferPointer) throws {
        var written = 0
        while written < bytes.count {
            let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[written...])
            let count = unsafe Foundation.write(descriptor, rest.baseAddress, rest.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw SignalError.system(.unavailable, "cannot be written").at(path: path) }
            written += count
        }
    }
}
