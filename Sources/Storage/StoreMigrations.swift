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
        return migrator
    }()
}
