import GRDB
import GRDBSQLite

/// Values of a statement that runs once for every row of a batch, given to SQLite as they are: GRDB's arguments cost more
/// than SQLite's work on a row.
@safe
struct StatementBinding {
    private let statement: SQLiteStatement

    init(_ statement: Statement) { unsafe self.statement = statement.sqliteStatement }

    /// Puts a number in a place, counted from 1.
    func bind(_ value: Int, at place: Int) { unsafe sqlite3_bind_int64(statement, CInt(place), Int64(value)) }

    /// Puts a text, or null, in a place, counted from 1.
    func bind(_ value: String?, at place: Int) {
        if let value {
            // SQLite makes a copy, for the text may be gone when the statement runs.
            let copies = unsafe unsafeBitCast(-1, to: sqlite3_destructor_type.self)
            unsafe sqlite3_bind_text(statement, CInt(place), value, CInt(value.utf8.count), copies)
        } else {
            unsafe sqlite3_bind_null(statement, CInt(place))
        }
    }

    /// Runs the statement, which gives no rows, and makes it ready for the next values.
    ///
    /// - Returns: how many rows it changed.
    /// - Throws: `DatabaseError` in the words of SQLite.
    func execute(in database: Database) throws -> Int {
        let status = unsafe sqlite3_step(statement)
        let code = unsafe status == SQLITE_DONE ? SQLITE_OK : sqlite3_extended_errcode(database.sqliteConnection)
        let message = unsafe status == SQLITE_DONE ? nil : String(cString: sqlite3_errmsg(database.sqliteConnection))
        unsafe sqlite3_reset(statement)
        guard code == SQLITE_OK else {
            throw DatabaseError(resultCode: ResultCode(rawValue: code), message: message)
        }
        return database.changesCount
    }
}
