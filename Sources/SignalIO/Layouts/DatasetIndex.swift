import SignalCore

/// A list of inputs with what is known of them: a CSV file with the columns `path` and, as far as wanted, `machine`,
/// `id`, `label` and `split`; other columns are ignored. Relative paths begin in the folder of the index,
/// or else, if there is no such file, in the working folder.
///
/// What a row leaves empty is taken from the path.
struct DatasetIndex: Sendable {
    private let path: String
    private let folder: String
    private let columns: [String]
    private var rows: CSVRows

    /// Opens an index.
    ///
    /// - Returns: `nil` when the file is another one: its first row has no column `path`.
    /// - Throws: `SignalError` with code `unreadable`, or `malformed` when a column is there twice.
    init?(_ path: String) throws {
        rows = CSVRows(try InputFile(path: path))
        // A file whose first row is damaged is no index; whoever reads tables will say what is wrong.
        guard let header = try? rows.next(), header.fields.contains("path") else { return nil }
        columns = header.fields
        self.path = path
        folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
        for name in ["path", "machine", "id", "label", "split"] where columns.count(where: { $0 == name }) > 1 {
            throw SignalError(.malformed, "the index has two columns of this name").at(path: path, column: name)
        }
    }

    /// The next input, or `nil` at the end.
    ///
    /// - Returns: a failure with the line for a bad row, after which the next one can be read.
    mutating func next() -> Result<DatasetItem, SignalError>? {
        do {
            guard let row = try rows.next() else { return nil }
            do {
                return .success(try item(row))
            } catch let error as SignalError {
                // The place is the row; the file that it names goes into the sentence.
                let file = error.place.path.map { "\($0.escapingControlCharacters): " } ?? ""
                return .failure(
                    SignalError(error.code, file + error.message, cause: error.cause)
                        .at(path: path, line: row.line, column: error.place.column))
            }
        } catch let error as SignalError {
            return .failure(error.at(path: path))
        } catch {
            return .failure(SignalError(.unreadable, "cannot be read", cause: error).at(path: path))
        }
    }

    private func item(_ row: CSVRows.Row) throws -> DatasetItem {
        guard row.fields.count == columns.count else {
            throw SignalError(.malformed, "the row has \(row.fields.count) fields, the header \(columns.count)")
        }
        func text(_ column: String) -> String? {
            let text = columns.firstIndex(of: column).map { row.fields[$0] }
            return text?.isEmpty == true ? nil : text
        }
        func choice<Choice: RawRepresentable<String> & CaseIterable>(_ column: String) throws -> Choice? {
            guard let text = text(column) else { return nil }
            guard let choice = Choice(rawValue: text) else {
                let known = Choice.allCases.map(\.rawValue)
                throw SignalError(.malformed, NearestName.unknown(column, text, among: known)).at(column: column)
            }
            return choice
        }
        guard let name = text("path") else {
            throw SignalError(.malformed, "the row has no path").at(column: "path")
        }
        let label: DatasetItem.Label? = try choice("label")
        let split: DatasetItem.Split? = try choice("split")
        var file = name.hasPrefix("/") ? name : folder + name
        // The index that extraction writes has the paths as they were given, seen from the working folder.
        if (try? FileKind(file)) == nil, (try? FileKind(name)) != nil { file = name }
        guard try FileKind(file) != .folder else {
            throw SignalError(.malformed, "'\(name.escapingControlCharacters)' is a folder; a row names a file")
        }
        var item: DatasetItem
        do {
            item = try DatasetLayout.item(path: file)
        } catch  where label != nil {
            // A name that cannot be told for sure does not matter where the index gives the label.
            item = DatasetItem(path: file)
        }
        item.machine = text("machine") ?? item.machine
        item.id = text("id") ?? item.id
        item.label = label ?? item.label
        item.split = split ?? item.split
        return item
    }
}
