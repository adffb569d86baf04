import Foundation
import SignalCore

/// The numbers of a figure or a section: named columns with units.
public struct NumberTable: Codable, Sendable, Equatable {
    /// One column.
    public struct Column: Codable, Sendable, Equatable {
        /// What the column holds, such as `time`.
        public var name: String
        /// Its unit; empty for texts.
        public var unit: String
        /// The cells.
        public var cells: Cells

        /// A column of numbers; what is not finite counts as missing.
        public init(_ name: String, unit: String, _ numbers: [Double]) {
            self.name = name
            self.unit = unit
            cells = .numbers(numbers)
        }

        /// A column of texts.
        public init(_ name: String, _ texts: [String]) {
            self.name = name
            unit = ""
            cells = .texts(texts)
        }

        /// The name with the unit in brackets.
        public var heading: String { unit.isEmpty ? name : "\(name) (\(unit))" }

        var count: Int {
            switch cells {
            case .numbers(let numbers): numbers.count
            case .texts(let texts): texts.count
            }
        }
    }

    /// The cells of a column.
    public enum Cells: Codable, Sendable, Equatable {
        /// Numbers; not finite: missing.
        case numbers([Double])
        /// Texts.
        case texts([String])
    }

    /// The columns; a shorter one has nothing in the last rows.
    public var columns: [Column]

    /// Makes a table of columns.
    public init(_ columns: [Column]) { self.columns = columns }

    /// The length of the longest column.
    public var rowCount: Int { columns.map(\.count).max() ?? 0 }

    /// The text of a cell: a number with as many digits as tell it from its neighbours, nothing for a missing one.
    public func text(row: Int, column: Int) -> String {
        switch columns[column].cells {
        case .numbers(let numbers) where row < numbers.count && numbers[row].isFinite:
            let number = numbers[row]
            return number == number.rounded() && abs(number) < 1e15 ? String(Int(number)) : String(number)
        case .texts(let texts) where row < texts.count: return texts[row]
        default: return ""
        }
    }

    /// The table as CSV (RFC 4180, lines ended by a line feed) with `name (unit)` in the header.
    public func csv() -> String {
        var text = columns.map { Self.quoted($0.heading) }.joined(separator: ",") + "\n"
        for row in 0..<rowCount {
            for column in columns.indices {
                if column > 0 { text += "," }
                text += Self.quoted(self.text(row: row, column: column))
            }
            text += "\n"
        }
        return text
    }

    private static func quoted(_ cell: String) -> String {
        guard cell.utf8.contains(where: { $0 == 0x22 || $0 == 0x2C || $0 == 0x0A || $0 == 0x0D }) else { return cell }
        return "\"" + cell.replacing("\"", with: "\"\"") + "\""
    }
}
