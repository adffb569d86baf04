/// Rows that wait for values that later rows may bring. Missing values are NaN.
struct PendingRows: Sendable {
    private let columns: Int
    private var values: [Float] = []
    private var times: [Double] = []
    private var numbers: [Int] = []
    private var lacking: [Int] = []
    private var head = 0

    init(columns: Int) { self.columns = columns }

    var count: Int { times.count - head }
    var isEmpty: Bool { count == 0 }
    /// Whether the first row lacks nothing any more.
    var isFirstComplete: Bool { lacking[head] == 0 }
    var firstTime: Double { times[head] }
    var firstNumber: Int { numbers[head] }
    var firstValues: ArraySlice<Float> { values[head * columns..<(head + 1) * columns] }

    func first(_ column: Int) -> Float { values[head * columns + column] }

    mutating func setFirst(_ column: Int, _ value: Float) {
        values[head * columns + column] = value
        lacking[head] -= 1
    }

    mutating func append(_ row: [Float], time: Double, number: Int) {
        values.append(contentsOf: row)
        times.append(time)
        numbers.append(number)
        lacking.append(row.count(where: \.isNaN))
    }

    /// Sets what is missing of one column, by row number, and returns how many values that were. Only the last rows can
    /// lack a value of the column, since the one before was filled when it came.
    mutating func fill(_ column: Int, with value: (Int) -> Float) -> Int {
        var filled = 0
        var row = times.count - 1
        while row >= head, values[row * columns + column].isNaN {
            values[row * columns + column] = value(numbers[row])
            lacking[row] -= 1
            filled += 1
            row -= 1
        }
        return filled
    }

    mutating func removeFirst() {
        head += 1
        // Moved to the front now and then, so that every row is moved about once.
        guard head * 2 > times.count else { return }
        values.removeFirst(head * columns)
        times.removeFirst(head)
        numbers.removeFirst(head)
        lacking.removeFirst(head)
        head = 0
    }

    mutating func removeAll() {
        values.removeAll(keepingCapacity: true)
        times.removeAll(keepingCapacity: true)
        numbers.removeAll(keepingCapacity: true)
        lacking.removeAll(keepingCapacity: true)
        head = 0
    }
}
