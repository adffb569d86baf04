internal import Foundation
internal import SignalCore

/// The two system calls on which the promise of the queue rests, so that tests can let a disk be full or fail.
struct DiskAccess: Sendable {
    /// Writes bytes to a descriptor; returns how many were taken, or a negative error number.
    var write: @Sendable (_ descriptor: Int32, _ bytes: ArraySlice<UInt8>) -> Int
    /// Brings what was written to the disk; returns 0 or a negative error number.
    var synchronise: @Sendable (_ descriptor: Int32) -> Int

    /// The disk itself.
    static let system = DiskAccess(
        write: { descriptor, bytes in
            let count = unsafe bytes.withUnsafeBytes { unsafe Foundation.write(descriptor, $0.baseAddress, $0.count) }
            return count < 0 ? -Int(errno) : count
        },
        synchronise: { descriptor in fsync(descriptor) == 0 ? 0 : -Int(errno) })

    /// Writes all bytes.
    ///
    /// - Throws: `SignalError` with code `unavailable`, after which an unknown part of the bytes is written.
    func writeAll(_ bytes: [UInt8], to descriptor: Int32, path: String) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = write(descriptor, rest)
            if count == -Int(EINTR) { continue }
            guard count > 0 else { throw Self.failure("cannot be written", Int32(-count), path: path) }
            rest = rest.dropFirst(count)
        }
    }

    /// Brings what was written to the disk.
    ///
    /// - Throws: `SignalError` with code `unavailable`.
    func synchroniseAll(_ descriptor: Int32, path: String) throws {
        let result = synchronise(descriptor)
        guard result == 0 else { throw Self.failure("cannot be brought to the disk", Int32(-result), path: path) }
    }

    /// Brings the entries of a folder (new, renamed and removed files) to the disk.
    ///
    /// - Throws: `SignalError` with code `unavailable`.
    func synchroniseFolder(_ folder: String) throws {
        let descriptor = FileCalls.open(folder, O_RDONLY | O_DIRECTORY)
        guard descriptor >= 0 else { throw Self.failure("cannot be opened", errno, path: folder) }
        defer { close(descriptor) }
        try synchroniseAll(descriptor, path: folder)
    }

    /// Writes a file whole: under a temporary name, to the disk, renamed, and the folder to the disk.
    ///
    /// - Throws: `SignalError` with code `unavailable`; the file is then as it was before.
    func replace(_ path: String, with bytes: [UInt8], durably: Bool = true) throws {
        let temporary = path + ".tmp"
        let descriptor = FileCalls.open(temporary, O_WRONLY | O_CREAT | O_TRUNC)
        guard descriptor >= 0 else { throw Self.failure("cannot be created", errno, path: path) }
        do {
            defer { close(descriptor) }
            try writeAll(bytes, to: descriptor, path: path)
            if durably { try synchroniseAll(descriptor, path: path) }
        } catch {
            FileCalls.remove(temporary)
            throw error
        }
        guard FileCalls.rename(temporary, to: path) == 0 else {
            throw Self.failure("cannot be replaced", errno, path: path)
        }
        if durably { try synchroniseFolder(Self.folder(of: path)) }
    }

    /// Writes over a file of at least as many bytes, which takes no room on the disk. Whoever reads it meanwhile may see
    /// both halves mixed.
    ///
    /// - Throws: `SignalError` with code `unavailable`, also for a file that is shorter.
    func overwrite(_ path: String, with bytes: [UInt8]) throws {
        let descriptor = FileCalls.open(path, O_WRONLY)
        guard descriptor >= 0 else { throw Self.failure("cannot be opened", errno, path: path) }
        defer { close(descriptor) }
        guard lseek(descriptor, 0, SEEK_END) >= off_t(bytes.count), lseek(descriptor, 0, SEEK_SET) == 0 else {
            throw SignalError(.unavailable, "is too short to be written over").at(path: path)
        }
        try writeAll(bytes, to: descriptor, path: path)
    }

    /// The folder of a file.
    static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// A sentence about a failed call.
    static func failure(_ what: String, _ number: Int32, path: String) -> SignalError {
        let reason = unsafe String(cString: strerror(number))
        let remedy =
            number == ENOSPC || number == EDQUOT ? "; make room on the disk, nothing that was taken is lost" : ""
        return SignalError(.unavailable, "\(what) (\(reason))\(remedy)").at(path: path)
    }
}
