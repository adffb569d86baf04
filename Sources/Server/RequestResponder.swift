import Hummingbird
import NIOCore
import Storage

/// What is known of a request besides the request itself.
struct ServerContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// The address of the caller.
    let remoteAddress: String?

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        remoteAddress = source.channel.remoteAddress?.ipAddress
    }
}

/// Takes requests apart and hands them on: to ThingSpeak's interface, or to the routes that need the token.
struct RequestResponder: HTTPResponder {
    /// The most parts of a path that `OPTIONS` answers for.
    private static let maximumOptionsDepth = 5

    let api: ChannelAPI

    func respond(to request: Request, context: ServerContext) async throws -> Response {
        let reply = await reply(to: request, context)
        var response = reply.response
        // The length is that of the body that `GET` would have.
        if request.method == .head { response = response.createHeadResponse() }
        return response
    }

    private func reply(to request: Request, _ context: ServerContext) async -> Reply {
        var parsed = APIRequest(request.head, remoteAddress: context.remoteAddress)
        if request.method == .options, parsed.segments.count <= Self.maximumOptionsDepth { return Reply(.text, "") }
        guard ChannelAPI.owns(parsed.segments) else { return ownReply(parsed, request) }
        let limit = ChannelAPI.isBulk(parsed.segments) ? ServerOptions.maximumBulkBody : ServerOptions.maximumBody
        let refusal = Refusal.tooLarge("the body has more than \(limit) bytes").reply(parsed.format ?? .text)
        if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > limit { return refusal }
        do {
            let body = try await request.body.collect(upTo: limit)
            parsed.read(body, contentType: request.headers[.contentType])
        } catch is NIOTooManyBytesError {
            return refusal
        } catch {
            return Refusal.badRequest("the body did not arrive whole").reply(parsed.format ?? .text)
        }
        return await api.reply(to: parsed)
    }

    /// The routes besides ThingSpeak's.
    private func ownReply(_ parsed: APIRequest, _ request: Request) -> Reply {
        if let token = api.options.token, !token.isEmpty {
            guard let given = request.headers[.authorization], Self.isEqual(given, "Bearer " + token) else {
                var reply = Refusal.unauthorized("this page needs the server's token").reply(parsed.format ?? .text)
                reply.headers[.wwwAuthenticate] = "Bearer"
                return reply
            }
        }
        guard parsed.segments == ["health"] else { return api.unknown(parsed).reply(parsed.format ?? .text) }
        return Reply(.json, .object([("status", .text("ok"))]), root: "health")
    }

    /// Takes the same time wherever two texts differ.
    private static func isEqual(_ left: String, _ right: String) -> Bool {
        let (left, right) = (Array(left.utf8), Array(right.utf8))
        guard left.count == right.count else { return false }
        return zip(left, right).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
