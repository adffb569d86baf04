/// A column of text that is read as numbers.
public struct CategoryColumn: Sendable, Equatable {
    /// The column's name.
    public let name: String
    /// The values, in order.
    public let values: [String]
    /// Whether every value gets a column of 0 and 1 rather than all of them one column of 0, 1, 2, ...
    public let isOneHot: Bool

    /// Makes a column.
    public init(name: String, values: [String], isOneHot: Bool) {
        (self.name, self.values, self.isOneHot) = (name, values, isOneHot)
    }

    /// The names of the columns of numbers: `Type`, or `Type=L`, `Type=M`, ...
    public var columnNames: [String] { isOneHot ? values.map { "\(name)=\($0)" } : [name] }

    /// The numbers of one cell; NaN for a value that is not among ``values``.
    public func numbers(of cell: String) -> [Float] {
        guard let index = values.firstIndex(of: cell) else {
            return Array(repeating: .nan, count: columnNames.count)
        }
        return isOneHot ? values.indices.map { $0 == index ? 1 : 0 } : [Float(index)]
    }
}
