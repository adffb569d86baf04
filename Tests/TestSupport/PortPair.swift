public import Foundation

/// Two serial ports that are joined, as `socat` makes them: what is written into `board` is read from `host`. Both are links
/// at paths that stay, to ports that are others each time.
public final class PortPair {
    /// Where socat is; nil where it is not installed.
    public static let program: String? = ["/usr/bin/socat", "/usr/local/bin/socat", "/opt/homebrew/bin/socat"].first {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    /// The end that a test writes to.
    public let board: String
    /// The end that is listened to.
    public let host: String
    private var process: Process?
    private var writing: FileHandle?

    /// Names the ends; ``plug()`` makes them.
    public init(in folder: URL) {
        board = folder.appending(path: "board").path
        host = folder.appending(path: "host").path
    }

    deinit { unplug() }

    /// Joins a new pair of ports and waits until both are there.
    public func plug() async throws {
        let process = Process()
        process.executableURL = URL(filePath: Self.program ?? "")
        process.arguments = ["-d", "-d", "pty,raw,echo=0,link=\(board)", "pty,raw,echo=0,link=\(host)"]
        process.standardError = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        try process.run()
        self.process = process
        for _ in 0..<2_000 {
            if FileManager.default.fileExists(atPath: board), FileManager.default.fileExists(atPath: host) {
                writing = try FileHandle(forWritingTo: URL(filePath: board))
                return
            }
            try await Task.sleep(for: .milliseconds(5))
        }
        throw CocoaError(.fileNoSuchFile)
    }

    /// Writes what the board sends.
    public func send(_ text: String) throws { try writing?.write(contentsOf: Data(text.utf8)) }

    /// Pulls the plug, as killing socat does: its links stay behind, and point at nothing.
    public func unplug() {
        if let process, process.isRunning {
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
        }
        process = nil
        try? writing?.close()
        writing = nil
        for path in [board, host] { unsafe unlink(path) }
    }
}
