import Foundation
import Monitoring
import SignalCore
import SignalIO

/// Where a stream was interrupted, in a file of the state folder, so that `--resume` goes on there.
struct StreamState {
    let path: String

    /// Where state is kept: `AUSCULT_STATE_DIR`, else `$XDG_STATE_HOME/auscult`, else `~/.local/state/auscult`.
    static var folder: String {
        let environment = ProcessInfo.processInfo.environment
        if let folder = environment["AUSCULT_STATE_DIR"], !folder.isEmpty { return folder }
        if let folder = environment["XDG_STATE_HOME"], !folder.isEmpty { return folder + "/auscult" }
        return (environment["HOME"] ?? ".") + "/.local/state/auscult"
    }

    /// - Parameter identity: what makes two streams the same: inputs, models and whatever changes their readings.
    init(identity: [String]) {
        var digest = UInt64(0xcbf2_9ce4_8422_2325)
        // FNV-1a: the name of a file, not a secret.
        for byte in identity.joined(separator: "\u{0}").utf8 { digest = (digest ^ UInt64(byte)) &* 0x100_0000_01b3 }
        path = Self.folder + "/streams/" + String(digest, radix: 16) + ".json"
    }

    /// The place where the stream was, if it was interrupted.
    ///
    /// - Throws: `SignalError` with the path when the file is damaged.
    func load() throws -> StreamMark? {
        guard let data = FileManager.default.contents(atPath: path) else { return nil }
        guard let mark = try? JSONDecoder().decode(StreamMark.self, from: data), mark.input >= 0, mark.frames >= 0
        else {
            throw SignalError(.malformed, "is no state of a stream; remove it, or leave out --resume").at(path: path)
        }
        return mark
    }

    func save(_ mark: StreamMark) throws {
        try AtomicFile.write(Array(JSONEncoder().encode(mark)), to: path)
    }
}
