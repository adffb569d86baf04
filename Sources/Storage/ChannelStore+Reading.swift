import GRDB
import SignalCore

extension ChannelStore {
    /// The entries a query selects, oldest first, or the rows it makes of them.
    ///
    /// When more match than the query's limit, the newest are taken, by time and then by number.
    ///
    /// - Parameters:
    ///   - channel: The channel, as it was read; only its named fields count for limits and rounding.
    ///   - query: Which entries, and what is made of them.
    /// - Throws: `SignalError` with code `limitExceeded` when an aggregation has too many slices.
    public func entries(of channel: Channel, _ query: EntryQuery) async throws -> EntryTable {
        guard query.limit > 0 else { return EntryTable([]) }
        let selected = try await reading { try Self.select(query, channel: channel.id, in: $0) }
        guard query.changesEntries else { return selected }
        guard let rows = query.apply(to: Array(selected), named: channel.namedFields) else {
            throw SignalError(
                .limitExceeded,
                "more than \(Aggregation.maximumSlices) slices of time; ask for a shorter range or longer slices")
        }
        return EntryTable(rows)
    }

    /// The entry of a number, or nil.
    public func entry(_ id: Int, of channel: Int) async throws -> Entry? {
        try await reading { database in
            let statement = try database.cachedStatement(
                sql: "SELECT \(EntryTable.columns) FROM entries WHERE channel = ? AND id = ?")
            return try EntryTable(statement, arguments: [channel, id]).first
        }
    }

    /// The entry with the highest number, or nil when there is none.
    ///
    /// - Parameters:
    ///   - channel: The channel.
    ///   - field: The position (from 0) of a field that must not be null, or nil.
    public func lastEntry(of channel: Int, field: Int? = nil) async throws -> Entry? {
        try await reading { database in
            let condition = field.map { " AND field\($0 + 1) IS NOT NULL" } ?? ""
            let statement = try database.cachedStatement(
                sql: """
                    SELECT \(EntryTable.columns) FROM entries WHERE channel = ?\(condition) ORDER BY id DESC LIMIT 1
                    """)
            return try EntryTable(statement, arguments: [channel]).first
        }
    }

    /// The entries after a number, by number: one page of a whole channel.
    ///
    /// - Parameters:
    ///   - channel: The channel.
    ///   - id: The last number of the page before; 0 for the first page.
    ///   - count: The most entries of a page.
    public func page(of channel: Int, after id: Int, count: Int = EntryQuery.maximumResults) async throws -> EntryTable
    {
        try await reading { database in
            let statement = try database.cachedStatement(
                sql: "SELECT \(EntryTable.columns) FROM entries WHERE channel = ? AND id > ? ORDER BY id LIMIT ?")
            return try EntryTable(statement, arguments: [channel, id, count])
        }
    }

    /// The number of entries of a channel.
    public func entryCount(of channel: Int) async throws -> Int {
        try await reading { database in
            try Int.fetchOne(
                database, sql: "SELECT count(*) FROM entries WHERE channel = ?", arguments: [channel]) ?? 0
        }
    }

    private static func select(_ query: EntryQuery, channel: Int, in database: Database) throws -> EntryTable {
        var conditions = "channel = ?"
        var arguments: StatementArguments = [channel]
        for (condition, bound) in [
            ("created_at >= ?", query.start), ("created_at <= ?", query.end), ("id >= ?", query.firstEntryID),
            ("id <= ?", query.lastEntryID),
        ] {
            guard let bound else { continue }
            conditions += " AND " + condition
            arguments += [bound]
        }
        arguments += [query.limit]
        let statement = try database.cachedStatement(
            sql: """
                SELECT \(EntryTable.columns) FROM entries WHERE \(conditions) ORDER BY created_at DESC, id DESC LIMIT ?
                """)
        return try EntryTable(statement, arguments: arguments, isReversed: true)
    }
}
