import ArgumentParser
import Foundation
import SignalCore
import SignalIO

/// Where results go.
struct OutputOptions: ParsableArguments {
    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("Write the results to this file instead of standard output.", valueName: "file"))
    var output: String?
}

/// Takes results as text: standard output, or a file that appears whole at the end.
final class ResultOutput {
    private let file: AtomicFile?
    private var pending: [UInt8] = []

    /// - Parameter path: a file, or `nil` (or `-`) for standard output.
    init(path: String?) throws {
        file = try path.flatMap { $0 == "-" ? nil : try AtomicFile(path: $0) }
    }

    /// Writes a text.
    func write(_ text: String) throws {
        if let file {
            try file.append(text)
            return
        }
        pending.append(contentsOf: text.utf8)
        if pending.count > 1 << 16 { try flush() }
    }

    /// Makes what was written so far visible to a reader of standard output.
    ///
    /// - Throws: `SignalError` with code `unavailable` when it cannot be written.
    func flush() throws {
        var start = 0
        while start < pending.count {
            let written = unsafe pending.withUnsafeBytes { bytes in
                unsafe Foundation.write(STDOUT_FILENO, bytes.baseAddress?.advanced(by: start), bytes.count - start)
            }
            if written >= 0 {
                start += written
            } else if errno == EPIPE {
                // The reader of a pipe has had enough (`| head`): that is no failure of ours.
                exit(0)
            } else if errno != EINTR {
                let reason = unsafe String(cString: strerror(errno))
                throw SignalError(.unavailable, "the results cannot be written (\(reason))").at(path: "standard output")
            }
        }
        pending.removeAll(keepingCapacity: true)
    }

    /// Ends the output.
    func finish() throws {
        try file?.finish()
        try flush()
    }
}

/// JSON of our own value types; names of members are written with underscores (`top_column`).
enum JSONText {
    /// One document, indented, with sorted keys, ended by a line break.
    static func document(_ value: some Encodable) throws -> String {
        try encoded(value, [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]) + "\n"
    }

    /// One object on one line, ended by a line break.
    static func line(_ value: some Encodable) throws -> String {
        try encoded(value, [.sortedKeys, .withoutEscapingSlashes]) + "\n"
    }

    private static func encoded(_ value: some Encodable, _ formatting: JSONEncoder.OutputFormatting) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = formatting
        encoder.keyEncodingStrategy = .convertToSnakeCase
        // Only numbers that exist are written by our types; this keeps a mistake from ending the run.
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }
}
