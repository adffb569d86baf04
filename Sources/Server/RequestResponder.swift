import Hummingbird
import NIOCore
import Storage

/// What is known of a request besides the request itself.
struct ServerContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// The address of the caller.
    let remoteAddress: String?
    /// The connection.
    let channel: any NIOCore.Channel

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        channel = source.channel
        remoteAddress = source.channel.remoteAddress?.ipAddress
    }
}

/// Takes requests apart and hands them on: to ThingSpeak's interface, or to the routes that need the token.
struct RequestResponder: HTTPResponder {
    /// The most parts of a path that `OPTIONS` answers for.
    private static let maximumOptionsDepth = 5

    let api: ChannelAPI
    let own: OwnRoutes
    let faults: FaultPlan?

    func respond(to request: Request, context: ServerContext) async throws -> Response {
        let parsed = APIRequest(request.head, remoteAddress: context.remoteAddress)
        var response: Response
        if request.method == .options, parsed.segments.count <= Self.maximumOptionsDepth,
            !OwnRoutes.owns(parsed.segments)
        {
            response = Reply(.text, "").response
        } else if ChannelAPI.owns(parsed.segments) {
            response = try await channelReply(parsed, request, context).response
        } else {
            response = await own.response(to: parsed, request, context)
        }
        // The length is that of the body that `GET` would have.
        if request.method == .head { response = response.createHeadResponse() }
        return response
    }

    private func channelReply(_ head: APIRequest, _ request: Request, _ context: ServerContext) async throws -> Reply {
        guard let fault = faults?.next() else { return await channelReply(head, request) }
        return try await fault.reply(to: head, on: context.channel) { await channelReply(head, request) }
    }

    private func channelReply(_ head: APIRequest, _ request: Request) async -> Reply {
        var parsed = head
        let limit = ChannelAPI.isBulk(parsed.segments) ? ServerOptions.maximumBulkBody : ServerOptions.maximumBody
        do {
            parsed.read(try await request.body(upTo: limit), contentType: request.headers[.contentType])
        } catch {
            let refusal = error as? Refusal ?? Refusal.badRequest("the body cannot be read")
            return refusal.reply(parsed.format ?? .text)
        }
        return await api.reply(to: parsed)
    }
}
