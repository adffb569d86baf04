import Foundation
import Hummingbird
import Logging
import NIOCore
import SignalCore
import Storage

/// The routes besides ThingSpeak's: the page, what it shows, and its events. No page of another site may read them.
struct OwnRoutes: Sendable {
    let store: ChannelStore
    let options: ServerOptions
    let live: LiveHub
    let page: PageFiles
    let pushes: [String: PushTarget]
    let logger: Logger

    /// Whether a path is one of these routes, rather than of none at all.
    static func owns(_ segments: [String]) -> Bool {
        switch segments.first {
        case nil, "events", "health", "api", "assets", "push": true
        case let name?: segments.count == 1 && (name.hasSuffix(".js") || name.hasSuffix(".css") || name == "index.html")
        }
    }

    /// The answer to any request that is not ThingSpeak's; errors become answers too.
    func response(to parsed: APIRequest, _ request: Request, _ context: ServerContext) async -> Response {
        let format = parsed.format ?? (["api", "push"].contains(parsed.segments.first) ? .json : .text)
        do {
            return try await route(parsed, request, context)
        } catch var refusal as Refusal {
            refusal.details = refusal.details.filter { $0 != "\0" }
            var reply = refusal.reply(format)
            if refusal.status == .unauthorized { reply.headers[.wwwAuthenticate] = "Basic realm=\"auscult\"" }
            if refusal.status == .serviceUnavailable { reply.headers[.retryAfter] = "5" }
            return Self.response(reply)
        } catch {
            logger.error("\(error)")
            let isUnavailable = (error as? SignalError)?.code == .unavailable
            return Self.response(
                Refusal.failure(
                    isUnavailable ? .serviceUnavailable : .internalServerError, "the store failed; try again later"
                ).reply(format))
        }
    }

    private func route(_ parsed: APIRequest, _ request: Request, _ context: ServerContext) async throws -> Response {
        let access = AccessCheck(options: options)
        try access.checkToken(request)
        let path = "/" + parsed.segments.joined(separator: "/")
        // Says nothing of anybody, so any name will do.
        if path == "/health" { return Self.response(Reply(.json, #"{"status":"ok"}"#)) }
        if let file = page.files[path] {
            try access.checkHost(request)
            try Self.allowReading(parsed)
            return Self.response(file, request)
        }
        switch parsed.segments.first {
        case "events" where parsed.segments.count == 1:
            try access.checkHost(request)
            try Self.allowReading(parsed)
            return try events(request, context)
        case "api":
            try access.checkHost(request)
            try Self.allowReading(parsed)
            let text = try await StoredRoutes(store: store, live: live, page: page, showsPrivate: access.hasToken)
                .text(Array(parsed.segments.dropFirst()), parsed)
            return Self.response(Reply(.json, text))
        case "push":
            try access.checkHost(request)
            try access.checkOrigin(request)
            return Self.response(try await PushRoute(targets: pushes).reply(to: parsed, request))
        case "assets" where PageFiles.plotFiles.contains { path == "/assets/" + $0 }:
            throw Refusal.notFound(PageFiles.plotRemedy)
        default: throw Refusal.notFound("there is nothing at " + path)
        }
    }

    private static func allowReading(_ parsed: APIRequest) throws {
        guard parsed.method == .get else {
            throw Refusal.methodInvalid("\(parsed.method.rawValue) is not among GET")
        }
    }

    // MARK: - Events

    /// A stream of events that ends with the server, or with the client.
    private func events(_ request: Request, _ context: ServerContext) throws -> Response {
        var headers = Self.protection
        headers[.contentType] = "text/event-stream"
        headers[.cacheControl] = "no-store"
        guard request.method == .get else { return Response(status: .ok, headers: headers) }
        let channel = context.channel
        guard
            let stream = live.attach(
                limit: options.maximumEventStreams, cut: { channel.close(promise: nil) })
        else {
            throw Refusal.failure(
                .serviceUnavailable, "\(options.maximumEventStreams) clients follow the events already; try again later"
            )
        }
        return Response(
            status: .ok, headers: headers,
            body: ResponseBody { writer in
                try await stream.run { try await writer.write($0) }
                try await writer.finish(nil)
            })
    }

    // MARK: - Replies

    /// What keeps a page from doing what it was not made for.
    private static let protection: HTTPFields = {
        var headers = HTTPFields()
        headers[.xContentTypeOptions] = "nosniff"
        headers[.contentSecurityPolicy] = "default-src 'self'; base-uri 'none'; frame-ancestors 'none'"
        if let name = HTTPFields.Element.Name("Referrer-Policy") { headers[name] = "no-referrer" }
        return headers
    }()

    /// A reply that only pages of this server may read, and that is kept nowhere.
    private static func response(_ reply: Reply) -> Response {
        var headers = protection
        for field in reply.headers { headers[field.name] = field.value }
        headers[.contentType] = reply.contentType
        headers[.cacheControl] = "no-store"
        return Response(
            status: reply.status, headers: headers, body: .init(byteBuffer: ByteBuffer(string: reply.body)))
    }

    private static func response(_ file: PageFiles.File, _ request: Request) -> Response {
        var headers = protection
        headers[.contentType] = file.contentType
        // Kept, but asked for again every time.
        headers[.cacheControl] = "no-cache"
        headers[.eTag] = file.tag
        if request.headers[.ifNoneMatch]?.contains(file.tag) == true {
            return Response(status: .notModified, headers: headers)
        }
        return Response(status: .ok, headers: headers, body: .init(byteBuffer: file.bytes))
    }
}
