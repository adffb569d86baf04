public import Foundation

/// A mosquitto of a test's own, on a free port of loopback.
public final class TestBroker {
    private static let program = "/usr/sbin/mosquitto"
    /// Whether there is a mosquitto; says so where there is none.
    public static var isInstalled: Bool {
        let isThere = FileManager.default.isExecutableFile(atPath: program)
        if !isThere { print("skipped: no mosquitto at \(program); apt-get install mosquitto") }
        return isThere
    }

    /// The port it listens on.
    public let port: Int
    private let configuration: String
    private var process: Process?

    /// Writes a configuration into a folder; nothing runs yet.
    ///
    /// - Parameter lines: what is said besides the port.
    public init(in folder: URL, lines: [String] = ["allow_anonymous true"]) throws {
        port = try Self.freePort()
        configuration = folder.appending(path: "mosquitto-\(port).conf").path
        let own = [
            "listener \(port) 127.0.0.1", "persistence true", "persistence_location \(folder.path)/",
            "persistence_file broker-\(port).db", "autosave_on_changes true", "autosave_interval 1",
            "max_queued_messages 0", "user root",
        ]
        try (own + lines).joined(separator: "\n").appending("\n")
            .write(toFile: configuration, atomically: true, encoding: .utf8)
    }

    deinit { if let process, process.isRunning { kill(process.processIdentifier, SIGKILL) } }

    /// Starts it, and waits until it listens.
    public func start() async throws {
        try run()
        for _ in 0..<400 {
            if Self.answers(port) { return }
            try await Task.sleep(for: .milliseconds(25))
        }
        throw CocoaError(.featureUnsupported)
    }

    private func run() throws {
        let process = Process()
        process.executableURL = URL(filePath: Self.program)
        process.arguments = ["-c", configuration]
        process.standardError = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        // Threads of tasks block signals, and a program inherits that: it could not be asked to end.
        var (none, before) = (sigset_t(), sigset_t())
        unsafe sigemptyset(&none)
        unsafe pthread_sigmask(SIG_SETMASK, &none, &before)
        defer { unsafe pthread_sigmask(SIG_SETMASK, &before, nil) }
        try process.run()
        self.process = process
    }

    /// Makes it stand still, or go on.
    public func pause(_ isPaused: Bool) {
        if let process { kill(process.processIdentifier, isPaused ? SIGSTOP : SIGCONT) }
    }

    /// Ends it: in order, which saves what it keeps, or at once.
    public func stop(signal: Int32 = SIGTERM) async throws {
        guard let process else { return }
        kill(process.processIdentifier, signal)
        for _ in 0..<1_000 where process.isRunning { try await Task.sleep(for: .milliseconds(10)) }
        guard !process.isRunning else { throw CocoaError(.featureUnsupported) }
        self.process = nil
    }

    private static func socketAddress(_ port: Int) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
        return address
    }

    private static func answers(_ port: Int) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = socketAddress(port)
        return unsafe withUnsafeBytes(of: &address) { bytes in
            unsafe connect(
                descriptor, bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self), socklen_t(bytes.count)) == 0
        }
    }

    private static func freePort() throws -> Int {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = socketAddress(0)
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = unsafe withUnsafeMutableBytes(of: &address) { bytes in
            let place = unsafe bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self)
            guard let place = unsafe place else { return false }
            return unsafe bind(descriptor, place, size) == 0 && getsockname(descriptor, place, &size) == 0
        }
        guard isBound else { throw CocoaError(.featureUnsupported) }
        return Int(in_port_t(bigEndian: address.sin_port))
    }
}
