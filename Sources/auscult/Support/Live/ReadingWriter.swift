import Foundation
import SignalCore

/// Writes readings to standard output, or to a file that grows as they come.
///
/// On a full disk it refuses, and what did not fit is written first when there is room again: no line is torn. A stream
/// that goes on cuts the file where it was settled.
actor ReadingWriter: Sink {
    nonisolated let name: String
    nonisolated let policy = FullQueuePolicy.block
    private let descriptor: Int32
    private let path: String
    private let isCSV: Bool
    private let isStandardOutput: Bool
    private let isAlone: Bool
    /// Bytes of the file, those included that are still to be written.
    private var length = 0
    /// What a full disk has not taken of the last batch, or of the header.
    private var unwritten: ArraySlice<UInt8> = []
    private var hasRefused = false
    private(set) var settled: StreamMark?

    /// - Parameters:
    ///   - path: a file; `nil` for standard output.
    ///   - known: where the sink was when the stream was interrupted, if it goes on.
    ///   - continues: whether the stream goes on.
    ///   - isAlone: whether nothing else takes the readings.
    /// - Throws: `SignalError` with the path.
    init(path: String?, isCSV: Bool, known: [String: StreamMark], continues: Bool, isAlone: Bool) throws {
        (self.isCSV, self.isAlone) = (isCSV, isAlone)
        guard let path, path != "-" else {
            (name, self.path, descriptor, isStandardOutput) = ("output", "standard output", 1, true)
            if isCSV, !continues { unwritten = Array(ReadingText.header.utf8)[...] }
            return
        }
        (name, self.path, isStandardOutput) = (path, path, false)
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_CLOEXEC | (continues ? 0 : O_TRUNC), 0o644)
        self.descriptor = descriptor
        guard descriptor >= 0 else { throw Self.failure(errno, path) }
        let end = lseek(descriptor, 0, SEEK_END)
        length = max(0, Int(end))
        // What lies beyond was written and not settled: it comes again.
        if let kept = known[path]?.fileLength ?? (known[path]?.isStart == true ? 0 : nil), kept < length {
            guard ftruncate(descriptor, off_t(kept)) == 0 else { throw Self.failure(errno, path) }
            length = kept
            lseek(descriptor, off_t(kept), SEEK_SET)
        }
        if isCSV, length == 0 { unwritten = Array(ReadingText.header.utf8)[...] }
        length += unwritten.count
    }

    deinit { if !isStandardOutput, descriptor >= 0 { close(descriptor) } }

    func receive(_ readings: [Reading], upTo mark: StreamMark) throws {
        if !hasRefused {
            var text = ""
            for reading in readings { text += isCSV ? ReadingText.csv(reading) : ReadingText.json(reading) }
            unwritten += Array(text.utf8)
            length += text.utf8.count
        }
        hasRefused = true
        try write()
        hasRefused = false
        settled = mark
        if !isStandardOutput { settled?.fileLength = length }
    }

    func finish(isComplete: Bool) throws { try write() }

    private func write() throws {
        while !unwritten.isEmpty {
            let count = unsafe unwritten.withUnsafeBytes {
                unsafe Foundation.write(descriptor, $0.baseAddress, $0.count)
            }
            if count > 0 {
                unwritten = unwritten.dropFirst(count)
            } else if errno == ENOSPC || errno == EDQUOT {
                throw SinkRefusal(Self.failure(errno, path))
            } else if errno == EPIPE, isStandardOutput, isAlone {
                // The reader of a pipe has had enough (`| head`), and nobody else wants anything.
                exit(0)
            } else if errno != EINTR {
                throw Self.failure(errno, path)
            }
        }
        unwritten = []
    }

    private static func failure(_ code: Int32, _ path: String) -> SignalError {
        let reason = unsafe String(cString: strerror(code))
        return SignalError(.unavailable, "the readings cannot be written (\(reason))").at(path: path)
    }
}
