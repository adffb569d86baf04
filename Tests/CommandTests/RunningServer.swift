import Foundation

/// `serve` on a port of loopback, as long as a test wants it.
final class RunningServer {
    /// Its address, such as `http://127.0.0.1:40001`.
    let address: String
    /// What it has said on standard error so far.
    var errors: String { (try? String(contentsOfFile: said, encoding: .utf8)) ?? "" }
    private let said: String
    private let process: Process
    private let ends: AsyncStream<Void>

    /// Starts it and waits for its address.
    ///
    /// - Parameters:
    ///   - listen: where it listens; port 0 for any that is free.
    ///   - arguments: further flags.
    ///   - folder: where files with what it says may be written.
    init(store: String, listen: String = "127.0.0.1:0", _ arguments: [String] = [], in folder: String) async throws {
        let printed = folder + "/address-\(UInt64.random(in: 0 ... .max))"
        said = printed + ".err"
        process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments =
            [
                "-c", "exec \"$0\" \"$@\" > '\(printed)' 2> '\(said)'", Tool.binary.path, "serve", "--listen", listen,
                "--store", store,
            ] + arguments
        let (ends, continuation) = AsyncStream.makeStream(of: Void.self)
        self.ends = ends
        process.terminationHandler = { _ in continuation.finish() }
        try process.run()
        address = try await Self.address(in: printed)
    }

    deinit { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }

    /// Asks it to end, and waits.
    ///
    /// - Returns: its exit code; `nil` when a signal ended it.
    @discardableResult
    func stop() async -> Int32? {
        process.terminate()
        for await _ in ends {}
        return process.terminationReason == .exit ? process.terminationStatus : nil
    }

    /// Ends it at once, as a power cut would.
    func crash() async {
        kill(process.processIdentifier, SIGKILL)
        for await _ in ends {}
    }

    private static func address(in file: String) async throws -> String {
        for _ in 0..<1200 {
            if let text = try? String(contentsOfFile: file, encoding: .utf8), text.hasSuffix("\n") {
                return text.trimmingCharacters(in: .newlines)
            }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw CocoaError(.fileReadUnknown)
    }
}
