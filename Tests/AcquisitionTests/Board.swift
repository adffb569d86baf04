import Acquisition
import Foundation
import SignalCore

/// The port of a board: what is written to it is what the board sends.
final class Board {
    private var terminal: PseudoTerminal?
    /// The port as a program opens it.
    let port: String

    init() throws {
        let terminal = try PseudoTerminal()
        port = terminal.port
        self.terminal = terminal
        // As the kernel makes terminals: lines are edited, echoed and translated until somebody turns that off.
        var settings = settings
        settings.c_lflag |= tcflag_t(ICANON | ECHO | ISIG)
        settings.c_iflag |= tcflag_t(ICRNL | IXON)
        unsafe tcsetattr(terminal.descriptor, TCSANOW, &settings)
    }

    private var controlling: Int32 { terminal?.descriptor ?? -1 }

    func send(_ text: String) { send(Array(text.utf8)) }

    func send(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { unsafe write(controlling, $0.baseAddress, $0.count) }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    /// Pulls the plug.
    func unplug() { terminal = nil }

    /// The settings of the port, as `stty` shows them.
    var settings: termios {
        var settings = termios()
        unsafe tcgetattr(controlling, &settings)
        return settings
    }
}

/// A server on a free port of this host that sends what it is told to whoever connects.
final class LineServer {
    private var listening: Int32
    private var client: Int32 = -1
    let port: Int

    /// Listens; on a port that was used before where `port` is not 0.
    init(port wanted: Int = 0) throws {
        listening = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var reuse: Int32 = 1
        unsafe setsockopt(listening, SOL_SOCKET, SO_REUSEADDR, &reuse, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(wanted).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = listening
        let status = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(descriptor, $0, size) == 0 && listen(descriptor, 4) == 0
                    && getsockname(descriptor, $0, &size) == 0
            }
        }
        guard status else { throw SignalError(.unavailable, "no port to listen on") }
        port = Int(in_port_t(bigEndian: address.sin_port))
    }

    deinit { stop() }

    /// Takes the next connection; waits for it.
    func accept() { client = Foundation.accept(listening, nil, nil) }

    func send(_ text: String) {
        let bytes = Array(text.utf8)
        _ = unsafe bytes.withUnsafeBytes {
            unsafe Foundation.send(client, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
        }
    }

    func stop() {
        for descriptor in [client, listening] where descriptor >= 0 { close(descriptor) }
        (client, listening) = (-1, -1)
    }
}
