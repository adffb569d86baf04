import Foundation
import SignalCore
import TestSupport

/// The built `auscult`, run as a user runs it.
enum Tool {
    /// What a run printed, and how it ended.
    struct Run: Sendable {
        let arguments: [String]
        /// The exit code; `nil` when a signal ended the run, which only a crash or the time limit does.
        let exitCode: Int32?
        let output: Data
        let errors: String

        var text: String { String(decoding: output, as: UTF8.self) }
        var lines: [String] { text.split(separator: "\n").map(String.init) }
        var errorLines: [String] { errors.split(separator: "\n").map(String.init) }

        /// Standard output as one JSON document.
        func json() throws -> Any { try JSONSerialization.jsonObject(with: output) }

        /// Standard output as a JSON object.
        func object() throws -> [String: Any] {
            guard let object = try json() as? [String: Any] else { throw CocoaError(.fileReadCorruptFile) }
            return object
        }

        /// Standard output as one JSON object a line.
        func objects() throws -> [[String: Any]] {
            try lines.map { line in
                guard let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] else {
                    throw CocoaError(.fileReadCorruptFile)
                }
                return object
            }
        }
    }

    /// A run that goes on while the test does something to it.
    final class Running: Sendable {
        let process: Process
        private let folder: TemporaryFolder
        fileprivate let finished: Task<Run, any Error>

        fileprivate init(_ process: Process, in folder: TemporaryFolder, _ finished: Task<Run, any Error>) {
            (self.process, self.folder) = (process, folder)
            self.finished = finished
        }

        /// What it has said so far on standard error.
        var errors: String { (try? String(contentsOfFile: folder.path("err"), encoding: .utf8)) ?? "" }

        /// Waits until it has printed so many lines on standard output, for half a minute at most.
        func printed(lines count: Int) async throws {
            for _ in 0..<600 {
                let text = (try? Data(contentsOf: URL(filePath: folder.path("out")))) ?? Data()
                if text.count(where: { $0 == UInt8(ascii: "\n") }) >= count { return }
                try await Task.sleep(for: .milliseconds(50))
            }
        }

        /// Waits until it has said something on standard error so many times, for half a minute at most.
        ///
        /// - Returns: what it has said by then.
        @discardableResult
        func said(_ words: String, times: Int = 1) async throws -> String {
            for _ in 0..<600 {
                if errors.components(separatedBy: words).count > times { break }
                try await Task.sleep(for: .milliseconds(50))
            }
            return errors
        }

        /// Waits for the end.
        func end() async throws -> Run { try await finished.value }
    }

    /// The binary: `AUSCULT_BINARY`, or the one that was built beside the tests.
    static let binary: URL = {
        if let path = ProcessInfo.processInfo.environment["AUSCULT_BINARY"] { return URL(filePath: path) }
        let bundles = Bundle.allBundles.filter { $0.bundlePath.hasSuffix(".xctest") }.map(\.bundleURL)
        let programs =
            bundles + [Bundle.main.executableURL, URL(filePath: CommandLine.arguments[0])].compactMap(\.self)
        let candidates = programs.map { $0.deletingLastPathComponent().appending(path: "auscult") }
        return candidates.first { FileManager.default.isExecutableFile(atPath: $0.path) } ?? URL(filePath: "auscult")
    }()

    /// Seconds after which a run counts as hanging and is killed.
    static let patience = 240.0

    /// Runs the tool to its end.
    ///
    /// - Parameters:
    ///   - input: what it reads on standard input; nothing by default.
    ///   - environment: added to that of the tests; `AUSCULT_…` settings of whoever runs the tests are taken out.
    ///   - directory: the working directory.
    static func run(
        _ arguments: [String], input: [UInt8] = [], environment: [String: String] = [:], in directory: URL? = nil
    ) async throws -> Run {
        try await start(arguments, input: input, environment: environment, in: directory).end()
    }

    /// Runs the tool to its end.
    static func run(_ arguments: String..., in directory: URL? = nil) async throws -> Run {
        try await run(arguments, in: directory)
    }

    /// Starts the tool. Its output goes to files, which take any amount at any time.
    ///
    /// - Parameter pipe: what it reads on standard input, in place of `input`.
    static func start(
        _ arguments: [String], input: [UInt8] = [], pipe: Pipe? = nil, environment: [String: String] = [:],
        in directory: URL? = nil
    ) throws -> Running {
        let process = Process()
        process.executableURL = binary
        process.arguments = arguments
        process.environment = Self.environment.merging(environment) { $1 }
        let folder = try TemporaryFolder()
        process.currentDirectoryURL = directory ?? folder.url
        let file = try FileHandle(forReadingFrom: URL(filePath: try folder.write("in", input)))
        process.standardInput = pipe ?? file
        let output = try FileHandle(forWritingTo: URL(filePath: try folder.write("out", [])))
        let errors = try FileHandle(forWritingTo: URL(filePath: try folder.write("err", [])))
        process.standardOutput = output
        process.standardError = errors

        let (ends, continuation) = AsyncStream.makeStream(of: Void.self)
        process.terminationHandler = { _ in continuation.finish() }
        try process.run()
        let limit = Task {
            try await Task.sleep(for: .seconds(patience))
            kill(process.processIdentifier, SIGKILL)
        }
        let finished = Task {
            for await _ in ends {}
            limit.cancel()
            try output.close()
            try errors.close()
            return Run(
                arguments: arguments,
                exitCode: process.terminationReason == .exit ? process.terminationStatus : nil,
                output: try Data(contentsOf: URL(filePath: folder.path("out"))),
                errors: String(decoding: try Data(contentsOf: URL(filePath: folder.path("err"))), as: UTF8.self))
        }
        return Running(process, in: folder, finished)
    }

    private static let environment = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("AUSCULT_") }
}
