internal import SignalCore

/// Grows one tree after another from quantised columns.
///
/// The sums of every bin of a column, a histogram, tell the gain of all splits in one pass. Where all columns are looked
/// at, only the smaller of two children is counted and the larger one is the parent without it. Nodes with few rows are
/// sorted instead of counted.
///
/// Unchecked: a grower belongs to one thread, but lets others work at separate columns while it waits for them.
@safe
final class TreeGrower<Code: FixedWidthInteger & UnsignedInteger & Sendable, Criterion: SplitCriterion>:
    @unchecked Sendable
{
    let table: QuantisedColumns<Code>
    /// What splits are chosen by; may be changed from tree to tree.
    var criterion: Criterion
    let limits: TreeLimits
    /// The columns that may be split.
    private(set) var columns: [Int] = []
    /// How many threads look at columns at once.
    let jobs: Int

    /// The rows of the tree, those of a node side by side.
    let rows: UnsafeMutablePointer<UInt32>
    private let spare: UnsafeMutablePointer<UInt32>
    /// What the rows of the node at hand add, in their order.
    let items: UnsafeMutablePointer<Criterion.Item>
    private let capacity: Int
    /// Where the histogram of a column begins among those of all, in cells.
    let cellStart: [Int]
    private var freeHistograms: [Histogram] = []

    /// The histograms of all columns of a node, or the sums of all its rows.
    ///
    /// Unchecked: threads that are given the same one write to separate columns.
    @safe struct Histogram: @unchecked Sendable {
        let cells: UnsafeMutablePointer<Double>
    }

    /// A leaf that could be split.
    private struct OpenLeaf {
        let node: Int
        let range: Range<Int>
        let depth: Int
        let split: Split
        let histogram: Histogram?
    }

    /// - Precondition: no tree is grown from more than `capacity` rows.
    init(
        _ table: QuantisedColumns<Code>, criterion: Criterion, limits: TreeLimits, capacity: Int, jobs: Int
    ) {
        self.table = table
        self.criterion = criterion
        self.limits = limits
        self.capacity = capacity
        self.jobs = jobs
        unsafe rows = .allocate(capacity: max(capacity, 1))
        unsafe spare = .allocate(capacity: max(capacity, 1))
        unsafe items = .allocate(capacity: max(capacity, 1))
        var starts = [0]
        for column in 0..<table.columnCount { starts.append(starts[column] + table.binCount(column)) }
        cellStart = starts
    }

    deinit {
        unsafe rows.deallocate()
        unsafe spare.deallocate()
        unsafe items.deallocate()
        for histogram in freeHistograms { unsafe histogram.cells.deallocate() }
    }

    /// Whether every node looks at all columns, so that histograms are worth keeping.
    private var looksAtAll: Bool { limits.columnsPerNode >= columns.count }

    /// Grows a tree from some rows, by some columns.
    ///
    /// - Precondition: there are rows, no more than the capacity.
    func grow(from chosen: [UInt32], columns: [Int], using generator: inout SeededGenerator) throws -> DecisionTree {
        self.columns = columns.filter { table.varies[$0] }
        precondition(!chosen.isEmpty && chosen.count <= capacity, "a tree grows from its rows")
        for (place, row) in chosen.enumerated() { unsafe rows[place] = row }
        var tree = DecisionTree(gains: Array(repeating: 0, count: table.columnCount))
        tree.nodes.append(.leaf(at: 0))
        var open: [OpenLeaf] = []
        if let leaf = try examine(0, 0..<chosen.count, depth: 0, histogram: nil, tree: &tree, using: &generator) {
            open.append(leaf)
        }
        var leafCount = 1
        while leafCount < limits.maximumLeaves, let leaf = takeNext(&open) {
            let split = leaf.split
            let place = leaf.node
            let middle = partition(leaf.range, by: split)
            let (first, second) = (leaf.range.lowerBound..<middle, middle..<leaf.range.upperBound)
            let child = tree.nodes.count
            let missingToSecond = split.sawMissing ? !split.missingGoesLeft : second.count > first.count
            tree.nodes[place] = TreeNode(
                threshold: split.threshold,
                columnBits: UInt32(split.column) | (missingToSecond ? TreeNode.missingBit : 0), child: UInt32(child))
            tree.gains[split.column] += split.gain
            tree.nodes.append(.leaf(at: child))
            tree.nodes.append(.leaf(at: child + 1))
            leafCount += 1
            let depth = leaf.depth + 1
            let histograms = childHistograms(of: leaf.histogram, first, second, depth: depth)
            for (node, range, histogram) in [
                (child, first, histograms.first), (child + 1, second, histograms.second),
            ] {
                if let next = try examine(
                    node, range, depth: depth, histogram: histogram, tree: &tree, using: &generator)
                {
                    open.append(next)
                }
            }
        }
        for leaf in open { release(leaf.histogram) }
        return tree.levelByLevel()
    }

    /// The leaf with the largest gain where leaves are limited, else the last one.
    private func takeNext(_ open: inout [OpenLeaf]) -> OpenLeaf? {
        guard limits.maximumLeaves < Int.max else { return open.popLast() }
        var best = 0
        for index in open.indices where open[index].split.gain > open[best].split.gain { best = index }
        return open.isEmpty ? nil : open.remove(at: best)
    }

    /// Writes down what a node says and looks for its best split. Takes over the histogram.
    private func examine(
        _ node: Int, _ range: Range<Int>, depth: Int, histogram: Histogram?, tree: inout DecisionTree,
        using generator: inout SeededGenerator
    ) throws -> OpenLeaf? {
        let width = criterion.width
        return unsafe try withCell(width) { total in
            for place in range {
                let item = unsafe criterion.item(Int(rows[place]))
                unsafe items[place - range.lowerBound] = item
                unsafe criterion.add(item, to: total)
            }
            unsafe criterion.appendValue(total, to: &tree.values)
            guard canSplit(range.count, depth: depth), !(unsafe criterion.isPure(items, count: range.count)) else {
                release(histogram)
                return nil
            }
            let sums = unsafe Histogram(cells: total)
            var kept = histogram
            var split: Split?
            if looksAtAll {
                if kept == nil, isCounted(range.count) {
                    kept = takeHistogram()
                    split = try bestSplit(of: range, total: sums, histogram: kept, isCounted: false)
                } else {
                    split = try bestSplit(of: range, total: sums, histogram: kept, isCounted: true)
                }
            } else {
                split = drawnSplit(of: range, total: sums, using: &generator)
            }
            guard let split else {
                release(kept)
                return nil
            }
            return OpenLeaf(node: node, range: range, depth: depth, split: split, histogram: kept)
        }
    }

    private func canSplit(_ count: Int, depth: Int) -> Bool {
        depth < limits.maximumDepth && count >= 2 * limits.minimumLeafRows && count > 1
    }

    /// The histogram of the larger child, made of the parent's by taking the smaller one out, where it will be looked at.
    private func childHistograms(
        of parent: Histogram?, _ first: Range<Int>, _ second: Range<Int>, depth: Int
    ) -> (first: Histogram?, second: Histogram?) {
        guard let parent else { return (nil, nil) }
        let (small, large) = first.count < second.count ? (first, second) : (second, first)
        guard isCounted(large.count), canSplit(large.count, depth: depth) else {
            release(parent)
            return (nil, nil)
        }
        var counted: Histogram?
        if isCounted(small.count), canSplit(small.count, depth: depth) {
            let histogram = takeHistogram()
            fill(histogram, small)
            let count = (cellStart.last ?? 0) * criterion.width
            for index in 0..<count { unsafe parent.cells[index] -= histogram.cells[index] }
            counted = histogram
        } else {
            for place in small {
                let row = unsafe Int(rows[place])
                let item = criterion.item(row)
                for column in columns {
                    let code = Int(table.codes[column &* table.rowCount &+ row])
                    unsafe criterion.subtract(item, from: parent.cells + (cellStart[column] &+ code) &* criterion.width)
                }
            }
        }
        return first.count < second.count ? (counted, parent) : (parent, counted)
    }

    /// Counts the rows of a range in all columns.
    private func fill(_ histogram: Histogram, _ range: Range<Int>) {
        for place in range { unsafe items[place - range.lowerBound] = criterion.item(Int(rows[place])) }
        count(columns[...], range, into: histogram)
    }

    /// A histogram of any content.
    private func takeHistogram() -> Histogram {
        if let histogram = freeHistograms.popLast() { return histogram }
        let bytes = max(1, cellStart.last ?? 0) * criterion.width * MemoryLayout<Double>.stride
        return unsafe Histogram(
            cells: UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 32).assumingMemoryBound(
                to: Double.self))
    }

    private func release(_ histogram: Histogram?) {
        if let histogram { freeHistograms.append(histogram) }
    }

    /// Brings the rows that go left to the front of a range, in order, and returns where the others begin.
    private func partition(_ range: Range<Int>, by split: Split) -> Int {
        let missing = table.binCount(split.column) - 1
        let last = split.bin
        return unsafe table.codes.withUnsafeBufferPointer { codes in
            guard let codes = codes.baseAddress else { return range.lowerBound }
            let column = unsafe codes + split.column * table.rowCount
            var (left, right) = (range.lowerBound, 0)
            for place in range {
                let row = unsafe rows[place]
                let code = unsafe Int(column[Int(row)])
                let goesLeft = code <= last || (split.missingGoesLeft && code == missing)
                // Both are written and one counts, which spares a branch that nobody can foresee.
                unsafe rows[left] = row
                unsafe spare[right] = row
                left &+= goesLeft ? 1 : 0
                right &+= goesLeft ? 0 : 1
            }
            unsafe (rows + left).update(from: spare, count: right)
            return left
        }
    }
}
