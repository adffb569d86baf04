/// The values of an entry, exactly as they were written.
public struct EntryValues: Sendable, Equatable {
    /// Fields 1 to 8; nil where nothing was written.
    public var fields: [String?]
    /// Degrees north.
    public var latitude: String?
    /// Degrees east.
    public var longitude: String?
    /// Metres.
    public var elevation: String?
    /// A remark.
    public var status: String?

    /// Values of which none is written.
    ///
    /// - Parameter fields: The first fields; the others are nil. More than eight are a mistake of the caller's.
    public init(fields: [String?] = []) {
        precondition(fields.count <= ChannelSettings.fieldCount)
        self.fields = fields + [String?](repeating: nil, count: ChannelSettings.fieldCount - fields.count)
    }
}

/// An entry that is to be written.
public struct EntryDraft: Sendable, Equatable {
    /// Seconds since 1970; nil means the time of receipt.
    public var createdAt: Int?
    /// Whether the client gave the time, rather than the server by its clock. Given times are unique in a channel.
    public var isTimeGiven: Bool
    /// The values.
    public var values: EntryValues

    /// An entry.
    ///
    /// - Parameters:
    ///   - createdAt: Seconds since 1970; nil means the time of receipt.
    ///   - isTimeGiven: Whether the client gave the time.
    ///   - values: The values.
    public init(createdAt: Int? = nil, isTimeGiven: Bool = true, values: EntryValues) {
        self.createdAt = createdAt
        self.isTimeGiven = isTimeGiven && createdAt != nil
        self.values = values
    }
}

/// An entry of a channel.
public struct Entry: Sendable, Equatable {
    /// Its number in the channel, from 1; nil in rows that sum up several entries.
    public var id: Int?
    /// Seconds since 1970.
    public var createdAt: Int
    /// The values.
    public var values: EntryValues

    /// An entry.
    public init(id: Int?, createdAt: Int, values: EntryValues) {
        self.id = id
        self.createdAt = createdAt
        self.values = values
    }
}
