import Foundation
import GRDB
import SignalCore

extension ChannelStore {
    /// The newest runs, the newest first.
    ///
    /// - Parameter limit: The most runs.
    public func runs(limit: Int = 200) async throws -> [StoredRun] {
        try await reading { database in
            try Row.fetchAll(
                database, sql: "SELECT * FROM runs ORDER BY id DESC LIMIT ?", arguments: [limit]
            ).map { try Self.run(of: $0, in: database) }
        }
    }

    /// The run of a number, or nil.
    public func run(_ id: Int) async throws -> StoredRun? {
        try await reading { database in
            try Row.fetchOne(database, sql: "SELECT * FROM runs WHERE id = ?", arguments: [id])
                .map { try Self.run(of: $0, in: database) }
        }
    }

    /// Readings of a run, in the order of their times.
    ///
    /// When there are more than asked for, the time is cut into slices, of each of which the readings with the lowest and
    /// the highest score are taken, so that no peak is lost.
    ///
    /// - Parameters:
    ///   - run: The number of the run.
    ///   - model: The position of the model in `StoredRun.models`.
    ///   - start: The earliest time, seconds since 1970-01-01 UTC.
    ///   - end: The latest time.
    ///   - points: The most readings, at least 2.
    public func readings(
        of run: Int, model: Int = 0, from start: Double = -.greatestFiniteMagnitude,
        to end: Double = .greatestFiniteMagnitude, points: Int = 2000
    ) async throws -> [StoredReading] {
        try await reading { database in
            let range = "run = :run AND model = :model AND time BETWEEN :start AND :end"
            var arguments: StatementArguments = ["run": run, "model": model, "start": start, "end": end]
            guard
                let extent = try Row.fetchOne(
                    database, sql: "SELECT count(*), min(time), max(time) FROM readings WHERE \(range)",
                    arguments: arguments), let first = extent[1] as Double?, let last = extent[2] as Double?
            else { return [] }
            var condition = range
            let slices = max(points / 2, 1)
            if extent[0] as Int > max(points, 2) {
                guard last > first else {
                    arguments += ["points": points]
                    return try Self.fetch("\(range) LIMIT :points", arguments, run: run, in: database)
                }
                let slice = "min(:slices - 1, CAST((time - :first) / :width AS INTEGER))"
                // A row that SQLite takes along with min or max is the row that has it.
                let extremes = ["min", "max"].map { function in
                    """
                    SELECT id FROM (SELECT id, \(function)(score) FROM readings
                    WHERE \(range) AND score IS NOT NULL GROUP BY \(slice))
                    """
                }
                condition = "id IN (\(extremes.joined(separator: " UNION ")))"
                arguments += ["slices": slices, "first": first, "width": (last - first) / Double(slices)]
            }
            return try Self.fetch("\(condition) ORDER BY time, source", arguments, run: run, in: database)
        }
    }

    /// The last alarms, the newest first.
    ///
    /// - Parameters:
    ///   - run: The number of a run; nil for all.
    ///   - limit: The most alarms.
    public func alarms(of run: Int? = nil, limit: Int = 100) async throws -> [StoredAlarm] {
        try await reading { database in
            try run.map { try RunText.alarms("WHERE run = ?", [$0], limit: limit, in: database) }
                ?? RunText.alarms("", [], limit: limit, in: database)
        }
    }

    private static func run(of row: Row, in database: Database) throws -> StoredRun {
        let first: Double? = row["first_time"]
        let last: Double? = row["last_time"]
        let id: Int = row["id"]
        return StoredRun(
            id: id,
            description: RunDescription(
                key: row["key"], inputs: RunText.list(row["inputs"], of: String.self),
                models: RunText.list(row["models"], of: String.self), forecaster: row["forecaster"]),
            models: try RunText.models(of: id, in: database), startedAt: row["started_at"],
            endedAt: row["ended_at"], isComplete: row["complete"], readingCount: row["reading_count"],
            times: first.flatMap { first in last.map { first...max($0, first) } })
    }

    private static func fetch(
        _ condition: String, _ arguments: StatementArguments, run: Int, in database: Database
    ) throws -> [StoredReading] {
        var sources: [Int: String] = [:]
        for row in try Row.fetchAll(
            database, sql: "SELECT position, name FROM run_sources WHERE run = ?", arguments: [run])
        {
            sources[row[0]] = row[1]
        }
        var readings: [StoredReading] = []
        let rows = try Row.fetchCursor(
            database,
            sql: """
                SELECT time, source, score, threshold, anomalous, severity, top_column, alarm, column_values, forecast
                FROM readings WHERE \(condition)
                """, arguments: arguments)
        while let row = try rows.next() {
            readings.append(
                StoredReading(
                    time: row[0], source: sources[row[1]] ?? "", score: (row[2] as Double?).map { Float($0) },
                    threshold: (row[3] as Double?).map { Float($0) }, isAnomalous: row[4],
                    severity: (row[5] as String?).flatMap(Severity.init(rawValue:)), topColumn: row[6],
                    isAlarm: row[7], values: RunText.values(row[8]), forecast: row[9]))
        }
        return readings
    }
}
