import Foundation
import SignalCore
import Synchronization

/// A symbolic link at a path that stays, to a port whose path does not.
public final class PortLink: Sendable {
    /// Where the link is.
    public let path: String
    private let target = Mutex("")

    /// Makes the link, in place of one that was left behind.
    ///
    /// - Throws: `SignalError` with code `unavailable` where something that is no link has the path, or it cannot be made.
    public init(path: String, to port: String) throws {
        self.path = path
        try point(to: port)
    }

    /// Turns the link to another port; at no moment is there none.
    public func point(to port: String) throws {
        var status = stat()
        if unsafe lstat(path, &status) == 0, status.st_mode & S_IFMT != S_IFLNK {
            throw SignalError(.unavailable, "is there already and no link; remove it, or choose another path")
                .at(path: path)
        }
        let beside = "\(path).\(getpid()).new"
        unsafe unlink(beside)
        guard unsafe symlink(port, beside) == 0, unsafe rename(beside, path) == 0 else {
            let reason = SystemCall.reason(errno)
            unsafe unlink(beside)
            throw SignalError(.unavailable, "cannot be made a link: \(reason)").at(path: path)
        }
        target.withLock { $0 = port }
    }

    /// Removes the link, unless somebody else has turned it.
    public func remove() {
        let current = try? FileManager.default.destinationOfSymbolicLink(atPath: path)
        if current == target.withLock({ $0 }) { unsafe unlink(path) }
    }
}
