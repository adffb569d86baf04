import GRDB

/// The shape of the database, version by version. A step that was released is never changed; new ones follow it.
enum StoreMigrations {
    static let migrator: DatabaseMigrator = {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1 channels") { database in
            // Numbers of channels and tags are never used again (AUTOINCREMENT): a key or a page may still name them.
            try database.execute(
                sql: """
                    CREATE TABLE channels (
                        id INTEGER PRIMARY KEY AUTOINCREMENT,
                        name TEXT NOT NULL, description TEXT,
                        field1 TEXT, field2 TEXT, field3 TEXT, field4 TEXT,
                        field5 TEXT, field6 TEXT, field7 TEXT, field8 TEXT,
                        latitude TEXT, longitude TEXT, elevation TEXT, metadata TEXT, url TEXT,
                        public INTEGER NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,
                        last_entry_id INTEGER, last_write_at REAL
                    );
                    CREATE TABLE tags (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE);
                    CREATE TABLE channel_tags (
                        channel INTEGER NOT NULL REFERENCES channels(id) ON DELETE CASCADE,
                        position INTEGER NOT NULL,
                        tag INTEGER NOT NULL REFERENCES tags(id),
                        PRIMARY KEY (channel, position)
                    ) WITHOUT ROWID;
                    CREATE TABLE keys (
                        key TEXT PRIMARY KEY, kind TEXT NOT NULL,
                        channel INTEGER REFERENCES channels(id) ON DELETE CASCADE, position INTEGER NOT NULL
                    ) WITHOUT ROWID;
                    CREATE INDEX keys_of_channel ON keys(channel, kind, position);
                    """)
        }
        migrator.registerMigration("2 entries") { database in
            // `given` tells times given by clients, which are unique in a channel, from times of receipt, which are not.
            try database.execute(
                sql: """
                    CREATE TABLE entries (
                        channel INTEGER NOT NULL REFERENCES channels(id) ON DELETE CASCADE,
                        id INTEGER NOT NULL, created_at INTEGER NOT NULL, given INTEGER NOT NULL,
                        field1 TEXT, field2 TEXT, field3 TEXT, field4 TEXT,
                        field5 TEXT, field6 TEXT, field7 TEXT, field8 TEXT,
                        latitude TEXT, longitude TEXT, elevation TEXT, status TEXT,
                        PRIMARY KEY (channel, id)
                    ) WITHOUT ROWID;
                    CREATE INDEX entries_by_time ON entries(channel, created_at, id);
                    CREATE UNIQUE INDEX given_times ON entries(channel, created_at) WHERE given = 1;
                    """)
        }
        migrator.registerMigration("3 readings") { database in
            // Names are kept once a run; what a reading repeats is a number. A reading is there once, however often a
            // stream that goes on says it again.
            try database.execute(
                sql: """
                    CREATE TABLE runs (
                        id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT UNIQUE,
                        started_at REAL NOT NULL, ended_at REAL, complete INTEGER NOT NULL DEFAULT 0,
                        inputs TEXT NOT NULL, models TEXT NOT NULL, forecaster TEXT,
                        reading_count INTEGER NOT NULL DEFAULT 0, first_time REAL, last_time REAL
                    );
                    CREATE TABLE run_models (
                        run INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
                        position INTEGER NOT NULL, name TEXT NOT NULL, columns TEXT NOT NULL,
                        PRIMARY KEY (run, position)
                    ) WITHOUT ROWID;
                    CREATE TABLE run_sources (
                        run INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
                        position INTEGER NOT NULL, name TEXT NOT NULL, PRIMARY KEY (run, position)
                    ) WITHOUT ROWID;
                    CREATE TABLE readings (
                        id INTEGER PRIMARY KEY,
                        run INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
                        model INTEGER NOT NULL, source INTEGER NOT NULL, time REAL NOT NULL,
                        score REAL, threshold REAL, anomalous INTEGER, severity TEXT, top_column INTEGER,
                        alarm INTEGER NOT NULL, forecast TEXT, column_values BLOB NOT NULL
                    );
                    CREATE UNIQUE INDEX readings_by_time ON readings(run, model, time, source);
                    CREATE TABLE alarms (
                        id INTEGER PRIMARY KEY,
                        run INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
                        model TEXT NOT NULL, source TEXT NOT NULL, begin_at REAL NOT NULL, end_at REAL NOT NULL,
                        is_on INTEGER NOT NULL, highest_score REAL NOT NULL, column_name TEXT NOT NULL,
                        UNIQUE (run, model, source, begin_at)
                    );
                    """)
        }
        return migrator
    }()
}
