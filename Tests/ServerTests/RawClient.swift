import Foundation
import SignalCore
import Storage
import Synchronization
import TestSupport

@testable import Server

/// A reply as its bytes came.
struct RawReply {
    let bytes: [UInt8]
    let status: Int
    let headers: [String]
    let body: String

    /// The value of a header of exactly this name, case included.
    func header(_ name: String) -> String? {
        headers.first { $0.hasPrefix(name + ": ") }.map { String($0.dropFirst(name.utf8.count + 2)) }
    }
}

/// A connection that sends bytes as they are and reads replies as the simplest devices do.
final class RawConnection {
    private let descriptor: Int32
    private var buffer: [UInt8] = []

    init(port: Int) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        let descriptor = descriptor
        let result = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else { throw SignalError(.unavailable, "cannot connect to port \(port)") }
        // Tests that compute may keep the server from the processor for many seconds.
        var timeout = timeval(tv_sec: 60, tv_usec: 0)
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { close(descriptor) }

    /// Sends bytes; false when the other end has closed.
    @discardableResult
    func send(_ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes {
                unsafe Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    /// Reads until the other end closes.
    func readToEnd() async -> [UInt8] {
        while await fill() {}
        defer { buffer = [] }
        return buffer
    }

    /// Reads up to and with a text; nil when the connection ends before.
    func text(until marker: String) async -> String? {
        let end = Array(marker.utf8)
        while true {
            if let range = buffer.firstRange(of: end) {
                defer { buffer.removeFirst(range.upperBound) }
                return String(decoding: buffer[..<range.upperBound], as: UTF8.self)
            }
            guard await fill() else { return nil }
        }
    }

    /// Reads one reply by its `Content-Length`; nil when the connection ends before.
    func reply(toHead: Bool = false) async -> RawReply? {
        let end = Array("\r\n\r\n".utf8)
        while true {
            if let range = buffer.firstRange(of: end) {
                let lines = String(decoding: buffer[..<range.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
                let length =
                    lines.first { $0.hasPrefix("Content-Length: ") }.flatMap { Int($0.dropFirst(16)) } ?? 0
                let total = range.upperBound + (toHead ? 0 : length)
                while buffer.count < total { guard await fill() else { return nil } }
                let bytes = Array(buffer[..<total])
                buffer.removeFirst(total)
                return RawReply(
                    bytes: bytes, status: Int(lines[0].split(separator: " ")[1]) ?? 0,
                    headers: Array(lines.dropFirst()),
                    body: String(decoding: bytes[range.upperBound...], as: UTF8.self))
            }
            guard await fill() else { return nil }
        }
    }

    /// Waits on a thread of its own: those of tasks are as few as cores, and the server needs them.
    private func fill() async -> Bool {
        let descriptor = descriptor
        let bytes = await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                var chunk = [UInt8](repeating: 0, count: 65536)
                let count = unsafe chunk.withUnsafeMutableBytes { unsafe recv(descriptor, $0.baseAddress, $0.count, 0) }
                continuation.resume(returning: Array(chunk.prefix(max(count, 0))))
            }
        }
        buffer += bytes
        return !bytes.isEmpty
    }
}

/// A clock that stands still until it is moved.
final class StoppedClock: Sendable {
    private let seconds = Mutex(1_700_000_000.0)

    var now: Double { seconds.withLock { $0 } }
    func advance(_ seconds: Double) { self.seconds.withLock { $0 += seconds } }
}

/// A server over a store of its own, with a public channel 1, a private channel 2, and their keys.
struct TestServer {
    let folder: TemporaryFolder
    let clock: StoppedClock
    let store: ChannelStore
    let live = LiveHub()
    let server: ChannelServer
    let port: Int
    let writeKey: String
    let privateKeys: [String]
    let userKey: String

    init(pushes: [PushTarget] = [], _ change: (inout ServerOptions) -> Void = { _ in }) async throws {
        let folder = try TemporaryFolder()
        let clock = StoppedClock()
        self.folder = folder
        self.clock = clock
        store = try ChannelStore(path: folder.path("store.sqlite")) { clock.now }
        var settings = ChannelSettings()
        settings.name = "Pump"
        settings.fieldNames[0] = "temperature"
        settings.fieldNames[1] = "rms"
        settings.latitude = "0.0"
        settings.isPublic = true
        let open = try await store.createChannel(settings)
        settings.isPublic = false
        let closed = try await store.createChannel(settings)
        writeKey = try await store.keys(of: open.id)[0].key
        privateKeys = try await store.keys(of: closed.id).map(\.key)
        userKey = try await store.userKey()
        var options = ServerOptions()
        options.port = 0
        change(&options)
        server = try ChannelServer(store: store, options: options, live: live, pushes: pushes)
        port = try await server.start()
    }

    /// Sends bytes on a connection of their own and reads one reply.
    func send(_ text: String) async throws -> RawReply? {
        let connection = try RawConnection(port: port)
        connection.send(Array(text.utf8))
        return await connection.reply(toHead: text.hasPrefix("HEAD"))
    }

    func get(_ target: String, headers: String = "", host: String = "api.thingspeak.com") async throws -> RawReply {
        try await request("GET", target, headers: headers, host: host)
    }

    func request(
        _ method: String, _ target: String, headers: String = "", type: String = "application/x-www-form-urlencoded",
        body: String = "", host: String = "api.thingspeak.com"
    ) async throws -> RawReply {
        let text =
            "\(method) \(target) HTTP/1.1\r\nHost: \(host)\r\n\(headers)Content-Type: \(type)\r\n"
            + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
        guard let reply = try await send(text) else {
            throw SignalError(.unavailable, "no reply to \(method) \(target)")
        }
        return reply
    }

    func json(_ method: String, _ target: String, _ body: String) async throws -> RawReply {
        try await request(method, target, type: "application/json", body: body)
    }
}
