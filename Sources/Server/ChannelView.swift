import Storage

/// A channel as the replies show it.
enum ChannelView {
    typealias Members = [(name: String, value: Document)]

    /// The channel at the head of its entries; only what is set is named.
    static func listed(_ channel: Channel, _ request: APIRequest, isStatus: Bool) -> Members {
        let settings = channel.settings
        var place: Members = []
        if let latitude = settings.latitude { place.append(("latitude", .decimal(latitude))) }
        if let longitude = settings.longitude { place.append(("longitude", .decimal(longitude))) }
        if isStatus { return [("name", .text(settings.name))] + place }
        var members: Members = [("id", .integer(channel.id)), ("name", .text(settings.name))]
        if let description = settings.description { members.append(("description", .text(description))) }
        members += place
        for field in channel.namedFields { members.append(("field\(field + 1)", .text(settings.fieldNames[field]))) }
        members.append(("created_at", .time(WireTime.iso(channel.createdAt, zone: request.zone))))
        members.append(("updated_at", .time(WireTime.iso(channel.updatedAt, zone: request.zone))))
        if let elevation = settings.elevation { members.append(("elevation", .decimal(elevation))) }
        members.append(("last_entry_id", .integer(channel.lastEntryID)))
        if request.flag("metadata") { members.append(("metadata", .text(settings.metadata))) }
        return members
    }

    /// The channel as everybody sees it.
    static func everybodys(_ channel: Channel, owner: String, request: APIRequest) -> Members {
        let settings = channel.settings
        return [
            ("id", .integer(channel.id)), ("name", .text(settings.name)),
            ("description", .text(settings.description)), ("latitude", .decimal(settings.latitude)),
            ("longitude", .decimal(settings.longitude)),
            ("created_at", .time(WireTime.iso(channel.createdAt, zone: request.zone))),
            ("elevation", .text(settings.elevation)), ("last_entry_id", .integer(channel.lastEntryID)),
            ("ranking", .integer(ranking(settings))), ("username", .text(owner)),
            (
                "tags",
                .list(
                    element: "tag",
                    zip(channel.tagNumbers, settings.tags).map {
                        .object([("id", .integer($0)), ("name", .text($1))])
                    })
            ),
        ]
    }

    /// The channel as its owner sees it, with its keys.
    static func owners(
        _ channel: Channel, keys: [(key: String, kind: AccessKey.Kind)], owner: String, request: APIRequest
    ) -> Members {
        everybodys(channel, owner: owner, request: request) + [
            ("metadata", .text(channel.settings.metadata)), ("url", .text(channel.settings.url)),
            ("public_flag", .flag(channel.settings.isPublic)),
            (
                "api_keys",
                .list(
                    element: "api_key",
                    keys.map { .object([("api_key", .text($0.key)), ("write_flag", .flag($0.kind == .write))]) })
            ),
        ]
    }

    /// How much of the description of a channel is filled in, in percent: a sixth for each of these.
    private static func ranking(_ settings: ChannelSettings) -> Int {
        let filled = [
            !settings.name.isEmpty, settings.description != nil, !settings.tags.isEmpty, settings.url != nil,
            settings.latitude != nil && settings.longitude != nil, settings.elevation != nil,
        ]
        return filled.count(where: { $0 }) * 100 / filled.count
    }
}
