import SignalCore

/// The rows of a table: as many fields in each as the table has columns, numbers where numbers belong.
final class TableRows {
    let columns: TableColumns
    /// Stands at the current row.
    private(set) var reader: DelimitedTextReader
    private let expected: Int
    /// Rows read since the start.
    private(set) var count = 0
    /// Whether the last row was cut off and left out.
    private(set) var hasIncompleteEnd = false

    /// The path of the table.
    var path: String { reader.file.path }
    /// The line of the current row.
    var line: Int { reader.line }

    init(_ reader: DelimitedTextReader, _ columns: TableColumns) throws {
        self.reader = reader
        self.columns = columns
        expected = columns.names.count
        try rewind()
    }

    /// Goes back to before the first row.
    func rewind() throws {
        reader.rewind()
        count = 0
        if columns.hasHeader { _ = try reader.nextRecord() }
    }

    /// Goes to the next row; `false` at the end.
    ///
    /// - Throws: `SignalError` with code `malformed` and the line for a row of too few or too many fields. A last row
    ///   that the end of the file cuts off is left out instead.
    func next() throws -> Bool {
        guard try reader.nextRecord() else { return false }
        if reader.fields.count == expected + 1, reader.isEmpty(expected) { reader.dropLastField() }
        guard reader.fields.count == expected else {
            if !reader.isTerminated, reader.fields.count < expected, count > 0 {
                hasIncompleteEnd = true
                return false
            }
            throw SignalError(
                .malformed, "the row has \(reader.fields.count) columns where the first has \(expected)"
            ).at(path: path, line: line)
        }
        count += 1
        return true
    }

    /// Appends the signal's values of the current row.
    ///
    /// - Throws: `SignalError` with code `malformed`, the line and the column for anything that is no finite number.
    func append(_ selected: [Int], to values: inout [Float]) throws {
        let (bytes, fields) = (reader.buffer, reader.fields)
        for index in selected {
            guard let number = DecimalNumber.parse(bytes, fields[index].range), Float(number).isFinite else {
                throw notANumber(index)
            }
            values.append(Float(number))
        }
    }

    /// The time of the current row in nanoseconds and the digits after its point.
    ///
    /// - Throws: `SignalError` with code `malformed`, the line and the column.
    func time() throws -> (value: Int64, fractionDigits: Int) {
        guard let time = columns.time else { preconditionFailure("asked only where there is a time column") }
        guard let read = time.notation.nanoseconds(reader.buffer, reader.fields[time.index].range) else {
            throw SignalError(
                .malformed,
                "'\(shown(time.index))' is no time like those of the first row; mend it, or give --rate to read the rows without their times"
            ).at(path: path, line: line, column: columns.name(time.index))
        }
        return read
    }

    /// The beginning of a field of the current row, for messages.
    func shown(_ index: Int) -> String {
        let text = reader.text(index)
        return (text.count > 40 ? text.prefix(40) + "..." : text[...]).description.escapingControlCharacters
    }

    /// What is wrong with a field of the current row that should be a number.
    func notANumber(_ index: Int) -> SignalError {
        let text = reader.text(index).lowercased()
        let problem: String
        if reader.isEmpty(index) {
            problem = "a value is missing"
        } else if ["nan", "na", "n/a", "null", "none", "inf", "-inf", "+inf", "infinity", "-infinity"].contains(text) {
            problem = "'\(shown(index))' is not a finite number"
        } else if text.contains(","), !text.contains(".") {
            problem = "'\(shown(index))' has a decimal comma; decimal points are read"
        } else if DecimalNumber.parse(Array(text.utf8), 0..<text.utf8.count) != nil {
            problem = "'\(shown(index))' is too large for a sample"
        } else {
            problem = "'\(shown(index))' is not a number"
        }
        return SignalError(.malformed, problem).at(path: path, line: line, column: columns.name(index))
    }
}
