import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import SignalCore

/// Manages the channels of a running server, with the user's key.
public struct ChannelClient: Sendable {
    /// A channel as the server describes it.
    public struct Listing: Sendable, Decodable {
        /// A key and what it permits.
        public struct Key: Sendable, Decodable {
            /// The key.
            public let apiKey: String
            /// Whether it permits writing too.
            public let writeFlag: Bool
        }

        /// The channel's number.
        public let id: Int
        /// Its name.
        public let name: String
        /// The number of its newest entry.
        public let lastEntryId: Int?
        /// Whether everybody may read.
        public let publicFlag: Bool
        /// Its keys.
        public let apiKeys: [Key]
    }

    private static let patience = TimeAmount.seconds(30)
    /// Bytes of a reply; an export may be large.
    private static let maximumReply = 256 << 20

    private let host: String
    private let port: Int
    private let userKey: String

    /// A client of a server.
    ///
    /// - Parameters:
    ///   - address: The server's address, as `serve` prints it.
    ///   - userKey: The user's key.
    /// - Throws: `SignalError` when the address is none.
    public init(address: String, userKey: String) throws {
        guard let components = URLComponents(string: address), components.scheme == "http",
            let host = components.host, !host.isEmpty, ["", "/"].contains(components.path)
        else {
            throw SignalError(
                .invalidOption, "'\(address)' is no address of a server; write it as http://127.0.0.1:8080")
        }
        guard AccessKeyText.isPlain(userKey) else {
            throw SignalError(.invalidOption, "the user's key is 16 digits and capital letters")
        }
        self.host = host.trimmingCharacters(in: CharacterSet(charactersIn: "[]"))
        port = components.port ?? 80
        self.userKey = userKey
    }

    /// All channels, with their keys.
    public func channels() async throws -> [Listing] {
        try decode([Listing].self, try await request(.GET, "/channels.json"))
    }

    /// One channel, with its keys.
    public func channel(_ id: Int) async throws -> Listing {
        try decode(Listing.self, try await request(.GET, "/channels/\(id).json"))
    }

    /// Makes a channel.
    public func createChannel(name: String, columns: [String], isPublic: Bool) async throws -> Listing {
        var members: [(name: String, value: Document)] = [("name", .text(name)), ("public_flag", .flag(isPublic))]
        for (field, column) in columns.enumerated() { members.append(("field\(field + 1)", .text(column))) }
        var body = ""
        JSONText.write(.object(members), to: &body)
        return try decode(Listing.self, try await request(.POST, "/channels.json", body: body))
    }

    /// All entries of a channel as CSV.
    public func export(_ id: Int) async throws -> String {
        String(decoding: try await request(.GET, "/stream/channels/\(id)/feeds.csv"), as: UTF8.self)
    }

    private func decode<Value: Decodable>(_ type: Value.Type, _ body: [UInt8]) throws -> Value {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        do {
            return try decoder.decode(type, from: Data(body))
        } catch {
            throw SignalError(.malformed, "the reply of \(host):\(port) is not that of auscult serve", cause: error)
        }
    }

    private func request(_ method: HTTPMethod, _ target: String, body: String = "") async throws -> [UInt8] {
        let (status, bytes): (Int, [UInt8])
        do {
            (status, bytes) = try await exchange(method, target, body)
        } catch let error as SignalError {
            throw error
        } catch {
            throw SignalError(.unavailable, "no answer from \(host):\(port); is the server running?", cause: error)
        }
        switch status {
        case 200..<300: return bytes
        case 400, 401: throw SignalError(.invalidOption, "the server refuses the user's key, or what was asked for")
        case 404: throw SignalError(.unreadable, "the server has no such channel; see auscult channel list")
        default: throw SignalError(.unavailable, "the server answered with status \(status)")
        }
    }

    private func exchange(_ method: HTTPMethod, _ target: String, _ body: String) async throws -> (Int, [UInt8]) {
        let connection = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(.seconds(5))
            .connect(host: host, port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHTTPClientHandlers()
                    return try NIOAsyncChannel<HTTPClientResponsePart, HTTPClientRequestPart>(
                        wrappingChannelSynchronously: channel)
                }
            }
        // A server that never answers: the stream below ends when the connection is closed.
        let channel = connection.channel
        let deadline = channel.eventLoop.scheduleTask(in: Self.patience) { channel.close(promise: nil) }
        defer { deadline.cancel() }
        return try await connection.executeThenClose { inbound, outbound in
            let head = HTTPRequestHead(
                version: .http1_1, method: method, uri: target,
                headers: [
                    "Host": host, "Connection": "close", "THINGSPEAKAPIKEY": userKey,
                    "Content-Type": "application/json", "Content-Length": String(body.utf8.count),
                ])
            try await outbound.write(.head(head))
            if !body.isEmpty { try await outbound.write(.body(.byteBuffer(ByteBuffer(string: body)))) }
            try await outbound.write(.end(nil))
            var status: Int?
            var bytes: [UInt8] = []
            for try await part in inbound {
                switch part {
                case .head(let head): status = Int(head.status.code)
                case .body(let buffer):
                    bytes += buffer.readableBytesView
                    guard bytes.count <= Self.maximumReply else {
                        throw SignalError(.limitExceeded, "the reply has more than \(Self.maximumReply) bytes")
                    }
                case .end:
                    if let status { return (status, bytes) }
                }
            }
            throw SignalError(.unavailable, "\(host):\(port) ended the connection without an answer")
        }
    }
}

/// Keys go into a header, where a line end would begin another one.
private enum AccessKeyText {
    static func isPlain(_ text: String) -> Bool { text.wholeMatch(of: /[0-9A-Z]{16}/) != nil }
}
