import Foundation
import SignalCore

/// A client of a server on this machine that costs next to nothing, so that what is measured is the server.
final class LoadConnection {
    private let descriptor: Int32
    private var buffer: [UInt8] = []

    /// Connects to a port of 127.0.0.1.
    ///
    /// - Throws: `SignalError` with code `unavailable`.
    init(port: Int) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        let descriptor = descriptor
        let status = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard status == 0 else { throw SignalError(.unavailable, "cannot connect to the server under test") }
        var isOn: Int32 = 1
        unsafe setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &isOn, socklen_t(MemoryLayout<Int32>.size))
    }

    deinit { close(descriptor) }

    /// Sends a request and waits for its reply.
    ///
    /// - Returns: status and body.
    /// - Throws: `SignalError` with code `unavailable` when the connection ends before.
    func reply(to request: [UInt8]) throws -> (status: Int, body: [UInt8]) {
        try send(request)
        let end = Self.end
        var searched = 0
        while true {
            if let range = Self.range(of: end, in: buffer[searched...]) {
                let head = buffer[..<range.lowerBound]
                let status = Self.number(in: head.dropFirst("HTTP/1.1 ".utf8.count))
                let name = Self.length
                let length = Self.range(of: name, in: head).map { Self.number(in: head[$0.upperBound...]) } ?? 0
                while buffer.count < range.upperBound + length { try fill() }
                let body = Array(buffer[range.upperBound..<range.upperBound + length])
                buffer.removeFirst(range.upperBound + length)
                return (status, body)
            }
            searched = max(0, buffer.count - end.count)
            try fill()
        }
    }

    /// Sends bytes.
    func send(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes {
                unsafe Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw Self.ended }
            rest = rest.dropFirst(count)
        }
    }

    /// Bytes that came and were not part of a reply so far, without waiting for more.
    func received() -> Int {
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        var total = 0
        while true {
            let count = unsafe chunk.withUnsafeMutableBytes {
                unsafe recv(descriptor, $0.baseAddress, $0.count, Int32(MSG_DONTWAIT))
            }
            guard count > 0 else { return total }
            total += count
        }
    }

    private static let end = Array("\r\n\r\n".utf8)
    private static let length = Array("\r\nContent-Length: ".utf8)

    /// Where a text begins and ends; the general search of the library costs as much as a small reply.
    private static func range(of text: [UInt8], in bytes: ArraySlice<UInt8>) -> Range<Int>? {
        guard bytes.count >= text.count else { return nil }
        return (bytes.startIndex...bytes.endIndex - text.count).first { start in
            bytes[start] == text[0] && bytes[start..<start + text.count].elementsEqual(text)
        }.map { $0..<$0 + text.count }
    }

    /// The number at the beginning of bytes.
    private static func number(in bytes: ArraySlice<UInt8>) -> Int {
        bytes.prefix { (0x30...0x39).contains($0) }.reduce(0) { 10 * $0 + Int($1 - 0x30) }
    }

    private static let ended = SignalError(.unavailable, "the server under test ended a connection")

    private func fill() throws {
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        let count = unsafe chunk.withUnsafeMutableBytes { unsafe recv(descriptor, $0.baseAddress, $0.count, 0) }
        guard count > 0 else { throw Self.ended }
        buffer += chunk[..<count]
    }
}
