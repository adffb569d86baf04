import SignalCore

/// A table for people, in plain text: aligned columns, a line under the header.
///
/// Columns of which every cell is a number (with an optional unit sign such as `%` or `x`) or empty stand right, all
/// others left. Control characters in a cell are written out, so that no name can harm a terminal or break a row.
public struct TextTable: Sendable {
    private let header: [String]
    private var rows: [[String]] = []

    /// Makes an empty table with the titles of its columns.
    public init(_ header: [String]) {
        self.header = header.map(\.escapingControlCharacters)
    }

    /// Appends a row.
    ///
    /// - Precondition: one cell a column.
    public mutating func append(_ row: [String]) {
        precondition(row.count == header.count, "a row has one cell a column")
        rows.append(row.map(\.escapingControlCharacters))
    }

    /// The table as lines, each ended by a line break, none with blanks at its end.
    public func rendered() -> String {
        let isRight = header.indices.map { column in
            !rows.isEmpty && rows.allSatisfy { $0[column].isEmpty || Self.isNumber($0[column]) }
                && rows.contains { !$0[column].isEmpty }
        }
        let widths = header.indices.map { column in
            ([header] + rows).map { Self.width(of: $0[column]) }.max() ?? 0
        }
        func line(_ cells: [String]) -> String {
            var text = ""
            for (column, cell) in cells.enumerated() {
                let padding = String(repeating: " ", count: widths[column] - Self.width(of: cell))
                text += (column == 0 ? "" : "  ") + (isRight[column] ? padding + cell : cell + padding)
            }
            while text.last == " " { text.removeLast() }
            return text + "\n"
        }
        let rule = widths.map { String(repeating: "-", count: $0) }
        return ([header, rule] + rows).map(line).joined()
    }

    /// Whether a cell holds a number: `-3.5`, `1,400`, `12e-3`, `98.6 %`, `1.6x`, `n/a` or a lone dash.
    private static func isNumber(_ text: String) -> Bool {
        if ["-", "–", "n/a", "nan", "inf", "-inf"].contains(text.lowercased()) { return true }
        return text.wholeMatch(of: /[-+−]?[0-9][0-9,]*(\.[0-9]+)?([eE][-+]?[0-9]+)?( ?[%x×])?/) != nil
    }

    /// How many places of a terminal a text takes: two for East Asian wide characters and emoji, none for combining
    /// ones, one for all others (a simplification of Unicode Standard Annex 11).
    static func width(of text: String) -> Int {
        text.reduce(0) { sum, character in
            guard let scalar = character.unicodeScalars.first else { return sum }
            if scalar.properties.generalCategory == .format { return sum }
            let isWide =
                switch scalar.value {
                case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF,
                    0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1FAFF, 0x20000...0x3FFFD:
                    true
                default: false
                }
            return sum + (isWide ? 2 : 1)
        }
    }
}
