import Foundation
import SignalCore

/// What a path leads to, links followed.
enum FileKind {
    case file
    case folder
    /// A named pipe, a device: something to read from, but without a length.
    case other

    /// Looks at a path.
    ///
    /// - Throws: `SignalError` with code `unreadable` and the path when it leads nowhere.
    init(_ path: String) throws {
        var status = stat()
        guard !path.utf8.contains(0) else {
            throw SignalError(.unreadable, "a path cannot hold a NUL character").at(path: path)
        }
        guard unsafe stat(path, &status) == 0 else {
            throw SignalError.system(.unreadable, "cannot be looked at").at(path: path)
        }
        switch status.st_mode & S_IFMT {
        case S_IFREG: self = .file
        case S_IFDIR: self = .folder
        default: self = .other
        }
    }
}
