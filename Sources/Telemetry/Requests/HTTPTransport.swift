internal import AsyncHTTPClient
internal import Foundation
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix

/// HTTP/1.1 over connections that are kept open, by AsyncHTTPClient.
///
/// A connection must be made in 5 seconds, a reply must be whole in 30. Redirects are not followed, for the key would
/// follow them to another place.
public final class HTTPTransport: UploadTransport {
    /// Bytes of the longest reply that is read.
    static let maximumReply = 32 << 20

    private let client: HTTPClient
    private let total: TimeAmount

    /// Makes a transport; ``close()``, or letting go of it, ends it.
    ///
    /// - Parameters:
    ///   - connectTimeout: seconds until a connection is given up.
    ///   - totalTimeout: seconds until a request is given up, from its start to the last byte of the reply.
    public init(connectTimeout: Double = 5, totalTimeout: Double = 30) {
        total = .milliseconds(Int64(totalTimeout * 1_000))
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow,
            timeout: .init(connect: .milliseconds(Int64(connectTimeout * 1_000)), read: total))
        // Longer than ThingSpeak's 15 seconds between calls, so that a connection serves call after call.
        configuration.connectionPool.idleTimeout = .seconds(90)
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.httpVersion = .http1Only
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    deinit {
        // The client insists on being ended; after ``close()`` this does nothing.
        Task { [client] in try? await client.shutdown() }
    }

    /// Closes the connections.
    public func close() async {
        // Nothing can be done about a connection that does not close properly.
        try? await client.shutdown()
    }

    /// Sends a request and reads the whole reply.
    public func send(_ request: UploadRequest) async throws -> UploadReply {
        var outgoing = HTTPClientRequest(url: request.url)
        outgoing.method = request.method == .post ? .POST : .GET
        for header in request.headers { outgoing.headers.add(name: header.name, value: header.value) }
        if request.method == .post { outgoing.body = .bytes(request.body, length: .known(Int64(request.body.count))) }
        do {
            return try await withThrowingTaskGroup(of: UploadReply.self) { group in
                group.addTask { [client, total, outgoing] in
                    let response = try await client.execute(outgoing, deadline: .now() + total)
                    let body = try await response.body.collect(upTo: Self.maximumReply)
                    return UploadReply(
                        status: Int(response.status.code), headers: response.headers.map { ($0.name, $0.value) },
                        body: Array(body.readableBytesView))
                }
                // A reply that trickles in byte by byte keeps every other time limit.
                group.addTask { [total] in
                    try await Task.sleep(for: .nanoseconds(total.nanoseconds))
                    throw HTTPClientError.deadlineExceeded
                }
                defer { group.cancelAll() }
                guard let reply = try await group.next() else { throw CancellationError() }
                return reply
            }
        } catch {
            if Task.isCancelled { throw CancellationError() }
            throw Self.failure(error)
        }
    }

    private static func failure(_ error: any Error) -> TransportFailure {
        if let error = error as? NIOConnectionError {
            let reason = error.connectionErrors.first.map { " (\($0.error))" } ?? ", whose name is not known"
            return TransportFailure(mayHaveArrived: false, "no connection to \(error.host):\(error.port)\(reason)")
        }
        // With the address as a number, the system's own error comes. These come of connecting only.
        if let error = error as? IOError, [ECONNREFUSED, EHOSTUNREACH, ENETUNREACH].contains(error.errnoCode) {
            return TransportFailure(mayHaveArrived: false, "no connection (\(error))")
        }
        if error is HTTPParserError {
            return TransportFailure(mayHaveArrived: true, "the reply is damaged or not whole (\(error))")
        }
        switch error as? HTTPClientError {
        case .connectTimeout, .tlsHandshakeTimeout:
            return TransportFailure(mayHaveArrived: false, "no connection within the time limit")
        case .deadlineExceeded, .readTimeout:
            return TransportFailure(mayHaveArrived: true, "no reply within the time limit")
        case .remoteConnectionClosed:
            return TransportFailure(mayHaveArrived: true, "the connection was closed before the reply was whole")
        default: return TransportFailure(mayHaveArrived: true, "\(error)")
        }
    }
}
