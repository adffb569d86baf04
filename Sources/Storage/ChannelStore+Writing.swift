import GRDB
import SignalCore

/// What became of an entry that was to be written.
public enum WriteOutcome: Sendable, Equatable {
    /// It is stored.
    case stored(Entry)
    /// The same entry with the same given time is there already.
    case replayed(Entry)
    /// Another entry with the same given time is there already: its number.
    case conflict(with: Int)
    /// Less time than the rate limit has passed since the last write.
    case tooSoon
    /// There is no such channel.
    case noChannel
}

/// What became of a batch of entries that was to be written.
public enum BulkOutcome: Sendable, Equatable {
    /// So many are stored; the others were there already.
    case stored(Int)
    /// The entry at this position (from 0) has the time of another one and other values; nothing is stored.
    case conflict(at: Int)
    /// Less time than the rate limit has passed since the last write; nothing is stored.
    case tooSoon
    /// There is no such channel.
    case noChannel
}

extension ChannelStore {
    /// Writes one entry; on return it is on the disk.
    ///
    /// - Parameters:
    ///   - draft: The entry.
    ///   - channel: The channel.
    ///   - interval: Seconds that must lie between two writes. An entry that is there already is never too soon.
    public func append(_ draft: EntryDraft, to channel: Int, interval: Double = 0) async throws -> WriteOutcome {
        let now = clock()
        return try await writing { database in
            guard var writer = try EntryWriter(channel: channel, in: database) else { return .noChannel }
            if draft.isTimeGiven, let time = draft.createdAt, let known = try writer.entry(givenAt: time) {
                return known.values == draft.values ? .replayed(known) : .conflict(with: known.id ?? 0)
            }
            guard !writer.isTooSoon(now, interval: interval) else { return .tooSoon }
            let time = draft.createdAt ?? Int(now)
            let id = try writer.insert(draft.values, at: time, isGiven: draft.isTimeGiven) ?? 0
            try writer.finish(now: now)
            return .stored(Entry(id: id, createdAt: time, values: draft.values))
        }
    }

    /// Writes all entries of a batch or, when one contradicts an entry that is there, none.
    ///
    /// Numbers follow the order of the batch. Entries that are there already, or twice in the batch, are left out.
    public func append(
        contentsOf drafts: [EntryDraft], to channel: Int, interval: Double = 0
    ) async throws -> BulkOutcome {
        let now = clock()
        do {
            return try await writing { database in
                guard var writer = try EntryWriter(channel: channel, in: database) else { return .noChannel }
                guard !writer.isTooSoon(now, interval: interval) else { return .tooSoon }
                var count = 0
                for (position, draft) in drafts.enumerated() {
                    let time = draft.createdAt ?? Int(now)
                    if try writer.insert(draft.values, at: time, isGiven: draft.isTimeGiven) != nil {
                        count += 1
                    } else if try writer.entry(givenAt: time)?.values != draft.values {
                        throw SignalError(
                            .mismatch, "another entry has the same time", cause: BulkConflict(position: position))
                    }
                }
                if count > 0 { try writer.finish(now: now) }
                return .stored(count)
            }
        } catch let error as SignalError {
            guard let conflict = error.cause as? BulkConflict else { throw error }
            return .conflict(at: conflict.position)
        }
    }
}

/// Takes back a batch, saying at which entry.
private struct BulkConflict: Error {
    let position: Int
}

/// Adds entries to one channel within a transaction.
private struct EntryWriter {
    private let database: Database
    private let channel: Int
    private var lastID: Int
    private let lastWriteAt: Double?
    private let insertion: Statement
    private let given: Statement

    /// - Returns: nil when there is no such channel.
    init?(channel: Int, in database: Database) throws {
        let state = try database.cachedStatement(
            sql: "SELECT last_entry_id, last_write_at FROM channels WHERE id = ?")
        guard let row = try Row.fetchOne(state, arguments: [channel]) else { return nil }
        self.database = database
        self.channel = channel
        lastID = row[0] ?? 0
        lastWriteAt = row[1]
        insertion = try database.cachedStatement(
            sql: """
                INSERT INTO entries (channel, id, created_at, given, \(EntryTable.textColumns))
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (channel, created_at) WHERE given = 1 DO NOTHING
                """)
        given = try database.cachedStatement(
            sql: "SELECT \(EntryTable.columns) FROM entries WHERE channel = ? AND created_at = ? AND given = 1")
    }

    /// A clock that was set back does not lock the channel.
    func isTooSoon(_ now: Double, interval: Double) -> Bool {
        guard interval > 0, let lastWriteAt else { return false }
        return now >= lastWriteAt && now - lastWriteAt < interval
    }

    /// The entry whose time a client gave as this, if there is one.
    func entry(givenAt time: Int) throws -> Entry? {
        try EntryTable(given, arguments: [channel, time]).first
    }

    /// Stores an entry under the next number.
    ///
    /// - Returns: The number, or nil when the given time is taken.
    mutating func insert(_ values: EntryValues, at time: Int, isGiven: Bool) throws -> Int? {
        let binding = StatementBinding(insertion)
        binding.bind(channel, at: 1)
        binding.bind(lastID + 1, at: 2)
        binding.bind(time, at: 3)
        binding.bind(isGiven ? 1 : 0, at: 4)
        for (place, field) in values.fields.enumerated() { binding.bind(field, at: 5 + place) }
        let others = [values.latitude, values.longitude, values.elevation, values.status]
        for (place, value) in others.enumerated() { binding.bind(value, at: 5 + values.fields.count + place) }
        guard try binding.execute(in: database) > 0 else { return nil }
        lastID += 1
        return lastID
    }

    /// Notes the last number and the time of the write with the channel.
    func finish(now: Double) throws {
        try database.cachedStatement(
            sql: "UPDATE channels SET last_entry_id = ?, last_write_at = ? WHERE id = ?"
        ).execute(arguments: [lastID, now, channel])
    }
}
