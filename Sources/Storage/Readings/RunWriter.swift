import Foundation
import GRDB
import SignalCore

/// Writes the readings of one run; what it knows of names is what the database has.
struct RunWriter: Sendable {
    /// The number of the run.
    let run: Int
    private var models: [(name: String, columns: [FeatureColumn])] = []
    private var sources: [String: Int] = [:]
    private var tracker = AlarmSpanTracker()

    /// Goes on with the run of the same key, or begins a new one.
    init(_ description: RunDescription, isResumed: Bool, now: Double, in database: Database) throws {
        if isResumed, let key = description.key,
            let known = try Int.fetchOne(database, sql: "SELECT id FROM runs WHERE key = ?", arguments: [key])
        {
            run = known
            try database.execute(
                sql: "UPDATE runs SET ended_at = NULL, complete = 0 WHERE id = ?", arguments: [run])
            try readNames(in: database)
            return
        }
        // The earlier run of the same stream is left as it is; nothing goes on with it any more.
        try database.execute(sql: "UPDATE runs SET key = NULL WHERE key = ?", arguments: [description.key])
        try database.execute(
            sql: "INSERT INTO runs (key, started_at, inputs, models, forecaster) VALUES (?, ?, ?, ?, ?)",
            arguments: [
                description.key, now, try RunText.json(description.inputs), try RunText.json(description.models),
                description.forecaster,
            ])
        run = Int(database.lastInsertedRowID)
    }

    private mutating func readNames(in database: Database) throws {
        models = try RunText.models(of: run, in: database).map { ($0.name, $0.columns) }
        let rows = try Row.fetchAll(
            database, sql: "SELECT name, position FROM run_sources WHERE run = ?", arguments: [run])
        for row in rows { sources[row[0]] = row[1] }
        tracker = AlarmSpanTracker(
            open: try RunText.alarms("WHERE run = ? AND is_on", [run], limit: 1000, in: database).map(\.span))
    }

    /// Stores readings; those that are there already are passed over.
    ///
    /// - Returns: How many were new.
    mutating func write(_ readings: [Reading], in database: Database) throws -> Int {
        let insert = try database.cachedStatement(
            sql: """
                INSERT OR IGNORE INTO readings (run, model, source, time, score, threshold, anomalous, severity,
                    top_column, alarm, forecast, column_values) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """)
        var count = 0
        var times: (first: Double, last: Double)?
        var alarms: [AlarmSpan] = []
        for reading in readings {
            let verdict = reading.verdict
            let arguments: StatementArguments = [
                run, try model(of: reading, in: database), try source(reading.source, in: database), reading.time,
                verdict.map { Double($0.score) }, verdict.map { Double($0.threshold) }, verdict?.isAnomalous,
                verdict?.severity.rawValue, verdict?.topColumn, reading.isAlarm,
                try reading.forecast.map { try RunText.json($0) }, RunText.blob(reading.values),
            ]
            try insert.execute(arguments: arguments)
            guard database.changesCount > 0 else { continue }
            count += 1
            times =
                times.map { (min($0.first, reading.time), max($0.last, reading.time)) }
                ?? (reading.time, reading.time)
            for span in tracker.take(reading) { alarms.note(span) }
        }
        try save(alarms, in: database)
        guard let times else { return 0 }
        try database.execute(
            sql: """
                UPDATE runs SET reading_count = reading_count + :count,
                    first_time = min(ifnull(first_time, :first), :first),
                    last_time = max(ifnull(last_time, :last), :last) WHERE id = :run
                """, arguments: ["count": count, "first": times.first, "last": times.last, "run": run])
        return count
    }

    /// Says that the run has ended.
    ///
    /// - Parameter isComplete: Whether nothing of it will follow; alarms end then.
    mutating func end(isComplete: Bool, now: Double, in database: Database) throws {
        if isComplete { try save(tracker.close(), in: database) }
        try database.execute(
            sql: "UPDATE runs SET ended_at = ?, complete = ? WHERE id = ?", arguments: [now, isComplete, run])
    }

    private func save(_ alarms: [AlarmSpan], in database: Database) throws {
        for alarm in alarms {
            try database.execute(
                sql: """
                    INSERT INTO alarms (run, model, source, begin_at, end_at, is_on, highest_score, column_name)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                    ON CONFLICT (run, model, source, begin_at) DO UPDATE SET end_at = excluded.end_at,
                        is_on = excluded.is_on, highest_score = excluded.highest_score,
                        column_name = excluded.column_name
                    """,
                arguments: [
                    run, alarm.model, alarm.source, alarm.begin, alarm.end, alarm.isOn, Double(alarm.highestScore),
                    alarm.column,
                ])
        }
    }

    private mutating func model(of reading: Reading, in database: Database) throws -> Int {
        // The lists of one stage's readings are one and the same, which makes the comparison cheap. Bands are not kept.
        if let known = models.firstIndex(where: {
            $0.name == reading.model
                && ($0.columns == reading.columns
                    || $0.columns.count == reading.columns.count
                        && zip($0.columns, reading.columns).allSatisfy { $0.name == $1.name && $0.unit == $1.unit })
        }) {
            models[known].columns = reading.columns
            return known
        }
        let position = models.count
        try database.execute(
            sql: "INSERT INTO run_models (run, position, name, columns) VALUES (?, ?, ?, ?)",
            arguments: [
                run, position, reading.model,
                try RunText.json(reading.columns.map { RunText.Column(name: $0.name, unit: $0.unit) }),
            ])
        models.append((reading.model, reading.columns))
        return position
    }

    private mutating func source(_ name: String, in database: Database) throws -> Int {
        if let known = sources[name] { return known }
        let position = sources.count
        try database.execute(
            sql: "INSERT INTO run_sources (run, position, name) VALUES (?, ?, ?)", arguments: [run, position, name])
        sources[name] = position
        return position
    }
}

/// How lists and values of readings stand in the database.
enum RunText {
    /// A column in the list of a run's model.
    struct Column: Codable {
        let name: String
        let unit: String
    }

    static func json(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    /// A forecast as an object, in the order of its columns; what is not finite is null.
    static func json(_ forecast: [(column: String, value: Double)]) throws -> String {
        let members = try forecast.map { try json($0.column) + ":" + ($0.value.isFinite ? "\($0.value)" : "null") }
        return "{" + members.joined(separator: ",") + "}"
    }

    static func list<Value: Decodable>(_ text: String, of type: Value.Type) -> [Value] {
        (try? JSONDecoder().decode([Value].self, from: Data(text.utf8))) ?? []
    }

    /// Values as 32-bit floating-point numbers, the least significant byte first.
    static func blob(_ values: [Float]) -> Data {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(4 * values.count)
        for value in values {
            let bits = value.bitPattern
            for shift: UInt32 in [0, 8, 16, 24] { bytes.append(UInt8(truncatingIfNeeded: bits >> shift)) }
        }
        return Data(bytes)
    }

    static func values(_ blob: Data) -> [Float] {
        let bytes = [UInt8](blob)
        return (0..<bytes.count / 4).map { index in
            Float(
                bitPattern: (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[4 * index + $1]) << UInt32(8 * $1) })
        }
    }

    static func models(of run: Int, in database: Database) throws -> [StoredRun.Model] {
        try Row.fetchAll(
            database, sql: "SELECT name, columns FROM run_models WHERE run = ? ORDER BY position", arguments: [run]
        ).map { row in
            StoredRun.Model(
                name: row[0], columns: list(row[1], of: Column.self).map { FeatureColumn($0.name, unit: $0.unit) })
        }
    }

    static func alarms(
        _ condition: String, _ arguments: StatementArguments, limit: Int, in database: Database
    ) throws -> [StoredAlarm] {
        try Row.fetchAll(
            database,
            sql: """
                SELECT run, model, source, begin_at, end_at, is_on, highest_score, column_name FROM alarms
                \(condition) ORDER BY id DESC LIMIT ?
                """, arguments: arguments + [limit]
        ).map { row in
            StoredAlarm(
                run: row[0],
                span: AlarmSpan(
                    model: row[1], source: row[2], begin: row[3], end: row[4], isOn: row[5],
                    highestScore: Float(row[6] as Double), column: row[7]))
        }
    }
}
