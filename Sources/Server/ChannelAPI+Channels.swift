import Foundation
import Hummingbird
import Storage

extension ChannelAPI {
    /// The owner's channels.
    func listChannels(_ request: APIRequest) async throws -> Reply {
        guard try await grant(of: request)?.kind == .user else {
            // This one route has a shape of its own.
            return Reply(
                status: .unauthorized, request.format ?? .json,
                .object([("error", .text("Could not authenticate you."))]), root: "hash")
        }
        var views: [Document] = []
        for channel in try await store.channels() { views.append(.object(try await ownersView(channel, request))) }
        return Reply(request.format ?? .json, .list(element: "channel", views), root: "channels")
    }

    func createChannel(_ request: APIRequest) async throws -> Reply {
        try await requireUser(request)
        var settings = ChannelSettings()
        try ChannelEdit(request).apply(to: &settings)
        if request["field1"] == nil { settings.fieldNames[0] = "Field Label 1" }
        let channel = try await store.createChannel(settings)
        return Reply(request.format ?? .json, .object(try await ownersView(channel, request)), root: "channel")
    }

    /// The public view, or the private one with the owner's key.
    func viewChannel(_ id: Int, _ request: APIRequest) async throws -> Reply {
        guard let channel = try await store.channel(id) else { throw noChannel("\(id)") }
        let grant = try await grant(of: request)
        guard channel.settings.isPublic || grant?.kind == .user || grant?.channel == id else { throw ReadDenied() }
        let members =
            grant?.kind == .user
            ? try await ownersView(channel, request)
            : ChannelView.everybodys(channel, owner: options.ownerName, request: request)
        return Reply(request.format ?? .json, .object(members), root: "channel")
    }

    func editChannel(_ id: Int, _ request: APIRequest) async throws -> Reply {
        try await requireUser(request)
        let edit = try ChannelEdit(request)
        guard let channel = try await store.updateChannel(id, { edit.apply(to: &$0) }) else { throw noChannel("\(id)") }
        return Reply(request.format ?? .json, .object(try await ownersView(channel, request)), root: "channel")
    }

    func deleteChannel(_ id: Int, _ request: APIRequest) async throws -> Reply {
        try await requireUser(request)
        guard let channel = try await store.deleteChannel(id) else { throw noChannel("\(id)") }
        let view = ChannelView.everybodys(channel, owner: options.ownerName, request: request)
        return Reply(request.format ?? .json, .object(view), root: "channel")
    }

    func clearChannel(_ id: Int, _ request: APIRequest) async throws -> Reply {
        try await requireUser(request)
        guard try await store.clearChannel(id) != nil else { throw noChannel("\(id)") }
        return Reply(request.format ?? .json, .list(element: "nil-class", []), root: "nil-classes")
    }

    /// Public channels by number, a page at a time.
    func publicChannels(_ request: APIRequest) async throws -> Reply {
        guard let page = Int(request["page"] ?? "1"), (1...1_000_000).contains(page) else {
            throw Refusal.notFound("pages have numbers from 1")
        }
        let place = try PlaceFilter(request)
        let matching = try await store.channels().filter { channel in
            let settings = channel.settings
            guard settings.isPublic, request["username"].map({ $0 == options.ownerName }) ?? true else { return false }
            if let tag = request["tag"], !settings.tags.contains(where: { $0.lowercased() == tag.lowercased() }) {
                return false
            }
            return place?.contains(settings) ?? true
        }
        let size = 15
        let views = matching.dropFirst((page - 1) * size).prefix(size).map {
            Document.object(ChannelView.everybodys($0, owner: options.ownerName, request: request))
        }
        return Reply(
            request.format ?? .json,
            .object([
                (
                    "pagination",
                    .object([
                        ("current_page", .integer(page)), ("per_page", .integer(size)),
                        ("total_entries", .integer(matching.count)),
                    ])
                ),
                ("channels", .list(element: "channel", views)),
            ]), root: "response")
    }

    private func ownersView(_ channel: Channel, _ request: APIRequest) async throws -> ChannelView.Members {
        ChannelView.owners(
            channel, keys: try await store.keys(of: channel.id), owner: options.ownerName, request: request)
    }
}

/// What a request changes of a channel: what it names, and nothing else.
private struct ChannelEdit {
    private var texts: [String: String] = [:]

    private static let maximumBytes = [
        "name": 255, "description": 4096, "metadata": 32768, "tags": 1024, "url": 1024, "latitude": 32,
        "longitude": 32, "elevation": 32, "public_flag": 5,
    ]

    /// - Throws: `Refusal` for values that are too long, or no place on the globe.
    init(_ request: APIRequest) throws {
        guard !request.isMalformedJSON else { throw Refusal.badRequest("the body is not JSON") }
        guard !request.hasInvalidBytes else { throw Refusal.invalidBytes("the parameters are not UTF-8") }
        let fields = (1...ChannelSettings.fieldCount).map { "field\($0)" }
        for name in Array(Self.maximumBytes.keys) + fields {
            guard let text = request[name] else { continue }
            guard text.utf8.count <= Self.maximumBytes[name] ?? 255, !text.utf8.contains(0) else {
                throw Refusal.badRequest("\(name) is too long, or has a zero byte")
            }
            texts[name] = text
        }
        for (name, limit) in [("latitude", 90), ("longitude", 180), ("elevation", 1e9)] {
            guard EntryCheck.isPlace(texts[name].flatMap { $0.isEmpty ? nil : $0 }, within: limit) else {
                throw Refusal.badRequest("\(name) is no number within \(limit)")
            }
        }
    }

    func apply(to settings: inout ChannelSettings) {
        if let name = texts["name"] { settings.name = name }
        set(&settings.description, "description")
        set(&settings.latitude, "latitude")
        set(&settings.longitude, "longitude")
        set(&settings.elevation, "elevation")
        set(&settings.metadata, "metadata")
        set(&settings.url, "url")
        for field in settings.fieldNames.indices { set(&settings.fieldNames[field], "field\(field + 1)") }
        if let flag = texts["public_flag"]?.lowercased() { settings.isPublic = flag == "true" || flag == "1" }
        if let list = texts["tags"] {
            var seen: Set<String> = []
            settings.tags = list.split(separator: ",").map { $0.trimming { $0.isWhitespace } }.filter {
                !$0.isEmpty && seen.insert($0).inserted
            }
        }
    }

    /// An empty text takes a setting away.
    private func set(_ setting: inout String?, _ name: String) {
        if let text = texts[name] { setting = text.isEmpty ? nil : text }
    }
}

/// Channels within some kilometres of a place.
private struct PlaceFilter {
    private let latitude: Double
    private let longitude: Double
    private let distance: Double

    /// - Returns: nil when the request names no place.
    /// - Throws: `Refusal` when it names one in part.
    init?(_ request: APIRequest) throws {
        let texts = [request["latitude"], request["longitude"], request["distance"]]
        if texts.allSatisfy({ $0 == nil }) { return nil }
        let numbers = texts.compactMap { $0.flatMap(NumericText.comparable) }
        guard numbers.count == 3 else {
            throw Refusal.badRequest("latitude, longitude and distance (km) are numbers and go together")
        }
        (latitude, longitude, distance) = (numbers[0], numbers[1], numbers[2])
    }

    /// By the haversine formula, on a sphere.
    func contains(_ settings: ChannelSettings) -> Bool {
        guard let north = settings.latitude.flatMap(NumericText.comparable),
            let east = settings.longitude.flatMap(NumericText.comparable)
        else { return false }
        let radians = Double.pi / 180
        let latitudes = sin((north - latitude) * radians / 2)
        let longitudes = sin((east - longitude) * radians / 2)
        let chord =
            latitudes * latitudes + cos(north * radians) * cos(latitude * radians) * longitudes * longitudes
        return 2 * 6371 * asin(min(1, chord.squareRoot())) <= distance
    }
}
