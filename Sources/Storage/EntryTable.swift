import GRDB
import GRDBSQLite

/// The entries of a listing, in its order, with all their texts in one piece of memory.
///
/// A listing has thousands of entries with up to twelve texts each, nearly all of which are only copied to a reply: a text
/// of its own for every value would cost more than all the rest. As a collection it makes an ``Entry`` where one is asked
/// for.
public struct EntryTable: Sendable {
    /// One of the texts of an entry.
    public enum Column: Sendable, Equatable {
        /// A field, by its position from 0.
        case field(Int)
        /// Degrees north.
        case latitude
        /// Degrees east.
        case longitude
        /// Metres.
        case elevation
        /// A remark.
        case status

        fileprivate static let count = ChannelSettings.fieldCount + 4

        /// The place among the texts of an entry, in the order of ``columns``.
        fileprivate var place: Int {
            switch self {
            case .field(let position): position
            case .latitude: ChannelSettings.fieldCount
            case .longitude: ChannelSettings.fieldCount + 1
            case .elevation: ChannelSettings.fieldCount + 2
            case .status: ChannelSettings.fieldCount + 3
            }
        }
    }

    /// The columns of an entry, in the order in which they are read.
    static let columns = "id, created_at, " + textColumns
    /// Those of them that are texts, in the order in which they are written too.
    static let textColumns =
        "field1, field2, field3, field4, field5, field6, field7, field8, latitude, longitude, elevation, status"

    private struct Head {
        let id: Int?
        let createdAt: Int
        /// The place of the first text's bounds.
        let texts: Int
    }

    private var heads: [Head] = []
    private var bytes: [UInt8] = []
    /// Where each text lies in the bytes; nil where nothing was written.
    private var bounds: [Range<Int>?] = []

    /// A table of entries that have been made already.
    init(_ entries: [Entry]) {
        for entry in entries {
            beginEntry(id: entry.id, createdAt: entry.createdAt)
            let values = entry.values
            for text in values.fields + [values.latitude, values.longitude, values.elevation, values.status] {
                append(text?.utf8)
            }
        }
    }

    /// What a statement finds.
    ///
    /// - Parameters:
    ///   - statement: One that reads ``columns``.
    ///   - arguments: The statement's arguments.
    ///   - isReversed: Whether the last row comes first.
    /// - Throws: `DatabaseError`.
    init(_ statement: Statement, arguments: StatementArguments, isReversed: Bool = false) throws {
        let rows = try Row.fetchCursor(statement, arguments: arguments)
        // The cursor steps and tells errors; the values are taken from SQLite as they are.
        let values = unsafe statement.sqliteStatement
        while try rows.next() != nil {
            unsafe beginEntry(id: Int(sqlite3_column_int64(values, 0)), createdAt: Int(sqlite3_column_int64(values, 1)))
            for place in 0..<Column.count {
                // The text first: asking for it may change its length.
                let text = unsafe sqlite3_column_text(values, CInt(2 + place))
                let length = unsafe Int(sqlite3_column_bytes(values, CInt(2 + place)))
                if let text = unsafe text {
                    unsafe append(UnsafeBufferPointer(start: text, count: length))
                } else {
                    append(nil as [UInt8]?)
                }
            }
        }
        if isReversed { heads.reverse() }
    }

    private mutating func beginEntry(id: Int?, createdAt: Int) {
        heads.append(Head(id: id, createdAt: createdAt, texts: bounds.count))
    }

    private mutating func append(_ text: (some Collection<UInt8>)?) {
        let start = bytes.count
        if let text { bytes.append(contentsOf: text) }
        bounds.append(text == nil ? nil : start..<bytes.count)
    }

    /// The number of an entry; nil in rows that sum up several entries.
    public func id(at position: Int) -> Int? { heads[position].id }

    /// The time of an entry, in seconds since 1970.
    public func createdAt(at position: Int) -> Int { heads[position].createdAt }

    /// A text of an entry, in UTF-8; nil where nothing was written.
    public func text(_ column: Column, at position: Int) -> ArraySlice<UInt8>? {
        bounds[heads[position].texts + column.place].map { bytes[$0] }
    }
}

extension EntryTable: RandomAccessCollection {
    /// 0, the place of the first entry.
    public var startIndex: Int { 0 }
    /// The number of entries.
    public var endIndex: Int { heads.count }

    /// An entry, made of its bytes.
    public subscript(position: Int) -> Entry {
        func string(_ column: Column) -> String? {
            text(column, at: position).map { String(decoding: $0, as: UTF8.self) }
        }
        var values = EntryValues(fields: (0..<ChannelSettings.fieldCount).map { string(.field($0)) })
        values.latitude = string(.latitude)
        values.longitude = string(.longitude)
        values.elevation = string(.elevation)
        values.status = string(.status)
        return Entry(id: id(at: position), createdAt: createdAt(at: position), values: values)
    }
}
