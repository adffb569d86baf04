/// What an owner can set of a channel.
public struct ChannelSettings: Sendable, Equatable {
    /// The number of fields of a channel.
    public static let fieldCount = 8

    /// The name; empty when nobody gave one.
    public var name = ""
    /// What the channel is about.
    public var description: String?
    /// The names of fields 1 to 8; only named fields appear in feeds.
    public var fieldNames = [String?](repeating: nil, count: fieldCount)
    /// Degrees north, as written.
    public var latitude: String?
    /// Degrees east, as written.
    public var longitude: String?
    /// Metres, as written.
    public var elevation: String?
    /// Anything, usually JSON.
    public var metadata: String?
    /// Words to find the channel by.
    public var tags: [String] = []
    /// A page about the channel.
    public var url: String?
    /// Whether everybody may read.
    public var isPublic = false

    /// Settings of which nothing is known.
    public init() {}
}

/// A channel: up to eight named fields, and a row of values at a time.
public struct Channel: Sendable, Equatable, Identifiable {
    /// The number by which requests name the channel.
    public let id: Int
    /// What the owner set.
    public var settings: ChannelSettings
    /// The numbers of the tags, in the order of `settings.tags`.
    public let tagNumbers: [Int]
    /// Seconds since 1970.
    public let createdAt: Int
    /// Seconds since 1970 of the last change of the settings.
    public let updatedAt: Int
    /// The number of the newest entry; nil while there is none.
    public let lastEntryID: Int?
    /// Seconds since 1970, with fraction, of the last accepted write.
    public let lastWriteAt: Double?

    /// The positions (from 0) of the fields that have a name.
    public var namedFields: [Int] { settings.fieldNames.indices.filter { settings.fieldNames[$0] != nil } }
}
