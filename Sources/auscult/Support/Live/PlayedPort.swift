import Acquisition
import Foundation
import SignalCore

/// Where a played board is connected: a pseudo-terminal, behind a link if wanted, or a port of TCP. Its address is printed on
/// standard output, again whenever it changes.
struct PlayedPort {
    private var terminal: PseudoTerminal?
    private var server: TCPPort?
    private var link: PortLink?

    /// Opens it.
    ///
    /// - Parameters:
    ///   - tcp: `HOST:PORT` to listen on; nil for a pseudo-terminal.
    ///   - link: the path of a link to the pseudo-terminal.
    /// - Throws: `SignalError` with code `invalidOption` for an address that is none, `unavailable` where it cannot be opened.
    init(tcp: String?, link path: String?) throws {
        guard let tcp else {
            let terminal = try Self.terminal()
            self.terminal = terminal
            link = try path.map { try PortLink(path: $0, to: terminal.port) }
            try announce()
            return
        }
        guard path == nil else {
            throw SignalError(.invalidOption, "--link is for a serial port, not for --tcp; leave one out")
        }
        guard let colon = tcp.lastIndex(of: ":"), let port = Int(tcp[tcp.index(after: colon)...]),
            (0...65_535).contains(port)
        else {
            throw SignalError(
                .invalidOption,
                "--tcp is HOST:PORT, such as 127.0.0.1:9000, not '\(tcp.escapingControlCharacters)'")
        }
        let host = tcp[..<colon].filter { $0 != "[" && $0 != "]" }
        server = try TCPPort(host: host.isEmpty ? "127.0.0.1" : String(host), port: port)
        try announce()
    }

    /// Whether a client is connected.
    var isListenedTo: Bool { (server?.accept() ?? 0) > 0 }

    /// Sends what there is room for; the rest is lost, as it is at a port that nobody reads.
    func write(_ bytes: [UInt8]) {
        server?.send(bytes)
        guard let descriptor = terminal?.descriptor else { return }
        _ = unsafe bytes.withUnsafeBytes { unsafe Foundation.write(descriptor, $0.baseAddress, $0.count) }
    }

    /// Pulls the plug and puts it back.
    mutating func replug() throws {
        guard terminal != nil else {
            server?.disconnect()
            return
        }
        terminal = nil
        let next = try Self.terminal()
        terminal = next
        try link?.point(to: next.port)
        try announce()
    }

    /// Takes the link away.
    func close() { link?.remove() }

    private func announce() throws {
        let address = terminal?.port ?? server?.address.description ?? ""
        try FileHandle.standardOutput.write(contentsOf: Data((address + "\n").utf8))
    }

    private static func terminal() throws -> PseudoTerminal {
        let terminal = try PseudoTerminal()
        let flags = fcntl(terminal.descriptor, F_GETFL)
        _ = fcntl(terminal.descriptor, F_SETFL, flags | O_NONBLOCK)
        return terminal
    }
}
