import Foundation
import Monitoring
import SignalCore
import SignalIO

/// Where a stream was interrupted, in a file of the state folder, so that `--resume` goes on there.
struct StreamState {
    let path: String
    /// What tells the stream from others.
    let key: String

    /// - Parameters:
    ///   - identity: what makes two streams the same: inputs, models and whatever changes their readings.
    ///   - folder: where state is kept.
    init(identity: [String], in folder: String) {
        var digest = UInt64(0xcbf2_9ce4_8422_2325)
        // FNV-1a: the name of a file, not a secret.
        for byte in identity.joined(separator: "\u{0}").utf8 { digest = (digest ^ UInt64(byte)) &* 0x100_0000_01b3 }
        key = String(digest, radix: 16)
        path = folder + "/streams/" + key + ".json"
    }

    /// The places where the sinks of the stream were, by their names; empty when it was never interrupted.
    ///
    /// - Throws: `SignalError` with the path when the file is damaged.
    func load() throws -> [String: StreamMark] {
        guard let data = FileManager.default.contents(atPath: path) else { return [:] }
        guard let marks = try? JSONDecoder().decode([String: StreamMark].self, from: data),
            marks.values.allSatisfy({ $0.input >= 0 && $0.frames >= 0 && $0.seconds.isFinite && $0.startTime.isFinite })
        else {
            throw SignalError(.malformed, "is no state of a stream; remove it, or leave out --resume").at(path: path)
        }
        return marks
    }

    func save(_ marks: [String: StreamMark]) throws {
        guard !marks.isEmpty else { return }
        try AtomicFile.write(Array(JSONEncoder().encode(marks)), to: path)
    }

    /// Forgets the places, since the stream came to its end.
    func remove() { try? FileManager.default.removeItem(atPath: path) }
}
