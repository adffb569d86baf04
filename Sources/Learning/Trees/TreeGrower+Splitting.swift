internal import SignalCore

/// A split of a node.
struct Split: Sendable {
    let column: Int
    /// The last bin that goes left.
    let bin: Int
    let threshold: Float
    let gain: Double
    /// Whether a row of the node lacks the value.
    let sawMissing: Bool
    let missingGoesLeft: Bool
}

extension TreeGrower {
    /// Calls `body` with a cell of zeros.
    func withCell<Result>(
        _ width: Int, _ body: (UnsafeMutablePointer<Double>) throws -> Result
    ) rethrows -> Result {
        let bytes = width * MemoryLayout<Double>.stride
        return unsafe try withUnsafeTemporaryAllocation(byteCount: bytes, alignment: 32) { memory in
            guard let base = memory.baseAddress else { preconditionFailure("a cell has a width") }
            let cell = unsafe base.assumingMemoryBound(to: Double.self)
            unsafe cell.update(repeating: 0, count: width)
            return unsafe try body(cell)
        }
    }

    /// Whether the rows of a node are worth a histogram; a few are sorted in less time than its bins are looked through.
    func isCounted(_ rowCount: Int) -> Bool {
        rowCount > (cellStart.last ?? 0) / max(1, table.columnCount) / 4
    }

    /// The rows that are counted in one column before the next: what they add stays in the cache.
    private static var blockLength: Int { 2048 }

    /// Sums the items of a range by the bins of some columns.
    func count(_ some: ArraySlice<Int>, _ range: Range<Int>, into histogram: Histogram) {
        let width = criterion.width
        for column in some {
            let cells = unsafe histogram.cells + cellStart[column] * width
            unsafe cells.update(repeating: 0, count: table.binCount(column) * width)
        }
        for first in stride(from: 0, to: range.count, by: Self.blockLength) {
            let block = first..<min(first + Self.blockLength, range.count)
            for column in some {
                unsafe add(column, range.lowerBound, block, to: histogram.cells + cellStart[column] * width)
            }
        }
    }

    /// Sums the items of a range by the bin of a column.
    private func count(_ column: Int, _ range: Range<Int>, into cells: UnsafeMutablePointer<Double>) {
        unsafe cells.update(repeating: 0, count: table.binCount(column) * criterion.width)
        unsafe add(column, range.lowerBound, 0..<range.count, to: cells)
    }

    /// Adds the items of a block of a node's rows, which begin at `start`, to the cells of a column.
    private func add(_ column: Int, _ start: Int, _ block: Range<Int>, to cells: UnsafeMutablePointer<Double>) {
        let width = criterion.width
        unsafe table.codes.withUnsafeBufferPointer { codes in
            guard let codes = codes.baseAddress else { return }
            let codesOfColumn = unsafe codes + column * table.rowCount
            let rows = unsafe self.rows + start
            let items = unsafe self.items
            let criterion = self.criterion
            for place in block {
                let code = unsafe Int(codesOfColumn[Int(rows[place])])
                unsafe criterion.add(items[place], to: cells + code &* width)
            }
        }
    }

    /// The best split over all columns; the first of equal ones.
    ///
    /// - Parameters:
    ///   - histogram: of all columns; without one, rows are sorted.
    ///   - isCounted: whether the rows are in the histogram already, else they are counted into it.
    func bestSplit(
        of range: Range<Int>, total: Histogram, histogram: Histogram?, isCounted: Bool
    ) throws -> Split? {
        // Threads are worth their start only for many rows.
        guard jobs > 1, range.count * columns.count > 1 << 16 else {
            return bestSplit(of: range, among: columns[...], total: total, histogram: histogram, isCounted: isCounted)
        }
        let parts = min(columns.count, 4 * jobs)
        let splits = try ConcurrentLoop.map(count: parts, jobs: jobs) { part in
            let some = columns[columns.count * part / parts..<columns.count * (part + 1) / parts]
            return bestSplit(of: range, among: some, total: total, histogram: histogram, isCounted: isCounted)
        }
        var best: Split?
        for case let split? in splits where split.gain > best?.gain ?? -.infinity { best = split }
        return best
    }

    private func bestSplit(
        of range: Range<Int>, among some: ArraySlice<Int>, total: Histogram, histogram: Histogram?, isCounted: Bool
    ) -> Split? {
        var best: Split?
        if let histogram, !isCounted { count(some, range, into: histogram) }
        for column in some {
            let split: Split?
            if let histogram {
                let cells = unsafe histogram.cells + cellStart[column] * criterion.width
                split = unsafe bestSplit(column, cells: cells, total: total)
            } else {
                split = sortedSplit(column, range, total: total)
            }
            if let split, split.gain > best?.gain ?? -.infinity { best = split }
        }
        return best
    }

    /// The best split over as many columns as are drawn for a node, and more until one of them varies in the node, as in
    /// scikit-learn.
    func drawnSplit(
        of range: Range<Int>, total: Histogram, using generator: inout SeededGenerator
    ) -> Split? {
        var order = columns
        var best: Split?
        let width = criterion.width
        for drawn in order.indices {
            if drawn >= limits.columnsPerNode, best != nil { break }
            order.swapAt(drawn, drawn + Int(generator.uniform() * Double(order.count - drawn)))
            let column = order[drawn]
            let split: Split?
            if isCounted(range.count) {
                split = unsafe withCell(table.binCount(column) * width) { cells in
                    unsafe count(column, range, into: cells)
                    return unsafe bestSplit(column, cells: cells, total: total)
                }
            } else {
                split = sortedSplit(column, range, total: total)
            }
            if let split, split.gain > best?.gain ?? -.infinity { best = split }
        }
        return best
    }

    /// The best split of a column by sorting the rows of a node.
    private func sortedSplit(_ column: Int, _ range: Range<Int>, total: Histogram) -> Split? {
        let count = range.count
        let width = criterion.width
        return unsafe withUnsafeTemporaryAllocation(of: UInt64.self, capacity: count) { keys in
            let start = column * table.rowCount
            for place in 0..<count {
                let row = unsafe Int(rows[range.lowerBound + place])
                unsafe keys[place] = UInt64(table.codes[start + row]) << 32 | UInt64(place)
            }
            unsafe Self.sort(keys)
            return unsafe withCell(count * width) { cells in
                unsafe withUnsafeTemporaryAllocation(of: Int.self, capacity: count) { bins in
                    var last = -1
                    for index in 0..<count {
                        let key = unsafe keys[index]
                        let bin = Int(key >> 32)
                        if unsafe last < 0 || bins[last] != bin {
                            last += 1
                            unsafe bins[last] = bin
                        }
                        unsafe criterion.add(items[Int(key & 0xFFFF_FFFF)], to: cells + last * width)
                    }
                    let missing = table.binCount(column) - 1
                    let hasMissing = unsafe bins[last] == missing
                    guard
                        let found = unsafe scan(
                            cells, count: hasMissing ? last : last + 1,
                            missing: hasMissing ? cells + last * width : nil, total: total)
                    else { return nil }
                    return unsafe split(
                        column, found, bin: bins[found.left], nextBin: found.right.map { unsafe bins[$0] },
                        sawMissing: hasMissing)
                }
            }
        }
    }

    /// Sorts a few keys.
    private static func sort(_ keys: UnsafeMutableBufferPointer<UInt64>) {
        guard keys.count > 1 else { return }
        guard keys.count <= 32 else {
            var keys = unsafe keys
            return unsafe keys.sort()
        }
        for index in 1..<keys.count {
            let key = unsafe keys[index]
            var place = index
            while place > 0, unsafe keys[place - 1] > key {
                unsafe keys[place] = keys[place - 1]
                place -= 1
            }
            unsafe keys[place] = key
        }
    }

    /// The best split of a column by its histogram.
    private func bestSplit(
        _ column: Int, cells: UnsafeMutablePointer<Double>, total: Histogram
    ) -> Split? {
        let count = table.binCount(column) - 1
        let missing = unsafe cells + count * criterion.width
        let hasMissing = unsafe missing[0] >= 0.5
        guard let found = unsafe scan(cells, count: count, missing: hasMissing ? missing : nil, total: total) else {
            return nil
        }
        return split(column, found, bin: found.left, nextBin: found.right, sawMissing: hasMissing)
    }

    /// The best place between cells: the last one with rows that goes left, the first one with rows that goes right (none
    /// when only missing values do), and where missing values go.
    struct Place {
        var gain: Double
        var left: Int
        var right: Int?
        var missingGoesLeft: Bool
    }

    private func split(_ column: Int, _ found: Place, bin: Int, nextBin: Int?, sawMissing: Bool) -> Split {
        Split(
            column: column, bin: bin,
            threshold: nextBin.map { table.threshold(column, left: bin, right: $0) } ?? .greatestFiniteMagnitude,
            gain: found.gain, sawMissing: sawMissing, missingGoesLeft: found.missingGoesLeft)
    }

    /// Looks through cells in their order, missing values once on the right and once on the left.
    private func scan(
        _ cells: UnsafeMutablePointer<Double>, count: Int, missing: UnsafeMutablePointer<Double>?,
        total: Histogram
    ) -> Place? {
        let width = criterion.width
        let minimumRows = Double(limits.minimumLeafRows)
        return unsafe withCell(2 * width) { sums in
            let (left, right) = unsafe (sums, sums + width)
            var best: Place?
            let parentScore = unsafe criterion.score(total.cells)
            // Where a split need not gain anything, rounding may have taken its gain below nothing.
            var bestScore = parentScore + (limits.minimumGain > 0 ? limits.minimumGain : -1e-10 * abs(parentScore))
            for missingGoesLeft in unsafe missing == nil ? [false] : [false, true] {
                for index in 0..<width { unsafe left[index] = 0 }
                if missingGoesLeft, let missing = unsafe missing {
                    for index in 0..<width { unsafe left[index] = missing[index] }
                }
                for place in 0..<count {
                    let cell = unsafe cells + place &* width
                    if unsafe cell[0] < 0.5 { continue }
                    for index in 0..<width {
                        unsafe left[index] += cell[index]
                        unsafe right[index] = total.cells[index] - left[index]
                    }
                    if unsafe right[0] < minimumRows { break }
                    guard unsafe left[0] >= minimumRows, unsafe criterion.isAllowed(left),
                        unsafe criterion.isAllowed(right)
                    else { continue }
                    let score = unsafe criterion.score(left) + criterion.score(right)
                    if score > bestScore {
                        bestScore = score
                        best = Place(
                            gain: score - parentScore, left: place, right: nil, missingGoesLeft: missingGoesLeft)
                    }
                }
            }
            guard var best else { return nil }
            best.gain = max(best.gain, 0)
            best.right = (best.left + 1..<max(count, best.left + 1)).first { unsafe cells[$0 * width] >= 0.5 }
            return best
        }
    }
}
