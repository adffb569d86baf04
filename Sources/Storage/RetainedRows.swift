import GRDB

/// Rows of one owner, which retention removes by their times: the entries of a channel, or the readings of a run.
struct RetainedRows: Sendable {
    /// The newest row of those that are too many.
    struct Cut: Sendable {
        let time: Double
        let id: Int
    }

    private let table: String
    /// Whose rows they are.
    private let owner: String
    private let owners: [String: Int]
    /// The column of times, in seconds since 1970.
    let time: String
    /// What stays of each slice of the rows between `:from` and `:to`.
    private let kept: String
    private let run: Int?

    /// The entries of a channel; of a slice, the one with the lowest number stays.
    static func entries(of channel: Int) -> RetainedRows {
        RetainedRows(
            table: "entries", owner: "channel = :channel", owners: ["channel": channel], time: "created_at",
            kept: """
                SELECT min(id) FROM entries WHERE channel = :channel AND created_at >= :from AND created_at < :to
                GROUP BY floor(created_at / :slice)
                """, run: nil)
    }

    /// The readings of a run, or of one model in it; of a slice, that with the highest score of each source stays.
    static func readings(of run: Int, model: Int? = nil) -> RetainedRows {
        let owner = model == nil ? "run = :run" : "run = :run AND model = :model"
        var owners = ["run": run]
        owners["model"] = model
        return RetainedRows(
            table: "readings", owner: owner, owners: owners, time: "time",
            kept: """
                SELECT id FROM (
                    SELECT id, row_number() OVER (
                        PARTITION BY model, source, floor(time / :slice) ORDER BY score DESC, time
                    ) AS place FROM readings WHERE \(owner) AND time >= :from AND time < :to
                ) WHERE place = 1
                """, run: run)
    }

    /// The newest row of those beyond the newest so many; nil where there are not as many.
    func cut(keeping count: Int, in database: Database) throws -> Cut? {
        try Row.fetchOne(
            database,
            sql: """
                SELECT \(time), id FROM \(table) WHERE \(owner)
                ORDER BY \(time) DESC, id DESC LIMIT 1 OFFSET \(max(count, 0))
                """, arguments: StatementArguments(owners)
        ).map { Cut(time: $0[0], id: $0[1]) }
    }

    /// The first and the last time; nil without rows.
    func times(in database: Database) throws -> ClosedRange<Double>? {
        func bound(_ function: String) throws -> Double? {
            try Double.fetchOne(
                database, sql: "SELECT \(function)(\(time)) FROM \(table) WHERE \(owner)",
                arguments: StatementArguments(owners))
        }
        guard let first = try bound("min"), let last = try bound("max") else { return nil }
        return first...last
    }

    /// The time of the row that so many others come before; nil where there are not as many in the range.
    func time(after count: Int, from: Double, before limit: Double, in database: Database) throws -> Double? {
        try Double.fetchOne(
            database,
            sql: """
                SELECT \(time) FROM \(table) WHERE \(owner) AND \(time) >= :from AND \(time) < :limit
                ORDER BY \(time) LIMIT 1 OFFSET \(count)
                """, arguments: arguments(["from": from, "limit": limit]))
    }

    /// Removes some of the rows that meet a condition.
    func remove(
        _ condition: String, _ bounds: [String: Double], atMost count: Int, in database: Database
    ) throws -> Int {
        try delete(
            """
            id IN (SELECT id FROM \(table) WHERE \(owner) AND \(condition) LIMIT \(count))
            """, bounds, in: database)
    }

    /// Removes what does not stay of the slices in a range.
    func thin(from: Double, to end: Double, slice: Double, in database: Database) throws -> Int {
        try delete(
            "\(time) >= :from AND \(time) < :to AND id NOT IN (\(kept))", ["from": from, "to": end, "slice": slice],
            in: database)
    }

    private func delete(_ condition: String, _ bounds: [String: Double], in database: Database) throws -> Int {
        try database.execute(
            sql: "DELETE FROM \(table) WHERE \(owner) AND \(condition)", arguments: arguments(bounds))
        let removed = database.changesCount
        if removed > 0, let run {
            try database.execute(
                sql: "UPDATE runs SET reading_count = reading_count - ? WHERE id = ?", arguments: [removed, run])
        }
        return removed
    }

    private func arguments(_ bounds: [String: Double]) -> StatementArguments {
        StatementArguments(owners) &+ StatementArguments(bounds)
    }
}
