import Foundation
import SignalCore
import Synchronization

/// A port that plays a board on a network: whoever connects is sent the same lines, and what a client does not take in time
/// is lost to it, as with a real board.
public final class TCPPort: Sendable {
    private let listening: Int32
    private let clients = Mutex<[Int32]>([])
    /// The address to listen to, such as `tcp:127.0.0.1:9000`.
    public let address: SourceAddress

    /// Listens on an address.
    ///
    /// - Parameters:
    ///   - host: an address or name of this machine; `127.0.0.1` is reached from nowhere else.
    ///   - port: 0 for any that is free.
    /// - Throws: `SignalError` with code `unavailable` where the address is not of this machine or the port is taken.
    public init(host: String = "127.0.0.1", port: Int = 0) throws {
        var hints = unsafe addrinfo()
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        unsafe hints.ai_flags = AI_PASSIVE
        var list: UnsafeMutablePointer<addrinfo>?
        let code = unsafe getaddrinfo(host, "\(port)", &hints, &list)
        guard code == 0, let entry = unsafe list else {
            let reason = unsafe String(cString: gai_strerror(code))
            throw SignalError(.unavailable, "\(host) has no address: \(reason); listen on 127.0.0.1")
        }
        defer { unsafe freeaddrinfo(list) }
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let descriptor = unsafe socket(entry.pointee.ai_family, kind, 0)
        var isOpen = false
        defer { if !isOpen, descriptor >= 0 { close(descriptor) } }
        var reuse: Int32 = 1
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &reuse, socklen_t(MemoryLayout<Int32>.size))
        guard descriptor >= 0, unsafe bind(descriptor, entry.pointee.ai_addr, entry.pointee.ai_addrlen) == 0,
            listen(descriptor, 16) == 0
        else {
            throw SignalError(
                .unavailable, "nobody can listen on \(host):\(port): \(SystemCall.reason(errno)); choose another port")
        }
        isOpen = true
        listening = descriptor
        address = .tcp(host: host, port: Self.port(of: descriptor) ?? port)
    }

    deinit {
        disconnect()
        close(listening)
    }

    /// Takes up who waits to connect, and says how many are connected.
    @discardableResult
    public func accept() -> Int {
        clients.withLock { clients in
            while true {
                let client = Foundation.accept(listening, nil, nil)
                guard client >= 0 else { return clients.count }
                _ = fcntl(client, F_SETFD, FD_CLOEXEC)
                _ = fcntl(client, F_SETFL, O_NONBLOCK)
                clients.append(client)
            }
        }
    }

    /// Sends bytes to all who are connected; who has gone is forgotten.
    public func send(_ bytes: [UInt8]) {
        accept()
        clients.withLock { clients in
            clients.removeAll { client in
                let count = unsafe bytes.withUnsafeBytes {
                    unsafe Foundation.send(client, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                }
                guard count < 0, errno != EAGAIN, errno != EINTR else { return false }
                close(client)
                return true
            }
        }
    }

    /// Closes all connections; the port goes on to listen.
    public func disconnect() {
        clients.withLock { clients in
            for client in clients { close(client) }
            clients = []
        }
    }

    /// The port that the system chose.
    private static func port(of descriptor: Int32) -> Int? {
        var storage = sockaddr_storage()
        var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return unsafe withUnsafeMutablePointer(to: &storage) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                guard unsafe getsockname(descriptor, address, &size) == 0 else { return nil }
                // The port stands at the same place for both families.
                return unsafe address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                    unsafe Int(in_port_t(bigEndian: $0.pointee.sin_port))
                }
            }
        }
    }
}
