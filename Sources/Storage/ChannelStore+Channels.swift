import Foundation
import GRDB
import SignalCore

extension ChannelStore {
    /// Makes a channel, its write key and a read key, which counts when not everybody may read.
    ///
    /// - Parameter settings: The settings; a channel without a name is called `Channel` and its number.
    public func createChannel(_ settings: ChannelSettings) async throws -> Channel {
        let now = Int(clock())
        return try await writing { database in
            try database.execute(
                sql: "INSERT INTO channels (name, public, created_at, updated_at) VALUES ('', 0, ?, ?)",
                arguments: [now, now])
            let id = Int(database.lastInsertedRowID)
            var settings = settings
            if settings.name.isEmpty { settings.name = "Channel \(id)" }
            try Self.save(settings, of: id, now: now, in: database)
            try Self.addKey(.write, channel: id, in: database)
            try Self.addKey(.read, channel: id, in: database)
            return try Self.existing(id, in: database)
        }
    }

    /// The channel of a number, or nil.
    public func channel(_ id: Int) async throws -> Channel? {
        try await reading { try Self.channel(id, in: $0) }
    }

    /// All channels, by number.
    public func channels() async throws -> [Channel] {
        try await reading { try Self.allChannels(in: $0) }
    }

    /// Changes the settings of a channel.
    ///
    /// - Parameters:
    ///   - id: The channel.
    ///   - change: Changes the settings as they stand.
    /// - Returns: The channel as it is then, or nil when there is none of this number.
    public func updateChannel(
        _ id: Int, _ change: @escaping @Sendable (inout ChannelSettings) throws -> Void
    ) async throws -> Channel? {
        let now = Int(clock())
        return try await writing { database in
            guard var settings = try Self.channel(id, in: database)?.settings else { return nil }
            try change(&settings)
            if settings.name.isEmpty { settings.name = "Channel \(id)" }
            try Self.save(settings, of: id, now: now, in: database)
            return try Self.existing(id, in: database)
        }
    }

    /// Removes a channel, its keys and its entries.
    ///
    /// - Returns: The channel as it was, or nil when there was none of this number.
    public func deleteChannel(_ id: Int) async throws -> Channel? {
        try await writing { database in
            let channel = try Self.channel(id, in: database)
            try database.execute(sql: "DELETE FROM channels WHERE id = ?", arguments: [id])
            return channel
        }
    }

    /// Removes all entries of a channel; numbers begin at 1 again.
    ///
    /// - Returns: The number of entries removed, or nil when there is no channel of this number.
    public func clearChannel(_ id: Int) async throws -> Int? {
        try await writing { database in
            guard try Self.channel(id, in: database) != nil else { return nil }
            try database.execute(sql: "DELETE FROM entries WHERE channel = ?", arguments: [id])
            let count = database.changesCount
            try database.execute(
                sql: "UPDATE channels SET last_entry_id = NULL, last_write_at = NULL WHERE id = ?", arguments: [id])
            return count
        }
    }

    // MARK: - Inside a transaction

    static func channel(_ id: Int, in database: Database) throws -> Channel? {
        let statement = try database.cachedStatement(sql: "SELECT * FROM channels WHERE id = ?")
        guard let row = try Row.fetchOne(statement, arguments: [id]) else { return nil }
        return try channel(of: row, in: database)
    }

    private static func existing(_ id: Int, in database: Database) throws -> Channel {
        guard let channel = try channel(id, in: database) else {
            throw SignalError(.unexpected, "channel \(id) vanished while it was written")
        }
        return channel
    }

    private static func allChannels(in database: Database) throws -> [Channel] {
        try Row.fetchAll(database, sql: "SELECT * FROM channels ORDER BY id").map { try channel(of: $0, in: database) }
    }

    private static func channel(of row: Row, in database: Database) throws -> Channel {
        let id: Int = row["id"]
        let tags = try database.cachedStatement(
            sql: """
                SELECT tags.id, tags.name FROM channel_tags JOIN tags ON tags.id = channel_tags.tag
                WHERE channel = ? ORDER BY position
                """)
        var settings = ChannelSettings()
        var numbers: [Int] = []
        for tag in try Row.fetchAll(tags, arguments: [id]) {
            numbers.append(tag[0])
            settings.tags.append(tag[1])
        }
        settings.name = row["name"]
        settings.description = row["description"]
        settings.fieldNames = (1...ChannelSettings.fieldCount).map { row["field\($0)"] }
        settings.latitude = row["latitude"]
        settings.longitude = row["longitude"]
        settings.elevation = row["elevation"]
        settings.metadata = row["metadata"]
        settings.url = row["url"]
        settings.isPublic = row["public"]
        return Channel(
            id: id, settings: settings, tagNumbers: numbers, createdAt: row["created_at"],
            updatedAt: row["updated_at"], lastEntryID: row["last_entry_id"], lastWriteAt: row["last_write_at"])
    }

    private static func save(_ settings: ChannelSettings, of id: Int, now: Int, in database: Database) throws {
        let fields = (1...ChannelSettings.fieldCount).map { "field\($0) = ?" }.joined(separator: ", ")
        var arguments: StatementArguments = [settings.name, settings.description]
        arguments += StatementArguments(settings.fieldNames)
        arguments += [
            settings.latitude, settings.longitude, settings.elevation, settings.metadata, settings.url,
            settings.isPublic, now, id,
        ]
        try database.execute(
            sql: """
                UPDATE channels SET name = ?, description = ?, \(fields), latitude = ?, longitude = ?, elevation = ?,
                    metadata = ?, url = ?, public = ?, updated_at = ? WHERE id = ?
                """, arguments: arguments)
        try database.execute(sql: "DELETE FROM channel_tags WHERE channel = ?", arguments: [id])
        for (position, tag) in settings.tags.enumerated() {
            try database.execute(
                sql: "INSERT INTO tags (name) SELECT :tag WHERE NOT EXISTS (SELECT * FROM tags WHERE name = :tag)",
                arguments: ["tag": tag])
            try database.execute(
                sql: "INSERT INTO channel_tags SELECT ?, ?, id FROM tags WHERE name = ?",
                arguments: [id, position, tag])
        }
    }
}
