internal import SignalCore

/// Rows that were looked through once: as many columns as a model has, no value infinite.
struct CheckedRows {
    let values: [Float]
    let count: Int
    /// Whether some value is missing.
    let hasMissing: Bool

    /// - Parameter schema: to name the column by; without it, its number is given.
    /// - Throws: `SignalError` with code `mismatch` for other columns, `malformed` for a value that is infinite.
    init(_ frames: FeatureFrames, columnCount: Int, schema: FeatureSchema? = nil) throws {
        try frames.requireColumns(columnCount)
        var (infinite, missing) = (false, false)
        for value in frames.values {
            infinite = infinite || value.magnitude == .infinity
            missing = missing || value != value
        }
        if infinite, let place = frames.values.firstIndex(where: { $0.isInfinite }) {
            let column = place % columnCount
            throw SignalError(
                .malformed,
                "the value of row \(place / columnCount) is infinite; values are finite, or missing (NaN)"
            ).at(column: schema?.columns[column].name ?? "\(column)")
        }
        values = frames.values
        count = frames.count
        hasMissing = missing
    }
}

extension TreeEnsemble {
    /// The rows that go down a tree before the next tree is looked at: as many as stay in the second level of the cache, so
    /// that trees, which come from beyond it, are seldom fetched.
    var blockLength: Int { max(64, min(2048, 65_536 / columnCount)) }

    /// The sums of every row: what it starts from and what all trees say. Shape: rows x ``sumCount``.
    func sums(_ rows: CheckedRows, from start: [Double]) -> [Double] {
        precondition(start.count == sumCount, "every sum has a start")
        var sums: [Double] = []
        sums.reserveCapacity(rows.count * sumCount)
        for _ in 0..<rows.count { sums.append(contentsOf: start) }
        var leaves = Array(repeating: UInt32(0), count: blockLength)
        for first in stride(from: 0, to: rows.count, by: blockLength) {
            let block = first..<min(first + blockLength, rows.count)
            for tree in 0..<treeCount {
                findLeaves(tree, rows, block, into: &leaves)
                add(tree, leaves, block, to: &sums)
            }
        }
        return sums
    }

    /// Adds what one tree says to the sums of all rows.
    func add(tree: Int, _ rows: CheckedRows, to sums: inout [Double]) {
        var leaves = Array(repeating: UInt32(0), count: blockLength)
        for first in stride(from: 0, to: rows.count, by: blockLength) {
            let block = first..<min(first + blockLength, rows.count)
            findLeaves(tree, rows, block, into: &leaves)
            add(tree, leaves, block, to: &sums)
        }
    }

    /// Adds the values of the leaves in which the rows of a block ended.
    private func add(_ tree: Int, _ leaves: [UInt32], _ block: Range<Int>, to sums: inout [Double]) {
        let root = roots[tree]
        let (output, width, count) = (outputCount, sumCount, block.count)
        let first = block.lowerBound * width + (output == 1 ? tree % width : 0)
        unsafe values.withUnsafeBufferPointer { values in
            unsafe leaves.withUnsafeBufferPointer { leaves in
                unsafe sums.withUnsafeMutableBufferPointer { sums in
                    if output == 1 {
                        for index in 0..<count {
                            unsafe sums[first &+ index &* width] += Double(values[root &+ Int(leaves[index])])
                        }
                    } else {
                        for index in 0..<count {
                            let value = unsafe (root &+ Int(leaves[index])) &* output
                            let sum = first &+ index &* width
                            for place in 0..<output { unsafe sums[sum &+ place] += Double(values[value &+ place]) }
                        }
                    }
                }
            }
        }
    }

    /// Sends the rows of a block down one tree; `leaves` takes where they end, counted from the tree's root.
    func findLeaves(_ tree: Int, _ rows: CheckedRows, _ block: Range<Int>, into leaves: inout [UInt32]) {
        precondition(
            block.upperBound <= rows.count && rows.values.count == rows.count * columnCount
                && block.count <= leaves.count, "the rows are there")
        if rows.hasMissing {
            descend(tree, rows.values, block, into: &leaves) { node, value in
                value > node.threshold || (value != value && node.sendsMissingToSecond) ? 1 : 0
            }
        } else {
            // The sign of the difference, since compilers make of a comparison a branch that nobody can foresee.
            descend(tree, rows.values, block, into: &leaves) { node, value in (node.threshold - value).bitPattern >> 31
            }
        }
    }

    /// Eight rows go down a tree side by side: the steps of one wait for each other, those of different ones do not.
    @inline(__always) private func descend(
        _ tree: Int, _ values: [Float], _ block: Range<Int>, into leaves: inout [UInt32],
        _ second: (TreeNode, Float) -> UInt32
    ) {
        let stride = columnCount
        let depth = depths[tree]
        let whole = block.count & ~7
        unsafe values.withUnsafeBufferPointer { values in
            unsafe nodes.withUnsafeBufferPointer { nodes in
                guard let values = values.baseAddress, let nodes = nodes.baseAddress else { return }
                let tree = unsafe nodes + roots[tree]
                // Trees and their columns are checked when an ensemble is made, so no step leaves the row or the tree.
                @inline(__always) func step(_ place: inout UInt32, _ row: UnsafePointer<Float>) {
                    let node = unsafe tree[Int(place)]
                    let value = unsafe row[node.column]
                    place = node.child &+ second(node, value)
                }
                for index in Swift.stride(from: 0, to: whole, by: 8) {
                    let row = unsafe values + (block.lowerBound + index) * stride
                    var (a, b, c, d, e, f, g, h) = (
                        UInt32(0), UInt32(0), UInt32(0), UInt32(0), UInt32(0), UInt32(0), UInt32(0), UInt32(0)
                    )
                    var left = depth
                    while left > 0 {
                        for _ in 0..<min(left, 4) {
                            unsafe step(&a, row)
                            unsafe step(&b, row + stride)
                            unsafe step(&c, row + 2 &* stride)
                            unsafe step(&d, row + 3 &* stride)
                            unsafe step(&e, row + 4 &* stride)
                            unsafe step(&f, row + 5 &* stride)
                            unsafe step(&g, row + 6 &* stride)
                            unsafe step(&h, row + 7 &* stride)
                        }
                        left -= 4
                        // Deep trees have many leaves high up.
                        if left > 4,
                            unsafe tree[Int(a)].isLeaf && tree[Int(b)].isLeaf && tree[Int(c)].isLeaf
                                && tree[Int(d)].isLeaf && tree[Int(e)].isLeaf && tree[Int(f)].isLeaf
                                && tree[Int(g)].isLeaf && tree[Int(h)].isLeaf
                        {
                            break
                        }
                    }
                    (leaves[index], leaves[index + 1], leaves[index + 2], leaves[index + 3]) = (a, b, c, d)
                    (leaves[index + 4], leaves[index + 5], leaves[index + 6], leaves[index + 7]) = (e, f, g, h)
                }
                for index in whole..<block.count {
                    let row = unsafe values + (block.lowerBound + index) * stride
                    var place = UInt32(0)
                    for _ in 0..<depth { unsafe step(&place, row) }
                    leaves[index] = place
                }
            }
        }
    }
}
