import GRDB
import SignalCore

extension ChannelStore {
    /// What a key opens, or nil when there is no such key.
    public func grant(for key: String) async throws -> AccessKey.Grant? {
        guard AccessKey.isWellFormed(key) else { return nil }
        return try await reading { database in
            let statement = try database.cachedStatement(sql: "SELECT kind, channel FROM keys WHERE key = ?")
            guard let row = try Row.fetchOne(statement, arguments: [key]), let kind = AccessKey.Kind(rawValue: row[0])
            else { return nil }
            return AccessKey.Grant(kind: kind, channel: row[1])
        }
    }

    /// The keys of a channel: its write key, then its read keys, oldest first.
    public func keys(of channel: Int) async throws -> [(key: String, kind: AccessKey.Kind)] {
        let rows = try await reading { database in
            try Row.fetchAll(
                database, sql: "SELECT key, kind FROM keys WHERE channel = ? ORDER BY kind DESC, position",
                arguments: [channel]
            ).map { (key: $0[0] as String, kind: $0[1] as String) }
        }
        return rows.compactMap { row in AccessKey.Kind(rawValue: row.kind).map { (row.key, $0) } }
    }

    /// Makes one more read key of a channel.
    ///
    /// - Throws: `SignalError` when there is no such channel.
    public func addReadKey(to channel: Int) async throws -> String {
        try await writing { database in
            guard try Self.channel(channel, in: database) != nil else {
                throw SignalError(.unreadable, "there is no channel \(channel); see auscult channel list")
            }
            return try Self.addKey(.read, channel: channel, in: database)
        }
    }

    /// The user's key, which is made when it is asked for first.
    public func userKey() async throws -> String {
        try await writing { database in
            let known = try String.fetchOne(database, sql: "SELECT key FROM keys WHERE kind = 'user' LIMIT 1")
            return try known ?? Self.addKey(.user, channel: nil, in: database)
        }
    }

    @discardableResult
    static func addKey(_ kind: AccessKey.Kind, channel: Int?, in database: Database) throws -> String {
        var generator = SystemRandomNumberGenerator()
        let key = AccessKey.random(using: &generator)
        try database.execute(
            sql: """
                INSERT INTO keys (key, kind, channel, position)
                VALUES (?, ?, ?, (SELECT count(*) FROM keys WHERE channel IS ?))
                """, arguments: [key, kind.rawValue, channel, channel])
        return key
    }
}
