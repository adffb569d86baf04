import GRDB

/// How long entries and readings are kept.
public struct Retention: Sendable, Equatable {
    /// Entries older than so many seconds are removed.
    public var maximumAge: Int?
    /// Of each channel, at most so many of the newest entries (by time) are kept.
    public var maximumRows: Int?
    /// Of entries older than `age` seconds, the first of each `slice` seconds is kept.
    public var thinning: Thinning?

    /// Keeping one entry of each slice of time.
    public struct Thinning: Sendable, Equatable {
        /// Entries younger than so many seconds are left alone.
        public var age: Int
        /// The length of a slice in seconds.
        public var slice: Int

        /// Keeps one entry of each slice.
        public init(age: Int, slice: Int) {
            precondition(slice > 0)
            self.age = age
            self.slice = slice
        }
    }

    /// Keeps everything.
    public init() {}

    /// Whether everything is kept.
    public var keepsEverything: Bool { maximumAge == nil && maximumRows == nil && thinning == nil }
}

extension ChannelStore {
    /// Removes the entries and readings that are not to be kept; numbers of entries go on where they were.
    ///
    /// - Returns: The number of entries and readings removed.
    public func apply(_ retention: Retention) async throws -> Int {
        guard !retention.keepsEverything else { return 0 }
        let now = Int(clock())
        var removed = 0
        // A transaction for each channel, so that writes do not wait for all.
        for channel in try await channels() {
            removed += try await writing { try Self.apply(retention, channel: channel.id, now: now, in: $0) }
        }
        return removed + (try await applyToRuns(retention))
    }

    private static func apply(_ retention: Retention, channel: Int, now: Int, in database: Database) throws -> Int {
        var removed = 0
        if let age = retention.maximumAge {
            try database.execute(
                sql: "DELETE FROM entries WHERE channel = ? AND created_at < ?", arguments: [channel, now - age])
            removed += database.changesCount
        }
        if let rows = retention.maximumRows {
            try database.execute(
                sql: """
                    DELETE FROM entries WHERE channel = :channel AND (created_at, id) <= (
                        SELECT created_at, id FROM entries WHERE channel = :channel
                        ORDER BY created_at DESC, id DESC LIMIT 1 OFFSET :rows)
                    """, arguments: ["channel": channel, "rows": max(rows, 0)])
            removed += database.changesCount
        }
        if let thinning = retention.thinning {
            try database.execute(
                sql: """
                    DELETE FROM entries WHERE channel = :channel AND created_at < :limit AND id NOT IN (
                        SELECT min(id) FROM entries WHERE channel = :channel AND created_at < :limit
                        GROUP BY created_at / :slice)
                    """,
                arguments: ["channel": channel, "limit": now - thinning.age, "slice": thinning.slice])
            removed += database.changesCount
        }
        return removed
    }
}
