/// The largest or smallest of the last rows of a column: a queue of candidates, each larger (smaller) than all after
/// it (Lemire, "Streaming Maximum-Minimum Filter Using No More than Three Comparisons per Element", 2006). A row costs
/// a constant time on average.
struct RollingExtreme: Sendable {
    private let length: Int
    private let isMaximum: Bool
    private var values: [Float]
    private var rows: [Int]
    private var head = 0
    private var count = 0

    init(length: Int, isMaximum: Bool) {
        self.length = length
        self.isMaximum = isMaximum
        values = Array(repeating: 0, count: length)
        rows = Array(repeating: 0, count: length)
    }

    /// The extreme of the rows taken.
    var value: Float { values[head] }

    mutating func take(_ value: Float, row: Int) {
        if count > 0, rows[head] <= row - length {
            head = head + 1 == length ? 0 : head + 1
            count -= 1
        }
        while count > 0 {
            let last = position(count - 1)
            guard isMaximum ? values[last] <= value : values[last] >= value else { break }
            count -= 1
        }
        let next = position(count)
        values[next] = value
        rows[next] = row
        count += 1
    }

    mutating func reset() {
        head = 0
        count = 0
    }

    private func position(_ offset: Int) -> Int {
        let index = head + offset
        return index < length ? index : index - length
    }
}
