import SignalCore

/// What the first rows of a sensor table show: the kind of every column.
struct SensorTableSample {
    /// What a column holds, by its first value that is not missing.
    enum Kind: Sendable, Equatable { case number, text, missing }

    /// The most rows that are looked at.
    static let mostRows = 1000

    /// The names of the header.
    let names: SensorColumnNames
    /// The first row.
    let first: TableColumns.Record
    /// The line of the first row.
    let firstLine: Int
    /// What every column holds.
    private(set) var kinds: [Kind]
    /// Whether the first value of a column can be read as a label.
    private(set) var isLabel: [Bool]
    /// The first value of every column of text, shortened.
    private(set) var texts: [String]
    /// Rows looked at.
    private(set) var rowCount = 0

    /// Looks at the header and the first rows.
    ///
    /// - Throws: `SignalError` with code `insufficientData` for a table without rows, `malformed` for one without a
    ///   header or with rows of different lengths.
    init(_ file: RegularFile) throws {
        var reader = try DelimitedTextReader(file)
        guard try reader.nextRecord() else {
            throw SignalError(.insufficientData, "holds no rows, only blank lines").at(path: file.path)
        }
        let header = TableColumns.Record(reader)
        var headerNames = header.texts
        guard !header.isData else {
            throw SignalError(.malformed, "begins with numbers; the first line of a sensor table names its columns").at(
                path: file.path, line: reader.line)
        }
        guard try reader.nextRecord() else {
            let isOneLine = headerNames.contains { $0.contains(where: { $0 == "\r" }) }
            throw SignalError(
                isOneLine ? .unsupported : .insufficientData,
                isOneLine
                    ? "its lines end with carriage returns only; convert it with tr '\\r' '\\n'"
                    : "has a header and no rows"
            ).at(path: file.path)
        }
        first = TableColumns.Record(reader)
        firstLine = reader.line
        // A name is missing where rows are numbered and their numbers have no header.
        if first.texts.count == headerNames.count + 1, !first.isTrailingEmpty { headerNames.insert("", at: 0) }
        names = SensorColumnNames(headerNames)
        let count = headerNames.count
        kinds = Array(repeating: .missing, count: count)
        isLabel = Array(repeating: false, count: count)
        texts = Array(repeating: "", count: count)

        let rows = try TableRows(reader, TableColumns(names: headerNames))
        var open = Array(0..<count)
        while rowCount < Self.mostRows, !open.isEmpty, try rows.next() {
            rowCount += 1
            let (bytes, fields) = (rows.reader.buffer, rows.reader.fields)
            open.removeAll { index in
                let field = fields[index].range
                guard !SensorCell.isMissing(bytes, field) else { return false }
                kinds[index] = DecimalNumber.parse(bytes, field) == nil ? .text : .number
                // Not finite, or with a decimal comma: a number that is refused when its row is read.
                if kinds[index] == .text, Self.isBadNumber(bytes, field) { kinds[index] = .number }
                isLabel[index] = SensorCell.label(bytes, field) != nil
                if kinds[index] == .text { texts[index] = rows.shown(index) }
                return true
            }
        }
    }

    /// The beginning of a field of the first row, for messages.
    func firstText(_ index: Int) -> String {
        first.texts[index].prefix(40).description.escapingControlCharacters
    }

    private static func isBadNumber(_ bytes: [UInt8], _ range: Range<Int>) -> Bool {
        let text = String(decoding: bytes[range], as: UTF8.self).filter { !$0.isWhitespace }.lowercased()
        if ["inf", "-inf", "+inf", "infinity", "-infinity"].contains(text) { return true }
        return text.count(where: { $0 == "," }) == 1 && Double(text.replacing(",", with: ".")) != nil
    }
}
