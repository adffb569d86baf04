internal import SignalCore

extension ModelArchive {
    /// Writes columns as three texts of one line a column: `prefix.columns`, `prefix.units`, `prefix.bands`.
    ///
    /// - Throws: `SignalError` with code `malformed` when a name or unit holds a line break.
    mutating func store(_ columns: [FeatureColumn], as prefix: String) throws {
        func hasBreak(_ text: String) -> Bool { text.unicodeScalars.contains { $0 == "\n" || $0 == "\r" } }
        if let column = columns.first(where: { hasBreak($0.name) || hasBreak($0.unit) }) {
            throw SignalError(.malformed, "the name or unit of a column holds a line break; rename it").at(
                column: column.name)
        }
        metadata["\(prefix).columns"] = columns.map(\.name).joined(separator: "\n")
        metadata["\(prefix).units"] = columns.map(\.unit).joined(separator: "\n")
        metadata["\(prefix).bands"] = columns.map { column in
            column.band.map { "\($0.lowerBound) \($0.upperBound)" } ?? "-"
        }.joined(separator: "\n")
    }

    /// Reads what ``store(_:as:)`` wrote.
    func columns(_ prefix: String) throws -> [FeatureColumn] {
        let names = try lines("\(prefix).columns")
        // A single column without a unit is an empty text, hence no line.
        let units = try lines("\(prefix).units")
        let bands = try lines("\(prefix).bands")
        guard units.count == names.count || (units.isEmpty && names.count == 1), bands.count == names.count else {
            throw SignalError(
                .malformed,
                "the model file names \(names.count) columns, \(units.count) units and \(bands.count) bands; they must be as many"
            )
        }
        return try names.indices.map { index in
            FeatureColumn(
                names[index], unit: units.isEmpty ? "" : units[index],
                band: try band(bands[index], of: "\(prefix).bands"))
        }
    }

    /// An entry that is true or false.
    func flag(_ name: String) throws -> Bool {
        let text = try text(name)
        guard let flag = Bool(text) else { throw unusable(name, text, "true or false") }
        return flag
    }

    private func band(_ text: String, of name: String) throws -> ClosedRange<Double>? {
        if text == "-" { return nil }
        let edges = text.split(separator: " ").compactMap { Double($0) }
        guard edges.count == 2, edges[0].isFinite, edges[1].isFinite, edges[0] <= edges[1] else {
            throw unusable(name, text, "two frequencies in Hz or '-' a line")
        }
        return edges[0]...edges[1]
    }
}
