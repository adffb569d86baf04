import Hummingbird
import Logging
import SignalCore
import Storage

/// ThingSpeak's interface over a store: which request is answered by what.
struct ChannelAPI: Sendable {
    let store: ChannelStore
    let options: ServerOptions
    let logger: Logger
    let clock: @Sendable () -> Double

    /// Whether a path belongs to ThingSpeak's interface.
    static func owns(_ segments: [String]) -> Bool {
        switch segments.first {
        case "update", "channels": true
        case "s": segments.dropFirst().first == "update"
        case "stream": segments.dropFirst().first == "channels"
        default: false
        }
    }

    /// Whether a request may have the large body of a bulk write.
    static func isBulk(_ segments: [String]) -> Bool {
        segments.count == 3 && segments[0] == "channels" && segments[2] == "bulk_update"
    }

    /// The answer to any request; errors become answers too.
    func reply(to request: APIRequest) async -> Reply {
        do {
            var reply = try await route(request)
            if let name = try request.callback(), reply.contentType == ReplyFormat.json.contentType {
                reply.body = name + "(" + reply.body + ")"
                reply.contentType = "application/javascript; charset=utf-8"
            }
            return reply
        } catch is ReadDenied {
            return Reply(status: .badRequest, request.format == .json ? .json : .text, "-1")
        } catch let refusal as Refusal {
            return refusal.reply(request.format ?? .text)
        } catch let error as SignalError where error.code == .limitExceeded {
            return Refusal.badRequest(error.message).reply(request.format ?? .text)
        } catch {
            logger.error("\(error)")
            let isUnavailable = (error as? SignalError)?.code == .unavailable
            return Refusal.failure(
                isUnavailable ? .serviceUnavailable : .internalServerError, "the store failed; try again later"
            ).reply(request.format ?? .text)
        }
    }

    private func route(_ request: APIRequest) async throws -> Reply {
        var segments = ArraySlice(request.segments)
        if segments.first == "stream" {
            try allow([.get], request)
            guard segments.count == 4, segments.last == "feeds" else { throw unknown(request) }
            return try await export(try await readableChannel(segments[2], request))
        }
        if segments.first == "s" { segments = segments.dropFirst() }
        if segments.first == "update" {
            guard segments.count == 1 else { throw unknown(request) }
            try allow([.get, .post], request)
            return try await update(request)
        }
        segments = segments.dropFirst()
        guard let name = segments.first else {
            try allow([.get, .post], request)
            return request.method == .get ? try await listChannels(request) : try await createChannel(request)
        }
        if name == "public", segments.count == 1 {
            try allow([.get], request)
            return try await publicChannels(request)
        }
        guard let id = Int(name), id > 0 else { throw unknown(request) }
        return try await channelRoute(id, segments.dropFirst().map { $0 }, request)
    }

    private func channelRoute(_ id: Int, _ path: [String], _ request: APIRequest) async throws -> Reply {
        switch path.first {
        case nil:
            try allow([.get, .put, .patch, .delete], request)
            switch request.method {
            case .get: return try await viewChannel(id, request)
            case .delete: return try await deleteChannel(id, request)
            default: return try await editChannel(id, request)
            }
        case "bulk_update" where path.count == 1:
            try allow([.post], request)
            return try await bulkUpdate(id, request)
        case "clear" where path.count == 1:
            try allow([.post], request)
            return try await clearChannel(id, request)
        case "feed", "feeds":
            try allow(path.count == 1 ? [.get, .delete] : [.get], request)
            if request.method == .delete { return try await clearChannel(id, request) }
            let channel = try await readableChannel("\(id)", request)
            return try await feed(channel, Array(path.dropFirst()), field: nil, request)
        case "field", "fields":
            try allow([.get], request)
            let channel = try await readableChannel("\(id)", request)
            guard path.count > 1, let number = Int(path[1].trimmingPrefix("field")),
                (1...ChannelSettings.fieldCount).contains(number)
            else { throw Refusal.notFound("fields have numbers from 1 to \(ChannelSettings.fieldCount)") }
            return try await feed(channel, Array(path.dropFirst(2)), field: number - 1, request)
        case "status", "statuses":
            try allow([.get], request)
            return try await status(
                try await readableChannel("\(id)", request), Array(path.dropFirst()), request)
        default: throw unknown(request)
        }
    }

    // MARK: - What routes share

    /// The refusal of a path that is none of the interface's.
    func unknown(_ request: APIRequest) -> Refusal {
        .notFound("there is nothing at /" + request.segments.joined(separator: "/"))
    }

    func noChannel(_ name: some StringProtocol) -> Refusal { .notFound("there is no channel \(name)") }

    private func allow(_ methods: [HTTPRequest.Method], _ request: APIRequest) throws {
        guard methods.contains(request.method) else {
            throw Refusal.methodInvalid(
                "\(request.method.rawValue) is not among \(methods.map(\.rawValue).joined(separator: ", "))")
        }
    }

    /// The channel, if there is one and the request may read it.
    ///
    /// - Throws: `Refusal` without such a channel, ``ReadDenied`` without the right key.
    private func readableChannel(_ name: String, _ request: APIRequest) async throws -> Channel {
        guard let id = Int(name), let channel = try await store.channel(id) else { throw noChannel(name) }
        if channel.settings.isPublic { return channel }
        let grant = try await grant(of: request)
        guard let grant, grant.kind == .user || grant.channel == id else { throw ReadDenied() }
        return channel
    }

    /// What the request's key opens.
    func grant(of request: APIRequest) async throws -> AccessKey.Grant? {
        guard let key = request.key else { return nil }
        return try await store.grant(for: key)
    }

    /// - Throws: `Refusal` when the request has no user key.
    func requireUser(_ request: APIRequest) async throws {
        guard try await grant(of: request)?.kind == .user else {
            throw Refusal.unauthorized("managing channels needs the user's key; see auscult channel keys --user")
        }
    }
}

/// Reading without the right key: the oldest clients look for `-1`.
struct ReadDenied: Error {}
