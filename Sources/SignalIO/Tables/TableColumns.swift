import SignalCore

/// Which columns of a table are the time and which the signal.
struct TableColumns {
    /// The name of every column of the table.
    let names: [String]
    /// Whether the first record is a header.
    let hasHeader: Bool
    /// The column that is the time, and how it is written.
    let time: (index: Int, notation: TimeNotation)?
    /// The columns that are the signal.
    let signal: [Int]
    /// The names of the signal's channels: axes where there are axes, else column names without their unit.
    let channelNames: [String]
    /// The unit that the column names state.
    let unit: SignalUnit?

    /// Decides from the first two records. The reader stands anywhere afterwards.
    ///
    /// - Throws: `SignalError` with code `insufficientData` when there are no rows, `unsupported` when no column holds
    ///   numbers, `mismatch` when the columns' units differ and `unit` does not settle them.
    init(_ reader: inout DelimitedTextReader, unit stated: SignalUnit?) throws {
        let path = reader.file.path
        guard try reader.nextRecord() else {
            throw SignalError(.insufficientData, "holds no rows, only blank lines").at(path: path)
        }
        let first = Record(reader)
        hasHeader = !first.isData
        var names = hasHeader ? first.texts : first.texts.indices.map(String.init)
        var row = first
        var second: Record?
        if hasHeader {
            guard try reader.nextRecord() else {
                guard first.texts.count > 1 else { throw Self.noNumbers(path, names) }
                throw SignalError(.insufficientData, "has a header and no rows").at(path: path)
            }
            row = Record(reader)
        }
        if try reader.nextRecord() { second = Record(reader) }
        // A name is missing where rows are numbered and their numbers have no header.
        if hasHeader, row.texts.count == names.count + 1, !row.isTrailingEmpty { names.insert("", at: 0) }
        let columns = names.map { ColumnName($0) }
        let time = Self.timeColumn(columns, hasHeader: hasHeader, row: row, second: second)
        let usable = columns.indices.filter { index in
            index < row.texts.count && index != time?.index && (columns[index].axis != nil || row.isNumber[index])
        }
        let axes = hasHeader ? usable.filter { columns[$0].axis != nil } : []
        let unnamedRowNumbers = hasHeader && names[0].isEmpty
        let measured = usable.filter {
            !columns[$0].isLabel && !columns[$0].isTime && !($0 == 0 && unnamedRowNumbers)
        }
        signal = axes.isEmpty ? measured : axes
        guard !signal.isEmpty else { throw Self.noNumbers(path, names) }
        guard signal.count <= RecordingReader.mostChannels else {
            throw SignalError(
                .limitExceeded, "has \(signal.count) columns of numbers; up to \(RecordingReader.mostChannels) are read"
            ).at(path: path)
        }
        let chosen = signal.map { columns[$0] }
        let stems = hasHeader ? chosen.map(\.stem) : signal.map { names[$0] }
        let candidates = axes.isEmpty ? stems : chosen.compactMap(\.axis)
        channelNames = Set(candidates).count == signal.count ? candidates : signal.map { names[$0] }
        do { unit = try Self.unit(of: chosen, stated: stated, hasNames: hasHeader) } catch let error as SignalError {
            throw error.at(path: path)
        }
        self.names = names
        self.time = time
    }

    /// The columns of a table of which only the names matter.
    init(names: [String]) {
        self.names = names
        hasHeader = true
        time = nil
        signal = []
        channelNames = []
        unit = nil
    }

    /// The name of a column for error messages.
    func name(_ index: Int) -> String { names[index].isEmpty ? String(index) : names[index] }

    /// The unit of columns: the one that was stated, or that of their names.
    ///
    /// - Throws: `SignalError` with code `mismatch` where the names contradict each other, or the one that was stated.
    static func unit(of chosen: [ColumnName], stated: SignalUnit?, hasNames: Bool) throws -> SignalUnit? {
        let units = Set(chosen.compactMap(\.unit))
        guard units.count <= 1 || stated != nil else {
            throw SignalError(
                .mismatch,
                "the column names state different units (\(units.map(\.rawValue).sorted().joined(separator: ", "))); choose one with --unit"
            )
        }
        if let stated, hasNames, let named = units.first, units.count == 1, named != stated {
            throw SignalError(
                .mismatch,
                "the column names state \(named.rawValue), not \(stated.rawValue); leave out --unit or mend the header"
            )
        }
        return stated ?? (hasNames ? units.first : nil)
    }

    private static func noNumbers(_ path: String, _ names: [String]) -> SignalError {
        let found = names.prefix(5).map { "'\($0.prefix(40).description.escapingControlCharacters)'" }
            .joined(separator: ", ")
        return SignalError(
            .unsupported, "has no column of numbers (its first line is \(found)); \(ContainerKind.known) are read"
        ).at(path: path)
    }

    private static func timeColumn(_ columns: [ColumnName], hasHeader: Bool, row: Record, second: Record?)
        -> (index: Int, notation: TimeNotation)?
    {
        for (index, column) in columns.enumerated() where index < row.texts.count {
            let isUnnamed = index == 0 && (!hasHeader || column.stem.isEmpty)
            guard column.isTime || isUnnamed else { continue }
            guard let notation = TimeNotation(row, index, unit: column.timeUnit) else { continue }
            if isUnnamed, case .number = notation {
                // Without a name, small whole numbers that count up are row numbers, and a table without a header
                // may well begin with a column of the signal.
                let counts = row.numbers(index).flatMap { first in
                    second?.numbers(index).map { $0 == first + 1 && (first == 0 || first == 1) }
                }
                guard hasHeader, counts == false else { continue }
            }
            return (index, notation)
        }
        return nil
    }

    /// What is needed of a record to decide.
    struct Record {
        let texts: [String]
        let isNumber: [Bool]
        let isTime: [Bool]

        init(_ reader: DelimitedTextReader) {
            texts = reader.fields.indices.map { reader.text($0) }
            isNumber = reader.fields.map { DecimalNumber.parse(reader.buffer, $0.range) != nil }
            isTime = reader.fields.map { CalendarTime.nanoseconds(reader.buffer, $0.range) != nil }
        }

        /// Whether this is a row and no header: numbers, and perhaps a time in front.
        var isData: Bool {
            let rest = isTrailingEmpty ? isNumber.dropLast() : isNumber[...]
            return rest.contains(true) && rest.indices.allSatisfy { isNumber[$0] || ($0 == 0 && isTime[0]) }
        }

        /// Whether the record ends with a delimiter.
        var isTrailingEmpty: Bool { texts.count > 1 && texts.last == "" }

        func numbers(_ index: Int) -> Double? {
            texts.indices.contains(index) ? Double(texts[index].filter { $0 != " " && $0 != "\t" }) : nil
        }
    }
}
