import SignalCore
public import Storage

/// How the server listens, and what it allows.
public struct ServerOptions: Sendable, Equatable {
    /// The host to listen on.
    public var host = "127.0.0.1"
    /// The port to listen on; 0 takes a free one.
    public var port = 8080
    /// What callers must show on other routes than ThingSpeak's, as `Authorization: Bearer TOKEN`, or as the password of
    /// any user, for which browsers ask by themselves.
    public var token: String?
    /// Seconds that must lie between two writes to a channel; 15 is ThingSpeak's.
    public var rateLimit = 0.0
    /// The most entries of one bulk write; 960 is ThingSpeak's.
    public var bulkLimit = 960
    /// The name of the owner in views of channels.
    public var ownerName = "auscult"
    /// The most connections at once; others wait.
    public var maximumConnections = 512
    /// The most clients that follow the live page's events; others are asked to come again.
    public var maximumEventStreams = 256
    /// The folder of dygraphs, which draws the page's plots; without it the page has none.
    public var dygraphsFolder = "/usr/share/javascript/dygraphs"
    /// Seconds after which clients that follow events are told that there are none.
    var eventPause = 10.0
    /// Seconds after which a connection without a request, or with half of one, is closed.
    public var idleSeconds = 30.0
    /// What goes wrong on purpose; nil for nothing.
    public var faults: FaultOptions?
    /// Which entries are kept; applied once an hour.
    public var retention = Retention()

    /// Bytes of the body of a bulk write.
    static let maximumBulkBody = 3 << 20
    /// Bytes of the body of lines that are pushed.
    static let maximumPushBody = 1 << 20
    /// Bytes of the body of any other request.
    static let maximumBody = 64 << 10
    /// Bytes of all headers of a request.
    static let maximumHeaders = 8 << 10

    /// A server on this machine alone, without limits of rate.
    public init() {}

    /// Takes host and port from `HOST:PORT`, `:PORT`, `HOST` or `[IPV6]:PORT`.
    ///
    /// - Throws: `SignalError` when the text is none of these.
    public mutating func listen(on address: String) throws {
        let colon = address.lastIndex(of: ":")
        let hasPort = colon.map { !address[$0...].contains("]") } ?? false
        let name = hasPort ? String(address[..<(colon ?? address.endIndex)]) : address
        if hasPort, let colon {
            guard let number = Int(address[address.index(after: colon)...]), (0...65535).contains(number) else {
                throw SignalError(.invalidOption, "'\(address)' is no address; write it as 127.0.0.1:8080")
            }
            port = number
        }
        let bare = name.hasPrefix("[") && name.hasSuffix("]") ? String(name.dropFirst().dropLast()) : name
        guard !bare.contains(where: { $0.isWhitespace || $0 == "[" || $0 == "]" || $0 == "/" }) else {
            throw SignalError(.invalidOption, "'\(address)' is no address; write it as 127.0.0.1:8080")
        }
        if !bare.isEmpty { host = bare }
    }

    /// Whether only programs on this machine reach the server.
    var isLoopback: Bool { AccessCheck.isLoopback(host.lowercased()) }

    /// The address of a server with these options, as browsers take it, without a slash at the end.
    ///
    /// - Parameter port: the port it took.
    public func address(port: Int) -> String { "http://\(host.contains(":") ? "[\(host)]" : host):\(port)" }

    /// - Throws: `SignalError` when a value is out of its range, or others could reach the server without a token.
    func validate() throws {
        guard isLoopback || !(token ?? "").isEmpty else {
            throw SignalError(
                .invalidOption, "\(host) can be reached by others; set --token, or listen on 127.0.0.1")
        }
        guard rateLimit.isFinite, (0...86400).contains(rateLimit) else {
            throw SignalError(.invalidOption, "--rate-limit is a number of seconds from 0 to 86400, not \(rateLimit)")
        }
        guard (1...100_000).contains(bulkLimit) else {
            throw SignalError(.invalidOption, "--bulk-limit is a number of rows from 1 to 100000, not \(bulkLimit)")
        }
        if let share = faults?.share, !(share > 0 && share <= 0.95) {
            throw SignalError(.invalidOption, "--faults is a share above 0 and at most 0.95, not \(share)")
        }
    }
}
