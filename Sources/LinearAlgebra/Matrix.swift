/// A table of numbers, row after row. Shape: ``rowCount`` x ``columnCount``.
public struct Matrix<Element: BinaryFloatingPoint & Sendable>: Sendable, Equatable {
    /// The number of rows.
    public let rowCount: Int
    /// The number of columns.
    public let columnCount: Int
    /// The elements, row-major.
    public var elements: [Element]

    /// Makes a matrix of its elements.
    ///
    /// - Precondition: `elements.count == rowCount * columnCount`.
    public init(rowCount: Int, columnCount: Int, elements: [Element]) {
        precondition(elements.count == rowCount * columnCount, "a matrix has rows x columns elements")
        self.rowCount = rowCount
        self.columnCount = columnCount
        self.elements = elements
    }

    /// Makes a matrix of zeros.
    public init(rowCount: Int, columnCount: Int) {
        self.init(
            rowCount: rowCount, columnCount: columnCount,
            elements: Array(repeating: 0, count: rowCount * columnCount))
    }

    /// One element.
    public subscript(row: Int, column: Int) -> Element {
        get { elements[row * columnCount + column] }
        set { elements[row * columnCount + column] = newValue }
    }

    /// The elements of one row.
    public func row(_ row: Int) -> ArraySlice<Element> {
        elements[row * columnCount..<(row + 1) * columnCount]
    }
}
