/// Which entries of a channel, and what is made of them.
public struct EntryQuery: Sendable, Equatable {
    /// The most entries that one listing holds.
    public static let maximumResults = 8000
    /// The number of entries of a listing for which nothing is asked.
    public static let defaultResults = 100

    /// How many of the newest entries; nil means 100, or 8000 when a range is given.
    public var results: Int?
    /// The earliest time, in seconds since 1970, inclusive.
    public var start: Int?
    /// The latest time, in seconds since 1970, inclusive.
    public var end: Int?
    /// The lowest entry number, inclusive.
    public var firstEntryID: Int?
    /// The highest entry number, inclusive.
    public var lastEntryID: Int?
    /// What is made of the entries of each slice of time.
    public var aggregation: Aggregation?
    /// Entries with a number below this in any field are dropped.
    public var minimum: Double?
    /// Entries with a number above this in any field are dropped.
    public var maximum: Double?
    /// Decimals to which numbers are rounded.
    public var decimals: Int?

    /// A query for the newest 100 entries.
    public init() {}

    /// Whether anything is made of the entries that are selected.
    var changesEntries: Bool { aggregation != nil || minimum != nil || maximum != nil || decimals != nil }

    /// The most entries that are read.
    var limit: Int {
        let hasRange = start != nil || end != nil || firstEntryID != nil || lastEntryID != nil
        return min(max(results ?? (hasRange ? Self.maximumResults : Self.defaultResults), 0), Self.maximumResults)
    }
}
