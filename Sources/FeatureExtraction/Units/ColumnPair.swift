import SignalCore

/// A product, quotient or difference of two columns of one row.
struct ColumnPair: Sendable {
    /// What is computed.
    enum Operation: Character, Sendable {
        case product = "*"
        case ratio = "/"
        case difference = "-"
    }

    let operation: Operation
    let first: Int
    let second: Int
    /// The column that comes of it.
    let column: FeatureColumn

    /// Reads `a*b`, where `a` and `b` are columns; names may hold the sign too.
    ///
    /// - Throws: `SignalError` with code `invalidOption` when it names no two columns.
    init(_ text: String, _ operation: Operation, columns: [FeatureColumn]) throws {
        func index(_ name: Substring) -> Int? {
            let name = name.trimmingWhitespace.lowercased()
            return columns.firstIndex { $0.name.lowercased() == name }
        }
        var unknown: String?
        for position in text.indices where text[position] == operation.rawValue {
            let (left, right) = (text[..<position], text[text.index(after: position)...])
            guard let first = index(left), let second = index(right) else {
                unknown = (index(left) == nil ? left : right).trimmingWhitespace
                continue
            }
            (self.operation, self.first, self.second) = (operation, first, second)
            let isOneUnit = operation == .difference && columns[first].unit == columns[second].unit
            column = FeatureColumn(
                "\(columns[first].name)\(operation.rawValue)\(columns[second].name)",
                unit: isOneUnit ? columns[first].unit : "")
            return
        }
        guard let unknown else {
            throw SignalError(
                .invalidOption,
                "'\(text.escapingControlCharacters)' is not two columns with a \(operation.rawValue) between them")
        }
        throw SignalError(
            .invalidOption, NearestName.unknown("column", unknown, among: columns.prefix(200).map(\.name)))
    }

    /// The value of a row; NaN where one of the columns is missing, held within ±1,000,000 for quotients.
    func value(_ row: Span<Float>) -> Float {
        let (first, second) = (Double(row[first]), Double(row[second]))
        guard !first.isNaN, !second.isNaN else { return .nan }
        switch operation {
        case .product: return .nearest(first * second)
        case .difference: return .nearest(first - second)
        case .ratio: return .boundedQuotient(first, second)
        }
    }
}

extension Substring {
    fileprivate var trimmingWhitespace: String {
        var text = self
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}
