/// Runs of consecutive rows.
enum RowRuns {
    /// The maximal ranges of consecutive rows that are marked, in ascending order.
    static func ranges(of marked: [Bool]) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        var start: Int?
        for (row, isMarked) in marked.enumerated() {
            if isMarked {
                if start == nil { start = row }
            } else if let first = start {
                ranges.append(first..<row)
                start = nil
            }
        }
        if let start { ranges.append(start..<marked.count) }
        return ranges
    }
}
