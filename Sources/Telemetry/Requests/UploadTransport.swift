/// A request as the uploader makes it. Keys are in headers or the body, never in the address.
public struct UploadRequest: Sendable {
    /// How it is sent.
    public enum Method: String, Sendable {
        /// Reads.
        case get = "GET"
        /// Writes.
        case post = "POST"
    }

    /// How it is sent.
    public var method: Method
    /// The whole address.
    public var url: String
    /// Names and values of headers.
    public var headers: [(name: String, value: String)]
    /// What is sent; nothing when empty.
    public var body: [UInt8]
}

/// A reply that was received to its last byte.
public struct UploadReply: Sendable {
    /// The HTTP status.
    public var status: Int
    /// Names and values of headers.
    public var headers: [(name: String, value: String)]
    /// What was received.
    public var body: [UInt8]

    /// Makes a reply.
    public init(status: Int, headers: [(name: String, value: String)] = [], body: [UInt8] = []) {
        (self.status, self.headers, self.body) = (status, headers, body)
    }

    /// The first value of a header, whatever the case of its name.
    func header(_ name: String) -> String? {
        headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }
}

/// Why there is no reply.
public struct TransportFailure: Error, Sendable, CustomStringConvertible {
    /// Whether the server may have acted on the request: it may have been sent, but its outcome is not known.
    public var mayHaveArrived: Bool
    /// What happened, without keys.
    public var description: String

    /// Makes a failure.
    public init(mayHaveArrived: Bool, _ description: String) {
        (self.mayHaveArrived, self.description) = (mayHaveArrived, description)
    }
}

/// Sends requests. The real one is ``HTTPTransport``; tests have one that follows a script.
public protocol UploadTransport: Sendable {
    /// Sends a request and reads the whole reply.
    ///
    /// - Throws: ``TransportFailure``, or `CancellationError`, after which the outcome is unknown.
    func send(_ request: UploadRequest) async throws -> UploadReply
}
