import GRDB

extension ChannelStore {
    /// Removes the entries and readings that are not to be kept; numbers of entries go on where they were.
    ///
    /// It goes by pieces with a transaction each, so that whoever writes meanwhile waits for a piece and not for all.
    ///
    /// - Returns: The number of entries and readings removed.
    public func apply(_ retention: Retention) async throws -> Int {
        try await apply(retention, piece: 5_000)
    }

    /// Removes what is not to be kept now and then hourly, until the task is cancelled.
    ///
    /// - Parameter onFailure: Hears why it could not; the next hour it is tried again.
    public func keepApplying(_ retention: Retention, onFailure: @Sendable (any Error) -> Void) async {
        guard !retention.keepsEverything else { return }
        while !Task.isCancelled {
            do {
                _ = try await apply(retention)
            } catch {
                if !Task.isCancelled { onFailure(error) }
            }
            try? await Task.sleep(for: .seconds(3600))
        }
    }

    /// - Parameter piece: The most rows that a transaction looks at.
    func apply(_ retention: Retention, piece: Int) async throws -> Int {
        guard !retention.keepsEverything else { return 0 }
        var removed = 0
        for channel in try await channels() {
            removed += try await apply(retention, to: .entries(of: channel.id), piece: piece)
        }
        for run in try await reading({ try Int.fetchAll($0, sql: "SELECT id FROM runs ORDER BY id") }) {
            removed += try await apply(retention, toRun: run, piece: piece)
        }
        guard let age = retention.maximumAge else { return removed }
        let limit = clock() - Double(age)
        try await writing { database in
            try database.execute(sql: "DELETE FROM alarms WHERE end_at < ? AND NOT is_on", arguments: [limit])
            try database.execute(
                sql: "DELETE FROM runs WHERE reading_count = 0 AND ended_at < ?", arguments: [limit])
        }
        return removed
    }

    private func apply(_ retention: Retention, to rows: RetainedRows, piece: Int) async throws -> Int {
        var removed = 0
        if let age = retention.maximumAge {
            removed += try await remove(rows, "\(rows.time) < :limit", ["limit": clock() - Double(age)], piece)
        }
        if let count = retention.maximumRows, let cut = try await reading({ try rows.cut(keeping: count, in: $0) }) {
            removed += try await remove(rows, cut, piece)
        }
        if let thinning = retention.thinning {
            removed += try await thin(
                rows, before: clock() - Double(thinning.age), slice: Double(thinning.slice), piece)
        }
        return removed
    }

    /// The models of a run are gone through one by one, as the readings are sorted; only the most rows go for all of them.
    private func apply(_ retention: Retention, toRun run: Int, piece: Int) async throws -> Int {
        let models = try await reading {
            try Int.fetchAll($0, sql: "SELECT position FROM run_models WHERE run = ?", arguments: [run])
        }
        let parts = models.map { RetainedRows.readings(of: run, model: $0) }
        var rest = retention
        rest.maximumRows = nil
        var removed = 0
        if let count = retention.maximumRows {
            let all = parts.count == 1 ? parts[0] : .readings(of: run)
            if let cut = try await reading({ try all.cut(keeping: count, in: $0) }) {
                for rows in parts { removed += try await remove(rows, cut, piece) }
            }
        }
        for rows in parts { removed += try await apply(rest, to: rows, piece: piece) }
        guard removed > 0 else { return 0 }
        try await writing { database in
            let times = try parts.compactMap { try $0.times(in: database) }
            try database.execute(
                sql: "UPDATE runs SET first_time = ?, last_time = ? WHERE id = ?",
                arguments: [times.map(\.lowerBound).min(), times.map(\.upperBound).max(), run])
        }
        return removed
    }

    private func remove(_ rows: RetainedRows, _ cut: RetainedRows.Cut, _ piece: Int) async throws -> Int {
        try await remove(
            rows, "(\(rows.time), id) <= (:cutTime, :cutID)", ["cutTime": cut.time, "cutID": Double(cut.id)], piece)
    }

    private func remove(
        _ rows: RetainedRows, _ condition: String, _ bounds: [String: Double], _ piece: Int
    ) async throws -> Int {
        var removed = 0
        while true {
            let count = try await writing { try rows.remove(condition, bounds, atMost: piece, in: $0) }
            removed += count
            if count < piece { return removed }
        }
    }

    /// Keeps one row of each slice of time.
    private func thin(_ rows: RetainedRows, before limit: Double, slice: Double, _ piece: Int) async throws -> Int {
        var removed = 0
        var begin = -Double.greatestFiniteMagnitude
        while true {
            let from = begin
            // A window ends with a slice, and holds about a piece unless one slice alone has more.
            let next = try await reading { try rows.time(after: piece, from: from, before: limit, in: $0) }
            let end = next.map { min(max(($0 / slice).rounded(.down) * slice, from + slice), limit) } ?? limit
            removed += try await writing { try rows.thin(from: from, to: end, slice: slice, in: $0) }
            guard next != nil else { return removed }
            begin = end
        }
    }
}
