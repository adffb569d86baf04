public import Foundation

/// Another program that a test runs to its end.
public enum Program {
    /// How a run ended, and what it printed.
    public struct Ended: Sendable {
        /// The exit code, or the number of the signal that ended it.
        public let status: Int32
        /// Standard output.
        public let output: String
        /// Standard error.
        public let errors: String
    }

    /// Runs a program; nothing is on its standard input.
    ///
    /// - Parameters:
    ///   - path: where it is, or a name that is looked for as a shell does.
    ///   - environment: all of it; that of the tests by default.
    ///   - directory: the working directory; that of the tests by default.
    public static func run(
        _ path: String, _ arguments: [String], environment: [String: String]? = nil, in directory: URL? = nil
    ) throws -> Ended {
        let process = Process()
        process.executableURL = URL(filePath: path.contains("/") ? path : "/usr/bin/env")
        process.arguments = (path.contains("/") ? [] : [path]) + arguments
        if let environment { process.environment = environment }
        if let directory { process.currentDirectoryURL = directory }
        // Files take any amount of output at any time, which pipes do not.
        let folder = try TemporaryFolder()
        let (output, errors) = (try folder.write("out", []), try folder.write("err", []))
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try FileHandle(forWritingTo: URL(filePath: output))
        process.standardError = try FileHandle(forWritingTo: URL(filePath: errors))
        try process.run()
        process.waitUntilExit()
        return Ended(
            status: process.terminationStatus, output: try String(contentsOfFile: output, encoding: .utf8),
            errors: try String(contentsOfFile: errors, encoding: .utf8))
    }
}
