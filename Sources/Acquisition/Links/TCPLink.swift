import Foundation
import SignalCore
import Synchronization

/// Lines that a server sends over TCP, as serial-to-network bridges do.
public struct TCPLink: LineLink {
    private static let connectSeconds = 10.0
    private let host: String
    private let port: Int

    /// Makes a link to a port of a host.
    public init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// The host and port.
    public var address: SourceAddress { .tcp(host: host, port: port) }

    /// Looks the host up and connects to the first of its addresses that answers.
    ///
    /// - Throws: `SignalError` with code `unavailable` where none does, `cancelled` when stopped.
    public func open(stop: StopSignal) throws -> LinkConnection {
        let lookup = try Lookup(host: host, port: port)
        let addresses = try lookup.result(stop: stop)
        var failure = SignalError(.unavailable, "\(host) has no address; check its name")
        for address in addresses {
            do {
                let descriptor = try connect(address, stop: stop)
                return LinkConnection(descriptor: descriptor, name: self.address.description) { close(descriptor) }
            } catch let error as SignalError where error.code != .cancelled {
                failure = error
            }
        }
        throw failure
    }

    private func connect(_ address: [UInt8], stop: StopSignal) throws -> Int32 {
        let family = unsafe address.withUnsafeBytes { unsafe Int32($0.load(as: sockaddr.self).sa_family) }
        let descriptor = socket(family, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
        guard descriptor >= 0 else { throw refusal(errno) }
        var isConnected = false
        defer { if !isConnected { close(descriptor) } }
        let status = unsafe address.withUnsafeBytes { bytes in
            unsafe Foundation.connect(
                descriptor, bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self), socklen_t(bytes.count))
        }
        if status != 0 {
            guard errno == EINPROGRESS || errno == EINTR else { throw refusal(errno) }
            switch stop.wait(for: descriptor, isWriting: true, seconds: Self.connectSeconds) {
            case .stopped: throw SignalError(.cancelled, "stopped on request")
            case .timeout: throw refusal(ETIMEDOUT)
            case .ready: break
            }
            var code: Int32 = 0
            var size = socklen_t(MemoryLayout<Int32>.size)
            unsafe getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &size)
            guard code == 0 else { throw refusal(code) }
        }
        // A peer that lost its power sends no farewell; after a minute and a half without an answer the link is down.
        for (level, option, value) in [
            (SOL_SOCKET, SO_KEEPALIVE, 1), (Int32(IPPROTO_TCP), TCP_KEEPIDLE, 30),
            (Int32(IPPROTO_TCP), TCP_KEEPINTVL, 15), (Int32(IPPROTO_TCP), TCP_KEEPCNT, 4),
        ] {
            var value = Int32(value)
            unsafe setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
        }
        isConnected = true
        return descriptor
    }

    private func refusal(_ code: Int32) -> SignalError {
        SignalError(
            .unavailable,
            "\(address) does not answer: \(SystemCall.reason(code)); is the device on, and is the port right?")
    }
}

/// The addresses of a host, looked up beside, for a name server that does not answer would hold up a stop for long.
private final class Lookup: Sendable {
    private let result = Mutex<Result<[[UInt8]], SignalError>?>(nil)
    private let done: StopSignal

    init(host: String, port: Int) throws {
        done = try StopSignal()
        Thread.detachNewThread { [self] in
            let found = Self.addresses(host: host, port: port)
            result.withLock { $0 = found }
            done.raise()
        }
    }

    func result(stop: StopSignal) throws -> [[UInt8]] {
        guard stop.wait(for: done.descriptor, seconds: 30) != .stopped else {
            throw SignalError(.cancelled, "stopped on request")
        }
        guard let found = result.withLock({ $0 }) else {
            throw SignalError(.unavailable, "no name server answered within 30 s; check the network")
        }
        return try found.get()
    }

    private static func addresses(host: String, port: Int) -> Result<[[UInt8]], SignalError> {
        var hints = unsafe addrinfo()
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let code = unsafe getaddrinfo(host, "\(port)", &hints, &list)
        guard code == 0 else {
            let reason = unsafe String(cString: gai_strerror(code))
            return .failure(SignalError(.unavailable, "\(host) has no address: \(reason); check its name"))
        }
        defer { unsafe freeaddrinfo(list) }
        var addresses: [[UInt8]] = []
        var entry = unsafe list
        while let current = unsafe entry {
            if let address = unsafe current.pointee.ai_addr {
                unsafe addresses.append(
                    Array(UnsafeRawBufferPointer(start: address, count: Int(current.pointee.ai_addrlen))))
            }
            unsafe entry = current.pointee.ai_next
        }
        return .success(addresses)
    }
}
