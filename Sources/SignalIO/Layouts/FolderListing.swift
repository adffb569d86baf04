import Foundation
import SignalCore

/// The names in one folder that matter, sorted: folders, recordings, tables and snapshots.
///
/// Names are read and kept as bytes, in one buffer: a hundred thousand of them take a few megabytes, and those that
/// are not valid UTF-8 are met as they are instead of being dropped.
struct FolderListing: Sendable {
    /// What a name stands for.
    enum Kind: UInt8 {
        case file
        case folder
        /// A symbolic link to nothing, or something that cannot be looked at.
        case broken
    }

    /// What makes a folder the same one, by whatever path it is reached.
    struct Identity: Hashable {
        let device: UInt64
        let number: UInt64
    }

    let identity: Identity

    private struct Name {
        let start: Int
        let length: UInt16
        let kind: Kind

        var range: Range<Int> { start..<start + Int(length) }
    }

    private var bytes: [UInt8] = []
    private var names: [Name] = []
    private var position = 0

    /// Reads a folder.
    ///
    /// - Throws: `SignalError` with code `unreadable` and the path.
    init(_ path: String) throws {
        guard let folder = unsafe opendir(path) else {
            throw SignalError.system(.unreadable, "the folder cannot be opened").at(path: path)
        }
        defer { unsafe closedir(folder) }
        let descriptor = unsafe dirfd(folder)
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else {
            throw SignalError.system(.unreadable, "the folder cannot be looked at").at(path: path)
        }
        identity = Identity(device: UInt64(status.st_dev), number: UInt64(status.st_ino))
        while true {
            errno = 0
            guard let entry = unsafe readdir(folder) else { break }
            let type = unsafe Int32(entry.pointee.d_type)
            unsafe withUnsafeMutableBytes(of: &entry.pointee.d_name) { buffer in
                // The entry may be shorter in memory than its declared type; the name ends at its NUL.
                guard let start = buffer.baseAddress else { return }
                let name = unsafe UnsafeRawBufferPointer(
                    start: start, count: strlen(start.assumingMemoryBound(to: CChar.self)))
                guard unsafe name.first != UInt8(ascii: ".") else { return }
                unsafe take(name, kind: Self.kind(type, start.assumingMemoryBound(to: CChar.self), in: descriptor))
            }
        }
        guard errno == 0 else {
            throw SignalError.system(.unreadable, "the folder cannot be read").at(path: path)
        }
        let all = bytes
        names.sort { all[$0.range].lexicographicallyPrecedes(all[$1.range]) }
    }

    /// The next name, or `nil` at the end.
    mutating func next() -> (name: [UInt8], kind: Kind)? {
        guard position < names.count else { return nil }
        let name = names[position]
        position += 1
        // The slash that folders are sorted by is no part of the name.
        let length = Int(name.length) - (name.kind == .folder ? 1 : 0)
        return (Array(bytes[name.start..<name.start + length]), name.kind)
    }

    private mutating func take(_ name: UnsafeRawBufferPointer, kind: Kind?) {
        guard let kind, unsafe kind == .folder || SignalFileNames.isTaken(Array(name)) else { return }
        let start = bytes.count
        unsafe bytes.append(contentsOf: name)
        // With its slash a folder sorts where its files do among all paths.
        if kind == .folder { bytes.append(UInt8(ascii: "/")) }
        names.append(Name(start: start, length: UInt16(bytes.count - start), kind: kind))
    }

    /// What an entry is, links followed; `nil` for what is neither file nor folder, such as a named pipe.
    private static func kind(_ type: Int32, _ name: UnsafePointer<CChar>, in folder: Int32) -> Kind? {
        if type == Int32(DT_REG) { return .file }
        if type == Int32(DT_DIR) { return .folder }
        guard type == Int32(DT_LNK) || type == Int32(DT_UNKNOWN) else { return nil }
        var status = stat()
        guard unsafe fstatat(folder, name, &status, 0) == 0 else { return .broken }
        switch status.st_mode & S_IFMT {
        case S_IFREG: return .file
        case S_IFDIR: return .folder
        default: return nil
        }
    }
}
